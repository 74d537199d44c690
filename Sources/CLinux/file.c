#include "clinux_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int clinux_close(int descriptor) { return close(descriptor) < 0 ? -errno : 0; }

static int tell(const struct stat *in, struct clinux_status_of_file *out) {
    out->kind = S_ISREG(in->st_mode)    ? CLINUX_FILE
                : S_ISDIR(in->st_mode)  ? CLINUX_DIRECTORY
                : S_ISSOCK(in->st_mode) ? CLINUX_SOCKET
                                        : CLINUX_OTHER;
    out->permissions = in->st_mode & 07777;
    out->user = in->st_uid;
    out->group = in->st_gid;
    out->size = (uint64_t)in->st_size;
    out->modified = in->st_mtim.tv_sec;
    return 0;
}

int clinux_stat(const char *path, struct clinux_status_of_file *status) {
    struct stat found;
    return stat(path, &found) < 0 ? -errno : tell(&found, status);
}

int clinux_stat_itself(const char *path, struct clinux_status_of_file *status) {
    struct stat found;
    return lstat(path, &found) < 0 ? -errno : tell(&found, status);
}

int clinux_stat_descriptor(int descriptor, struct clinux_status_of_file *status) {
    struct stat found;
    return fstat(descriptor, &found) < 0 ? -errno : tell(&found, status);
}

static int result(int value) { return value < 0 ? -errno : value; }

int clinux_open_directory(const char *path) { return result(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)); }
// Non-blocking, so that a pipe put in a file's place stops nobody.
int clinux_open_to_read(const char *path) { return result(open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)); }
int clinux_open_to_append(const char *path) {
    return result(open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644));
}
int clinux_open_log(const char *path, uint32_t user, uint32_t group) {
    // Non-blocking, so that a pipe put in a file's place stops nobody.
    const int flags = O_WRONLY | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
    int descriptor = open(path, flags | O_CREAT | O_EXCL, 0644);
    int is_new = descriptor >= 0;
    if (!is_new && errno == EEXIST) descriptor = open(path, flags);
    if (descriptor < 0) return -errno;
    struct stat found;
    int error = 0;
    if (fstat(descriptor, &found) < 0) {
        error = errno;
    } else if (!S_ISREG(found.st_mode)) {
        error = EINVAL;
    } else if (is_new && (found.st_uid != user || found.st_gid != group) && fchown(descriptor, user, group) < 0) {
        error = errno;
        unlink(path);
    }
    if (error != 0) {
        close(descriptor);
        return -error;
    }
    return descriptor;
}
int clinux_create_in(int directory, const char *name, uint32_t mode) {
    return result(openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
}
int clinux_create(const char *path, uint32_t mode) { return clinux_create_in(AT_FDCWD, path, mode); }
int clinux_remove_in(int directory, const char *name) { return result(unlinkat(directory, name, 0)); }
int clinux_rename_in(int directory, const char *from, const char *to) {
    return result(renameat(directory, from, directory, to));
}
int clinux_remove(const char *path) { return result(unlink(path)); }

int clinux_make_directory(const char *path, uint32_t mode, uint32_t user, uint32_t group) {
    if (mkdir(path, 0700) < 0) return -errno;
    // The owner first: as somebody else's, the directory must not be open to our group.
    if (chown(path, user, group) < 0 || chmod(path, mode) < 0) {
        int error = errno;
        rmdir(path);
        return -error;
    }
    return 0;
}

int clinux_sync(int descriptor) { return result(fsync(descriptor)); }
int clinux_may_write(const char *path) { return eaccess(path, W_OK | X_OK) == 0; }

void *clinux_list_begin(const char *path) { return opendir(path); }
const char *clinux_list_next(void *list) {
    struct dirent *entry = readdir(list);
    return entry ? entry->d_name : 0;
}
void clinux_list_end(void *list) { closedir(list); }

long clinux_read(int descriptor, void *buffer, unsigned long size) {
    long count;
    do count = read(descriptor, buffer, size);
    while (count < 0 && errno == EINTR);
    return count < 0 ? -errno : count;
}

int clinux_write(int descriptor, const void *octets, unsigned long count) {
    const char *next = octets;
    while (count > 0) {
        long written = write(descriptor, next, count);
        if (written < 0) {
            if (errno == EINTR) continue;
            return -errno;
        }
        next += written;
        count -= (unsigned long)written;
    }
    return 0;
}
