// A pulse and a PTP hardware clock for a machine that has none, to be loaded before libc (LD_PRELOAD): the files that
// TIMEBALL_FAKE_PPS and TIMEBALL_FAKE_PTP name answer to the requests of linux/pps.h and linux/ptp_clock.h.
//
// True time is CLOCK_REALTIME and TIMEBALL_FAKE_AHEAD nanoseconds; the hardware clock counts TIMEBALL_FAKE_EPOCH
// seconds more. With TIMEBALL_FAKE_OLD=1 the driver of the hardware clock is of the old kind.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/pps.h>
#include <linux/ptp_clock.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>

static int pulses = -1, hardware = -1;

static int64_t number(const char *name) {
    const char *text = getenv(name);
    return text ? atoll(text) : 0;
}

static int is(const char *path, const char *name) {
    const char *wanted = getenv(name);
    return wanted && strcmp(path, wanted) == 0;
}

int open(const char *path, int flags, ...) {
    static int (*real)(const char *, int, ...);
    if (!real) real = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
    va_list rest;
    va_start(rest, flags);
    int mode = va_arg(rest, int);
    va_end(rest);
    int isPulse = is(path, "TIMEBALL_FAKE_PPS"), isHardware = is(path, "TIMEBALL_FAKE_PTP");
    if (!isPulse && !isHardware) return real(path, flags, mode);
    int descriptor = real("/dev/null", O_RDWR | O_CLOEXEC);
    if (isPulse) pulses = descriptor;
    if (isHardware) hardware = descriptor;
    return descriptor;
}

static int64_t wall(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * 1000000000ll + now.tv_nsec;
}

static struct ptp_clock_time shown(int64_t nanoseconds) {
    struct ptp_clock_time time = {.sec = nanoseconds / 1000000000, .nsec = (uint32_t)(nanoseconds % 1000000000)};
    return time;
}

static int fetch(unsigned long request, void *argument) {
    int64_t ahead = number("TIMEBALL_FAKE_AHEAD");
    if (request == PPS_GETCAP) {
        *(int *)argument = PPS_CAPTUREASSERT | PPS_OFFSETASSERT | PPS_TSFMT_TSPEC;
        return 0;
    }
    if (request == PPS_GETPARAMS) {
        memset(argument, 0, sizeof(struct pps_kparams));
        return 0;
    }
    if (request == PPS_SETPARAMS) {
        struct pps_kparams *wanted = argument;
        if (wanted->api_version == PPS_API_VERS && wanted->mode & PPS_CAPTUREASSERT) return 0;
        errno = EINVAL;
        return -1;
    }
    if (request == PPS_FETCH) {
        struct pps_fdata *data = argument;
        // The last full second of true time, told by the wall clock.
        int64_t second = (wall() + ahead) / 1000000000;
        int64_t stamp = second * 1000000000 - ahead;
        memset(&data->info, 0, sizeof data->info);
        data->info.assert_sequence = (uint32_t)second;
        data->info.assert_tu.sec = stamp / 1000000000;
        data->info.assert_tu.nsec = (int32_t)(stamp % 1000000000);
        return 0;
    }
    errno = ENOTTY;
    return -1;
}

static int offset(unsigned long request, void *argument) {
    int64_t ahead = number("TIMEBALL_FAKE_AHEAD") + number("TIMEBALL_FAKE_EPOCH") * 1000000000;
    if (request == PTP_SYS_OFFSET_EXTENDED && !number("TIMEBALL_FAKE_OLD")) {
        struct ptp_sys_offset_extended *pairs = argument;
        for (unsigned i = 0; i < pairs->n_samples && i < PTP_MAX_SAMPLES; i++) {
            pairs->ts[i][0] = shown(wall());
            pairs->ts[i][1] = shown(wall() + ahead);
            pairs->ts[i][2] = shown(wall());
        }
        return 0;
    }
    if (request == PTP_SYS_OFFSET) {
        struct ptp_sys_offset *pairs = argument;
        for (unsigned i = 0; i <= 2 * pairs->n_samples && i <= 2 * PTP_MAX_SAMPLES; i++) {
            pairs->ts[i] = shown(wall() + (i % 2 ? ahead : 0));
        }
        return 0;
    }
    errno = ENOTTY;
    return -1;
}

int ioctl(int descriptor, unsigned long request, ...) {
    static int (*real)(int, unsigned long, ...);
    if (!real) real = (int (*)(int, unsigned long, ...))dlsym(RTLD_NEXT, "ioctl");
    va_list rest;
    va_start(rest, request);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    if (descriptor >= 0 && descriptor == pulses) return fetch(request, argument);
    if (descriptor >= 0 && descriptor == hardware) return offset(request, argument);
    return real(descriptor, request, argument);
}
