// What holding a process needs inside of this target: start.c has it for one that this process starts for itself,
// gate.c for a job of another user.
#pragma once
#include <stdatomic.h>
#include <stdint.h>
#include <sys/types.h>

// Shared by a process that is held before exec and the one that holds it. Its state is a clinux_held_state.
struct hold_page {
    _Atomic uint32_t changes;  // counts what the holder says; the held one sleeps on it
    _Atomic uint32_t state;
    _Atomic int32_t error;
    _Atomic int64_t target;  // 0: not known yet
    _Atomic int64_t latest;
    _Atomic int64_t released;
};

// How long before its instant a held process stops sleeping. Waking takes 50 to 150 us on a virtual machine.
#define HOLD_SPIN 200000

int64_t hold_monotonic(void);
// Waits until the target that it is told, and says when it went (1), or until somebody cancels it (0). `near` is called
// when sleeping ends.
int hold_wait(struct hold_page *page, int64_t spin, void (*near)(void *), void *context);
int hold_aim(struct hold_page *page, int64_t target, int64_t latest);
// 1: it had gone already.
int hold_cancel(struct hold_page *page);
// Lets whoever sleeps on it look.
void hold_wake(struct hold_page *page);
int hold_be_ordinary(pid_t process);

// A breakpoint at a traced program's own first instruction.
struct hold_trap {
    unsigned long entry;
    long code;
};
// Of a process that has stopped after exec: sets the breakpoint and lets it go on to there.
int hold_trap(pid_t child, struct hold_trap *trap);
// Of a process that has stopped there: takes it away.
int hold_untrap(pid_t child, const struct hold_trap *trap);
// A traced program does not get the rights that its file would give it.
int hold_gives_rights(const char *path);
