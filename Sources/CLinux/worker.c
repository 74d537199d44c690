#include "clinux_worker.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 0x0010
#endif

// glibc has this system call, but leaves its declaration to libcap.
extern int capset(cap_user_header_t header, const cap_user_data_t data);

int clinux_shared_create(unsigned long size, void **memory, int *descriptor) {
    int file = memfd_create("timeball", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (file < 0) return -errno;
    void *mapping = MAP_FAILED;
    int error = ftruncate(file, (off_t)size) < 0 ? errno : 0;
    if (error == 0) {
        mapping = mmap(0, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        if (mapping == MAP_FAILED) error = errno;
    }
    // What is mapped stays as it is; no new mapping can be written to.
    if (error == 0 && fcntl(file, F_ADD_SEALS, F_SEAL_FUTURE_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
        error = errno;
    if (error != 0) {
        if (mapping != MAP_FAILED) munmap(mapping, size);
        close(file);
        return -error;
    }
    *memory = mapping;
    *descriptor = file;
    return 0;
}

int clinux_shared_reduce(int descriptor, unsigned long size, void **memory) {
    void *mapping = mmap(0, size, PROT_READ, MAP_SHARED, descriptor, 0);
    if (mapping == MAP_FAILED) return -errno;
    munmap(*memory, size);
    *memory = mapping;
    return 0;
}

void clinux_shared_unmap(void *memory, unsigned long size) { munmap(memory, size); }

int clinux_worker_fork(int *channel) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) < 0) return -errno;
    pid_t child = fork();
    if (child < 0) {
        int error = errno;
        close(ends[0]);
        close(ends[1]);
        return -error;
    }
    close(ends[child == 0 ? 0 : 1]);
    *channel = ends[child == 0 ? 1 : 0];
    return child;
}

static int is_kept(unsigned descriptor, const int *keep, unsigned count) {
    for (unsigned at = 0; at < count; at++)
        if (keep[at] == (int)descriptor) return 1;
    return 0;
}

static void close_others(const int *keep, unsigned count) {
    unsigned last = 2;
    for (unsigned at = 0; at < count; at++)
        if (keep[at] >= 0 && (unsigned)keep[at] > last) last = (unsigned)keep[at];
    for (unsigned descriptor = 3; descriptor <= last; descriptor++)
        if (!is_kept(descriptor, keep, count)) close((int)descriptor);
    close_range(last + 1, ~0u, 0);
}

int clinux_worker_confine(const int *keep, unsigned count) {
    prctl(PR_SET_NAME, "timeball-worker", 0, 0, 0);
    struct sigaction action;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_handler = SIG_DFL;
    if (sigaction(SIGTERM, &action, 0) < 0) return -errno;
    // From a terminal they come to all; the daemon decides.
    action.sa_handler = SIG_IGN;
    const int ignored[] = {SIGINT, SIGQUIT, SIGHUP};
    for (unsigned at = 0; at < sizeof ignored / sizeof *ignored; at++)
        if (sigaction(ignored[at], &action, 0) < 0) return -errno;
    struct sched_param ordinary = {.sched_priority = 0};
    sched_setscheduler(0, SCHED_OTHER, &ordinary);
    close_others(keep, count);
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2];
    memset(none, 0, sizeof none);
    if (capset(&header, none) < 0) return -errno;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return -errno;
    return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 ? -errno : 0;
}

void clinux_worker_exit(int status) { _exit(status); }

int clinux_channel_send(int channel, const void *octets, unsigned long count) {
    long sent;
    do sent = send(channel, octets, count, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : 0;
}

long clinux_channel_receive(int channel, void *buffer, unsigned long size) {
    long count;
    do count = recv(channel, buffer, size, MSG_DONTWAIT);
    while (count < 0 && errno == EINTR);
    return count < 0 ? -errno : count;
}
