// Real-time clocks for a machine that has none, to be loaded before libc (LD_PRELOAD). The folder that TIMEBALL_FAKE_RTC
// names stands for the kernel: its file rtcN for /dev/rtcN, its folder sys for /sys/class/rtc. A file rtcN holds five
// numbers: by how many microseconds the RTC is ahead of CLOCK_REALTIME, what RTC_VL_READ tells (-1: nothing), the
// correction that RTC_PARAM_GET tells (-1: none), how often the RTC was set, and its microseconds a read takes.
//
// Whoever asks the kernel to set its clock or its time zone is told that it did; the file calls says what was asked for.
// There are no update interrupts. A second that is written begins TIMEBALL_FAKE_LATE microseconds after the write.
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/rtc.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

struct state {
    long long ahead, voltage, correction, sets, duration;
};

static char isClock[1024];

static const char *folder(void) { return getenv("TIMEBALL_FAKE_RTC"); }

// The file that stands for another one; NULL if none does.
static const char *replaced(const char *path, char *room, size_t size) {
    if (!folder()) return NULL;
    if (!strncmp(path, "/dev/rtc", 8)) {
        snprintf(room, size, "%s/%s", folder(), path + 5);
    } else if (!strncmp(path, "/sys/class/rtc", 14)) {
        snprintf(room, size, "%s/sys%s", folder(), path + 14);
    } else {
        return NULL;
    }
    return room;
}

static int opened(const char *path, int flags, int mode, const char *name) {
    int (*real)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, name);
    char room[512];
    const char *other = replaced(path, room, sizeof room);
    if (!other) return real(path, flags, mode);
    int device = !strncmp(path, "/dev/", 5);
    int descriptor = real(other, device ? O_RDWR | O_CLOEXEC : flags, mode);
    if (device && descriptor >= 0 && descriptor < (int)sizeof isClock) isClock[descriptor] = 1;
    return descriptor;
}

static int mode_of(int flags, va_list rest) { return flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, int) : 0; }

int open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    int mode = mode_of(flags, rest);
    va_end(rest);
    return opened(path, flags, mode, "open");
}

int open64(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    int mode = mode_of(flags, rest);
    va_end(rest);
    return opened(path, flags, mode, "open64");
}

FILE *fopen(const char *path, const char *mode) {
    FILE *(*real)(const char *, const char *) = (FILE * (*)(const char *, const char *)) dlsym(RTLD_NEXT, "fopen");
    char room[512];
    const char *other = replaced(path, room, sizeof room);
    return real(other ? other : path, mode);
}

FILE *fopen64(const char *path, const char *mode) { return fopen(path, mode); }

DIR *opendir(const char *path) {
    DIR *(*real)(const char *) = (DIR * (*)(const char *)) dlsym(RTLD_NEXT, "opendir");
    char room[512];
    const char *other = replaced(path, room, sizeof room);
    return real(other ? other : path);
}

int close(int descriptor) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, "close");
    if (descriptor >= 0 && descriptor < (int)sizeof isClock) isClock[descriptor] = 0;
    return real(descriptor);
}

static int get(int descriptor, struct state *state) {
    char text[200] = "";
    if (pread(descriptor, text, sizeof text - 1, 0) < 0) return -1;
    int count = sscanf(
        text, "%lld %lld %lld %lld %lld", &state->ahead, &state->voltage, &state->correction, &state->sets,
        &state->duration);
    return count == 5 ? 0 : -1;
}

static int put(int descriptor, const struct state *state) {
    char text[200];
    int size = snprintf(
        text, sizeof text, "%lld %lld %lld %lld %lld\n", state->ahead, state->voltage, state->correction, state->sets,
        state->duration);
    return ftruncate(descriptor, 0) < 0 || pwrite(descriptor, text, size, 0) != size ? -1 : 0;
}

static long long wall(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * 1000000ll + now.tv_nsec / 1000;
}

static int refuse(int number) {
    errno = number;
    return -1;
}

static int answer(int descriptor, unsigned long request, void *argument) {
    struct state state;
    if (get(descriptor, &state) < 0) return refuse(EIO);
    switch (request) {
    case RTC_RD_TIME: {
        if (state.voltage > 0 && state.voltage & 1) return refuse(EINVAL);
        if (state.duration > 0) usleep(state.duration);
        time_t seconds = (wall() + state.ahead) / 1000000;
        struct tm tm;
        gmtime_r(&seconds, &tm);
        struct rtc_time shown = {
            .tm_sec = tm.tm_sec, .tm_min = tm.tm_min, .tm_hour = tm.tm_hour, .tm_mday = tm.tm_mday,
            .tm_mon = tm.tm_mon, .tm_year = tm.tm_year, .tm_wday = tm.tm_wday, .tm_yday = tm.tm_yday};
        *(struct rtc_time *)argument = shown;
        return 0;
    }
    case RTC_SET_TIME: {
        const struct rtc_time *wanted = argument;
        struct tm tm = {
            .tm_sec = wanted->tm_sec, .tm_min = wanted->tm_min, .tm_hour = wanted->tm_hour,
            .tm_mday = wanted->tm_mday, .tm_mon = wanted->tm_mon, .tm_year = wanted->tm_year};
        const char *late = getenv("TIMEBALL_FAKE_LATE");
        state.ahead = timegm(&tm) * 1000000ll - wall() - (late ? atoll(late) : 0);
        state.sets++;
        if (state.voltage > 0) state.voltage &= ~1;
        return put(descriptor, &state);
    }
    case RTC_VL_READ:
        if (state.voltage < 0) return refuse(EINVAL);
        *(unsigned *)argument = (unsigned)state.voltage;
        return 0;
    case RTC_VL_CLR:
        if (state.voltage < 0) return refuse(EINVAL);
        state.voltage = 0;
        return put(descriptor, &state);
    case RTC_PARAM_GET: {
        struct rtc_param *parameter = argument;
        if (parameter->param == RTC_PARAM_FEATURES) {
            parameter->uvalue = 0x21;
            return 0;
        }
        if (parameter->param != RTC_PARAM_CORRECTION || state.correction < 0) return refuse(EINVAL);
        parameter->uvalue = (uint64_t)state.correction;
        return 0;
    }
    case RTC_PARAM_SET: {
        const struct rtc_param *parameter = argument;
        if (parameter->param != RTC_PARAM_CORRECTION || state.correction < 0) return refuse(EINVAL);
        state.correction = (long long)parameter->uvalue;
        return put(descriptor, &state);
    }
    default: return refuse(EINVAL);
    }
}

int ioctl(int descriptor, unsigned long request, ...) {
    int (*real)(int, unsigned long, ...) = (int (*)(int, unsigned long, ...))dlsym(RTLD_NEXT, "ioctl");
    va_list rest;
    va_start(rest, request);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    if (descriptor < 0 || descriptor >= (int)sizeof isClock || !isClock[descriptor])
        return real(descriptor, request, argument);
    return answer(descriptor, request, argument);
}

// MARK: The kernel's clock is nobody's to set.

static void note(const char *text) {
    if (!folder()) return;
    char path[512];
    snprintf(path, sizeof path, "%s/calls", folder());
    FILE *(*real)(const char *, const char *) = (FILE * (*)(const char *, const char *)) dlsym(RTLD_NEXT, "fopen");
    FILE *file = real(path, "a");
    if (!file) return;
    fprintf(file, "%s\n", text);
    fclose(file);
}

int settimeofday(const struct timeval *time, const struct timezone *zone) {
    char text[100];
    if (time)
        snprintf(text, sizeof text, "time %lld", (long long)(time->tv_sec * 1000000ll + time->tv_usec - wall()));
    else
        snprintf(text, sizeof text, "zone %d", zone ? zone->tz_minuteswest : 0);
    note(text);
    return 0;
}

// util-linux asks for a time zone past the C library, which does not let both be set at once.
long syscall(long number, ...) {
    long (*real)(long, ...) = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
    long arguments[6];
    va_list rest;
    va_start(rest, number);
    for (int i = 0; i < 6; i++) arguments[i] = va_arg(rest, long);
    va_end(rest);
    if (number == SYS_settimeofday)
        return settimeofday((const struct timeval *)arguments[0], (const struct timezone *)arguments[1]);
    if (number == SYS_clock_settime || number == SYS_adjtimex || number == SYS_clock_adjtime) return refuse(EPERM);
    return real(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
}

int clock_settime(clockid_t clock, const struct timespec *time) {
    (void)clock;
    char text[100];
    snprintf(
        text, sizeof text, "time %lld", (long long)(time->tv_sec * 1000000ll + time->tv_nsec / 1000 - wall()));
    note(text);
    return 0;
}

int clock_adjtime(clockid_t clock, struct timex *values) {
    int (*real)(clockid_t, struct timex *) = (int (*)(clockid_t, struct timex *))dlsym(RTLD_NEXT, "clock_adjtime");
    if (!values->modes) return real(clock, values);
    if (values->modes & ADJ_SETOFFSET) {
        char text[100];
        long long part = values->modes & ADJ_NANO ? values->time.tv_usec / 1000 : values->time.tv_usec;
        snprintf(text, sizeof text, "time %lld", (long long)values->time.tv_sec * 1000000ll + part);
        note(text);
    }
    return 0;
}

int adjtimex(struct timex *values) { return clock_adjtime(CLOCK_REALTIME, values); }
