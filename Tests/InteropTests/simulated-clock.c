// A kernel clock for the programs of one simulated machine, to be loaded before libc: a crystal that is off, which only
// these programs read and steer, and time that may pass faster than real. The machine's own clock is only read.
//
// The clock is the file that TIMEBALL_SIMULATED_CLOCK names (simulated-clock.py makes it), so that all programs of a machine
// share it, and somebody outside can see how wrong it is. Faked are the calls that read, set, adjust or wait by a clock, and
// the kernel's stamps of packets.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include <linux/errqueue.h>
#include <linux/net_tstamp.h>

// Keep in step with simulated-clock.py.
struct machine {
    int64_t sequence;  // odd while the rest is being written
    int64_t start;     // CLOCK_MONOTONIC of the host when time began, ns
    double speed;      // simulated seconds to a real one
    double gain;       // how much the crystal gains, s/s
    int64_t raw;       // the crystal, the wall clock and the monotonic clock at the last change, ns
    int64_t wall;
    int64_t monotonic;
    int64_t tick;
    int64_t frequency;
    int64_t status;
    int64_t maximum;
    int64_t estimated;
    int64_t tai;
    int64_t steps;  // how often it was stepped
    int64_t stepped;  // by how much in all, ns
};

static struct machine *shared;

static int64_t nanoseconds(struct timespec time) { return time.tv_sec * 1000000000ll + time.tv_nsec; }

static struct timespec timespec_of(int64_t nanoseconds) {
    struct timespec time = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
    if (time.tv_nsec < 0) {
        time.tv_nsec += 1000000000;
        time.tv_sec -= 1;
    }
    return time;
}

// Not by clock_gettime, which is ours.
static int64_t host(clockid_t clock) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    struct timespec now;
    if (real(clock, &now) < 0) return 0;
    return nanoseconds(now);
}

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("TIMEBALL_SIMULATED_CLOCK");
    if (!path) return;
    int descriptor = open(path, O_RDWR | O_CLOEXEC);
    if (descriptor < 0) return;
    void *pages = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    close(descriptor);
    if (pages != MAP_FAILED) shared = pages;
}

static struct machine copy(void) {
    struct machine copy;
    for (;;) {
        int64_t before = __atomic_load_n(&shared->sequence, __ATOMIC_ACQUIRE);
        memcpy(&copy, shared, sizeof copy);
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        if (before % 2 == 0 && __atomic_load_n(&shared->sequence, __ATOMIC_RELAXED) == before) return copy;
    }
}

static double rate(const struct machine *machine) {
    return machine->tick / 10000.0 + machine->frequency / 65536e6;
}

// The crystal when the host's monotonic clock shows a moment. It began at 1000 s.
static int64_t raw_at(const struct machine *machine, int64_t moment) {
    return 1000000000000ll + (int64_t)((moment - machine->start) * machine->speed * (1 + machine->gain));
}

static int64_t passed(const struct machine *machine, int64_t moment) {
    return (int64_t)((raw_at(machine, moment) - machine->raw) * rate(machine));
}

static int64_t reading(const struct machine *machine, clockid_t clock, int64_t moment) {
    switch (clock) {
    case CLOCK_REALTIME:
    case CLOCK_REALTIME_COARSE: return machine->wall + passed(machine, moment);
    case CLOCK_TAI: return machine->wall + passed(machine, moment) + machine->tai * 1000000000ll;
    case CLOCK_MONOTONIC_RAW: return raw_at(machine, moment);
    default: return machine->monotonic + passed(machine, moment);
    }
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    int isTime = clock >= CLOCK_REALTIME && clock <= CLOCK_TAI && clock != CLOCK_PROCESS_CPUTIME_ID &&
                 clock != CLOCK_THREAD_CPUTIME_ID;
    if (!shared || !isTime) {
        static int (*real)(clockid_t, struct timespec *);
        if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
        return real(clock, time);
    }
    struct machine now = copy();
    *time = timespec_of(reading(&now, clock, host(CLOCK_MONOTONIC)));
    return 0;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    (void)zone;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *result) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (result) *result = now.tv_sec;
    return now.tv_sec;
}

// Changes begin with what the clocks show now.
static struct machine settle(void) {
    struct machine now = copy();
    int64_t moment = host(CLOCK_MONOTONIC);
    now.wall = reading(&now, CLOCK_REALTIME, moment);
    now.monotonic = reading(&now, CLOCK_MONOTONIC, moment);
    now.raw = raw_at(&now, moment);
    return now;
}

static void put(struct machine changed) {
    int64_t sequence = shared->sequence;
    __atomic_store_n(&shared->sequence, sequence + 1, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    memcpy((char *)shared + sizeof sequence, (char *)&changed + sizeof sequence, sizeof changed - sizeof sequence);
    __atomic_store_n(&shared->sequence, sequence + 2, __ATOMIC_RELEASE);
}

static void step(struct machine *machine, int64_t by) {
    machine->wall += by;
    machine->steps += 1;
    machine->stepped += by;
}

int clock_settime(clockid_t clock, const struct timespec *time) {
    if (!shared || clock != CLOCK_REALTIME) {
        errno = EPERM;  // the host's clock is nobody's business here
        return -1;
    }
    struct machine now = settle();
    step(&now, nanoseconds(*time) - now.wall);
    put(now);
    return 0;
}

int settimeofday(const struct timeval *time, const struct timezone *zone) {
    (void)zone;
    struct timespec exact = {.tv_sec = time->tv_sec, .tv_nsec = time->tv_usec * 1000};
    return clock_settime(CLOCK_REALTIME, &exact);
}

int adjtimex(struct timex *values) {
    if (!shared) {
        if (values->modes == 0) return (int)syscall(SYS_adjtimex, values);
        errno = EPERM;
        return -1;
    }
    struct machine now = settle();
    unsigned modes = values->modes;
    int isSingle = (modes & ADJ_OFFSET_SINGLESHOT) == ADJ_OFFSET_SINGLESHOT;
    if (modes != 0 && !isSingle) {
        if (modes & ADJ_TICK) {
            if (values->tick < 9000 || values->tick > 11000) {
                errno = EINVAL;
                return -1;
            }
            now.tick = values->tick;
        }
        if (modes & ADJ_FREQUENCY) {
            long most = 500l << 16;
            now.frequency = values->freq > most ? most : values->freq < -most ? -most : values->freq;
        }
        if (modes & ADJ_STATUS) now.status = values->status;
        if (modes & ADJ_MAXERROR) now.maximum = values->maxerror;
        if (modes & ADJ_ESTERROR) now.estimated = values->esterror;
        if (modes & ADJ_TAI) now.tai = values->constant;
        if (modes & ADJ_SETOFFSET) {
            step(&now, values->time.tv_sec * 1000000000ll + values->time.tv_usec * (modes & ADJ_NANO ? 1 : 1000));
        }
        put(now);
    }
    values->offset = 0;
    values->tick = now.tick;
    values->freq = now.frequency;
    values->status = (int)now.status;
    values->maxerror = now.maximum;
    values->esterror = now.estimated;
    values->tai = (int)now.tai;
    values->tolerance = 500l << 16;
    values->precision = 1;
    values->time.tv_sec = now.wall / 1000000000;
    values->time.tv_usec = now.wall % 1000000000 / 1000;
    return now.status & STA_UNSYNC ? TIME_ERROR : TIME_OK;
}

int ntp_adjtime(struct timex *values) { return adjtimex(values); }

int clock_adjtime(clockid_t clock, struct timex *values) {
    if (clock == CLOCK_REALTIME) return adjtimex(values);
    errno = EOPNOTSUPP;
    return -1;
}

// MARK: Waiting

static int64_t real_wait(int64_t simulated) { return shared ? (int64_t)(simulated / shared->speed) : simulated; }

int timerfd_settime(int descriptor, int flags, const struct itimerspec *wanted, struct itimerspec *before) {
    static int (*real)(int, int, const struct itimerspec *, struct itimerspec *);
    if (!real) {
        real = (int (*)(int, int, const struct itimerspec *, struct itimerspec *))dlsym(RTLD_NEXT, "timerfd_settime");
    }
    struct itimerspec scaled = *wanted;
    int64_t value = nanoseconds(wanted->it_value);
    if (!(flags & TFD_TIMER_ABSTIME) && value > 0) {
        int64_t wait = real_wait(value);
        scaled.it_value = timespec_of(wait > 0 ? wait : 1);
        scaled.it_interval = timespec_of(real_wait(nanoseconds(wanted->it_interval)));
    }
    return real(descriptor, flags, &scaled, before);
}

int select(int count, fd_set *in, fd_set *out, fd_set *errors, struct timeval *limit) {
    if (!limit) return pselect(count, in, out, errors, NULL, NULL);
    struct timespec scaled = timespec_of(real_wait(limit->tv_sec * 1000000000ll + limit->tv_usec * 1000ll));
    return pselect(count, in, out, errors, &scaled, NULL);
}

int poll(struct pollfd *entries, nfds_t count, int milliseconds) {
    if (milliseconds < 0) return ppoll(entries, count, NULL, NULL);
    struct timespec scaled = timespec_of(real_wait(milliseconds * 1000000ll));
    return ppoll(entries, count, &scaled, NULL);
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *wanted, struct timespec *rest) {
    static int (*real)(clockid_t, int, const struct timespec *, struct timespec *);
    if (!real) {
        real = (int (*)(clockid_t, int, const struct timespec *, struct timespec *))dlsym(RTLD_NEXT, "clock_nanosleep");
    }
    int64_t wait = nanoseconds(*wanted);
    if (flags & TIMER_ABSTIME) {
        struct timespec now;
        clock_gettime(clock, &now);
        wait -= nanoseconds(now);
        if (wait <= 0) return 0;
    }
    struct timespec scaled = timespec_of(real_wait(wait));
    return real(CLOCK_MONOTONIC, 0, &scaled, rest);
}

int nanosleep(const struct timespec *wanted, struct timespec *rest) {
    int error = clock_nanosleep(CLOCK_REALTIME, 0, wanted, rest);
    errno = error;
    return error ? -1 : 0;
}

int usleep(useconds_t microseconds) {
    struct timespec wanted = timespec_of(microseconds * 1000ll);
    return nanosleep(&wanted, NULL);
}

// MARK: Stamps

// The kernel stamped by its own wall clock: told by ours.
static struct timespec simulated(struct timespec stamp) {
    if (!shared || (stamp.tv_sec == 0 && stamp.tv_nsec == 0)) return stamp;
    int64_t between = host(CLOCK_REALTIME) - host(CLOCK_MONOTONIC);
    struct machine now = copy();
    return timespec_of(reading(&now, CLOCK_REALTIME, nanoseconds(stamp) - between));
}

static void tell(struct msghdr *message) {
    for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part; part = CMSG_NXTHDR(message, part)) {
        if (part->cmsg_level != SOL_SOCKET) continue;
        struct timespec stamp;
        if (part->cmsg_type != SCM_TIMESTAMPING && part->cmsg_type != SCM_TIMESTAMPNS) continue;
        memcpy(&stamp, CMSG_DATA(part), sizeof stamp);
        stamp = simulated(stamp);
        memcpy(CMSG_DATA(part), &stamp, sizeof stamp);
    }
}

ssize_t recvmsg(int descriptor, struct msghdr *message, int flags) {
    static ssize_t (*real)(int, struct msghdr *, int);
    if (!real) real = (ssize_t (*)(int, struct msghdr *, int))dlsym(RTLD_NEXT, "recvmsg");
    ssize_t count = real(descriptor, message, flags);
    if (count >= 0) tell(message);
    return count;
}

int recvmmsg(int descriptor, struct mmsghdr *messages, unsigned most, int flags, struct timespec *limit) {
    static int (*real)(int, struct mmsghdr *, unsigned, int, struct timespec *);
    if (!real) real = (int (*)(int, struct mmsghdr *, unsigned, int, struct timespec *))dlsym(RTLD_NEXT, "recvmmsg");
    int count = real(descriptor, messages, most, flags, limit);
    for (int i = 0; i < count; i++) tell(&messages[i].msg_hdr);
    return count;
}
