// The least that a server of NTP can do: takes requests, and answers with 48 octets that hold the request's cookie and a
// clock reading. No timestamps from the kernel, no rules, no list of clients. It is what the others are measured against.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64, SIZE = 1504 };

static unsigned char octets[BATCH][SIZE];
static struct sockaddr_in names[BATCH];
static struct iovec pieces[BATCH];
static struct mmsghdr headers[BATCH];

int main(int count, char **arguments) {
    if (count != 2) {
        fprintf(stderr, "usage: bare PORT\n");
        return 2;
    }
    int descriptor = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[1]))};
    if (descriptor < 0 || bind(descriptor, (struct sockaddr *)&here, sizeof here) < 0) {
        perror("bind");
        return 1;
    }
    for (;;) {
        for (int at = 0; at < BATCH; at++) {
            pieces[at].iov_base = octets[at];
            pieces[at].iov_len = SIZE;
            headers[at].msg_hdr = (struct msghdr){.msg_name = &names[at], .msg_namelen = sizeof names[at],
                                                  .msg_iov = &pieces[at], .msg_iovlen = 1};
        }
        int got = recvmmsg(descriptor, headers, BATCH, MSG_WAITFORONE, 0);
        if (got < 0) {
            if (errno == EINTR) continue;
            perror("recvmmsg");
            return 1;
        }
        int answers = 0;
        for (int at = 0; at < got; at++) {
            unsigned char *packet = octets[at];
            if (headers[at].msg_len < 48 || (packet[0] & 7) != 3) continue;
            struct timespec now;
            clock_gettime(CLOCK_REALTIME, &now);
            uint64_t stamp = (uint64_t)(now.tv_sec + 2208988800) << 32 | ((uint64_t)now.tv_nsec << 32) / 1000000000;
            stamp = htobe64(stamp);
            memcpy(packet + 24, packet + 40, 8);
            packet[0] = (unsigned char)((packet[0] & 0x38) | 4);
            packet[1] = 2;
            packet[3] = 0xec;
            memset(packet + 4, 0, 8);
            memcpy(packet + 12, "LOCL", 4);
            memcpy(packet + 16, &stamp, 8);
            memcpy(packet + 32, &stamp, 8);
            memcpy(packet + 40, &stamp, 8);
            pieces[at].iov_len = 48;
            if (answers != at) headers[answers].msg_hdr = headers[at].msg_hdr;
            answers++;
        }
        for (int sent = 0; sent < answers;) {
            int more = sendmmsg(descriptor, headers + sent, (unsigned)(answers - sent), 0);
            sent += more > 0 ? more : 1;
        }
    }
}
