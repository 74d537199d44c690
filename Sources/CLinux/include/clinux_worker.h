// Processes that are forked from a daemon to do part of its work, and memory that they share with it. Unless said otherwise
// a function returns 0 or more, or the negative error number.
#pragma once
#include <stdint.h>

/// Maps `size` octets of new memory that processes which are forked later share. `descriptor` is for clinux_shared_reduce.
int clinux_shared_create(unsigned long size, void **memory, int *descriptor);
/// From now on this process can only read the memory, whatever it tries: the old mapping goes, and the new one, which has
/// another place, cannot be made writable.
int clinux_shared_reduce(int descriptor, unsigned long size, void **memory);
void clinux_shared_unmap(void *memory, unsigned long size);

/// Forks. Both sides get one end of a channel, which the other sees close when this process ends.
/// Returns the child's number, and 0 in the child.
int clinux_worker_fork(int *channel);
/// In the child: closes all descriptors but the standard ones and those named, gives up all rights and a realtime
/// priority for good, and dies with its parent. SIGTERM ends it.
int clinux_worker_confine(const int *keep, unsigned count);
void clinux_worker_exit(int status) __attribute__((noreturn));

/// One whole message, or nothing: -EAGAIN if there is no room.
int clinux_channel_send(int channel, const void *octets, unsigned long count);
/// Octets of one message; 0 when the other side is gone; -EAGAIN if there is none.
long clinux_channel_receive(int channel, void *buffer, unsigned long size);
