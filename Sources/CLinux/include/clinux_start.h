// Starting programs: at once, or prepared beforehand and let go at an instant. Unless said otherwise a function returns
// 0 or more, or the negative error number.
#pragma once
#include <stdint.h>
#include "clinux_clock.h"

/// What is to be started, and as whom.
struct clinux_start {
    const char *path;                // with a slash in it: PATH is not searched
    const char *const *arguments;    // ends with null; the first is the name that the program sees
    const char *const *environment;  // ends with null; null for this process's own
    const char *directory;           // null: this process's own
    int input, output, errors;       // become descriptors 0, 1 and 2; -1: this process's own
    int64_t user, group;             // -1: this process's own
    const uint32_t *groups;          // the supplementary groups, set together with `group`
    unsigned long group_count;
    int file_mask;                   // -1: this process's own
    int new_session;
    int realtime;                    // 0, or the SCHED_FIFO priority until clinux_start_ordinary takes it away
};

/// Starts a program. Returns its process number when it has been executed; what kept it from that is the error.
int clinux_start_now(const struct clinux_start *start);

/// How far a prepared process has come.
enum clinux_hold {
    CLINUX_HOLD_BEFORE = 1,  // it is ours still, with user, directory and descriptors set, before exec
    CLINUX_HOLD_ENTRY = 2,   // the program is loaded and linked, and stands before its first own instruction
};

enum clinux_held_state {
    CLINUX_HELD_WAITING = 0,
    CLINUX_HELD_RELEASED = 1,  // it went, at `released`
    CLINUX_HELD_LATE = 2,      // it woke after `latest`, and waits to be told what to do
    CLINUX_HELD_FAILED = 3,    // the error number is in `error`
};

/// A process that waits to be let go. One that is held before exec lets itself go, by the monotonic clock.
struct clinux_held {
    int process;
    int hold;
    void *page;  // shared with the process; null where it is held at its entry
    int pinned;
    uint64_t own_processors[16], its_processors[16];  // what was permitted before pinning
};

/// What a prepared process has told.
struct clinux_held_news {
    int state;
    int error;
    int64_t released;  // CLOCK_MONOTONIC, nanoseconds
};

/// Prepares a process. -ENOTSUP: it cannot be held in this way here (another kind of processor, no ptrace).
/// Whoever held a process must be the one to let it go; if that one dies, the process dies, too.
int clinux_hold_start(const struct clinux_start *start, int hold, struct clinux_held *held);
/// Tells a process that is held before exec when to go (CLOCK_MONOTONIC, nanoseconds): at `target`, unless it wakes
/// only after `latest`. It may be told again until it has gone. Returns 0 if it had not gone yet.
int clinux_hold_aim(const struct clinux_held *held, int64_t target, int64_t latest);
struct clinux_held_news clinux_hold_news(const struct clinux_held *held);
/// Keeps a process that is held at its entry, and this one, on the processor that this one runs on, so that it comes to
/// its turn without waking another processor; and takes that back.
void clinux_hold_pin(struct clinux_held *held);
void clinux_hold_unpin(struct clinux_held *held);
/// Lets a process go that is held at its entry.
int clinux_hold_release(const struct clinux_held *held);
/// Ends it without having gone. 1: it had gone already, and runs.
int clinux_hold_cancel(struct clinux_held *held);
/// Gives back what was needed to hold it.
void clinux_hold_close(struct clinux_held *held);

/// A descriptor that becomes readable when the process ends (pidfd_open(2)).
int clinux_process_watch(int process);

struct clinux_end {
    int ended;   // 0: it lives
    int code;    // exit code, if signal is 0
    int signal;  // the signal that ended it
    int64_t user_microseconds, system_microseconds;
    int64_t most_resident;  // KiB
    int64_t minor_faults, major_faults;
    int64_t voluntary_switches, involuntary_switches;
};

/// How a child ended, if it has; with `wait`, waits for it.
int clinux_process_end(int process, int wait, struct clinux_end *end);

/// How often a process has come to a processor, and how long it had waited for one (nanoseconds), as the scheduler
/// counts: /proc/PID/schedstat.
int clinux_process_turns(int process, uint64_t *turns, uint64_t *waited);

/// Takes a realtime priority away; what the process starts later never had one.
int clinux_start_ordinary(int process);
/// Lets this process run before all ordinary ones. What it starts is ordinary unless asked for.
int clinux_priority_begin(int priority);
void clinux_priority_end(void);
/// Wakes this process when it is due, and not with others some 50 us later.
void clinux_exact_timers(void);

/// 1 if there is a regular file that this process may execute.
int clinux_may_execute(const char *path);
int clinux_send_signal(int process, int number);
