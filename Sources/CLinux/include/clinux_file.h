// Files and directories. Unless said otherwise a function returns 0 or more, or the negative error number.
#pragma once
#include <stdint.h>

enum clinux_kind { CLINUX_OTHER = 0, CLINUX_FILE = 1, CLINUX_DIRECTORY = 2, CLINUX_SOCKET = 3 };

struct clinux_status_of_file {
    /// When it was changed last, seconds since 1970.
    int64_t modified;
    uint32_t kind;
    uint32_t permissions;  // the twelve low bits of the mode
    uint32_t user;
    uint32_t group;
    uint64_t size;
};

int clinux_close(int descriptor);
/// What a path leads to.
int clinux_stat(const char *path, struct clinux_status_of_file *status);
/// What lies at a path itself: a symbolic link is CLINUX_OTHER.
int clinux_stat_itself(const char *path, struct clinux_status_of_file *status);
int clinux_stat_descriptor(int descriptor, struct clinux_status_of_file *status);

int clinux_open_directory(const char *path);
int clinux_open_to_read(const char *path);
/// For a log: appends, creates with mode 0644, follows no symbolic link.
int clinux_open_to_append(const char *path);
/// For a log that belongs to somebody: the same, but only an ordinary file is opened, and one that is created is given
/// to this user and group.
int clinux_open_log(const char *path, uint32_t user, uint32_t group);
/// Creates a file that must not exist yet, in a directory.
int clinux_create_in(int directory, const char *name, uint32_t mode);
/// The same, by its path.
int clinux_create(const char *path, uint32_t mode);
int clinux_remove_in(int directory, const char *name);
int clinux_rename_in(int directory, const char *from, const char *to);
int clinux_remove(const char *path);
int clinux_make_directory(const char *path, uint32_t mode, uint32_t user, uint32_t group);
int clinux_sync(int descriptor);
/// 1 if files can be created in the directory by this process.
int clinux_may_write(const char *path);

/// A directory's entries, one after the other; null if it cannot be opened.
void *clinux_list_begin(const char *path);
/// The next name, or null at the end. It stays where it is until the next call.
const char *clinux_list_next(void *list);
void clinux_list_end(void *list);

long clinux_read(int descriptor, void *buffer, unsigned long size);
/// Writes all octets.
int clinux_write(int descriptor, const void *octets, unsigned long count);
