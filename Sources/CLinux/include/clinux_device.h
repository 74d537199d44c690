// Clocks that are devices: RTC, PTP hardware clock, PPS. Unless said otherwise a function returns 0 or more, or the negative
// error number.
#pragma once
#include <stdint.h>
#include "clinux_clock.h"

/// What a real-time clock shows, as rtc(4) has it: month from 1, year in full.
struct clinux_rtc_time {
    int32_t year, month, day, hour, minute, second;
};

/// Opens a device for reading; one that does not answer never blocks it.
int clinux_device_open(const char *path);
/// -EINVAL: the RTC knows that it has lost its time.
int clinux_rtc_read(int descriptor, struct clinux_rtc_time *time);
/// Sets it to this second, which begins or ends as the chip has it.
int clinux_rtc_write(int descriptor, const struct clinux_rtc_time *time);
/// Update interrupts on or off; -EINVAL or -ENOTTY where there are none.
int clinux_rtc_updates(int descriptor, int on);
/// Takes what an interrupt left: the number of interrupts since the last call, 0 if there was none.
long clinux_rtc_take_update(int descriptor);
/// RTC_VL_ bits; -ENOTTY where the driver does not tell.
int clinux_rtc_voltage(int descriptor, uint32_t *flags);

enum clinux_voltage {
    CLINUX_VOLTAGE_INVALID = 1,
    CLINUX_VOLTAGE_BACKUP_LOW = 2,
    CLINUX_VOLTAGE_BACKUP_EMPTY = 4,
};

/// The number by which clock_gettime(2) knows an open /dev/ptpN.
int clinux_phc_clock(int descriptor);

/// The last pulse (the asserting edge) by CLOCK_REALTIME, waited for so many milliseconds; -ETIMEDOUT if none came.
int clinux_pps_wait(int descriptor, int milliseconds, struct clinux_time *stamp, uint32_t *sequence);
