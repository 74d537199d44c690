#include "clinux_jobs.h"
#include "clinux_clock.h"
#include "gate.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

// The limit of open files that this process was started with, which jobs get back.
static struct rlimit files;
static int has_files;

static int result(int value) { return value < 0 ? -errno : value; }

int clinux_account(const char *name, uint32_t user, struct clinux_account *account) {
    errno = 0;
    struct passwd *entry = name ? getpwnam(name) : getpwuid(user);
    if (!entry) return errno && errno != ESRCH ? -errno : -ENOENT;
    if (strlen(entry->pw_name) >= sizeof account->name || strlen(entry->pw_dir) >= sizeof account->home) return -ENAMETOOLONG;
    account->user = entry->pw_uid;
    account->group = entry->pw_gid;
    strcpy(account->name, entry->pw_name);
    strcpy(account->home, entry->pw_dir);
    return 0;
}

// PAM, as far as a job needs it, so that nothing has to be linked.
struct pam_message {
    int style;
    const char *text;
};
struct pam_response {
    char *text;
    int code;
};
struct pam_conversation {
    int (*talk)(int, const struct pam_message **, struct pam_response **, void *);
    void *context;
};
static struct {
    int (*start)(const char *, const char *, const struct pam_conversation *, void **);
    int (*set_item)(void *, int, const void *);
    int (*account)(void *, int);
    int (*credentials)(void *, int);
    int (*open_session)(void *, int);
    char **(*environment)(void *);
    const char *(*text)(void *, int);
    int (*close_session)(void *, int);
    int (*end)(void *, int);
} pam;

int clinux_job_pam_load(void) {
    if (pam.start) return 1;
    void *library = dlopen("libpam.so.0", RTLD_NOW | RTLD_LOCAL);
    if (!library) return 0;
    // POSIX says that this conversion works.
    *(void **)&pam.set_item = dlsym(library, "pam_set_item");
    *(void **)&pam.account = dlsym(library, "pam_acct_mgmt");
    *(void **)&pam.credentials = dlsym(library, "pam_setcred");
    *(void **)&pam.open_session = dlsym(library, "pam_open_session");
    *(void **)&pam.environment = dlsym(library, "pam_getenvlist");
    *(void **)&pam.text = dlsym(library, "pam_strerror");
    *(void **)&pam.close_session = dlsym(library, "pam_close_session");
    *(void **)&pam.end = dlsym(library, "pam_end");
    *(void **)&pam.start = dlsym(library, "pam_start");
    if (pam.close_session && pam.end && pam.set_item && pam.account && pam.credentials && pam.open_session && pam.environment && pam.text && pam.start)
        return 1;
    pam.start = 0;
    return 0;
}

static int say_nothing(int count, const struct pam_message **messages, struct pam_response **responses, void *context) {
    (void)count, (void)messages, (void)responses, (void)context;
    return 19;  // PAM_CONV_ERR: nobody sits there
}

static void fail(int descriptor, const char *step, const char *reason) {
    char text[512];
    int count = snprintf(text, sizeof text, "%s: %s", step, reason);
    if (count > (int)sizeof text - 1) count = sizeof text - 1;
    long written = write(descriptor, text, (size_t)count);
    (void)written;
    _exit(127);
}

static void fail_number(int descriptor, const char *step) {
    int number = errno;
    const char *text = strerrordesc_np(number);
    fail(descriptor, step, text ? text : "unknown error");
}

// The account check, credentials and a session; returns the environment with what the table has above it.
static char **session(const struct clinux_job *job, int failure, void **session) {
    static const struct pam_conversation conversation = {say_nothing, 0};
    void *handle = 0;
    int status = pam.start(job->pam_service, job->account->name, &conversation, &handle);
    if (status != 0) fail(failure, "pam_start", "PAM could not be started");
    *session = handle;
    pam.set_item(handle, 3 /* PAM_TTY */, "cron");
    if ((status = pam.account(handle, 0x8000 /* PAM_SILENT */)) != 0) fail(failure, "PAM account", pam.text(handle, status));
    if ((status = pam.credentials(handle, 2 /* PAM_ESTABLISH_CRED */ | 0x8000)) != 0)
        fail(failure, "PAM credentials", pam.text(handle, status));
    if ((status = pam.open_session(handle, 0x8000)) != 0) fail(failure, "PAM session", pam.text(handle, status));
    char **variables = pam.environment(handle);
    unsigned long own = 0, ours = 0, above = 0;
    while (variables && variables[own]) own++;
    while (job->environment[ours]) ours++;
    while (job->above[above]) above++;
    char **all = calloc(own + ours + above + 1, sizeof *all);
    if (!all) fail(failure, "calloc", "out of memory");
    // Later ones replace earlier ones of the same name.
    unsigned long count = 0;
    for (unsigned long at = 0; at < ours + own + above; at++) {
        char *one = at < ours         ? (char *)job->environment[at]
                    : at < ours + own ? variables[at - ours]
                                      : (char *)job->above[at - ours - own];
        const char *equals = strchr(one, '=');
        size_t length = equals ? (size_t)(equals - one) + 1 : strlen(one);
        unsigned long place = 0;
        while (place < count && strncmp(all[place], one, length) != 0) place++;
        all[place] = one;
        if (place == count) count++;
    }
    return all;
}

// Closes all but the standard descriptors and those that a job needs: what a module of PAM opens later stays open.
static void close_others(const struct clinux_job *job, int failure) {
    int kept[] = {job->input, job->output, job->claim_directory, failure};
    unsigned from = 3;
    for (;;) {
        unsigned next = ~0u;
        for (unsigned at = 0; at < sizeof kept / sizeof *kept; at++)
            if (kept[at] >= 0 && (unsigned)kept[at] >= from && (unsigned)kept[at] < next) next = (unsigned)kept[at];
        if (next == ~0u) break;
        if (next > from) syscall(SYS_close_range, from, next - 1, 0u);
        from = next + 1;
    }
    syscall(SYS_close_range, from, ~0u, 0u);
}

static void close_session(void *handle) {
    pam.close_session(handle, 0x8000);
    pam.credentials(handle, 4 /* PAM_DELETE_CRED */ | 0x8000);
    pam.end(handle, 0);
}

// Goes on as two: this returns in the process that becomes the job. The other one stays root, keeps the job's gate if it
// has one, hands signals on to the job's session, closes the session of PAM (null: there is none) when the job has ended,
// and ends as the job did. All signals are blocked in it.
static void attend(const struct clinux_job *job, void *handle, int failure) {
    if (job->gate) gate_opens(job->gate);
    pid_t child = fork();
    if (child == 0) {
        if (setsid() < 0) fail_number(failure, "setsid");
        return;
    }
    if (child < 0) {
        int error = errno;
        if (handle) close_session(handle);
        errno = error;
        fail_number(failure, "fork");
    }
    if (job->input > 2) close(job->input);
    if (job->output > 2) close(job->output);
    if (job->claim_directory > 2) close(job->claim_directory);
    sigset_t all;
    sigfillset(&all);
    int status = 0;
    int has_ended = job->gate && gate_attend(job->gate, child, failure, &status);
    close(failure);
    while (!has_ended) {
        struct rusage usage;
        pid_t ended = wait4(child, &status, WNOHANG, &usage);
        if (ended == child && job->gate) gate_measured(job->gate, &usage);
        if (ended == child || (ended < 0 && errno != EINTR)) break;
        int number = sigwaitinfo(&all, 0);
        if (number <= 0 || number == SIGCHLD || (job->gate && number == GATE_ORPHANED)) continue;
        // Nobody can be asked to hand on SIGKILL.
        if (number == CLINUX_JOB_KILL) number = SIGKILL;
        if (kill(-child, number) < 0) kill(child, number);
    }
    if (handle) close_session(handle);
    if (WIFSIGNALED(status)) {
        struct rlimit nothing = {0, 0};
        setrlimit(RLIMIT_CORE, &nothing);
        sigset_t one;
        sigemptyset(&one);
        sigaddset(&one, WTERMSIG(status));
        signal(WTERMSIG(status), SIG_DFL);
        kill(getpid(), WTERMSIG(status));
        sigprocmask(SIG_UNBLOCK, &one, 0);
        _exit(128 + WTERMSIG(status));
    }
    _exit(WEXITSTATUS(status));
}

static void become(const struct clinux_job *job, const gid_t *groups, int group_count, int failure) {
    sigset_t none;
    struct sigaction ordinary;
    memset(&ordinary, 0, sizeof ordinary);
    ordinary.sa_handler = SIG_DFL;
    for (int number = 1; number < 65; number++) sigaction(number, &ordinary, 0);
    sigemptyset(&none);
    if (setsid() < 0) fail_number(failure, "setsid");
    struct sched_param parameters = {.sched_priority = 0};
    sched_setscheduler(0, SCHED_OTHER, &parameters);
    if (job->cgroup) {
        int cgroup = open(job->cgroup, O_WRONLY | O_CLOEXEC);
        // Without a group of its own it runs as well.
        if (cgroup >= 0) {
            long written = write(cgroup, "0", 1);
            (void)written;
            close(cgroup);
        }
    }
    umask(job->file_mask);
    if (has_files) setrlimit(RLIMIT_NOFILE, &files);
    char **environment = (char **)job->environment;
    if (job->pam_service || job->gate) {
        void *handle = 0;
        close_others(job, failure);
        if (job->pam_service) environment = session(job, failure, &handle);
        attend(job, handle, failure);
    }
    if (job->niceness && setpriority(PRIO_PROCESS, 0, job->niceness) < 0) fail_number(failure, "setpriority");
    if (job->claim_directory >= 0) {
        // Whoever has the new name runs it: a second process of whatever origin finds the old one gone.
        if (renameat2(job->claim_directory, job->claim_from, job->claim_directory, job->claim_to, RENAME_NOREPLACE) < 0 &&
            ((errno != EINVAL && errno != ENOSYS) ||
             linkat(job->claim_directory, job->claim_from, job->claim_directory, job->claim_to, 0) < 0 ||
             unlinkat(job->claim_directory, job->claim_from, 0) < 0))
            fail_number(failure, "claim");
    }
    // Whoever is not root cannot become another, and need not become himself.
    if (geteuid() == 0 || job->account->user != geteuid()) {
        if (setgroups((size_t)group_count, groups) < 0) fail_number(failure, "setgroups");
        if (setresgid(job->account->group, job->account->group, job->account->group) < 0) fail_number(failure, "setgid");
        if (setresuid(job->account->user, job->account->user, job->account->user) < 0) fail_number(failure, "setuid");
        if (job->account->user != 0 && setuid(0) == 0) fail(failure, "setuid", "privileges could not be given up");
    }
    if (dup2(job->input, 0) < 0 || dup2(job->output, 1) < 0 || dup2(job->output, 2) < 0) fail_number(failure, "dup2");
    if (chdir(job->directory) < 0) {
        if (job->needs_directory) fail_number(failure, job->directory);
        if (chdir("/") < 0) fail_number(failure, "/");
    }
    // All but the standard ones, and the one that tells of a failure, which closes on exec.
    if (failure > 3) syscall(SYS_close_range, 3u, (unsigned)failure - 1, 0u);
    syscall(SYS_close_range, (unsigned)failure + 1, ~0u, 0u);
    if (sigprocmask(SIG_SETMASK, &none, 0) < 0) fail_number(failure, "sigprocmask");
    if (job->gate) gate_enter(job, failure);
    execve(job->path, (char *const *)job->arguments, environment);
    fail_number(failure, job->path);
}

int clinux_job_start(const struct clinux_job *job, int *failure) {
    // Reading the groups may allocate and open files: before the process is there.
    static gid_t groups[65536];
    int group_count = sizeof groups / sizeof *groups;
    if (getgrouplist(job->account->name, job->account->group, groups, &group_count) < 0) return -E2BIG;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0) return -errno;
    // Out of the way of the standard ones.
    if (ends[1] <= 2) {
        int moved = fcntl(ends[1], F_DUPFD_CLOEXEC, 3);
        close(ends[1]);
        if (moved < 0) {
            int error = errno;
            close(ends[0]);
            return -error;
        }
        ends[1] = moved;
    }
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    // Whoever attends to a job needs a process of its own memory; without, none has to be copied.
    pid_t child = job->pam_service || job->gate ? fork() : vfork();
    if (child == 0) become(job, groups, group_count, ends[1]);
    int error = errno;
    sigprocmask(SIG_SETMASK, &before, 0);
    close(ends[1]);
    if (child < 0) {
        close(ends[0]);
        return -error;
    }
    *failure = ends[0];
    return child;
}

int clinux_job_reap(struct clinux_ended *ended) {
    int status;
    struct rusage usage;
    pid_t process;
    do process = wait4(-1, &status, WNOHANG, &usage);
    while (process < 0 && errno == EINTR);
    if (process <= 0) return 0;
    ended->process = process;
    ended->exited = WIFEXITED(status);
    ended->status = WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status);
    ended->user_microseconds = (int64_t)usage.ru_utime.tv_sec * 1000000 + usage.ru_utime.tv_usec;
    ended->system_microseconds = (int64_t)usage.ru_stime.tv_sec * 1000000 + usage.ru_stime.tv_usec;
    ended->resident_octets = (int64_t)usage.ru_maxrss * 1024;
    return process;
}

static volatile int child_timer = -1;

static void child_ended(int number) {
    (void)number;
    int error = errno;
    struct clinux_time soon = {.seconds = 0, .nanoseconds = 1};
    if (child_timer >= 0) clinux_timer_arm(child_timer, soon);
    errno = error;
}

int clinux_job_watch_children(int timer) {
    child_timer = timer;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = child_ended;
    action.sa_flags = SA_NOCLDSTOP;
    if (sigaction(SIGCHLD, &action, 0) < 0) return -errno;
    // Whoever started this process may have left it blocked.
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    return result(sigprocmask(SIG_UNBLOCK, &children, 0));
}

int clinux_job_signal(int process, int number) {
    if (process <= 1) return -ESRCH;
    return kill(-process, number) < 0 ? -errno : 0;
}

uint64_t clinux_job_started(int process) {
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", process);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    long count = read(file, text, sizeof text - 1);
    close(file);
    if (count <= 0) return 0;
    text[count] = 0;
    // The name may hold anything, parentheses too; what follows is numbers. The 22nd field is the start.
    char *rest = strrchr(text, ')');
    if (!rest) return 0;
    char state;
    unsigned long long started;
    if (sscanf(rest + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu", &state,
               &started) != 2)
        return 0;
    return state == 'Z' || state == 'X' ? 0 : started;
}

int clinux_job_adopt(int process, uint64_t started) {
    int descriptor = (int)syscall(SYS_pidfd_open, process, 0);
    if (descriptor < 0) return -errno;
    // Only now is it sure that the number does not come to mean another one.
    uint64_t found = clinux_job_started(process);
    if (found == 0 || (started != 0 && found != started)) {
        close(descriptor);
        return -ESRCH;
    }
    return descriptor;
}

static void tell(const struct stat *found, struct clinux_table_facts *facts) {
    facts->kind = S_ISREG(found->st_mode) ? 1 : S_ISLNK(found->st_mode) ? 2 : 0;
    facts->mode = found->st_mode & 07777;
    facts->owner = found->st_uid;
    facts->links = found->st_nlink;
    facts->size = (uint64_t)found->st_size;
    facts->device = found->st_dev;
    facts->inode = found->st_ino;
    facts->changed_seconds = found->st_mtim.tv_sec;
    facts->changed_nanoseconds = found->st_mtim.tv_nsec;
    facts->status_seconds = found->st_ctim.tv_sec;
    facts->status_nanoseconds = found->st_ctim.tv_nsec;
}

int clinux_table_look(const char *path, int follow, struct clinux_table_facts *facts) {
    struct stat found;
    memset(facts, 0, sizeof *facts);
    if (lstat(path, &found) < 0) return -errno;
    facts->is_linked = S_ISLNK(found.st_mode);
    facts->link_owner = found.st_uid;
    if (facts->is_linked && follow && stat(path, &found) < 0) return -errno;
    tell(&found, facts);
    return 0;
}

int clinux_table_open(const char *path, int follow, struct clinux_table_facts *facts) {
    int looked = clinux_table_look(path, follow, facts);
    if (looked < 0) return looked;
    if (facts->kind == 2) return -ELOOP;
    // Opening a device can do something; a pipe without a writer is harmless like this.
    if (facts->kind != 1) return -EINVAL;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (follow ? 0 : O_NOFOLLOW));
    if (file < 0) return -errno;
    // What counts is what was opened.
    struct stat found;
    if (fstat(file, &found) < 0) {
        int error = errno;
        close(file);
        return -error;
    }
    tell(&found, facts);
    return file;
}

int clinux_inotify_create(void) { return result(inotify_init1(IN_CLOEXEC | IN_NONBLOCK)); }

int clinux_inotify_add(int descriptor, const char *path) {
    return result(inotify_add_watch(descriptor, path,
                                    IN_CLOSE_WRITE | IN_ATTRIB | IN_CREATE | IN_DELETE | IN_DELETE_SELF | IN_MOVE |
                                        IN_MOVE_SELF | IN_EXCL_UNLINK));
}

void clinux_inotify_clear(int descriptor) {
    char buffer[65536] __attribute__((aligned(__alignof__(struct inotify_event))));
    while (read(descriptor, buffer, sizeof buffer) > 0) {}
}

static int name(struct sockaddr_un *address, const char *path) {
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    if (strlen(path) >= sizeof address->sun_path) return -ENAMETOOLONG;
    strcpy(address->sun_path, path);
    return 0;
}

int clinux_stream_listen(const char *path) {
    struct sockaddr_un address;
    int named = name(&address, path);
    if (named < 0) return named;
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return -errno;
    mode_t before = umask(0);
    int bound = bind(descriptor, (struct sockaddr *)&address, sizeof address);
    int error = errno;
    umask(before);
    if (bound < 0 || listen(descriptor, 64) < 0) {
        if (bound == 0) error = errno;
        close(descriptor);
        return -error;
    }
    return descriptor;
}

int clinux_stream_connect(const char *path) {
    struct sockaddr_un address;
    int named = name(&address, path);
    if (named < 0) return named;
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -errno;
    if (connect(descriptor, (struct sockaddr *)&address, sizeof address) < 0) {
        int error = errno;
        close(descriptor);
        return -error;
    }
    return descriptor;
}

int clinux_stream_accept(int descriptor, uint32_t *user, int *process) {
    int one;
    do one = accept4(descriptor, 0, 0, SOCK_CLOEXEC | SOCK_NONBLOCK);
    while (one < 0 && (errno == EINTR || errno == ECONNABORTED));
    if (one < 0) return -errno;
    struct ucred peer;
    socklen_t size = sizeof peer;
    if (getsockopt(one, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0) {
        int error = errno;
        close(one);
        return -error;
    }
    *user = peer.uid;
    *process = peer.pid;
    return one;
}

long clinux_stream_write(int descriptor, const void *octets, unsigned long count) {
    long sent;
    do sent = send(descriptor, octets, count, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : sent;
}

int clinux_output_create(const char *path) {
    int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_APPEND, 0600);
    return result(file);
}

int clinux_output_is_written(const char *path) {
    int file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (file < 0) return -errno;
    // The kernel gives a lease for reading only if nobody has the file open for writing. Should somebody open it just
    // now, the notice of that is to do no harm.
    fcntl(file, F_SETSIG, SIGCHLD);
    int written = 0;
    if (fcntl(file, F_SETLEASE, F_RDLCK) < 0)
        written = errno == EAGAIN ? 1 : -errno;
    else
        fcntl(file, F_SETLEASE, F_UNLCK);
    close(file);
    return written;
}

int clinux_pipe(int *ends) { return result(pipe2(ends, O_CLOEXEC)); }

int clinux_memory_file(const void *octets, unsigned long count) {
    int file = memfd_create("input", MFD_CLOEXEC);
    if (file < 0) return -errno;
    const char *next = octets;
    unsigned long left = count;
    while (left > 0) {
        long written = write(file, next, left);
        if (written < 0) {
            if (errno == EINTR) continue;
            int error = errno;
            close(file);
            return -error;
        }
        next += written;
        left -= (unsigned long)written;
    }
    if (lseek(file, 0, SEEK_SET) < 0) {
        int error = errno;
        close(file);
        return -error;
    }
    return file;
}

long clinux_read_at(int descriptor, void *buffer, unsigned long size, uint64_t at) {
    long count;
    do count = pread(descriptor, buffer, size, (off_t)at);
    while (count < 0 && errno == EINTR);
    return count < 0 ? -errno : count;
}

int clinux_open_null(void) { return result(open("/dev/null", O_RDONLY | O_CLOEXEC)); }

void clinux_host_name(char *buffer, unsigned long size) {
    if (size == 0) return;
    if (gethostname(buffer, size) < 0) strncpy(buffer, "localhost", size);
    buffer[size - 1] = 0;
}

int clinux_change_owner(const char *path, uint32_t user, uint32_t group) { return result(lchown(path, user, group)); }
int clinux_make_mode(const char *path, uint32_t mode) { return result(mkdir(path, mode)); }

int clinux_load(int64_t *thousandths) {
    double loads[3];
    if (getloadavg(loads, 3) != 3) return -ENOSYS;
    for (int at = 0; at < 3; at++) thousandths[at] = (int64_t)(loads[at] * 1000);
    return 0;
}

int clinux_lock_file(const char *path) {
    int file = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (file < 0) return -errno;
    if (flock(file, LOCK_EX | LOCK_NB) < 0) {
        int error = errno;
        close(file);
        return -error;
    }
    return file;
}

int clinux_rename(const char *from, const char *to) { return result(rename(from, to)); }

int clinux_remove_folder(const char *path) { return result(rmdir(path)); }
void clinux_raise_files(void) {
    struct rlimit limit;
    if (has_files || getrlimit(RLIMIT_NOFILE, &limit) < 0) return;
    files = limit;
    has_files = 1;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}
