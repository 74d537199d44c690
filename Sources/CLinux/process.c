#include "clinux_process.h"
#include "clinux_clock.h"

#include <errno.h>
#include <malloc.h>
#include <fcntl.h>
#include <grp.h>
#include <link.h>
#include <linux/capability.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

extern char **environ;

// glibc has these two system calls, but leaves their declaration to libcap.
extern int capget(cap_user_header_t header, cap_user_data_t data);
extern int capset(cap_user_header_t header, const cap_user_data_t data);

_Static_assert(CLINUX_ERROR == LOG_ERR && CLINUX_WARNING == LOG_WARNING, "severities");
_Static_assert(CLINUX_INFORMATION == LOG_INFO && CLINUX_DEBUG == LOG_DEBUG, "severities");

static volatile int signals;
static volatile int signal_timer = -1;

static void handle(int number) {
    int error = errno;
    __atomic_fetch_or(&signals, number == SIGHUP ? CLINUX_SIGNAL_REFRESH : CLINUX_SIGNAL_STOP, __ATOMIC_SEQ_CST);
    struct clinux_time soon = {.seconds = 0, .nanoseconds = 1};
    if (signal_timer >= 0) clinux_timer_arm(signal_timer, soon);
    errno = error;
}

int clinux_signals_install(int timer) {
    signal_timer = timer;
    const int handled[] = {SIGTERM, SIGINT, SIGQUIT, SIGHUP};
    const int ignored[] = {SIGPIPE, SIGUSR1, SIGUSR2};
    struct sigaction action;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_handler = handle;
    sigset_t obeyed;
    sigemptyset(&obeyed);
    for (unsigned at = 0; at < sizeof handled / sizeof *handled; at++) {
        if (sigaction(handled[at], &action, 0) < 0) return -errno;
        sigaddset(&obeyed, handled[at]);
    }
    // Whoever started us may have blocked them.
    if (sigprocmask(SIG_UNBLOCK, &obeyed, 0) < 0) return -errno;
    action.sa_handler = SIG_IGN;
    for (unsigned at = 0; at < sizeof ignored / sizeof *ignored; at++)
        if (sigaction(ignored[at], &action, 0) < 0) return -errno;
    return 0;
}

int clinux_signals_take(void) { return __atomic_exchange_n(&signals, 0, __ATOMIC_SEQ_CST); }

int clinux_user(const char *name, uint32_t *user, uint32_t *group) {
    errno = 0;
    struct passwd *entry = getpwnam(name);
    if (!entry) return errno ? -errno : -ENOENT;
    *user = entry->pw_uid;
    *group = entry->pw_gid;
    return 0;
}

uint32_t clinux_effective_user(void) { return geteuid(); }
uint32_t clinux_effective_group(void) { return getegid(); }

int clinux_drop_privileges(const char *name, uint32_t user, uint32_t group, int clock) {
    if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0) return -errno;
    if (initgroups(name, group) < 0) return -errno;
    if (setresgid(group, group, group) < 0) return -errno;
    if (setresuid(user, user, user) < 0) return -errno;
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2];
    memset(data, 0, sizeof data);
    uint32_t kept = 1u << CAP_NET_BIND_SERVICE;
    if (clock) kept |= 1u << CAP_SYS_TIME;
    // What was not permitted before cannot be kept.
    struct __user_cap_data_struct before[2];
    if (capget(&header, before) < 0) return -errno;
    kept &= before[0].permitted;
    data[0].permitted = data[0].effective = kept;
    if (capset(&header, data) < 0) return -errno;
    if (prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) < 0) return -errno;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;
}

int clinux_may_set_clock(void) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2];
    if (capget(&header, data) < 0) return -errno;
    return data[0].effective >> CAP_SYS_TIME & 1;
}

// Lets go of a loaded file's pages that nothing was written to. Those that are needed again are mapped again, from the
// page cache.
static int forget_code(struct dl_phdr_info *file, size_t size, void *context) {
    (void)size, (void)context;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    for (unsigned at = 0; at < file->dlpi_phnum; at++) {
        const ElfW(Phdr) *segment = &file->dlpi_phdr[at];
        if (segment->p_type != PT_LOAD || segment->p_flags & PF_W) continue;
        uintptr_t start = (file->dlpi_addr + segment->p_vaddr) & ~(page - 1);
        uintptr_t end = file->dlpi_addr + segment->p_vaddr + segment->p_memsz;
        madvise((void *)start, end - start, MADV_DONTNEED);
    }
    return 0;
}

void clinux_trim_memory(void) {
    malloc_trim(0);
    dl_iterate_phdr(forget_code, 0);
}

void clinux_set_umask(void) { umask(022); }

int clinux_lock_memory(void) { return mlockall(MCL_CURRENT | MCL_FUTURE) < 0 ? -errno : 0; }

int clinux_realtime_priority(int priority) {
    struct sched_param parameters = {.sched_priority = priority};
    return sched_setscheduler(0, SCHED_FIFO, &parameters) < 0 ? -errno : 0;
}

int clinux_daemonise(void) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) return -errno;
    pid_t child = fork();
    if (child < 0) return -errno;
    if (child > 0) {
        close(ends[1]);
        uint8_t status = 1;
        while (read(ends[0], &status, 1) < 0 && errno == EINTR) {}
        _exit(status);
    }
    close(ends[0]);
    // What is ours closes on exec. What does not was left open by whoever started us, who may wait for its end.
    long most = sysconf(_SC_OPEN_MAX);
    if (most < 0 || most > 4096) most = 4096;
    for (int inherited = 3; inherited < most; inherited++) {
        int flags = fcntl(inherited, F_GETFD);
        if (flags >= 0 && !(flags & FD_CLOEXEC)) close(inherited);
    }
    if (setsid() < 0 || chdir("/") < 0) return -errno;
    return ends[1];
}

void clinux_daemonise_ready(int descriptor, uint8_t status) {
    int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nowhere >= 0) {
        for (int standard = 0; standard <= 2; standard++) dup2(nowhere, standard);
        if (nowhere > 2) close(nowhere);
    }
    while (write(descriptor, &status, 1) < 0 && errno == EINTR) {}
    close(descriptor);
}

static int spawn(const char *path, const char *const *arguments, int output, int *process) {
    unsigned long count = 0;
    while (environ && environ[count]) count++;
    char **environment = calloc(count + 1, sizeof *environment);
    if (!environment) return -ENOMEM;
    unsigned long kept = 0;
    for (unsigned long at = 0; at < count; at++)
        if (strncmp(environ[at], "LD_", 3) != 0) environment[kept++] = environ[at];

    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setsigmask(&attributes, &none);
    // A child of a realtime process need not be one.
    struct sched_param ordinary = {.sched_priority = 0};
    posix_spawnattr_setschedpolicy(&attributes, SCHED_OTHER);
    posix_spawnattr_setschedparam(&attributes, &ordinary);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSCHEDULER);
    int result = posix_spawn_file_actions_adddup2(&actions, output, 1);
    pid_t child = 0;
    if (result == 0) result = posix_spawn(&child, path, &actions, &attributes, (char *const *)arguments, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    free(environment);
    *process = child;
    return -result;
}

int clinux_spawn(const char *path, const char *const *arguments, int *process) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) return -errno;
    int result = spawn(path, arguments, ends[1], process);
    close(ends[1]);
    if (result == 0 && fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0) result = -errno;
    if (result < 0) {
        close(ends[0]);
        return result;
    }
    return ends[0];
}

int clinux_feeding_pipe(int *ends) {
    if (pipe2(ends, O_CLOEXEC) < 0) return -errno;
    return fcntl(ends[1], F_SETFL, O_NONBLOCK) < 0 ? -errno : 0;
}

void clinux_end_child(int process) {
    kill(process, SIGKILL);
    while (waitpid(process, 0, 0) < 0 && errno == EINTR) {}
}

void clinux_limit_child(unsigned seconds) {
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    alarm(seconds);
}

int clinux_process_exists(int process) { return process > 0 && (kill(process, 0) == 0 || errno == EPERM); }
int clinux_process_number(void) { return getpid(); }

void clinux_standard_error(const void *octets, unsigned long count) {
    long written = write(2, octets, count);
    (void)written;
}

void clinux_syslog_open(const char *name) { openlog(name, LOG_PID | LOG_NDELAY, LOG_DAEMON); }
void clinux_syslog(int severity, const char *text) { syslog(severity, "%s", text); }

int clinux_random(void *buffer, unsigned long count) {
    // Up to 256 octets come whole or not at all.
    long got;
    do got = getrandom(buffer, count, 0);
    while (got < 0 && errno == EINTR);
    if (got < 0) return -errno;
    return (unsigned long)got == count ? 0 : -EIO;
}

void clinux_error_text(int number, char *buffer, unsigned long size) {
    const char *text = strerrordesc_np(number);
    if (size == 0) return;
    buffer[0] = 0;
    strncat(buffer, text ? text : "unknown error", size - 1);
}

const char *clinux_environment(const char *name) { return getenv(name); }
void clinux_exit(int status) { exit(status); }
