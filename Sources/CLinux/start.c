#include "clinux_start.h"
#include "hold.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <link.h>
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

int64_t hold_monotonic(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000 + now.tv_nsec;
}

// Once set, the mark that children are ordinary can be taken away only with CAP_SYS_NICE; it does no harm.
int hold_be_ordinary(pid_t process) {
    struct sched_param ordinary = {.sched_priority = 0};
    if (sched_setscheduler(process, SCHED_OTHER, &ordinary) == 0) return 0;
    return sched_setscheduler(process, SCHED_OTHER | SCHED_RESET_ON_FORK, &ordinary) < 0 ? -errno : 0;
}

// MARK: Between fork and exec

static int move(int from, int to) { return from < 0 || from == to ? 0 : dup2(from, to) < 0 ? -errno : 0; }

// Makes the child what was asked for, up to exec. Everything that can fail fails here, before the instant.
static int prepare(const struct clinux_start *start) {
    struct sigaction usual = {.sa_handler = SIG_DFL};
    for (int number = 1; number < 32; number++)
        if (number != SIGKILL && number != SIGSTOP) sigaction(number, &usual, 0);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, 0);
    if (start->realtime > 0) {
        struct sched_param first = {.sched_priority = start->realtime};
        // Not permitted is no reason not to start.
        sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &first);
    }
    if (start->new_session && setsid() < 0) return -errno;
    // Descriptors that are to be moved onto one another's places are put out of the way first.
    int from[3] = {start->input, start->output, start->errors};
    for (int at = 0; at < 3; at++)
        if (from[at] >= 0 && from[at] < 3 && from[at] != at && (from[at] = fcntl(from[at], F_DUPFD_CLOEXEC, 3)) < 0)
            return -errno;
    for (int at = 0; at < 3; at++) {
        int result = move(from[at], at);
        if (result < 0) return result;
        // Where it is in its place already it must stay open over exec.
        if (from[at] == at && fcntl(at, F_SETFD, 0) < 0) return -errno;
    }
    if (start->file_mask >= 0) umask((mode_t)start->file_mask);
    if (start->group >= 0) {
        if (setgroups(start->group_count, start->groups) < 0) return -errno;
        gid_t group = (gid_t)start->group;
        if (setresgid(group, group, group) < 0) return -errno;
    }
    if (start->user >= 0) {
        uid_t user = (uid_t)start->user;
        if (setresuid(user, user, user) < 0) return -errno;
    }
    if (start->directory && chdir(start->directory) < 0) return -errno;
    return 0;
}

static void execute(const struct clinux_start *start) {
    char *const *environment = start->environment ? (char *const *)start->environment : environ;
    execve(start->path, (char *const *)start->arguments, environment);
}

int clinux_start_now(const struct clinux_start *start) {
    // The child of vfork borrows our memory until it has executed: nothing is copied, and its error comes back in place.
    volatile int error = 0;
    // The child must not begin as an ordinary process: on a busy machine it would wait before it can change that.
    int policy = sched_getscheduler(0);
    struct sched_param own;
    int inherits = start->realtime > 0 && policy >= 0 && (policy & SCHED_RESET_ON_FORK) &&
                   sched_getparam(0, &own) == 0 &&
                   sched_setscheduler(0, policy & ~SCHED_RESET_ON_FORK, &own) == 0;
    pid_t child = vfork();
    if (child == 0) {
        int result = prepare(start);
        if (result == 0) {
            execute(start);
            result = -errno;
        }
        error = result;
        _exit(127);
    }
    int forking = errno;
    if (inherits) sched_setscheduler(0, policy, &own);
    if (child < 0) return -forking;
    if (error == 0) return child;
    while (waitpid(child, 0, 0) < 0 && errno == EINTR) {}
    return error;
}

// MARK: Held before exec

static void wait_for_change(struct hold_page *page, uint32_t seen, int64_t until) {
    struct timespec deadline = {.tv_sec = until / 1000000000, .tv_nsec = until % 1000000000};
    syscall(SYS_futex, &page->changes, FUTEX_WAIT_BITSET, seen, until ? &deadline : 0, 0, FUTEX_BITSET_MATCH_ANY);
}

int hold_wait(struct hold_page *page, int64_t spin, void (*near)(void *), void *context) {
    for (;;) {
        uint32_t seen = atomic_load(&page->changes);
        if (atomic_load(&page->state) == CLINUX_HELD_FAILED) return 0;
        int64_t target = atomic_load(&page->target);
        if (target == 0) {
            wait_for_change(page, seen, 0);
            continue;
        }
        int64_t now = hold_monotonic();
        if (now < target - spin) {
            wait_for_change(page, seen, target - spin);
            continue;
        }
        if (near) near(context);
        now = hold_monotonic();
        // What the holder learns in the last moment counts, too.
        while (now < target && atomic_load_explicit(&page->changes, memory_order_relaxed) == seen) now = hold_monotonic();
        if (now < target) continue;
        if (now > atomic_load(&page->latest)) {
            atomic_store(&page->state, CLINUX_HELD_LATE);
            wait_for_change(page, seen, 0);
            continue;
        }
        // The holder may have cancelled it in this very moment: only one of the two can have its way.
        uint32_t waiting = CLINUX_HELD_WAITING, late = CLINUX_HELD_LATE;
        if (!atomic_compare_exchange_strong(&page->state, &waiting, CLINUX_HELD_RELEASED) &&
            !atomic_compare_exchange_strong(&page->state, &late, CLINUX_HELD_RELEASED))
            return 0;
        atomic_store(&page->released, now);
        return 1;
    }
}

void hold_wake(struct hold_page *page) {
    atomic_fetch_add(&page->changes, 1);
    syscall(SYS_futex, &page->changes, FUTEX_WAKE, INT_MAX, 0, 0, 0);
}

int hold_aim(struct hold_page *page, int64_t target, int64_t latest) {
    atomic_store(&page->latest, latest);
    atomic_store(&page->target, target);
    hold_wake(page);
    return atomic_load(&page->state) == CLINUX_HELD_RELEASED ? 1 : 0;
}

int hold_cancel(struct hold_page *page) {
    uint32_t waiting = CLINUX_HELD_WAITING, late = CLINUX_HELD_LATE;
    if (!atomic_compare_exchange_strong(&page->state, &waiting, CLINUX_HELD_FAILED) &&
        !atomic_compare_exchange_strong(&page->state, &late, CLINUX_HELD_FAILED))
        return 1;
    hold_wake(page);
    return 0;
}

static int hold_before(const struct clinux_start *start, struct clinux_held *held) {
    struct hold_page *page = mmap(0, sizeof *page, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (page == MAP_FAILED) return -errno;
    int ready[2];
    if (pipe2(ready, O_CLOEXEC) < 0) {
        int error = errno;
        munmap(page, sizeof *page);
        return -error;
    }
    pid_t parent = getpid();
    pid_t child = fork();
    if (child == 0) {
        // Without whoever holds it, it would wait for ever, or go though nobody looks after it.
        prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        int result = getppid() == parent ? prepare(start) : -ESRCH;
        // Changing the user has taken it away.
        prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        // A program that is not there is missed now, not at the instant.
        if (result == 0 && access(start->path, X_OK) < 0) result = -errno;
        prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
        long told = write(ready[1], &result, sizeof result);
        if (result < 0 || told != sizeof result) _exit(127);
        close(ready[1]);
        if (!hold_wait(page, HOLD_SPIN, 0, 0)) _exit(127);
        prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0);
        // So that others that are held, and wait for this processor, get their turn before the program is loaded.
        if (start->realtime > 0) sched_yield();
        execute(start);
        atomic_store(&page->error, errno);
        atomic_store(&page->state, CLINUX_HELD_FAILED);
        _exit(127);
    }
    int result = child < 0 ? -errno : 0;
    close(ready[1]);
    if (child > 0) {
        long got;
        do got = read(ready[0], &result, sizeof result);
        while (got < 0 && errno == EINTR);
        if (got != sizeof result) result = -ECHILD;
        if (result < 0) while (waitpid(child, 0, 0) < 0 && errno == EINTR) {}
    }
    close(ready[0]);
    if (result < 0) {
        munmap(page, sizeof *page);
        return result;
    }
    *held = (struct clinux_held){.process = child, .hold = CLINUX_HOLD_BEFORE, .page = page};
    return 0;
}

int clinux_hold_aim(const struct clinux_held *held, int64_t target, int64_t latest) {
    struct hold_page *page = held->page;
    return page ? hold_aim(page, target, latest) : -EINVAL;
}

struct clinux_held_news clinux_hold_news(const struct clinux_held *held) {
    struct clinux_held_news news = {.state = CLINUX_HELD_WAITING};
    struct hold_page *page = held->page;
    if (!page) return news;
    news.state = (int)atomic_load(&page->state);
    news.error = atomic_load(&page->error);
    news.released = atomic_load(&page->released);
    return news;
}

// MARK: Held at its entry

#if defined(__x86_64__)
static const long breakpoint = 0xcc, breakpoint_mask = 0xff;
// The processor stands behind the breakpoint.
static int set_position(pid_t child, unsigned long position) {
    return ptrace(PTRACE_POKEUSER, child, offsetof(struct user, regs.rip), position) < 0 ? -errno : 0;
}
#elif defined(__aarch64__)
static const long breakpoint = 0xd4200000, breakpoint_mask = 0xffffffff;
// The processor stands at the breakpoint.
static int set_position(pid_t child, unsigned long position) { return (void)child, (void)position, 0; }
#else
#define NO_BREAKPOINT
#endif

#ifndef NO_BREAKPOINT
// Where the program's own first instruction is: the dynamic linker has done its work when it comes there.
static int entry_of(pid_t child, unsigned long *entry) {
    char path[32];
    snprintf(path, sizeof path, "/proc/%d/auxv", child);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return -errno;
    ElfW(auxv_t) pair;
    int result = -ENOTSUP;
    while (read(file, &pair, sizeof pair) == sizeof pair && pair.a_type != AT_NULL)
        if (pair.a_type == AT_ENTRY) {
            *entry = pair.a_un.a_val;
            result = 0;
        }
    close(file);
    return result;
}

static int wait_for_stop(pid_t child) {
    for (;;) {
        int status;
        if (waitpid(child, &status, 0) < 0) {
            if (errno == EINTR) continue;
            return -errno;
        }
        if (!WIFSTOPPED(status)) return -ECHILD;
        if (WSTOPSIG(status) == SIGTRAP) return 0;
        // Somebody else's signal: it gets it.
        if (ptrace(PTRACE_CONT, child, 0, WSTOPSIG(status)) < 0) return -errno;
    }
}

int hold_trap(pid_t child, struct hold_trap *trap) {
    if (ptrace(PTRACE_SETOPTIONS, child, 0, PTRACE_O_EXITKILL) < 0) return -errno;
    int result = entry_of(child, &trap->entry);
    if (result < 0) return result;
    errno = 0;
    trap->code = ptrace(PTRACE_PEEKTEXT, child, trap->entry, 0);
    if (errno) return -errno;
    if (ptrace(PTRACE_POKETEXT, child, trap->entry, (trap->code & ~breakpoint_mask) | breakpoint) < 0) return -errno;
    return ptrace(PTRACE_CONT, child, 0, 0) < 0 ? -errno : 0;
}

int hold_untrap(pid_t child, const struct hold_trap *trap) {
    if (ptrace(PTRACE_POKETEXT, child, trap->entry, trap->code) < 0) return -errno;
    return set_position(child, trap->entry);
}

static int run_to_entry(pid_t child) {
    struct hold_trap trap;
    int result = hold_trap(child, &trap);
    if (result == 0) result = wait_for_stop(child);
    return result < 0 ? result : hold_untrap(child, &trap);
}

int hold_gives_rights(const char *path) {
    struct stat found;
    if (geteuid() == 0 || stat(path, &found) < 0) return 0;
    return (found.st_mode & (S_ISUID | S_ISGID)) != 0 || getxattr(path, "security.capability", 0, 0) > 0;
}

static int hold_entry(const struct clinux_start *start, struct clinux_held *held) {
    if (hold_gives_rights(start->path)) return -ENOTSUP;
    volatile int error = 0;
    struct clinux_start ordinary = *start;
    ordinary.realtime = 0;
    pid_t child = vfork();
    if (child < 0) return -errno;
    if (child == 0) {
        int result = prepare(&ordinary);
        if (result == 0 && ptrace(PTRACE_TRACEME, 0, 0, 0) < 0) result = -ENOTSUP;
        if (result == 0) {
            execute(start);
            result = -errno;
        }
        error = result;
        _exit(127);
    }
    int result = error;
    if (result < 0) {
        while (waitpid(child, 0, 0) < 0 && errno == EINTR) {}
        return result;
    }
    result = wait_for_stop(child);
    if (result == 0) result = run_to_entry(child);
    if (result < 0) {
        kill(child, SIGKILL);
        while (waitpid(child, 0, 0) < 0 && errno == EINTR) {}
        return result == -ECHILD ? -ECHILD : -ENOTSUP;
    }
    if (start->realtime > 0) {
        struct sched_param first = {.sched_priority = start->realtime};
        sched_setscheduler(child, SCHED_FIFO | SCHED_RESET_ON_FORK, &first);
    }
    *held = (struct clinux_held){.process = child, .hold = CLINUX_HOLD_ENTRY, .page = 0};
    return 0;
}
#else
int hold_trap(pid_t child, struct hold_trap *trap) { return (void)child, (void)trap, -ENOTSUP; }
int hold_untrap(pid_t child, const struct hold_trap *trap) { return (void)child, (void)trap, -ENOTSUP; }
int hold_gives_rights(const char *path) { return (void)path, 1; }
static int hold_entry(const struct clinux_start *start, struct clinux_held *held) {
    return (void)start, (void)held, -ENOTSUP;
}
#endif

int clinux_hold_start(const struct clinux_start *start, int hold, struct clinux_held *held) {
    return hold == CLINUX_HOLD_ENTRY ? hold_entry(start, held) : hold_before(start, held);
}

_Static_assert(sizeof(cpu_set_t) == sizeof(uint64_t[16]), "a set of processors");

void clinux_hold_pin(struct clinux_held *held) {
    int processor = sched_getcpu();
    if (held->page || held->pinned || processor < 0) return;
    cpu_set_t *own = (cpu_set_t *)held->own_processors, *its = (cpu_set_t *)held->its_processors, one;
    if (sched_getaffinity(0, sizeof *own, own) < 0 || sched_getaffinity(held->process, sizeof *its, its) < 0) return;
    CPU_ZERO(&one);
    CPU_SET(processor, &one);
    if (sched_setaffinity(held->process, sizeof one, &one) < 0) return;
    held->pinned = 1;
    sched_setaffinity(0, sizeof one, &one);
}

void clinux_hold_unpin(struct clinux_held *held) {
    if (!held->pinned) return;
    held->pinned = 0;
    sched_setaffinity(held->process, sizeof held->its_processors, (cpu_set_t *)held->its_processors);
    sched_setaffinity(0, sizeof held->own_processors, (cpu_set_t *)held->own_processors);
}

int clinux_hold_release(const struct clinux_held *held) {
    if (held->page) return -EINVAL;
    return ptrace(PTRACE_DETACH, held->process, 0, 0) < 0 ? -errno : 0;
}

int clinux_hold_cancel(struct clinux_held *held) {
    struct hold_page *page = held->page;
    if (page && hold_cancel(page)) return 1;
    kill(held->process, SIGKILL);
    while (waitpid(held->process, 0, 0) < 0 && errno == EINTR) {}
    clinux_hold_close(held);
    return 0;
}

void clinux_hold_close(struct clinux_held *held) {
    if (held->page) munmap(held->page, sizeof(struct hold_page));
    held->page = 0;
}

// MARK: Afterwards

int clinux_process_watch(int process) {
    int descriptor = pidfd_open(process, 0);
    return descriptor < 0 ? -errno : descriptor;
}

static int64_t microseconds(struct timeval time) { return time.tv_sec * 1000000 + time.tv_usec; }

int clinux_process_end(int process, int wait, struct clinux_end *end) {
    memset(end, 0, sizeof *end);
    int status;
    struct rusage usage;
    pid_t found;
    do found = wait4(process, &status, wait ? 0 : WNOHANG, &usage);
    while (found < 0 && errno == EINTR && wait);
    if (found < 0) return -errno;
    if (found == 0) return 0;
    end->ended = 1;
    if (WIFSIGNALED(status))
        end->signal = WTERMSIG(status);
    else
        end->code = WEXITSTATUS(status);
    end->user_microseconds = microseconds(usage.ru_utime);
    end->system_microseconds = microseconds(usage.ru_stime);
    end->most_resident = usage.ru_maxrss;
    end->minor_faults = usage.ru_minflt;
    end->major_faults = usage.ru_majflt;
    end->voluntary_switches = usage.ru_nvcsw;
    end->involuntary_switches = usage.ru_nivcsw;
    return 0;
}

int clinux_process_turns(int process, uint64_t *turns, uint64_t *waited) {
    char path[32], text[96];
    snprintf(path, sizeof path, "/proc/%d/schedstat", process);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return -errno;
    long got = read(file, text, sizeof text - 1);
    close(file);
    if (got <= 0) return -EIO;
    text[got] = 0;
    unsigned long long ran, delay, count;
    if (sscanf(text, "%llu %llu %llu", &ran, &delay, &count) != 3) return -EIO;
    *turns = count;
    *waited = delay;
    // All zero where the kernel does not count.
    return count == 0 ? -ENOTSUP : 0;
}

int clinux_start_ordinary(int process) { return hold_be_ordinary(process); }

int clinux_priority_begin(int priority) {
    struct sched_param first = {.sched_priority = priority};
    return sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &first) < 0 ? -errno : 0;
}

void clinux_priority_end(void) { hold_be_ordinary(0); }

void clinux_exact_timers(void) { prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0); }

int clinux_may_execute(const char *path) {
    struct stat found;
    return stat(path, &found) == 0 && S_ISREG(found.st_mode) && access(path, X_OK) == 0;
}

int clinux_send_signal(int process, int number) { return kill(process, number) < 0 ? -errno : 0; }
