// Prints where true time is: earliest, latest, estimate, and the moment on CLOCK_MONOTONIC.
//
//     cc -std=c11 -I../../Packaging/include now.c -o now && ./now
#define _GNU_SOURCE
#include <stdio.h>
#include "timeball_bound.h"

static void print(const char *name, struct timespec time) {
    printf("%s %lld.%09ld\n", name, (long long)time.tv_sec, time.tv_nsec);
}

int main(int count, char **arguments) {
    struct timeball_page page;
    struct timeball_time now;
    int error = timeball_open(&page, count > 1 ? arguments[1] : TIMEBALL_BOUND_PATH);
    if (!error) error = timeball_now(&page, &now);
    if (error) {
        fprintf(stderr, "%s\n", timeball_error_text(error));
        return 3;
    }
    print("earliest", now.earliest);
    print("latest", now.latest);
    print("estimate", now.estimate);
    printf("monotonic %lld.%09lld\n", (long long)(now.monotonic / 1000000000), (long long)(now.monotonic % 1000000000));
    timeball_close(&page);
    return 0;
}
