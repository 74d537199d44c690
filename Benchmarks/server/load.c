// Asks a server of NTP as fast as it answers, or sends it packets at a rate. The clients' addresses are 10.16.0.0/12, which
// the routes of a test network bring here; each packet says which of them it comes from.
//
//   load TARGET PORT SECONDS CLIENTS KIND window N      N requests are under way at any time
//   load TARGET PORT SECONDS CLIENTS KIND rate N        N packets a second, answers are not waited for
//   load TARGET PORT SECONDS CLIENTS KIND count N       N packets, then silence for SECONDS
//
// KIND: good, short (1 to 47 octets), odd (50 octets), version (0 and 5 to 7), mode (4 to 7), mac (a wrong code of key 1),
// stranger (a code of an unknown key), field (an extension field of an impossible length). Prints what it sent and what came back.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BATCH = 64, SIZE = 128 };

static unsigned char out[BATCH][SIZE], in[BATCH][SIZE];
static struct iovec out_pieces[BATCH], in_pieces[BATCH];
static struct mmsghdr out_headers[BATCH], in_headers[BATCH];
static union {
    struct cmsghdr aligned;
    char octets[CMSG_SPACE(sizeof(struct in_pktinfo))];
} controls[BATCH];
static uint32_t clients;
static uint64_t number;

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

static void fill(int at, const char *kind) {
    unsigned char *packet = out[at];
    memset(packet, 0, SIZE);
    packet[0] = 0x23;
    packet[2] = 6;
    packet[3] = 0xec;
    memcpy(packet + 40, &number, 8);
    packet[47] = 0x5a;
    size_t length = 48;
    if (!strcmp(kind, "short")) length = 1 + number % 47;
    if (!strcmp(kind, "odd")) length = 50;
    if (!strcmp(kind, "version")) packet[0] = (unsigned char)((number % 4 ? 4 + number % 4 : 0) << 3 | 3);
    if (!strcmp(kind, "mode")) packet[0] = (unsigned char)(0x20 | (4 + number % 4));
    if (!strcmp(kind, "mac") || !strcmp(kind, "stranger")) {
        packet[51] = !strcmp(kind, "mac") ? 1 : 77;
        memset(packet + 52, (int)(number & 255), 20);
        length = 72;
    }
    if (!strcmp(kind, "field")) {
        packet[48] = 1;
        packet[50] = number & 1 ? 0xff : 0;
        packet[51] = 3;
        length = 100;
    }
    out_pieces[at].iov_len = length;
    // An odd factor visits all clients before one comes again, and neighbours far apart.
    uint32_t client = (uint32_t)(number * 2654435761u) & (clients - 1);
    struct in_pktinfo info = {.ipi_spec_dst.s_addr = htonl(0x0a100000u + client)};
    memcpy(CMSG_DATA(&controls[at].aligned), &info, sizeof info);
    number++;
}

static int take(int descriptor) {
    int got = recvmmsg(descriptor, in_headers, BATCH, MSG_DONTWAIT, 0);
    return got < 0 ? 0 : got;
}

int main(int count, char **arguments) {
    if (count != 8) {
        fprintf(stderr, "usage: load TARGET PORT SECONDS CLIENTS KIND window|rate|count N\n");
        return 2;
    }
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(arguments[2]))};
    inet_pton(AF_INET, arguments[1], &server.sin_addr);
    double seconds = atof(arguments[3]);
    clients = 1;
    while (clients * 2 <= (uint32_t)atol(arguments[4]) && clients < 1u << 20) clients *= 2;
    const char *kind = arguments[5], *way = arguments[6];
    double limit = atof(arguments[7]);
    int descriptor = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in here = {.sin_family = AF_INET};
    if (descriptor < 0 || bind(descriptor, (struct sockaddr *)&here, sizeof here) < 0) {
        perror("bind");
        return 1;
    }
    for (int at = 0; at < BATCH; at++) {
        out_pieces[at].iov_base = out[at];
        in_pieces[at] = (struct iovec){.iov_base = in[at], .iov_len = SIZE};
        controls[at].aligned = (struct cmsghdr){
            .cmsg_level = IPPROTO_IP, .cmsg_type = IP_PKTINFO, .cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo))};
        out_headers[at].msg_hdr = (struct msghdr){.msg_name = &server, .msg_namelen = sizeof server,
            .msg_iov = &out_pieces[at], .msg_iovlen = 1, .msg_control = &controls[at],
            .msg_controllen = sizeof controls[at]};
        in_headers[at].msg_hdr = (struct msghdr){.msg_iov = &in_pieces[at], .msg_iovlen = 1};
    }
    unsigned long long sent = 0, answered = 0, lost = 0;
    double begin = now(), end = begin + seconds, last = begin;
    if (!strcmp(way, "window")) {
        long under_way = 0;
        while (now() < end) {
            while (under_way + BATCH / 2 <= (long)limit) {
                int some = BATCH / 2;
                for (int at = 0; at < some; at++) fill(at, kind);
                int gone = sendmmsg(descriptor, out_headers, (unsigned)some, 0);
                if (gone <= 0) break;
                sent += (unsigned)gone;
                under_way += gone;
            }
            int got = take(descriptor);
            answered += (unsigned)got;
            under_way -= got;
            if (got > 0) last = now();
            // What has not come by now does not come.
            else if (now() - last > 0.02) {
                lost += (unsigned)under_way;
                under_way = 0;
                last = now();
            }
            if (under_way < 0) under_way = 0;
        }
    } else {
        int counts = !strcmp(way, "count");
        while (counts ? sent < limit : now() < end) {
            if (!counts && (double)sent > (now() - begin) * limit) {
                answered += (unsigned)take(descriptor);
                continue;
            }
            for (int at = 0; at < BATCH; at++) fill(at, kind);
            int gone = sendmmsg(descriptor, out_headers, BATCH, 0);
            if (gone > 0) sent += (unsigned)gone;
        }
        if (counts) {
            printf("{\"sent\": %llu}\n", sent);
            fflush(stdout);
            sleep((unsigned)seconds);
        }
    }
    printf("{\"sent\": %llu, \"answered\": %llu, \"lost\": %llu}\n", sent, answered, lost);
    return 0;
}
