// The kernel's clocks. Unless said otherwise a function returns 0 or more, or the negative error number.
#pragma once
#include <stdint.h>

/// A moment or a duration: whole seconds rounded down, and 0 to 999,999,999 nanoseconds.
struct clinux_time {
    int64_t seconds;
    int64_t nanoseconds;
};

enum clinux_clock { CLINUX_REALTIME = 0, CLINUX_MONOTONIC = 1, CLINUX_RAW = 4, CLINUX_BOOTTIME = 7, CLINUX_TAI = 11 };

int clinux_clock_read(int clock, struct clinux_time *time);
int clinux_clock_resolution(int clock, struct clinux_time *resolution);

/// What adjtimex(2) tells.
struct clinux_timex {
    int64_t tick;             // microseconds per tick
    int64_t frequency;        // 65536 is 1 ppm
    int64_t status;           // STA_ bits
    int64_t maximum_error;    // microseconds
    int64_t estimated_error;  // microseconds
    int64_t tai;              // seconds
    int64_t state;            // clinux_state, or another of adjtimex(2)
    struct clinux_time time;  // the wall clock at this moment
};

enum clinux_state {
    CLINUX_STATE_INSERTED_SECOND = 3,  // TIME_OOP
};

enum clinux_status {
    CLINUX_STATUS_PLL = 0x0001,
    CLINUX_STATUS_INSERT = 0x0010,
    CLINUX_STATUS_DELETE = 0x0020,
    CLINUX_STATUS_UNSYNCHRONISED = 0x0040,
};

int clinux_timex_read(struct clinux_timex *values);
int clinux_timex_set_rate(int64_t tick, int64_t frequency);
/// Adds a signed duration (nanoseconds are counted upwards also where it is negative).
int clinux_timex_step(struct clinux_time by);
int clinux_timex_set_status(int status, int64_t maximum_error, int64_t estimated_error);
int clinux_timex_set_tai(int64_t seconds);
/// Tells the kernel a time zone. The first call after the start of the machine takes the clock to show that zone's time, and
/// sets it to UTC; from then on the kernel writes local time into the RTC. With 0 it does neither.
int clinux_set_kernel_zone(int minutes_west);
/// Ends what adjtime(3) and the kernel's own phase-locked loop have still to do.
int clinux_timex_stop_corrections(void);

/// A timer on CLOCK_MONOTONIC; it does not run yet.
int clinux_timer_create(void);
/// Lets it fire once after a time; zero stops it.
int clinux_timer_arm(int descriptor, struct clinux_time after);
/// Takes its expiry away, so that it is not readable any more.
int clinux_timer_clear(int descriptor);

/// A descriptor that becomes readable when the wall clock is stepped (timerfd_create(2), TFD_TIMER_CANCEL_ON_SET).
int clinux_step_watch_create(void);
/// 1 if the clock was stepped since the last call, 0 if not.
int clinux_step_watch_clear(int descriptor);

/// Sleeps on CLOCK_MONOTONIC; a signal ends it early.
void clinux_pause(struct clinux_time duration);
