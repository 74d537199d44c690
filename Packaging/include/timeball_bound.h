// True time and how far it may be wrong, read from the page that timeballd keeps (Documentation/BoundPage.md).
// C11, header only, no library, no system call to read.
//
//     struct timeball_page page;
//     struct timeball_time time;
//     int error = timeball_open(&page, TIMEBALL_BOUND_PATH);
//     if (!error) error = timeball_now(&page, &time);
//     if (error) fprintf(stderr, "%s\n", timeball_error_text(error));
//
// Where timeball_now says TIMEBALL_REPLACED, close the page and open it again: another daemon has been started.
#ifndef TIMEBALL_BOUND_H
#define TIMEBALL_BOUND_H

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define TIMEBALL_BOUND_PATH "/run/timeball/bound"
#define TIMEBALL_PAGE_SIZE 256
#define TIMEBALL_PAGE_VERSION 1

/// Why there is no time to be had.
enum timeball_error {
    TIMEBALL_NO_PAGE = 1,    ///< there is no such file, or it cannot be read (errno tells)
    TIMEBALL_FOREIGN,        ///< it is not a page, or one of another version or order of octets
    TIMEBALL_OTHER_BOOT,     ///< it was written before the machine was started
    TIMEBALL_REPLACED,       ///< another page has taken its place: open it again
    TIMEBALL_UNFINISHED,     ///< it is being written all the time; its writer may have died over it
    TIMEBALL_UNKNOWN,        ///< the daemon does not know the time
    TIMEBALL_SUSPENDED,      ///< the machine was suspended since the page was written
    TIMEBALL_EXPIRED,        ///< nobody has written it for too long
};

/// The page as it lies in memory, in the machine's own order of octets.
struct timeball_layout {
    char magic[8];                ///<   0 "TIMEBALL"
    uint32_t version;             ///<   8
    uint32_t size;                ///<  12 octets of the page
    uint32_t byte_order;          ///<  16 0x01020304
    uint32_t reserved1;           ///<  20
    uint64_t sequence;            ///<  24 odd while it is being written
    uint8_t boot[16];             ///<  32 /proc/sys/kernel/random/boot_id
    int64_t session;              ///<  48 CLOCK_MONOTONIC when the daemon began, ns
    uint64_t reserved2;           ///<  56
    uint32_t state;               ///<  64 1 kept, 2 no longer kept, 3 replaced
    uint32_t verdict;             ///<  68 1 Right, 2 Settling, 3 Holding, 4 Agreed, 5 Unknown
    uint32_t leap;                ///<  72 0 none, 1 a second is inserted, 2 deleted, 3 unsynchronised
    uint32_t flags;               ///<  76 bit 0: true time is known; bit 1: tai_offset is known
    int64_t reference;            ///<  80 CLOCK_MONOTONIC, ns: the moment of all that follows
    int64_t valid_until;          ///<  88 CLOCK_MONOTONIC, ns
    int64_t suspended;            ///<  96 CLOCK_BOOTTIME - CLOCK_MONOTONIC, ns
    int64_t estimate_seconds;     ///< 104 true time, seconds since 1970 UTC
    uint32_t estimate_nanoseconds;///< 112
    int32_t tai_offset;           ///< 116 TAI - UTC, seconds, before an announced leap second
    double rate;                  ///< 120 what true time gains on CLOCK_MONOTONIC, s/s
    int64_t below;                ///< 128 true time is not earlier than the estimate less this, ns
    int64_t above;                ///< 136 true time is not later than the estimate plus this, ns
    double growth;                ///< 144 what both grow by, s/s
    int64_t deviation;            ///< 152 standard deviation of the estimate, ns; no promise
    int64_t leap_at;              ///< 160 when the leap second is in effect, seconds since 1970; 0 none
    int64_t leap_by;              ///< 168 what UTC jumps by there, seconds
    int64_t wall_seconds;         ///< 176 CLOCK_REALTIME - CLOCK_MONOTONIC as the daemon knows it
    int64_t wall_nanoseconds;     ///< 184
    int64_t tick;                 ///< 192 the kernel's rate (adjtimex): microseconds per tick
    int64_t scaled_frequency;     ///< 200 and 65536 per ppm
    uint64_t reserved3[6];        ///< 208
};
_Static_assert(sizeof(struct timeball_layout) == TIMEBALL_PAGE_SIZE, "layout");

struct timeball_page {
    const void *memory;
};

/// Where true time was at one moment.
struct timeball_time {
    struct timespec earliest;  ///< true time was not before this
    struct timespec latest;    ///< and not after this
    struct timespec estimate;  ///< the best estimate, between the two
    int64_t monotonic;         ///< the moment: CLOCK_MONOTONIC, ns
    struct timeball_layout page;
};

static inline const char *timeball_error_text(int error) {
    switch (error) {
    case 0: return "There is no error.";
    case TIMEBALL_NO_PAGE: return "There is no page, or it cannot be read. Is timeballd running?";
    case TIMEBALL_FOREIGN: return "It is not a page that this program can read.";
    case TIMEBALL_OTHER_BOOT: return "The page was written before this machine was started.";
    case TIMEBALL_REPLACED: return "Another daemon has replaced the page: open it again.";
    case TIMEBALL_UNFINISHED: return "The page was left half written.";
    case TIMEBALL_UNKNOWN: return "The daemon does not know the time yet.";
    case TIMEBALL_SUSPENDED: return "The machine was suspended since the page was written.";
    case TIMEBALL_EXPIRED: return "The page is too old to be believed.";
    default: return "An error that does not exist.";
    }
}

/// Compares the page's boot with this start of the machine. 0, or an error.
static inline int timeball_check_boot(const struct timeball_layout *page) {
    char text[64];
    int descriptor = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return TIMEBALL_NO_PAGE;
    long count = read(descriptor, text, sizeof text);
    close(descriptor);
    int digits = 0;
    uint8_t boot[16] = {0};
    for (long i = 0; i < count; i++) {
        char c = text[i];
        int value = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
        if (value < 0) continue;
        if (digits < 32) boot[digits / 2] = (uint8_t)(boot[digits / 2] << 4 | value);
        digits++;
    }
    return digits == 32 && memcmp(boot, page->boot, 16) == 0 ? 0 : TIMEBALL_OTHER_BOOT;
}

/// Maps the page. A symbolic link in its place is not followed. 0, or an error.
static inline int timeball_open(struct timeball_page *page, const char *path) {
    page->memory = 0;
    int descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) return TIMEBALL_NO_PAGE;
    struct stat found;
    if (fstat(descriptor, &found) < 0 || !S_ISREG(found.st_mode) || found.st_size < TIMEBALL_PAGE_SIZE) {
        close(descriptor);
        return TIMEBALL_FOREIGN;
    }
    void *memory = mmap(0, TIMEBALL_PAGE_SIZE, PROT_READ, MAP_SHARED, descriptor, 0);
    close(descriptor);
    if (memory == MAP_FAILED) return TIMEBALL_NO_PAGE;
    // These do not change as long as the file exists.
    const struct timeball_layout *layout = (const struct timeball_layout *)memory;
    int error = memcmp(layout->magic, "TIMEBALL", 8) != 0 || layout->version != TIMEBALL_PAGE_VERSION ||
                        layout->byte_order != 0x01020304 || layout->size != TIMEBALL_PAGE_SIZE
                    ? TIMEBALL_FOREIGN
                    : timeball_check_boot(layout);
    if (error) {
        munmap(memory, TIMEBALL_PAGE_SIZE);
        return error;
    }
    page->memory = memory;
    return 0;
}

static inline void timeball_close(struct timeball_page *page) {
    if (page->memory) munmap((void *)page->memory, TIMEBALL_PAGE_SIZE);
    page->memory = 0;
}

static inline int64_t timeball_clock(clockid_t clock) {
    struct timespec now = {0, 0};
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline struct timespec timeball_add(int64_t seconds, int64_t nanoseconds) {
    seconds += nanoseconds / 1000000000;
    nanoseconds %= 1000000000;
    if (nanoseconds < 0) {
        nanoseconds += 1000000000;
        seconds--;
    }
    struct timespec sum = {.tv_sec = (time_t)seconds, .tv_nsec = (long)nanoseconds};
    return sum;
}

/// A consistent copy of the page, and CLOCK_MONOTONIC and CLOCK_BOOTTIME while it was valid (ns). 0, or an error.
static inline int timeball_read(const struct timeball_page *page, struct timeball_layout *copy, int64_t *monotonic,
                                int64_t *boot) {
    _Atomic uint64_t *words = (_Atomic uint64_t *)page->memory;
    for (int attempt = 0; attempt < 400; attempt++) {
        if (attempt >= 64) {
            struct timespec moment = {0, 50000};
            nanosleep(&moment, 0);
        }
        uint64_t before = atomic_load_explicit(&words[3], memory_order_acquire);
        if (before & 1) continue;
        for (int i = 0; i < TIMEBALL_PAGE_SIZE / 8; i++) {
            uint64_t word = atomic_load_explicit(&words[i], memory_order_relaxed);
            memcpy((char *)copy + 8 * i, &word, 8);
        }
        *monotonic = timeball_clock(CLOCK_MONOTONIC);
        *boot = timeball_clock(CLOCK_BOOTTIME);
        int64_t after = timeball_clock(CLOCK_MONOTONIC);
        atomic_thread_fence(memory_order_seq_cst);
        uint64_t again = atomic_load_explicit(&words[3], memory_order_relaxed);
        // Where we were interrupted between the clocks, they would differ as if the machine had slept.
        if (again == before && after - *monotonic < 1000000) return 0;
    }
    return TIMEBALL_UNFINISHED;
}

/// Where true time is by a copy of the page. 0, or an error.
static inline int timeball_evaluate(const struct timeball_layout *page, int64_t monotonic, int64_t boot,
                                    struct timeball_time *time) {
    if (page->state == 3) return TIMEBALL_REPLACED;
    if (!(page->flags & 1)) return TIMEBALL_UNKNOWN;
    if (boot - monotonic - page->suspended >= 10000000) return TIMEBALL_SUSPENDED;
    if (monotonic > page->valid_until) return TIMEBALL_EXPIRED;
    int64_t elapsed = monotonic - page->reference;
    double gained = (double)elapsed * page->rate;
    // Rounded outwards, so that the promise is kept.
    int64_t passed = elapsed + (int64_t)gained;
    double growth = passed > 0 ? (double)passed * page->growth : 0;
    int64_t grown = (int64_t)growth + 2;
    struct timespec ends[3] = {
        timeball_add(page->estimate_seconds, page->estimate_nanoseconds + passed - page->below - grown),
        timeball_add(page->estimate_seconds, page->estimate_nanoseconds + passed),
        timeball_add(page->estimate_seconds, page->estimate_nanoseconds + passed + page->above + grown),
    };
    // A leap second: while it is not certain that it has come, both possibilities are inside.
    if (page->leap_at != 0) {
        int certain = ends[0].tv_sec >= page->leap_at, possible = ends[2].tv_sec >= page->leap_at;
        int likely = ends[1].tv_sec >= page->leap_at;
        if (page->leap_by < 0 ? possible : certain) ends[0].tv_sec += (time_t)page->leap_by;
        if (page->leap_by > 0 ? possible : certain) ends[2].tv_sec += (time_t)page->leap_by;
        if (likely) ends[1].tv_sec += (time_t)page->leap_by;
    }
    time->earliest = ends[0];
    time->estimate = ends[1];
    time->latest = ends[2];
    time->monotonic = monotonic;
    time->page = *page;
    return 0;
}

/// Where true time is now. 0, or an error.
static inline int timeball_now(const struct timeball_page *page, struct timeball_time *time) {
    struct timeball_layout copy;
    int64_t monotonic = 0, boot = 0;
    int error = timeball_read(page, &copy, &monotonic, &boot);
    return error ? error : timeball_evaluate(&copy, monotonic, boot, time);
}

#endif
