// at's spool, and what incron's tables watch, each with the rights that its owner has.
// Unless said otherwise a function returns 0 or more, or the negative error number.
#pragma once
#include <stdint.h>

/// Locks the spool's number file as at(1) does (fcntl), creating it; -EAGAIN after a second. Closing it unlocks.
int clinux_spool_lock(int directory, const char *name);
/// Replaces all that the number file holds.
int clinux_spool_write(int file, const void *octets, unsigned long count);
/// Gives a name that nothing has yet; -EEXIST if something has it.
int clinux_rename_new(int directory, const char *from, const char *to);
int clinux_file_owner(int file, uint32_t user, uint32_t group);
int clinux_file_mode(int file, uint32_t mode);
/// The group that owns what a path leads to.
int clinux_path_group(const char *path, uint32_t *group);

/// From here on files are looked up with this user's rights, until ``clinux_as_root``. All groups are the user's.
int clinux_as_user(const char *name, uint32_t user, uint32_t group);
int clinux_as_root(void);

/// Adds events to what is watched at the path (IN_MASK_ADD), and says whether it is a directory. Returns the watch's number.
int clinux_watch_add(int notices, const char *path, uint32_t mask, int *is_directory);
int clinux_watch_remove(int notices, int watch);

struct clinux_listed {
    const char *name;  // until the next call
    int is_directory;
    int64_t created_seconds, created_nanoseconds;  // -1: not known
    int64_t modified_seconds, modified_nanoseconds;
    int64_t changed_seconds, changed_nanoseconds;
};
/// A directory's entries with their times; a symbolic link at the path's end is not followed unless asked for. Null and
/// `*error` if it cannot be opened.
void *clinux_listing_begin(const char *path, int follow, int *error);
/// 1 with the next entry, 0 at the end.
int clinux_listing_next(void *listing, struct clinux_listed *entry);
void clinux_listing_end(void *listing);

/// The user's shell, or /bin/sh.
void clinux_shell_of(const char *name, char *buffer, unsigned long size);
