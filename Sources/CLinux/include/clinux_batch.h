// Many datagrams that are taken from a socket, and answered, with one system call each. Unless said otherwise a function
// returns 0 or more, or the negative error number.
#pragma once
#include <stdint.h>
#include "clinux_network.h"

struct clinux_batch;

/// A datagram that came.
struct clinux_arrival {
    struct clinux_address source;
    int64_t seconds;       // the kernel's receive timestamp
    uint32_t nanoseconds;
    uint32_t count;        // octets
    uint8_t has_stamp;
    uint8_t truncated;
};

/// Room for `capacity` datagrams of at most `size` octets each, and an answer to each. Null if there is no memory.
struct clinux_batch *clinux_batch_create(unsigned capacity, unsigned size);
void clinux_batch_free(struct clinux_batch *batch);

/// Takes what waits at a non-blocking socket of clinux_udp_create. Returns how many came; -EAGAIN if none waits.
int clinux_batch_receive(struct clinux_batch *batch, int descriptor);
const struct clinux_arrival *clinux_batch_arrival(const struct clinux_batch *batch, unsigned index);
const void *clinux_batch_octets(const struct clinux_batch *batch, unsigned index);
/// The address of ours that a datagram was sent to; family 0 if not known.
void clinux_batch_destination(const struct clinux_batch *batch, unsigned index, struct clinux_address *address);

/// Looks whether this machine has only one IPv4 address (but for 127.0.0.0/8). If so, answers from it need not name it,
/// which takes the kernel less time, until clinux_batch_forget_address.
void clinux_batch_learn_address(struct clinux_batch *batch);
void clinux_batch_forget_address(struct clinux_batch *batch);

/// Where the answer to a datagram is written: as much room as the datagram has octets.
void *clinux_batch_room(struct clinux_batch *batch, unsigned index);
/// Puts the answer to a datagram in line: `count` octets to where it came from, from the address that it was sent to.
/// With `stamp` the kernel reports when it leaves. Each datagram may be answered once.
void clinux_batch_answer(struct clinux_batch *batch, unsigned index, unsigned count, int stamp);
/// Sends the answers in line. One that the kernel refuses is passed over. Returns how many were sent.
int clinux_batch_send(struct clinux_batch *batch, int descriptor);
/// Whether the answer at this place of the line, as it was before the last clinux_batch_send, was sent.
int clinux_batch_was_sent(const struct clinux_batch *batch, unsigned place);
