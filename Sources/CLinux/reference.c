#include "clinux_device.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/pps.h>
#include <linux/ptp_clock.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <unistd.h>

// Layout of the segment that ntpd's driver 28 began, and that gpsd and others write.
struct shared_time {
    int mode;
    int count;
    time_t clock_seconds;
    int clock_microseconds;
    time_t receive_seconds;
    int receive_microseconds;
    int leap;
    int precision;
    int samples;
    int valid;
    unsigned clock_nanoseconds;
    unsigned receive_nanoseconds;
    int reserved[8];
};

int clinux_shared_time_attach(int unit, int permissions, void **segment) {
    int number = shmget((key_t)(0x4e545030 + unit), sizeof(struct shared_time), IPC_CREAT | (permissions & 0777));
    if (number < 0) return -errno;
    void *address = shmat(number, 0, 0);
    if (address == (void *)-1) return -errno;
    *segment = address;
    return 0;
}

// Writers of old times give microseconds only.
static int64_t nanoseconds(unsigned fine, int coarse) {
    if (fine / 1000 == (unsigned)coarse && fine < 1000000000u) return fine;
    return coarse >= 0 && coarse < 1000000 ? (int64_t)coarse * 1000 : -1;
}

int clinux_shared_time_take(void *segment, struct clinux_shared_time *time) {
    volatile struct shared_time *shared = segment;
    if (!shared->valid) return 0;
    int count = shared->count;
    atomic_thread_fence(memory_order_seq_cst);
    struct shared_time copy;
    copy.mode = shared->mode;
    copy.clock_seconds = shared->clock_seconds;
    copy.clock_microseconds = shared->clock_microseconds;
    copy.receive_seconds = shared->receive_seconds;
    copy.receive_microseconds = shared->receive_microseconds;
    copy.leap = shared->leap;
    copy.precision = shared->precision;
    copy.clock_nanoseconds = shared->clock_nanoseconds;
    copy.receive_nanoseconds = shared->receive_nanoseconds;
    atomic_thread_fence(memory_order_seq_cst);
    // In mode 1 the writer counts before and after it writes; in mode 0 it waits until its last word was taken.
    if (copy.mode == 1 ? shared->count != count : copy.mode != 0) return -EAGAIN;
    shared->valid = 0;
    time->clock.seconds = copy.clock_seconds;
    time->clock.nanoseconds = nanoseconds(copy.clock_nanoseconds, copy.clock_microseconds);
    time->receive.seconds = copy.receive_seconds;
    time->receive.nanoseconds = nanoseconds(copy.receive_nanoseconds, copy.receive_microseconds);
    if (time->clock.nanoseconds < 0 || time->receive.nanoseconds < 0) return -EAGAIN;
    time->leap = copy.leap;
    time->precision = copy.precision;
    return 1;
}

void clinux_shared_time_detach(void *segment) { shmdt(segment); }

// MARK: Pulses

int clinux_pulse_open(const char *path, int falling) {
    int descriptor = open(path, O_RDWR | O_CLOEXEC);
    if (descriptor < 0) return -errno;
    int wanted = falling ? PPS_CAPTURECLEAR : PPS_CAPTUREASSERT;
    int able = 0;
    struct pps_kparams parameters;
    memset(&parameters, 0, sizeof parameters);
    int error = 0;
    if (ioctl(descriptor, PPS_GETCAP, &able) < 0 || ioctl(descriptor, PPS_GETPARAMS, &parameters) < 0) {
        error = errno;
    } else if (!(able & wanted)) {
        error = EOPNOTSUPP;
    } else if ((parameters.mode & wanted) == 0) {
        parameters.api_version = PPS_API_VERS;
        parameters.mode |= wanted | PPS_TSFMT_TSPEC;
        if (ioctl(descriptor, PPS_SETPARAMS, &parameters) < 0) error = errno;
    }
    if (error) {
        close(descriptor);
        return -error;
    }
    return descriptor;
}

int clinux_pulse_last(int descriptor, int falling, struct clinux_time *stamp, uint32_t *sequence) {
    struct pps_fdata data;
    memset(&data, 0, sizeof data);  // A timeout of zero does not wait.
    if (ioctl(descriptor, PPS_FETCH, &data) < 0) return -errno;
    struct pps_ktime time = falling ? data.info.clear_tu : data.info.assert_tu;
    stamp->seconds = time.sec;
    stamp->nanoseconds = time.nsec;
    *sequence = falling ? data.info.clear_sequence : data.info.assert_sequence;
    return 0;
}

// MARK: PTP hardware clocks

int clinux_hardware_clock_of(const char *interface) {
    struct ethtool_ts_info info;
    struct ifreq request;
    memset(&info, 0, sizeof info);
    memset(&request, 0, sizeof request);
    if (strlen(interface) >= sizeof request.ifr_name) return -ENODEV;
    strcpy(request.ifr_name, interface);
    info.cmd = ETHTOOL_GET_TS_INFO;
    request.ifr_data = (char *)&info;
    int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -errno;
    int error = ioctl(descriptor, SIOCETHTOOL, &request) < 0 ? errno : 0;
    close(descriptor);
    if (error) return -error;
    return info.phc_index < 0 ? -ENODEV : info.phc_index;
}

int clinux_hardware_clock_open(const char *path, int writing) {
    int descriptor = open(path, (writing ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NONBLOCK);
    return descriptor < 0 ? -errno : descriptor;
}

static struct clinux_time from_ptp(struct ptp_clock_time time) {
    struct clinux_time result = {time.sec, time.nsec};
    return result;
}

int clinux_hardware_clock_cross(int descriptor, struct clinux_clock_pair *pair) {
#ifdef PTP_SYS_OFFSET_PRECISE
    struct ptp_sys_offset_precise both;
    memset(&both, 0, sizeof both);
    if (ioctl(descriptor, PTP_SYS_OFFSET_PRECISE, &both) < 0) return errno == ENOTTY ? -EOPNOTSUPP : -errno;
    pair->before = pair->after = from_ptp(both.sys_realtime);
    pair->clock = from_ptp(both.device);
    return 0;
#else
    (void)descriptor;
    (void)pair;
    return -EOPNOTSUPP;
#endif
}

int clinux_hardware_clock_read(int descriptor, int count, struct clinux_clock_pair *pairs) {
    if (count > PTP_MAX_SAMPLES) count = PTP_MAX_SAMPLES;
    if (count > CLINUX_CLOCK_PAIRS) count = CLINUX_CLOCK_PAIRS;
#ifdef PTP_SYS_OFFSET_EXTENDED
    struct ptp_sys_offset_extended extended;
    memset(&extended, 0, sizeof extended);
    extended.n_samples = (unsigned)count;
    if (ioctl(descriptor, PTP_SYS_OFFSET_EXTENDED, &extended) == 0) {
        for (int i = 0; i < count; i++) {
            pairs[i].before = from_ptp(extended.ts[i][0]);
            pairs[i].clock = from_ptp(extended.ts[i][1]);
            pairs[i].after = from_ptp(extended.ts[i][2]);
        }
        return count;
    }
#endif
    // Older drivers: system, device, system, device, … system.
    struct ptp_sys_offset plain;
    memset(&plain, 0, sizeof plain);
    plain.n_samples = (unsigned)count;
    if (ioctl(descriptor, PTP_SYS_OFFSET, &plain) < 0) return -errno;
    for (int i = 0; i < count; i++) {
        pairs[i].before = from_ptp(plain.ts[2 * i]);
        pairs[i].clock = from_ptp(plain.ts[2 * i + 1]);
        pairs[i].after = from_ptp(plain.ts[2 * i + 2]);
    }
    return count;
}

int clinux_hardware_clock_stamp(int descriptor, int pin, int channel, int falling) {
    struct ptp_clock_caps abilities;
    memset(&abilities, 0, sizeof abilities);
    if (ioctl(descriptor, PTP_CLOCK_GETCAPS, &abilities) < 0) return -errno;
    if (channel >= abilities.n_ext_ts) return -EOPNOTSUPP;
    // Devices whose inputs are wired to their channels have no pins to set.
    if (pin < abilities.n_pins) {
        struct ptp_pin_desc function;
        memset(&function, 0, sizeof function);
        function.index = (unsigned)pin;
        function.func = PTP_PF_EXTTS;
        function.chan = (unsigned)channel;
        if (ioctl(descriptor, PTP_PIN_SETFUNC, &function) < 0) return -errno;
    }
    struct ptp_extts_request request;
    memset(&request, 0, sizeof request);
    request.index = (unsigned)channel;
    request.flags = PTP_ENABLE_FEATURE | (falling ? PTP_FALLING_EDGE : PTP_RISING_EDGE);
    return ioctl(descriptor, PTP_EXTTS_REQUEST, &request) < 0 ? -errno : 0;
}

int clinux_hardware_clock_take_stamp(int descriptor, int channel, struct clinux_time *stamp) {
    struct ptp_extts_event event;
    ssize_t got = read(descriptor, &event, sizeof event);
    if (got < 0) return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    if (got != (ssize_t)sizeof event || event.index != (unsigned)channel) return 0;
    *stamp = from_ptp(event.t);
    return 1;
}
