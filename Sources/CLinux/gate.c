// Jobs that are prepared before their instant. Three processes share a page: the daemon, which says when; the job; and
// between them the one that attends to it, which is root, ends the job if the daemon dies before the instant, and holds
// it where it is held behind exec (only whoever traces a process can let it go).
#include "gate.h"
#include "clinux_start.h"
#include "hold.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

struct clinux_gate {
    struct hold_page page;
    int wanted;      // enum clinux_hold
    int realtime;    // SCHED_FIFO priority of the last moments; 0: none
    pid_t holder;    // the daemon
    pid_t attendant;
    _Atomic int way;        // how it is held in the end; 0: not known yet
    _Atomic int64_t began;  // its first instruction; 0: not known
    _Atomic int measured;
    int64_t user_microseconds, system_microseconds, resident_octets;
};

// How long before the instant the attending process stops sleeping.
#define ATTENDED_SPIN 500000
// For so long after the instant the job runs before all ordinary processes: exec included, or from its entry.
#define PRIORITY_EXEC 3000000
#define PRIORITY_ENTRY 1000000

struct clinux_gate *clinux_gate_open(int hold, int realtime) {
    struct clinux_gate *gate =
        mmap(0, sizeof *gate, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (gate == MAP_FAILED) return 0;
    gate->wanted = hold;
    gate->realtime = realtime;
    gate->holder = getpid();
    return gate;
}

int clinux_gate_aim(struct clinux_gate *gate, int64_t target, int64_t latest) {
    return hold_aim(&gate->page, target > 0 ? target : 1, latest);
}

int clinux_gate_cancel(struct clinux_gate *gate) { return hold_cancel(&gate->page); }

struct clinux_gate_news clinux_gate_news(struct clinux_gate *gate) {
    struct clinux_gate_news news;
    memset(&news, 0, sizeof news);
    news.state = (int)atomic_load(&gate->page.state);
    news.way = atomic_load(&gate->way);
    news.released = atomic_load(&gate->page.released);
    news.began = atomic_load(&gate->began);
    news.is_measured = atomic_load(&gate->measured);
    if (news.is_measured) {
        news.user_microseconds = gate->user_microseconds;
        news.system_microseconds = gate->system_microseconds;
        news.resident_octets = gate->resident_octets;
    }
    return news;
}

void clinux_gate_close(struct clinux_gate *gate) { munmap(gate, sizeof *gate); }

void gate_measured(struct clinux_gate *gate, const struct rusage *usage) {
    gate->user_microseconds = usage->ru_utime.tv_sec * 1000000 + usage->ru_utime.tv_usec;
    gate->system_microseconds = usage->ru_stime.tv_sec * 1000000 + usage->ru_stime.tv_usec;
    gate->resident_octets = usage->ru_maxrss * 1024;
    atomic_store(&gate->measured, 1);
}

void gate_opens(struct clinux_gate *gate) { gate->attendant = getpid(); }

static void say(int failure, const char *text, size_t length) {
    long written = write(failure, text, length);
    (void)written;
}

static void say_ready(int failure) { say(failure, CLINUX_GATE_READY, sizeof CLINUX_GATE_READY - 1); }

static void become_first(pid_t process, int priority) {
    struct sched_param first = {.sched_priority = priority};
    // Not permitted is no reason not to start.
    if (priority > 0) sched_setscheduler(process, SCHED_FIFO | SCHED_RESET_ON_FORK, &first);
}

// MARK: The job

// So that no disk is waited for at the instant.
static void read_ahead(const char *path) {
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file < 0) return;
    readahead(file, 0, 64 << 20);
    close(file);
}

void gate_enter(const struct clinux_job *job, int failure) {
    struct clinux_gate *gate = job->gate;
    if (gate->wanted == CLINUX_HOLD_ENTRY && !hold_gives_rights(job->path) && ptrace(PTRACE_TRACEME, 0, 0, 0) == 0) {
        atomic_store(&gate->way, CLINUX_HOLD_ENTRY);
        return;
    }
    read_ahead(job->path);
    // Without whoever attends to it, it would wait for ever. Changing the user had taken this away.
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (getppid() != gate->attendant) _exit(127);
    prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
    atomic_store(&gate->way, CLINUX_HOLD_BEFORE);
    say_ready(failure);
    if (!hold_wait(&gate->page, HOLD_SPIN, 0, 0)) _exit(127);
    atomic_store(&gate->began, atomic_load(&gate->page.released));
    prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0);
    prctl(PR_SET_TIMERSLACK, 0, 0, 0, 0);
    // So that others that wait for this processor get their turn before the program is loaded.
    if (gate->realtime > 0) sched_yield();
}

// MARK: The process that attends to it

static int end_job(pid_t job, int *status) {
    kill(-job, SIGKILL);
    kill(job, SIGKILL);
    do {
        pid_t got = waitpid(job, status, 0);
        if (got < 0 && errno != EINTR) return 1;
        if (got == job && !WIFSTOPPED(*status)) return 1;
    } while (1);
}

// Waits for a signal, at most so long. 1: the job must not go any more.
static int listen_for(struct clinux_gate *gate, pid_t job, const sigset_t *all, int64_t nanoseconds) {
    struct timespec most = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
    int number = nanoseconds > 0 ? sigtimedwait(all, 0, &most) : 0;
    if (number == CLINUX_JOB_KILL) number = SIGKILL;
    if ((number == GATE_ORPHANED || number == SIGKILL) && hold_cancel(&gate->page) == 0) return 1;
    if (number > 0 && number != GATE_ORPHANED && number != SIGCHLD && kill(-job, number) < 0) kill(job, number);
    return atomic_load(&gate->page.state) == CLINUX_HELD_FAILED;
}

// What has to be done when the instant is near: the job comes to its turn on this processor, and nobody wakes another.
struct near {
    struct clinux_held held;
    uint64_t turns, waited;  // how often it had come to a processor, and how long it had waited for one
    int is_done;
};

static void is_near(void *context) {
    struct near *near = context;
    if (near->is_done) return;
    near->is_done = 1;
    clinux_hold_pin(&near->held);
    if (clinux_process_turns(near->held.process, &near->turns, &near->waited) < 0) near->turns = 0;
}

static void pause_until(int64_t moment) {
    struct timespec at = {.tv_sec = moment / 1000000000, .tv_nsec = moment % 1000000000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, 0) == EINTR) {}
}

// It ran when it had waited for a processor for so long, and by the moment at which that is seen. Looking more often would
// take the processor away from those that wait for it.
static void see_first_instruction(struct clinux_gate *gate, const struct near *near, int64_t released) {
    for (int64_t pause = 50000; pause < 5000000 && near->turns > 0; pause *= 2) {
        pause_until(hold_monotonic() + pause);
        uint64_t turns, waited;
        if (clinux_process_turns(near->held.process, &turns, &waited) < 0) return;
        if (turns == near->turns) continue;
        int64_t seen = hold_monotonic(), began = released + (int64_t)(waited - near->waited);
        atomic_store(&gate->began, began < seen ? began : seen);
        return;
    }
}

// The job stands before its program's first instruction.
static int hold(struct clinux_gate *gate, pid_t job, int failure, int *status) {
    struct near near = {.held = {.process = job, .hold = CLINUX_HOLD_ENTRY}};
    // Whoever traces it and dies ends it.
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (getppid() != gate->holder) return end_job(job, status);
    prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
    become_first(job, gate->realtime);
    become_first(0, gate->realtime > 0 ? gate->realtime + 1 : 0);
    say_ready(failure);
    if (!hold_wait(&gate->page, ATTENDED_SPIN, is_near, &near)) return end_job(job, status);
    if (ptrace(PTRACE_DETACH, job, 0, 0) < 0) return end_job(job, status);
    see_first_instruction(gate, &near, hold_monotonic());
    clinux_hold_unpin(&near.held);
    prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0);
    return 0;
}

// Follows a traced job to its first instruction. 1: it is there; 0: not yet.
static int follow_to_entry(pid_t job, int status, struct hold_trap *trap, int *stops, int *error) {
    if (WSTOPSIG(status) != SIGTRAP) {
        // Somebody else's signal: it gets it.
        ptrace(PTRACE_CONT, job, 0, WSTOPSIG(status));
        return 0;
    }
    *stops += 1;
    *error = *stops == 1 ? hold_trap(job, trap) : hold_untrap(job, trap);
    return *stops == 2;
}

int gate_attend(struct clinux_gate *gate, pid_t job, int failure, int *status) {
    sigset_t all;
    sigfillset(&all);
    struct hold_trap trap;
    int stops = 0, error = 0, is_first = 0;
    prctl(PR_SET_PDEATHSIG, GATE_ORPHANED, 0, 0, 0);
    if (getppid() != gate->holder && hold_cancel(&gate->page) == 0) return end_job(job, status);
    for (;;) {
        struct rusage usage;
        pid_t got = wait4(job, status, WNOHANG, &usage);
        if (got == job && !WIFSTOPPED(*status)) {
            if (atomic_load(&gate->page.state) == CLINUX_HELD_RELEASED) gate_measured(gate, &usage);
            return 1;
        }
        if (got == job) {
            int is_there = follow_to_entry(job, *status, &trap, &stops, &error);
            if (error < 0) {
                static const char text[] = "it cannot be held before its first instruction here: start=exact can";
                say(failure, text, sizeof text - 1);
                return end_job(job, status);
            }
            if (!is_there) continue;
            if (hold(gate, job, failure, status)) return 1;
            break;
        }
        int64_t target = atomic_load(&gate->page.target), left = 100000000;
        if (atomic_load(&gate->way) == CLINUX_HOLD_BEFORE) {
            if (atomic_load(&gate->page.state) == CLINUX_HELD_RELEASED) break;
            if (!is_first) become_first(job, gate->realtime);
            is_first = 1;
            int64_t until = target + 1000000 - hold_monotonic();
            if (target > 0 && until > 0 && until < left) left = until;
        }
        if (listen_for(gate, job, &all, left)) return end_job(job, status);
    }
    prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0);
    if (gate->realtime > 0) {
        int64_t priority = atomic_load(&gate->way) == CLINUX_HOLD_ENTRY ? PRIORITY_ENTRY : PRIORITY_EXEC;
        pause_until(atomic_load(&gate->page.released) + priority);
        hold_be_ordinary(job);
        hold_be_ordinary(0);
    }
    return 0;
}
