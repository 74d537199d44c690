// What a scheduler of jobs needs: processes of other users, tables, notices of change, a socket that knows its peers.
// Unless said otherwise a function returns 0 or more, or the negative error number.
#pragma once
#include <stdint.h>

struct clinux_account {
    uint32_t user;
    uint32_t group;
    char name[256];
    char home[4096];
};

/// By name, or where that is null by number; -ENOENT if there is none.
int clinux_account(const char *name, uint32_t user, struct clinux_account *account);

struct clinux_job {
    const struct clinux_account *account;
    const char *path;
    const char *const *arguments;    // ends with null
    const char *const *environment;  // ends with null
    const char *const *above;        // variables that stand above those of a PAM session; ends with null
    int input;
    int output;
    const char *directory;
    int needs_directory;
    uint32_t file_mask;
    int niceness;
    const char *pam_service;  // null: without
    int claim_directory;      // with the two names: what is renamed just before privileges are given up; -1: nothing
    const char *claim_from;
    const char *claim_to;
    const char *cgroup;       // a directory of cgroup2 that the process goes into before anything else; null: without
    struct clinux_gate *gate; // where it waits for its instant, prepared; null: it goes at once
};

/// Where a prepared job waits: memory that it shares with whoever says when it goes.
struct clinux_gate;
/// `hold` is of enum clinux_hold; one that cannot be held at its entry is held before exec. `realtime` is 0, or the
/// SCHED_FIFO priority of the last moments, as far as it is permitted. Null: there is no memory.
struct clinux_gate *clinux_gate_open(int hold, int realtime);
/// What can be read from the `failure` descriptor of clinux_job_start as soon as the job is prepared; why it failed may
/// follow. The descriptor is at its end when it went.
#define CLINUX_GATE_READY "\x06"
/// When it is to go by itself (CLOCK_MONOTONIC, nanoseconds): at `target`, unless it wakes only after `latest`. It may be
/// told again. 1: it had gone already.
int clinux_gate_aim(struct clinux_gate *gate, int64_t target, int64_t latest);
/// Ends it without having gone. 1: it had gone already.
int clinux_gate_cancel(struct clinux_gate *gate);

struct clinux_gate_news {
    int state;         // enum clinux_held_state
    int way;           // enum clinux_hold; 0: not known yet
    int64_t released;  // when it was let go; 0: not yet
    int64_t began;     // its first instruction; 0: not known
    int is_measured;   // whether it has ended, and what it used is told
    int64_t user_microseconds, system_microseconds, resident_octets;
};
struct clinux_gate_news clinux_gate_news(struct clinux_gate *gate);
void clinux_gate_close(struct clinux_gate *gate);

/// Starts a process as another user in a session of its own; every step is checked, and if one fails nothing is run.
/// `*failure` becomes a descriptor from which, after the process has ended, a text can be read if it never was started.
/// Returns its number.
int clinux_job_start(const struct clinux_job *job, int *failure);
/// Loads libpam, so that it need not be loaded in a child; 1 if it is there.
int clinux_job_pam_load(void);

struct clinux_ended {
    int process;
    int exited;  // 1: `status` is what it returned; 0: the signal that ended it
    int status;
    int64_t user_microseconds;
    int64_t system_microseconds;
    int64_t resident_octets;
};

/// The next child that has ended; 0 if there is none now.
int clinux_job_reap(struct clinux_ended *ended);
/// Lets the timer fire at once when a child ends.
int clinux_job_watch_children(int timer);
/// A signal for all processes of the session that a job leads. If it has a session of PAM or a gate, the process that attends
/// to it hands it on; it takes CLINUX_JOB_KILL for SIGKILL.
#define CLINUX_JOB_KILL 12
int clinux_job_signal(int process, int number);
/// A descriptor that is readable when a process that is no child has ended; -ESRCH if there is none, or if it was started
/// at another time than `started` (0: whatever).
int clinux_job_adopt(int process, uint64_t started);
/// When a process was started, in ticks since the machine was; 0 if it is gone.
uint64_t clinux_job_started(int process);

struct clinux_table_facts {
    uint32_t kind;  // 1 ordinary file, 2 symbolic link (only if not followed), 0 other
    uint32_t mode;
    uint32_t owner;
    uint64_t links;
    uint64_t size;
    uint64_t device, inode;
    int64_t changed_seconds, changed_nanoseconds;    // mtime
    int64_t status_seconds, status_nanoseconds;      // ctime
    uint32_t link_owner;
    int is_linked;
};

/// Opens a table to read without ever waiting (pipes, devices), and says what was opened. Without `follow` a symbolic
/// link is told as such and not opened (-ELOOP).
int clinux_table_open(const char *path, int follow, struct clinux_table_facts *facts);
/// The same without opening it.
int clinux_table_look(const char *path, int follow, struct clinux_table_facts *facts);

int clinux_inotify_create(void);
/// Changes in a directory, or of a file; returns the watch's number.
int clinux_inotify_add(int descriptor, const char *path);
/// Takes all notices away.
void clinux_inotify_clear(int descriptor);

/// A listening, non-blocking stream socket at a path, open to everybody.
int clinux_stream_listen(const char *path);
int clinux_stream_connect(const char *path);
/// The next connection, non-blocking, and who is at its other end; -EAGAIN if there is none.
int clinux_stream_accept(int descriptor, uint32_t *user, int *process);
/// As much as goes now; -EAGAIN if nothing does.
long clinux_stream_write(int descriptor, const void *octets, unsigned long count);

/// A new file for a job's output, or, where the disk is full, one in memory.
int clinux_output_create(const char *path);
/// Whether anybody has a file of output open for writing: 1 or 0.
int clinux_output_is_written(const char *path);
int clinux_pipe(int *ends);
int clinux_memory_file(const void *octets, unsigned long count);
long clinux_read_at(int descriptor, void *buffer, unsigned long size, uint64_t at);
int clinux_open_null(void);
void clinux_host_name(char *buffer, unsigned long size);
int clinux_change_owner(const char *path, uint32_t user, uint32_t group);
int clinux_make_mode(const char *path, uint32_t mode);
/// 1, 5 and 15 minute load averages times 1000; -ENOSYS where they are not known.
int clinux_load(int64_t *thousandths);
/// Creates a file if need be and locks it for this process; -EAGAIN if another has it.
int clinux_lock_file(const char *path);
int clinux_rename(const char *from, const char *to);
int clinux_remove_folder(const char *path);
/// Lets this process, and not the jobs that it starts, have as many files open as the system permits.
void clinux_raise_files(void);
