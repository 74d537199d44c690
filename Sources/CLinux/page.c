#include "clinux_page.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

// Several processes share these words, so they must be atomic without a lock that only one process knows.
_Static_assert(ATOMIC_LLONG_LOCK_FREE == 2, "64-bit atomics");

typedef _Atomic uint64_t word;

static word *at(void *page, unsigned long position) { return (word *)((char *)page + position); }

int clinux_page_create(int directory, const char *name, const void *octets, unsigned long size, void **page) {
    int descriptor = openat(directory, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (descriptor < 0) return -errno;
    // Room is taken now: a full file system must not show by a signal later.
    int error = posix_fallocate(descriptor, 0, (off_t)size);
    if (error == 0 && fchmod(descriptor, 0644) < 0) error = errno;
    void *mapping = MAP_FAILED;
    if (error == 0) {
        mapping = mmap(0, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
        if (mapping == MAP_FAILED) error = errno;
    }
    close(descriptor);
    if (error != 0) {
        unlinkat(directory, name, 0);
        return -error;
    }
    memcpy(mapping, octets, size);
    *page = mapping;
    return 0;
}

int clinux_page_map(int directory, const char *name, unsigned long size, int writable, void **page) {
    int flags = (writable ? O_RDWR : O_RDONLY) | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
    int descriptor = openat(directory, name, flags);
    if (descriptor < 0) return -errno;
    struct stat found;
    int error = fstat(descriptor, &found) < 0        ? errno
                : !S_ISREG(found.st_mode)            ? EINVAL
                : (unsigned long)found.st_size < size ? ENODATA
                                                      : 0;
    if (error == 0) {
        int protection = PROT_READ | (writable ? PROT_WRITE : 0);
        void *mapping = mmap(0, size, protection, MAP_SHARED, descriptor, 0);
        if (mapping == MAP_FAILED)
            error = errno;
        else
            *page = mapping;
    }
    close(descriptor);
    return -error;
}

void clinux_page_unmap(void *page, unsigned long size) { munmap(page, size); }

void clinux_page_begin(void *page, unsigned long sequence) {
    word *number = at(page, sequence);
    atomic_store_explicit(number, atomic_load_explicit(number, memory_order_relaxed) | 1, memory_order_relaxed);
    // What is written from now on is not seen before the odd number is.
    atomic_thread_fence(memory_order_seq_cst);
}

void clinux_page_write(void *page, unsigned long sequence, unsigned long from, const void *octets, unsigned long count) {
    clinux_page_begin(page, sequence);
    for (unsigned long position = 0; position + 8 <= count; position += 8) {
        uint64_t value;
        memcpy(&value, (const char *)octets + position, 8);
        atomic_store_explicit(at(page, from + position), value, memory_order_relaxed);
    }
    word *number = at(page, sequence);
    uint64_t odd = atomic_load_explicit(number, memory_order_relaxed);
    // The even number is not seen before all that was written is.
    atomic_store_explicit(number, odd + 1, memory_order_release);
}

int clinux_page_read(const void *page, unsigned long sequence, void *octets, unsigned long size,
                     struct clinux_time *monotonic, struct clinux_time *boot) {
    // Nothing is written; atomic loads of what is const are allowed only since C17.
    void *shared = (void *)page;
    word *number = at(shared, sequence);
    uint64_t before = atomic_load_explicit(number, memory_order_acquire);
    if (before & 1) return -EAGAIN;
    for (unsigned long position = 0; position + 8 <= size; position += 8) {
        uint64_t value = atomic_load_explicit(at(shared, position), memory_order_relaxed);
        memcpy((char *)octets + position, &value, 8);
    }
    // Inside, so that the page holds for the moment that is read; in this order, so that a sleep between the two is seen.
    struct clinux_time after = {0, 0};
    int result = clinux_clock_read(CLINUX_MONOTONIC, monotonic);
    if (result == 0) result = clinux_clock_read(CLINUX_BOOTTIME, boot);
    if (result == 0) result = clinux_clock_read(CLINUX_MONOTONIC, &after);
    if (result < 0) return result;
    atomic_thread_fence(memory_order_seq_cst);
    if (atomic_load_explicit(number, memory_order_relaxed) != before) return -EAGAIN;
    // Where this process was kept from the second clock, the two would differ as if the machine had slept.
    int64_t taken = (after.seconds - monotonic->seconds) * 1000000000 + after.nanoseconds - monotonic->nanoseconds;
    return taken > 1000000 ? -EAGAIN : 0;
}

uint64_t clinux_page_sequence(const void *page, unsigned long sequence) {
    return atomic_load_explicit(at((void *)page, sequence), memory_order_acquire);
}

int clinux_page_copy(const void *page, unsigned long sequence, unsigned long from, void *octets, unsigned long count) {
    void *shared = (void *)page;
    word *number = at(shared, sequence);
    uint64_t before = atomic_load_explicit(number, memory_order_acquire);
    if (before & 1) return -EAGAIN;
    for (unsigned long position = 0; position + 8 <= count; position += 8) {
        uint64_t value = atomic_load_explicit(at(shared, from + position), memory_order_relaxed);
        memcpy((char *)octets + position, &value, 8);
    }
    atomic_thread_fence(memory_order_acquire);
    return atomic_load_explicit(number, memory_order_relaxed) == before ? 0 : -EAGAIN;
}
