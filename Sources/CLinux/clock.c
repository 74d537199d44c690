#include "clinux_clock.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

_Static_assert(CLINUX_REALTIME == CLOCK_REALTIME && CLINUX_MONOTONIC == CLOCK_MONOTONIC, "clock numbers");
_Static_assert(CLINUX_BOOTTIME == CLOCK_BOOTTIME && CLINUX_RAW == CLOCK_MONOTONIC_RAW, "clock numbers");
_Static_assert(CLINUX_TAI == CLOCK_TAI, "clock number");
_Static_assert(CLINUX_STATUS_PLL == STA_PLL && CLINUX_STATUS_INSERT == STA_INS, "status bits");
_Static_assert(CLINUX_STATUS_DELETE == STA_DEL && CLINUX_STATUS_UNSYNCHRONISED == STA_UNSYNC, "status bits");

int clinux_clock_read(int clock, struct clinux_time *time) {
    struct timespec value;
    if (clock_gettime(clock, &value) < 0) return -errno;
    time->seconds = value.tv_sec;
    time->nanoseconds = value.tv_nsec;
    return 0;
}

int clinux_clock_resolution(int clock, struct clinux_time *resolution) {
    struct timespec value;
    if (clock_getres(clock, &value) < 0) return -errno;
    resolution->seconds = value.tv_sec;
    resolution->nanoseconds = value.tv_nsec;
    return 0;
}

// adjtimex returns the clock's state, which is no error.
static int adjust(struct timex *values) { return adjtimex(values) < 0 ? -errno : 0; }

int clinux_timex_read(struct clinux_timex *values) {
    struct timex kernel = {.modes = 0};
    int state = adjtimex(&kernel);
    if (state < 0) return -errno;
    values->tick = kernel.tick;
    values->frequency = kernel.freq;
    values->status = kernel.status;
    values->maximum_error = kernel.maxerror;
    values->estimated_error = kernel.esterror;
    values->tai = kernel.tai;
    values->state = state;
    values->time.seconds = kernel.time.tv_sec;
    values->time.nanoseconds = kernel.status & STA_NANO ? kernel.time.tv_usec : kernel.time.tv_usec * 1000;
    return 0;
}

int clinux_timex_set_rate(int64_t tick, int64_t frequency) {
    struct timex kernel = {.modes = ADJ_TICK | ADJ_FREQUENCY, .tick = tick, .freq = frequency};
    return adjust(&kernel);
}

int clinux_timex_step(struct clinux_time by) {
    struct timex kernel = {.modes = ADJ_SETOFFSET | ADJ_NANO};
    kernel.time.tv_sec = by.seconds;
    kernel.time.tv_usec = by.nanoseconds;
    return adjust(&kernel);
}

int clinux_timex_set_status(int status, int64_t maximum_error, int64_t estimated_error) {
    struct timex kernel = {
        .modes = ADJ_STATUS | ADJ_MAXERROR | ADJ_ESTERROR,
        .status = status,
        .maxerror = maximum_error,
        .esterror = estimated_error,
    };
    return adjust(&kernel);
}

int clinux_set_kernel_zone(int minutes_west) {
    struct timezone zone = {.tz_minuteswest = minutes_west};
    return settimeofday(NULL, &zone) < 0 ? -errno : 0;
}

int clinux_timex_set_tai(int64_t seconds) {
    struct timex kernel = {.modes = ADJ_TAI, .constant = seconds};
    return adjust(&kernel);
}

int clinux_timex_stop_corrections(void) {
    struct timex before = {.modes = 0};
    int result = adjust(&before);
    if (result < 0) return result;
    struct timex single = {.modes = ADJ_OFFSET_SINGLESHOT, .offset = 0};
    result = adjust(&single);
    if (result < 0) return result;
    // The kernel takes an offset only while its loop is on, so the loop is switched on to be emptied. STA_FREQHOLD keeps
    // that from touching the frequency.
    struct timex empty = {.modes = ADJ_STATUS | ADJ_OFFSET, .status = STA_PLL | STA_FREQHOLD | STA_UNSYNC, .offset = 0};
    result = adjust(&empty);
    if (result < 0) return result;
    int kept = before.status & (STA_INS | STA_DEL | STA_UNSYNC);
    struct timex off = {.modes = ADJ_STATUS, .status = kept};
    return adjust(&off);
}

int clinux_timer_create(void) {
    // The flags are set afterwards, because clock simulators do not know them; there they need not succeed either.
    int descriptor = timerfd_create(CLOCK_MONOTONIC, 0);
    if (descriptor < 0) return -errno;
    fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    fcntl(descriptor, F_SETFL, O_RDWR | O_NONBLOCK);
    return descriptor;
}

int clinux_timer_arm(int descriptor, struct clinux_time after) {
    struct itimerspec value = {.it_value = {.tv_sec = after.seconds, .tv_nsec = after.nanoseconds}};
    return timerfd_settime(descriptor, 0, &value, 0) < 0 ? -errno : 0;
}

int clinux_timer_clear(int descriptor) {
    uint64_t expiries;
    return read(descriptor, &expiries, sizeof expiries) < 0 && errno != EAGAIN && errno != EINTR ? -errno : 0;
}

static int arm_step_watch(int descriptor) {
    // The latest moment that the kernel can count; it never comes, only the cancellation does.
    struct itimerspec value = {.it_value = {.tv_sec = 9200000000}};
    int flags = TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET;
    return timerfd_settime(descriptor, flags, &value, 0) < 0 ? -errno : 0;
}

int clinux_step_watch_create(void) {
    int descriptor = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
    if (descriptor < 0) return -errno;
    int result = arm_step_watch(descriptor);
    if (result < 0) {
        close(descriptor);
        return result;
    }
    return descriptor;
}

int clinux_step_watch_clear(int descriptor) {
    uint64_t expiries;
    if (read(descriptor, &expiries, sizeof expiries) >= 0) return arm_step_watch(descriptor);
    if (errno != ECANCELED) return 0;
    int result = arm_step_watch(descriptor);
    return result < 0 && result != -ECANCELED ? result : 1;
}

void clinux_pause(struct clinux_time duration) {
    struct timespec value = {.tv_sec = duration.seconds, .tv_nsec = duration.nanoseconds};
    clock_nanosleep(CLOCK_MONOTONIC, 0, &value, 0);
}
