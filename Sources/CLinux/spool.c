#include "clinux_spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

static int result(int value) { return value < 0 ? -errno : value; }

int clinux_spool_lock(int directory, const char *name) {
    int file = openat(directory, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
    if (file < 0) return -errno;
    struct stat found;
    if (fstat(file, &found) < 0 || !S_ISREG(found.st_mode)) {
        close(file);
        return -EINVAL;
    }
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    for (int tries = 0; tries < 20; tries++) {
        if (fcntl(file, F_SETLK, &lock) == 0) return file;
        if (errno != EAGAIN && errno != EACCES && errno != EINTR) {
            int error = errno;
            close(file);
            return -error;
        }
        usleep(50000);
    }
    close(file);
    return -EAGAIN;
}

int clinux_spool_write(int file, const void *octets, unsigned long count) {
    if (pwrite(file, octets, count, 0) != (ssize_t)count) return errno ? -errno : -EIO;
    if (ftruncate(file, (off_t)count) < 0) return -errno;
    return result(fsync(file));
}

int clinux_rename_new(int directory, const char *from, const char *to) {
    if (renameat2(directory, from, directory, to, RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return -errno;
    // File systems that cannot do it in one step.
    if (linkat(directory, from, directory, to, 0) < 0) return -errno;
    return result(unlinkat(directory, from, 0));
}

int clinux_file_owner(int file, uint32_t user, uint32_t group) { return result(fchown(file, user, group)); }
int clinux_file_mode(int file, uint32_t mode) { return result(fchmod(file, mode)); }

int clinux_path_group(const char *path, uint32_t *group) {
    struct stat found;
    if (stat(path, &found) < 0) return -errno;
    *group = found.st_gid;
    return 0;
}

static gid_t own_groups[65536];
static int own_group_count = -1;

int clinux_as_user(const char *name, uint32_t user, uint32_t group) {
    static gid_t groups[65536];
    if (geteuid() != 0) return user == geteuid() ? 0 : -EPERM;
    int count = sizeof groups / sizeof *groups;
    if (getgrouplist(name, group, groups, &count) < 0) return -E2BIG;
    own_group_count = getgroups(sizeof own_groups / sizeof *own_groups, own_groups);
    if (own_group_count < 0) return -errno;
    if (setgroups((size_t)count, groups) < 0) return -errno;
    setfsgid(group);
    // With it go the rights of root to read everything.
    setfsuid(user);
    if (setfsuid(-1) == (int)user && setfsgid(-1) == (int)group) return 0;
    clinux_as_root();
    return -EPERM;
}

int clinux_as_root(void) {
    if (geteuid() != 0) return 0;
    setfsuid(0);
    setfsgid(getegid());
    if (own_group_count >= 0 && setgroups((size_t)own_group_count, own_groups) < 0) return -errno;
    return setfsuid(-1) == 0 ? 0 : -EPERM;
}

int clinux_watch_add(int notices, const char *path, uint32_t mask, int *is_directory) {
    int watch = inotify_add_watch(notices, path, mask | IN_MASK_ADD);
    if (watch < 0) return -errno;
    struct stat found;
    int looked = mask & IN_DONT_FOLLOW ? lstat(path, &found) : stat(path, &found);
    *is_directory = looked == 0 && S_ISDIR(found.st_mode);
    return watch;
}

int clinux_watch_remove(int notices, int watch) { return result(inotify_rm_watch(notices, watch)); }

void *clinux_listing_begin(const char *path, int follow, int *error) {
    int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NONBLOCK | (follow ? 0 : O_NOFOLLOW));
    DIR *stream = directory < 0 ? 0 : fdopendir(directory);
    if (!stream) {
        *error = errno;
        if (directory >= 0) close(directory);
        return 0;
    }
    return stream;
}

int clinux_listing_next(void *listing, struct clinux_listed *entry) {
    for (;;) {
        struct dirent *next = readdir(listing);
        if (!next) return 0;
        if (strcmp(next->d_name, ".") == 0 || strcmp(next->d_name, "..") == 0) continue;
        struct statx found;
        if (statx(dirfd(listing), next->d_name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, STATX_BASIC_STATS | STATX_BTIME,
                  &found) < 0)
            continue;
        entry->name = next->d_name;
        entry->is_directory = S_ISDIR(found.stx_mode);
        int born = (found.stx_mask & STATX_BTIME) != 0;
        entry->created_seconds = born ? found.stx_btime.tv_sec : -1;
        entry->created_nanoseconds = born ? found.stx_btime.tv_nsec : 0;
        entry->modified_seconds = found.stx_mtime.tv_sec;
        entry->modified_nanoseconds = found.stx_mtime.tv_nsec;
        entry->changed_seconds = found.stx_ctime.tv_sec;
        entry->changed_nanoseconds = found.stx_ctime.tv_nsec;
        return 1;
    }
}

void clinux_listing_end(void *listing) { closedir(listing); }

void clinux_shell_of(const char *name, char *buffer, unsigned long size) {
    struct passwd *entry = getpwnam(name);
    const char *shell = entry && entry->pw_shell && *entry->pw_shell ? entry->pw_shell : "/bin/sh";
    snprintf(buffer, size, "%s", shell);
}
