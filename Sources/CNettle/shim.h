// Message authentication codes of NTP from Nettle's hashes and ciphers, and nothing else of it.
#pragma once
#include <nettle/aes.h>
#include <nettle/cmac.h>
#include <nettle/md5.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>
#include <nettle/sha3.h>
#include <stdint.h>

#define CNETTLE_HASH(context_type, init, update, digest, size) \
    {                                                          \
        struct context_type context;                           \
        init(&context);                                        \
        update(&context, secret_length, secret);               \
        update(&context, length, message);                     \
        digest(&context, size, code);                          \
        return size;                                           \
    }

/// Writes the code of a message, of at most 64 octets, and returns how many it has: 0 if the algorithm, numbered as in
/// chrony's control protocol, is not known or cannot take a secret of that length. A hash is made of the secret and then
/// the message; a cipher makes a CMAC (RFC 4493).
static inline int cnettle_code(int algorithm, const uint8_t *secret, unsigned long secret_length,
                               const uint8_t *message, unsigned long length, uint8_t *code) {
    switch (algorithm) {
    case 1: CNETTLE_HASH(md5_ctx, md5_init, md5_update, md5_digest, MD5_DIGEST_SIZE)
    case 2: CNETTLE_HASH(sha1_ctx, sha1_init, sha1_update, sha1_digest, SHA1_DIGEST_SIZE)
    case 3: CNETTLE_HASH(sha256_ctx, sha256_init, sha256_update, sha256_digest, SHA256_DIGEST_SIZE)
    case 4: CNETTLE_HASH(sha512_ctx, sha384_init, sha512_update, sha384_digest, SHA384_DIGEST_SIZE)
    case 5: CNETTLE_HASH(sha512_ctx, sha512_init, sha512_update, sha512_digest, SHA512_DIGEST_SIZE)
    case 6: CNETTLE_HASH(sha3_224_ctx, sha3_224_init, sha3_224_update, sha3_224_digest, SHA3_224_DIGEST_SIZE)
    case 7: CNETTLE_HASH(sha3_256_ctx, sha3_256_init, sha3_256_update, sha3_256_digest, SHA3_256_DIGEST_SIZE)
    case 8: CNETTLE_HASH(sha3_384_ctx, sha3_384_init, sha3_384_update, sha3_384_digest, SHA3_384_DIGEST_SIZE)
    case 9: CNETTLE_HASH(sha3_512_ctx, sha3_512_init, sha3_512_update, sha3_512_digest, SHA3_512_DIGEST_SIZE)
    case 13: {
        if (secret_length != AES128_KEY_SIZE) return 0;
        struct cmac_aes128_ctx context;
        cmac_aes128_set_key(&context, secret);
        cmac_aes128_update(&context, length, message);
        cmac_aes128_digest(&context, CMAC128_DIGEST_SIZE, code);
        return CMAC128_DIGEST_SIZE;
    }
    case 14: {
        if (secret_length != AES256_KEY_SIZE) return 0;
        struct cmac_aes256_ctx context;
        cmac_aes256_set_key(&context, secret);
        cmac_aes256_update(&context, length, message);
        cmac_aes256_digest(&context, CMAC128_DIGEST_SIZE, code);
        return CMAC128_DIGEST_SIZE;
    }
    default: return 0;
    }
}

#undef CNETTLE_HASH
