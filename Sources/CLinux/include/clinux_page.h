// A small file that one process writes and others map into memory, guarded by a sequence number that is odd while it is
// being written. Unless said otherwise a function returns 0 or more, or the negative error number.
#pragma once
#include <stdint.h>
#include "clinux_clock.h"

/// Creates a file in a directory that must not have it, with mode 0644 and these octets (a multiple of 8), and maps it
/// for writing.
int clinux_page_create(int directory, const char *name, const void *octets, unsigned long size, void **page);
/// Maps a regular file that is there, if it has at least so many octets: -EINVAL if it is something else, -ENODATA if it
/// is shorter. A symbolic link in its place is not followed (-ELOOP).
int clinux_page_map(int directory, const char *name, unsigned long size, int writable, void **page);
void clinux_page_unmap(void *page, unsigned long size);

/// Makes the sequence number (at that octet, a multiple of 8) odd: what the page says is not to be believed.
void clinux_page_begin(void *page, unsigned long sequence);
/// Replaces octets from a position on (both multiples of 8) and makes the sequence number even.
void clinux_page_write(void *page, unsigned long sequence, unsigned long from, const void *octets, unsigned long count);

/// Copies the page, and reads the monotonic clock and then the boot-time clock while it was valid. There is no system
/// call in it. -EAGAIN: it is being written, or this process was interrupted; try again.
int clinux_page_read(const void *page, unsigned long sequence, void *octets, unsigned long size,
                     struct clinux_time *monotonic, struct clinux_time *boot);
/// The sequence number as it is now: odd while somebody writes.
uint64_t clinux_page_sequence(const void *page, unsigned long sequence);
/// Copies part of a page, and no clock; -EAGAIN if it was being written meanwhile.
int clinux_page_copy(const void *page, unsigned long sequence, unsigned long from, void *octets, unsigned long count);
