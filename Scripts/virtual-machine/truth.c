// True time in a virtual machine, and what its clocks make of it: the unsteered counter (CLOCK_MONOTONIC_RAW) and an origin,
// which nobody can set or slew. Moments are POSIX seconds as if no leap second came; what UTC does at MIDNIGHT is BY: 1 for an
// inserted second, -1 for a deleted one.
//
//   truth origin SECONDS                          the origin that makes it SECONDS now
//   truth serve ORIGIN MIDNIGHT BY PORT           an NTP server of stratum 1
//   truth label ORIGIN AHEAD                      the TAI64N label of AHEAD seconds after now
//   truth error ORIGIN MIDNIGHT BY                what CLOCK_REALTIME is ahead of UTC by, milliseconds
//   truth watch ORIGIN MIDNIGHT BY SECONDS PAGE   looks a hundred times a second, and tells what it saw
//   truth clear                                   no leap second, no TAI offset, not synchronised, nominal rate;
//                                                 only where there is a file /guest, as in the virtual machine
#define _GNU_SOURCE
#include "timeball_bound.h"
#include <arpa/inet.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/timex.h>

static const double second = 1e9;
static int64_t origin, midnight;
static int by;

static int64_t counter(void) { return timeball_clock(CLOCK_MONOTONIC_RAW); }

// Nanoseconds since 1970, leap seconds not counted: what UTC is called.
static int64_t civil(int64_t even) {
    int64_t jump = by > 0 ? midnight : by < 0 ? midnight - 1000000000 : INT64_MAX;
    return even - (even >= jump ? by * 1000000000LL : 0);
}

static void put32(uint8_t *to, uint32_t value) {
    value = htonl(value);
    memcpy(to, &value, 4);
}

static void put_time(uint8_t *to, int64_t utc) {
    put32(to, (uint32_t)(utc / 1000000000 + 2208988800LL));
    put32(to + 4, (uint32_t)((double)(utc % 1000000000) * 4.294967296));
}

static int serve(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int descriptor = socket(AF_INET, SOCK_DGRAM, 0);
    if (bind(descriptor, (struct sockaddr *)&address, sizeof address) < 0) {
        perror("bind");
        return 1;
    }
    for (;;) {
        uint8_t request[512], reply[48] = {0};
        socklen_t length = sizeof address;
        long count = recvfrom(descriptor, request, sizeof request, 0, (struct sockaddr *)&address, &length);
        int64_t even = counter() + origin, received = civil(even);
        if (count < 48) continue;
        int day = even < midnight - (by < 0 ? 1000000000 : 0) && even >= midnight - 86400000000000LL;
        int leap = !day || by == 0 ? 0 : by > 0 ? 1 : 2;
        reply[0] = (uint8_t)(leap << 6 | 4 << 3 | 4);
        reply[1] = 1;
        reply[2] = request[2];
        reply[3] = (uint8_t)-20;
        put32(reply + 8, 2);
        memcpy(reply + 12, "TRUE", 4);
        put_time(reply + 16, received);
        memcpy(reply + 24, request + 40, 8);
        put_time(reply + 32, received);
        put_time(reply + 40, civil(counter() + origin));
        sendto(descriptor, reply, sizeof reply, 0, (struct sockaddr *)&address, length);
    }
}

struct list {
    long values[64];
    int count;
};

static void note(struct list *list, long value) {
    if (list->count > 0 && list->values[list->count - 1] == value) return;
    if (list->count < 64) list->values[list->count++] = value;
}

static void print(const char *name, struct list *list) {
    printf("%s", name);
    for (int i = 0; i < list->count; i++) printf("%s%ld", i ? "," : " ", list->values[i]);
    printf("\n");
}

static double larger(double a, double b) { return fabs(b) > fabs(a) ? b : a; }

static int64_t nanoseconds(struct timespec time) { return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec; }

static int watch(double duration, const char *path) {
    struct timeball_page page;
    int error = timeball_open(&page, path);
    struct list states = {{0}, 0}, offsets = {{0}, 0}, differences = {{0}, 0}, told = {{0}, 0};
    double before = 0, after = 0, atomic = 0, back = 0, forward = 0, widest = 0;
    int inside = 0, outside = 0, unread = 0;
    int64_t begin = counter(), last_wall = 0, last_counter = 0;
    while ((double)(counter() - begin) < duration * second) {
        struct timex kernel = {0};
        int64_t first = counter();
        int64_t wall = timeball_clock(CLOCK_REALTIME), tai = timeball_clock(CLOCK_TAI);
        int state = adjtimex(&kernel);
        int64_t again = timeball_clock(CLOCK_REALTIME), end = counter();
        if (end - first < 2000000 && llabs(again - wall) < 10000000) {
            int64_t even = (first + end) / 2 + origin;
            double wrong = (double)(wall - civil(even)) / second;
            // Kernels insert the second at a tick, so some milliseconds late.
            if (even < midnight - 1100000000LL) before = larger(before, wrong);
            if (even > midnight + 50000000LL) after = larger(after, wrong);
            if (even < midnight - 1100000000LL || even > midnight + 50000000LL) {
                note(&states, state);
                note(&offsets, kernel.tai);
                note(&differences, lround((double)(tai - wall) / second));
            }
            if (kernel.tai != 0) atomic = larger(atomic, (double)(tai - even) / second - 37);
            if (last_counter) {
                double jump = (double)((wall - last_wall) - (first - last_counter)) / second;
                if (jump < back) back = jump;
                if (jump > forward) forward = jump;
            }
            last_wall = wall;
            last_counter = first;
        }
        struct timeball_time time;
        if (error) error = timeball_open(&page, path);
        int64_t earlier = counter();
        int problem = error ? error : timeball_now(&page, &time);
        int64_t later = counter();
        if (problem) {
            unread++;
            if (problem == TIMEBALL_REPLACED) timeball_close(&page), error = timeball_open(&page, path);
        } else {
            if (time.page.flags & 2) note(&told, time.page.tai_offset);
            int64_t least = nanoseconds(time.earliest), most = nanoseconds(time.latest);
            if (most >= civil(earlier + origin) && least <= civil(later + origin)) inside++; else outside++;
            widest = larger(widest, (double)(most - least) / second);
        }
        usleep(10000);
    }
    print("states", &states);
    print("kernel_tai", &offsets);
    print("tai_less_realtime", &differences);
    print("page_tai", &told);
    printf("before_ms %.3f\nafter_ms %.3f\natomic_ms %.3f\n", before * 1e3, after * 1e3, atomic * 1e3);
    printf("back_ms %.0f\nforward_ms %.0f\n", -back * 1e3, forward * 1e3);
    printf("page_inside %d\npage_outside %d\npage_unread %d\npage_widest_ms %.3f\n", inside, outside, unread, widest * 1e3);
    return 0;
}

int main(int count, char **words) {
    const char *name = count > 1 ? words[1] : "";
    if (count > 2) origin = atoll(words[2]);
    if (count > 4) midnight = atoll(words[3]) * 1000000000LL, by = atoi(words[4]);
    if (strcmp(name, "origin") == 0 && count == 3) {
        printf("%lld\n", (long long)(origin * 1000000000LL - counter()));
    } else if (strcmp(name, "serve") == 0 && count == 6) {
        return serve(atoi(words[5]));
    } else if (strcmp(name, "label") == 0 && count == 4) {
        int64_t even = counter() + origin + (int64_t)(atof(words[3]) * second) + 37000000000LL;
        printf("@%016llx%08x\n", (1ULL << 62) + (unsigned long long)(even / 1000000000), (unsigned)(even % 1000000000));
    } else if (strcmp(name, "error") == 0 && count == 5) {
        int64_t first = counter(), wall = timeball_clock(CLOCK_REALTIME), end = counter();
        printf("%.3f\n", (double)(wall - civil((first + end) / 2 + origin)) / 1e6);
    } else if (strcmp(name, "watch") == 0 && count == 7) {
        return watch(atof(words[5]), words[6]);
    } else if (strcmp(name, "clear") == 0 && access("/guest", F_OK) == 0) {
        struct timex kernel = {.modes = ADJ_STATUS | ADJ_TAI | ADJ_TICK | ADJ_FREQUENCY, .status = STA_UNSYNC, .tick = 10000};
        return adjtimex(&kernel) < 0;
    } else {
        fprintf(stderr, "truth: see the comment at the top of truth.c\n");
        return 2;
    }
    return 0;
}
