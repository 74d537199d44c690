// The two sides of a gate inside of this target: jobs.c calls them in the processes that it makes.
#pragma once
#include "clinux_jobs.h"
#include <sys/types.h>

// What the attending process gets when the daemon dies: all signals are blocked in it.
#define GATE_ORPHANED 40

// In the process that will attend to the job, before that is there.
void gate_opens(struct clinux_gate *gate);
// In the process that becomes the job, just before exec: waits for its instant, or lets itself be held behind exec.
void gate_enter(const struct clinux_job *job, int failure);
// In the process that attends to it: until the job went. 1: it has ended without, and `status` says how.
int gate_attend(struct clinux_gate *gate, pid_t job, int failure, int *status);
// Says what the job used.
struct rusage;
void gate_measured(struct clinux_gate *gate, const struct rusage *usage);
