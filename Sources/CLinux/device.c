#include "clinux_device.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/pps.h>
#include <linux/rtc.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#ifndef RTC_VL_READ
#define RTC_VL_READ _IOR('p', 0x13, int)
#endif
#ifndef RTC_VL_CLR
#define RTC_VL_CLR _IO('p', 0x14)
#endif
#ifndef RTC_PARAM_GET
struct rtc_param {
    uint64_t param;
    uint64_t uvalue;
    uint32_t index;
    uint32_t __pad;
};
#define RTC_PARAM_GET _IOW('p', 0x13, struct rtc_param)
#define RTC_PARAM_SET _IOW('p', 0x14, struct rtc_param)
#endif

int clinux_device_open(const char *path) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    return descriptor < 0 ? -errno : descriptor;
}

int clinux_rtc_read(int descriptor, struct clinux_rtc_time *time) {
    struct rtc_time value;
    if (ioctl(descriptor, RTC_RD_TIME, &value) < 0) return -errno;
    time->year = value.tm_year + 1900;
    time->month = value.tm_mon + 1;
    time->day = value.tm_mday;
    time->hour = value.tm_hour;
    time->minute = value.tm_min;
    time->second = value.tm_sec;
    return 0;
}

int clinux_rtc_write(int descriptor, const struct clinux_rtc_time *time) {
    struct rtc_time value = {
        .tm_sec = time->second,
        .tm_min = time->minute,
        .tm_hour = time->hour,
        .tm_mday = time->day,
        .tm_mon = time->month - 1,
        .tm_year = time->year - 1900,
    };
    return ioctl(descriptor, RTC_SET_TIME, &value) < 0 ? -errno : 0;
}

int clinux_rtc_updates(int descriptor, int on) {
    return ioctl(descriptor, on ? RTC_UIE_ON : RTC_UIE_OFF, 0) < 0 ? -errno : 0;
}

long clinux_rtc_take_update(int descriptor) {
    unsigned long value = 0;
    ssize_t got = read(descriptor, &value, sizeof value);
    if (got < 0) return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    // The low octet says which interrupts, the rest how many.
    return (long)(value >> 8);
}

int clinux_rtc_voltage(int descriptor, uint32_t *flags) {
    *flags = 0;
    return ioctl(descriptor, RTC_VL_READ, flags) < 0 ? -errno : 0;
}

int clinux_rtc_voltage_clear(int descriptor) { return ioctl(descriptor, RTC_VL_CLR, 0) < 0 ? -errno : 0; }

int clinux_rtc_parameter(int descriptor, uint64_t parameter, uint64_t *value) {
    struct rtc_param request = {.param = parameter};
    if (ioctl(descriptor, RTC_PARAM_GET, &request) < 0) return -errno;
    *value = request.uvalue;
    return 0;
}

int clinux_rtc_set_parameter(int descriptor, uint64_t parameter, uint64_t value) {
    struct rtc_param request = {.param = parameter};
    request.uvalue = value;
    return ioctl(descriptor, RTC_PARAM_SET, &request) < 0 ? -errno : 0;
}

int clinux_phc_clock(int descriptor) {
    // The kernel's own encoding of a descriptor as a clock (Documentation/driver-api/ptp.rst).
    return (int)((~(unsigned)descriptor) << 3 | 3);
}

int clinux_pps_wait(int descriptor, int milliseconds, struct clinux_time *stamp, uint32_t *sequence) {
    struct pps_fdata data;
    memset(&data, 0, sizeof data);
    data.timeout.sec = milliseconds / 1000;
    data.timeout.nsec = milliseconds % 1000 * 1000000;
    if (ioctl(descriptor, PPS_FETCH, &data) < 0) return -errno;
    stamp->seconds = data.info.assert_tu.sec;
    stamp->nanoseconds = data.info.assert_tu.nsec;
    *sequence = data.info.assert_sequence;
    return 0;
}
