// Signals, privileges, children, the log. Unless said otherwise a function returns 0 or more, or the negative error number.
#pragma once
#include <stdint.h>

enum clinux_signal { CLINUX_SIGNAL_STOP = 1, CLINUX_SIGNAL_REFRESH = 2 };

/// From now on SIGTERM, SIGINT and SIGQUIT mean stop, SIGHUP refresh; SIGPIPE, SIGUSR1 and SIGUSR2 do nothing.
/// A signal also lets the timer (clinux_timer_create) fire at once, so that it cannot be missed between a look at the
/// flags and poll; -1 leaves that out.
int clinux_signals_install(int timer);
/// The signals since the last call.
int clinux_signals_take(void);

/// User and group number of a name; -ENOENT if there is none.
int clinux_user(const char *name, uint32_t *user, uint32_t *group);
uint32_t clinux_effective_user(void);
uint32_t clinux_effective_group(void);
/// Becomes another user for good, and keeps CAP_SYS_TIME and CAP_NET_BIND_SERVICE only (the first if `clock`).
int clinux_drop_privileges(const char *name, uint32_t user, uint32_t group, int clock);
/// 1 if this process may set the clock.
int clinux_may_set_clock(void);
/// Files that are created from now on are writable by their owner only.
void clinux_set_umask(void);
/// Gives back to the kernel what starting needed, and running does not: free memory in the heap, and pages of code.
void clinux_trim_memory(void);
int clinux_lock_memory(void);
int clinux_realtime_priority(int priority);

/// Goes into the background: the parent waits until the child calls clinux_daemonise_ready and ends with its status.
/// Returns in the child only; the descriptor is for that call.
int clinux_daemonise(void);
void clinux_daemonise_ready(int descriptor, uint8_t status);

/// Starts a program with its standard output on a new pipe and without the variables of the dynamic linker.
/// Returns the pipe's non-blocking read end. `arguments` ends with null; the first is the name that the program sees.
int clinux_spawn(const char *path, const char *const *arguments, int *process);
/// A pipe to a child that reads when it likes: ends[0] waits for more, ends[1] never waits (-EAGAIN).
int clinux_feeding_pipe(int *ends);
/// Kills a child and waits for it.
void clinux_end_child(int process);
/// Lets this process die with its parent, and after so many seconds.
void clinux_limit_child(unsigned seconds);
int clinux_process_exists(int process);
int clinux_process_number(void);
/// Writes to the standard error descriptor; nobody can be told if that fails.
void clinux_standard_error(const void *octets, unsigned long count);

void clinux_syslog_open(const char *name);
enum clinux_severity { CLINUX_ERROR = 3, CLINUX_WARNING = 4, CLINUX_INFORMATION = 6, CLINUX_DEBUG = 7 };
void clinux_syslog(int severity, const char *text);

int clinux_random(void *buffer, unsigned long count);
/// The text of an error number, in a buffer of its own.
void clinux_error_text(int number, char *buffer, unsigned long size);
/// The value of an environment variable, or null. It stays where it is as long as nobody changes the environment.
const char *clinux_environment(const char *name);
void clinux_exit(int status) __attribute__((noreturn));
