// Datagram sockets and their timestamps. Unless said otherwise a function returns 0 or more, or the negative error number.
#pragma once
#include <stdint.h>
#include "clinux_clock.h"

/// An IP address and a port as numbers, not as octets in network order.
struct clinux_address {
    uint64_t high;   // first half of an IPv6 address
    uint64_t low;    // second half, or an IPv4 address
    uint32_t scope;  // the interface of a link-local IPv6 address, or 0
    uint16_t port;
    uint8_t family;  // 4, 6, or 0 for none
};

/// What came with a datagram.
struct clinux_meta {
    struct clinux_address source;
    struct clinux_address destination;  // the local address it was sent to (port 0); family 0 if not known
    struct clinux_time stamp;           // the kernel's receive or transmit timestamp
    int32_t has_stamp;
    uint32_t identifier;  // error queue: which packet of the socket, counted from 0 (SOF_TIMESTAMPING_OPT_ID)
    int32_t truncated;
    struct clinux_time hardware;  // the interface's own stamp, by its own clock
    int32_t has_hardware;
    uint32_t interface;           // by which interface it came or left, 0 if not known
    uint32_t wire_octets;         // with the link's header, 0 if not known
};

enum clinux_poll_bits {
    CLINUX_POLL_IN = 0x0001,
    CLINUX_POLL_PRIORITY = 0x0002,
    CLINUX_POLL_OUT = 0x0004,
    CLINUX_POLL_ERROR = 0x0008,
    CLINUX_POLL_HANGUP = 0x0010,
    CLINUX_POLL_INVALID = 0x0020,
};

/// struct pollfd
struct clinux_poll_entry {
    int32_t descriptor;
    int16_t events;
    int16_t ready;
};

/// poll(2). Negative milliseconds: no limit.
int clinux_poll(struct clinux_poll_entry *entries, unsigned count, int milliseconds);

/// A non-blocking UDP socket with kernel timestamps and destination addresses on; with `transmit_stamps` 1 also of what
/// is sent, with 2 of those packets for which clinux_udp_send asks. A system that has no timestamps still gives a socket; `has_stamps` tells.
int clinux_udp_create(int family, int transmit_stamps, int *has_stamps);
/// On a socket with kernel timestamps: also the interface's own stamps, of what comes in and of what is sent.
int clinux_udp_want_hardware(int descriptor);
/// Only IPv6, also where IPv4 is bound to the same port.
int clinux_udp_bind(int descriptor, const struct clinux_address *address);
int clinux_udp_connect(int descriptor, const struct clinux_address *address);
/// What kind of service packets ask routers for (RFC 2474), 0 to 63.
int clinux_udp_set_dscp(int descriptor, int family, int dscp);
/// Only packets of this network interface come in, and packets leave by it.
int clinux_udp_bind_device(int descriptor, const char *device);
/// Packets may go to broadcast addresses.
int clinux_udp_allow_broadcast(int descriptor);
/// Several sockets may have the same port, as long as they are connected to different peers.
int clinux_udp_share_port(int descriptor);
/// IPv4: no router may cut packets of this socket in pieces, and no ICMP message changes how long they may be.
int clinux_udp_send_whole(int descriptor);
/// Other sockets of this user that ask for the same may have the same address and port; the kernel shares packets out.
int clinux_udp_join_port(int descriptor);
/// How packets are shared out between the sockets that joined a port: those of NTP's symmetric modes to number 0 in
/// the order of binding, all others to number 1 to `workers`, by the client's network. `key` makes the choice one's own.
int clinux_udp_share_out(int descriptor, int family, unsigned workers, uint32_t key);
int clinux_udp_local(int descriptor, struct clinux_address *address);

/// Receives one datagram, or with `error_queue` one transmit timestamp. Returns its octets; -EAGAIN if there is none.
long clinux_udp_receive(int descriptor, void *buffer, unsigned long size, int error_queue, struct clinux_meta *meta);
/// Sends one datagram; `to` is null on a connected socket, `from` (port ignored) null for the kernel's choice. With
/// `stamp` the kernel reports when it leaves, on a socket that was created for that; with 2 the interface does, too.
long clinux_udp_send(int descriptor, const void *octets, unsigned long count, const struct clinux_address *to,
                     const struct clinux_address *from, int stamp);

/// The longest path of a Unix socket, with its final zero.
enum { CLINUX_UNIX_PATH = 108 };

/// A non-blocking Unix datagram socket.
int clinux_unix_create(void);
int clinux_unix_bind(int descriptor, const char *path);
int clinux_unix_connect(int descriptor, const char *path);
/// Receives one datagram and the sender's path (CLINUX_UNIX_PATH octets of room; empty if it has none).
long clinux_unix_receive(int descriptor, void *buffer, unsigned long size, char *path);
long clinux_unix_send(int descriptor, const void *octets, unsigned long count, const char *path);
/// Sends to a path that may begin with '@' for an abstract name (sd_notify(3)).
int clinux_notify(const char *path, const char *text);

/// getaddrinfo(3). Family 4, 6, or 0 for both; returns how many addresses were written, each once, or -1.
int clinux_resolve(const char *name, int family, struct clinux_address *addresses, int capacity);
