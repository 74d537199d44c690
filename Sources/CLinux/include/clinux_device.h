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

/// Forgets what was said of the voltage.
int clinux_rtc_voltage_clear(int descriptor);
/// A parameter of the driver (RTC_PARAM_): 0 its features, 1 the correction in parts per billion, 2 how it switches to its
/// battery; -EINVAL where there is none of that number.
int clinux_rtc_parameter(int descriptor, uint64_t parameter, uint64_t *value);
int clinux_rtc_set_parameter(int descriptor, uint64_t parameter, uint64_t value);

enum clinux_voltage {
    CLINUX_VOLTAGE_INVALID = 1,
    CLINUX_VOLTAGE_BACKUP_LOW = 2,
    CLINUX_VOLTAGE_BACKUP_EMPTY = 4,
};

/// The number by which clock_gettime(2) knows an open /dev/ptpN.
int clinux_phc_clock(int descriptor);

/// The last pulse (the asserting edge) by CLOCK_REALTIME, waited for so many milliseconds; -ETIMEDOUT if none came.
int clinux_pps_wait(int descriptor, int milliseconds, struct clinux_time *stamp, uint32_t *sequence);

// MARK: Reference clocks: shared memory that another program writes, pulses, PTP hardware clocks

/// What another program says in shared memory, once.
struct clinux_shared_time {
    /// What its clock showed, and what the wall clock showed then.
    struct clinux_time clock, receive;
    /// As NTP counts it: 0 to 3.
    int32_t leap;
    /// Binary logarithm of the seconds by which its clock may be wrong; 0 where it does not say.
    int32_t precision;
};

/// Attaches the segment of a unit (key 0x4e545030 + unit), and makes it if it is missing. `*segment` is only for the
/// functions below.
int clinux_shared_time_attach(int unit, int permissions, void **segment);
/// 1 if there was something new, which is taken away by that; 0 if there was nothing; -EAGAIN if the writer was busy, or
/// writes in another way than is known.
int clinux_shared_time_take(void *segment, struct clinux_shared_time *time);
void clinux_shared_time_detach(void *segment);

/// Opens a device of pulses and has it stamp the wanted edge; -EOPNOTSUPP if it cannot.
int clinux_pulse_open(const char *path, int falling);
/// The last pulse by CLOCK_REALTIME and its number, without waiting.
int clinux_pulse_last(int descriptor, int falling, struct clinux_time *stamp, uint32_t *sequence);

/// A PTP hardware clock and the wall clock: the hardware clock was read between two readings of the wall clock, or at the
/// same moment; then both are alike.
struct clinux_clock_pair {
    struct clinux_time before, clock, after;
};

/// The most pairs that one call reads.
enum { CLINUX_CLOCK_PAIRS = 25 };

/// Which PTP hardware clock a network interface has: the number N of /dev/ptpN; -ENODEV if it has none.
int clinux_hardware_clock_of(const char *interface);
/// Opens /dev/ptpN; for writing where pulses are to be stamped.
int clinux_hardware_clock_open(const char *path, int writing);
/// Both clocks at one moment, as the device knows it; -EOPNOTSUPP where it does not.
int clinux_hardware_clock_cross(int descriptor, struct clinux_clock_pair *pair);
/// As many pairs as `count` says, the wall clock read by the driver around the reading; else around the call.
/// Returns how many there are.
int clinux_hardware_clock_read(int descriptor, int count, struct clinux_clock_pair *pairs);
/// Has the device stamp pulses that come in by a pin.
int clinux_hardware_clock_stamp(int descriptor, int pin, int channel, int falling);
/// Takes one stamp of a pulse, by the hardware clock; 0 if there is none.
int clinux_hardware_clock_take_stamp(int descriptor, int channel, struct clinux_time *stamp);
