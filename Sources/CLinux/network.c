#include "clinux_network.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/errqueue.h>
#include <linux/filter.h>
#include <linux/net_tstamp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

_Static_assert(CLINUX_POLL_IN == POLLIN && CLINUX_POLL_PRIORITY == POLLPRI, "poll bits");
_Static_assert(CLINUX_POLL_ERROR == POLLERR && CLINUX_POLL_HANGUP == POLLHUP, "poll bits");
_Static_assert(CLINUX_POLL_INVALID == POLLNVAL && CLINUX_POLL_OUT == POLLOUT, "poll bits");
_Static_assert(sizeof(struct clinux_poll_entry) == sizeof(struct pollfd), "poll entry");
_Static_assert(offsetof(struct clinux_poll_entry, ready) == offsetof(struct pollfd, revents), "poll entry");
_Static_assert(CLINUX_UNIX_PATH == sizeof(((struct sockaddr_un *)0)->sun_path), "path length");

int clinux_poll(struct clinux_poll_entry *entries, unsigned count, int milliseconds) {
    int ready = poll((struct pollfd *)entries, count, milliseconds);
    return ready < 0 ? -errno : ready;
}

static void put_in6(struct in6_addr *out, uint64_t high, uint64_t low) {
    high = htobe64(high);
    low = htobe64(low);
    memcpy(out->s6_addr, &high, 8);
    memcpy(out->s6_addr + 8, &low, 8);
}

static void get_in6(const struct in6_addr *in, struct clinux_address *address) {
    memcpy(&address->high, in->s6_addr, 8);
    memcpy(&address->low, in->s6_addr + 8, 8);
    address->high = be64toh(address->high);
    address->low = be64toh(address->low);
    address->family = 6;
}

static socklen_t to_kernel(const struct clinux_address *address, struct sockaddr_storage *out) {
    memset(out, 0, sizeof *out);
    if (address->family == 4) {
        struct sockaddr_in *in = (struct sockaddr_in *)out;
        in->sin_family = AF_INET;
        in->sin_port = htons(address->port);
        in->sin_addr.s_addr = htonl((uint32_t)address->low);
        return sizeof *in;
    }
    struct sockaddr_in6 *in = (struct sockaddr_in6 *)out;
    in->sin6_family = AF_INET6;
    in->sin6_port = htons(address->port);
    in->sin6_scope_id = address->scope;
    put_in6(&in->sin6_addr, address->high, address->low);
    return sizeof *in;
}

static void from_kernel(const struct sockaddr_storage *in, struct clinux_address *address) {
    memset(address, 0, sizeof *address);
    if (in->ss_family == AF_INET) {
        const struct sockaddr_in *four = (const struct sockaddr_in *)in;
        address->family = 4;
        address->low = ntohl(four->sin_addr.s_addr);
        address->port = ntohs(four->sin_port);
    } else if (in->ss_family == AF_INET6) {
        const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)in;
        get_in6(&six->sin6_addr, address);
        address->port = ntohs(six->sin6_port);
        address->scope = six->sin6_scope_id;
    }
}

static int plain_socket(int family) {
    // The flags are set afterwards, because clock simulators know only the plain type.
    int descriptor = socket(family, SOCK_DGRAM, 0);
    if (descriptor < 0) return -errno;
    if (fcntl(descriptor, F_SETFD, FD_CLOEXEC) < 0 ||
        fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK) < 0) {
        int error = errno;
        close(descriptor);
        return -error;
    }
    return descriptor;
}

static int set(int descriptor, int level, int option, int value) {
    return setsockopt(descriptor, level, option, &value, sizeof value);
}

int clinux_udp_create(int family, int transmit_stamps, int *has_stamps) {
    int descriptor = plain_socket(family == 6 ? AF_INET6 : AF_INET);
    if (descriptor < 0) return descriptor;
    if (family == 6) {
        set(descriptor, IPPROTO_IPV6, IPV6_V6ONLY, 1);
        set(descriptor, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
    } else {
        set(descriptor, IPPROTO_IP, IP_PKTINFO, 1);
    }
    int flags = SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_RX_SOFTWARE;
    if (transmit_stamps) {
        flags |= SOF_TIMESTAMPING_OPT_ID | SOF_TIMESTAMPING_OPT_TSONLY | SOF_TIMESTAMPING_OPT_CMSG;
        if (transmit_stamps == 1) flags |= SOF_TIMESTAMPING_TX_SOFTWARE;
        set(descriptor, SOL_SOCKET, SO_SELECT_ERR_QUEUE, 1);
    }
    *has_stamps = set(descriptor, SOL_SOCKET, SO_TIMESTAMPING, flags) == 0;
    return descriptor;
}

int clinux_udp_want_hardware(int descriptor) {
    int flags = 0;
    socklen_t size = sizeof flags;
    if (getsockopt(descriptor, SOL_SOCKET, SO_TIMESTAMPING, &flags, &size) < 0) return -errno;
    int more = SOF_TIMESTAMPING_RAW_HARDWARE | SOF_TIMESTAMPING_RX_HARDWARE | SOF_TIMESTAMPING_OPT_PKTINFO |
               SOF_TIMESTAMPING_OPT_TX_SWHW;
    if (flags & SOF_TIMESTAMPING_TX_SOFTWARE) more |= SOF_TIMESTAMPING_TX_HARDWARE;
    return set(descriptor, SOL_SOCKET, SO_TIMESTAMPING, flags | more) < 0 ? -errno : 0;
}

int clinux_udp_set_dscp(int descriptor, int family, int dscp) {
    int result = family == 6 ? set(descriptor, IPPROTO_IPV6, IPV6_TCLASS, dscp << 2)
                             : set(descriptor, IPPROTO_IP, IP_TOS, dscp << 2);
    return result < 0 ? -errno : 0;
}

int clinux_udp_bind_device(int descriptor, const char *device) {
    return setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE, device, (socklen_t)strlen(device) + 1) < 0 ? -errno : 0;
}

int clinux_udp_allow_broadcast(int descriptor) {
    return set(descriptor, SOL_SOCKET, SO_BROADCAST, 1) < 0 ? -errno : 0;
}

int clinux_udp_share_port(int descriptor) { return set(descriptor, SOL_SOCKET, SO_REUSEADDR, 1) < 0 ? -errno : 0; }

int clinux_udp_send_whole(int descriptor) { return set(descriptor, IPPROTO_IP, IP_MTU_DISCOVER, IP_PMTUDISC_PROBE) < 0 ? -errno : 0; }

int clinux_udp_join_port(int descriptor) { return set(descriptor, SOL_SOCKET, SO_REUSEPORT, 1) < 0 ? -errno : 0; }

int clinux_udp_share_out(int descriptor, int family, unsigned workers, uint32_t key) {
    // The kernel counts the group's sockets in the order in which they were bound. A packet too short for a load is
    // counted as 0 by the rules of the machine that runs this.
    const uint32_t net = (uint32_t)SKF_NET_OFF, odd = 0x9e3779b1u;
    struct sock_filter steps[] = {
        // The mode of NTP: what peers send is the daemon's.
        BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
        BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 7),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 1, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 2, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, 0),
        // One client is always the same worker's, whatever its port: by its address, or its network of 64 bits.
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, net + (family == 6 ? 8u : 12u)),
        BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, odd),
        BPF_STMT(BPF_MISC | BPF_TAX, 0),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, net + 12u),
        BPF_STMT(BPF_ALU | BPF_XOR | BPF_X, 0),
        BPF_STMT(BPF_ALU | BPF_XOR | BPF_K, key),
        BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, odd),
        BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 16),
        BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, workers),
        BPF_STMT(BPF_ALU | BPF_ADD | BPF_K, 1),
        BPF_STMT(BPF_RET | BPF_A, 0),
    };
    struct sock_fprog program = {.len = sizeof steps / sizeof *steps, .filter = steps};
    if (setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program, sizeof program) < 0) return -errno;
    return 0;
}

int clinux_udp_bind(int descriptor, const struct clinux_address *address) {
    struct sockaddr_storage kernel;
    socklen_t size = to_kernel(address, &kernel);
    return bind(descriptor, (struct sockaddr *)&kernel, size) < 0 ? -errno : 0;
}

int clinux_udp_connect(int descriptor, const struct clinux_address *address) {
    struct sockaddr_storage kernel;
    socklen_t size = to_kernel(address, &kernel);
    return connect(descriptor, (struct sockaddr *)&kernel, size) < 0 ? -errno : 0;
}

int clinux_udp_local(int descriptor, struct clinux_address *address) {
    struct sockaddr_storage kernel = {0};
    socklen_t size = sizeof kernel;
    if (getsockname(descriptor, (struct sockaddr *)&kernel, &size) < 0) return -errno;
    from_kernel(&kernel, address);
    return 0;
}

// Control messages are copied out: nothing promises their alignment.
static void read_control(struct msghdr *message, struct clinux_meta *meta) {
    for (struct cmsghdr *part = CMSG_FIRSTHDR(message); part; part = CMSG_NXTHDR(message, part)) {
        if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_TIMESTAMPING) {
            struct timespec stamps[3];  // software, unused, hardware (which counts in another clock)
            if (part->cmsg_len < CMSG_LEN(sizeof stamps)) continue;
            memcpy(stamps, CMSG_DATA(part), sizeof stamps);
            if (stamps[2].tv_sec != 0 || stamps[2].tv_nsec != 0) {
                meta->hardware.seconds = stamps[2].tv_sec;
                meta->hardware.nanoseconds = stamps[2].tv_nsec;
                meta->has_hardware = 1;
            }
            if (stamps[0].tv_sec == 0 && stamps[0].tv_nsec == 0) continue;
            meta->stamp.seconds = stamps[0].tv_sec;
            meta->stamp.nanoseconds = stamps[0].tv_nsec;
            meta->has_stamp = 1;
        } else if (part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo info;
            if (part->cmsg_len < CMSG_LEN(sizeof info)) continue;
            memcpy(&info, CMSG_DATA(part), sizeof info);
            meta->destination.family = 4;
            meta->destination.low = ntohl(info.ipi_spec_dst.s_addr);
            if (meta->interface == 0) meta->interface = (uint32_t)info.ipi_ifindex;
        } else if (part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_PKTINFO) {
            struct in6_pktinfo info;
            if (part->cmsg_len < CMSG_LEN(sizeof info)) continue;
            memcpy(&info, CMSG_DATA(part), sizeof info);
            get_in6(&info.ipi6_addr, &meta->destination);
            meta->destination.scope = info.ipi6_ifindex;
            if (meta->interface == 0) meta->interface = info.ipi6_ifindex;
        } else if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_TIMESTAMPING_PKTINFO) {
            struct scm_ts_pktinfo info;
            if (part->cmsg_len < CMSG_LEN(sizeof info)) continue;
            memcpy(&info, CMSG_DATA(part), sizeof info);
            if (info.if_index != 0) meta->interface = info.if_index;
            meta->wire_octets = info.pkt_length;
        } else if ((part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_RECVERR) ||
                   (part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_RECVERR)) {
            struct sock_extended_err error;
            if (part->cmsg_len < CMSG_LEN(sizeof error)) continue;
            memcpy(&error, CMSG_DATA(part), sizeof error);
            if (error.ee_origin == SO_EE_ORIGIN_TIMESTAMPING) meta->identifier = error.ee_data;
        }
    }
}

long clinux_udp_receive(int descriptor, void *buffer, unsigned long size, int error_queue, struct clinux_meta *meta) {
    struct sockaddr_storage source = {0};
    union {
        struct cmsghdr aligned;
        char octets[512];
    } control;
    struct iovec piece = {.iov_base = buffer, .iov_len = size};
    struct msghdr message = {
        .msg_name = &source,
        .msg_namelen = sizeof source,
        .msg_iov = &piece,
        .msg_iovlen = 1,
        .msg_control = control.octets,
        .msg_controllen = sizeof control.octets,
    };
    memset(meta, 0, sizeof *meta);
    long count;
    do count = recvmsg(descriptor, &message, error_queue ? MSG_ERRQUEUE : 0);
    while (count < 0 && errno == EINTR);
    if (count < 0) return -errno;
    from_kernel(&source, &meta->source);
    meta->truncated = (message.msg_flags & MSG_TRUNC) != 0;
    read_control(&message, meta);
    return count;
}

long clinux_udp_send(int descriptor, const void *octets, unsigned long count, const struct clinux_address *to,
                     const struct clinux_address *from, int stamp) {
    struct sockaddr_storage destination;
    union {
        struct cmsghdr aligned;
        char octets[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(uint32_t))];
    } control;
    struct iovec piece = {.iov_base = (void *)octets, .iov_len = count};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    if (to) {
        message.msg_namelen = to_kernel(to, &destination);
        message.msg_name = &destination;
    }
    if (from && from->family) {
        memset(&control, 0, sizeof control);
        message.msg_control = control.octets;
        message.msg_controllen = sizeof control.octets;
        struct cmsghdr *part = CMSG_FIRSTHDR(&message);
        if (from->family == 4) {
            struct in_pktinfo info = {.ipi_spec_dst.s_addr = htonl((uint32_t)from->low)};
            part->cmsg_level = IPPROTO_IP;
            part->cmsg_type = IP_PKTINFO;
            part->cmsg_len = CMSG_LEN(sizeof info);
            memcpy(CMSG_DATA(part), &info, sizeof info);
            message.msg_controllen = CMSG_SPACE(sizeof info);
        } else {
            struct in6_pktinfo info = {.ipi6_ifindex = 0};
            put_in6(&info.ipi6_addr, from->high, from->low);
            part->cmsg_level = IPPROTO_IPV6;
            part->cmsg_type = IPV6_PKTINFO;
            part->cmsg_len = CMSG_LEN(sizeof info);
            memcpy(CMSG_DATA(part), &info, sizeof info);
        }
    }
    if (stamp) {
        // Of this packet only: stamps of all others would cost as much again as sending them.
        size_t used = message.msg_controllen;
        if (!used) memset(&control, 0, sizeof control);
        uint32_t flags = SOF_TIMESTAMPING_TX_SOFTWARE;
        if (stamp > 1) flags |= SOF_TIMESTAMPING_TX_HARDWARE;
        struct cmsghdr *part = (struct cmsghdr *)(control.octets + used);
        part->cmsg_level = SOL_SOCKET;
        part->cmsg_type = SO_TIMESTAMPING;
        part->cmsg_len = CMSG_LEN(sizeof flags);
        memcpy(CMSG_DATA(part), &flags, sizeof flags);
        message.msg_control = control.octets;
        message.msg_controllen = used + CMSG_SPACE(sizeof flags);
    }
    long sent;
    do sent = sendmsg(descriptor, &message, 0);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : sent;
}

static socklen_t unix_address(const char *path, struct sockaddr_un *out) {
    memset(out, 0, sizeof *out);
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof out->sun_path) return 0;
    out->sun_family = AF_UNIX;
    memcpy(out->sun_path, path, length);
    return sizeof *out;
}

int clinux_unix_create(void) { return plain_socket(AF_UNIX); }

int clinux_unix_bind(int descriptor, const char *path) {
    struct sockaddr_un address;
    socklen_t size = unix_address(path, &address);
    if (size == 0) return -ENAMETOOLONG;
    return bind(descriptor, (struct sockaddr *)&address, size) < 0 ? -errno : 0;
}

int clinux_unix_connect(int descriptor, const char *path) {
    struct sockaddr_un address;
    socklen_t size = unix_address(path, &address);
    if (size == 0) return -ENAMETOOLONG;
    return connect(descriptor, (struct sockaddr *)&address, size) < 0 ? -errno : 0;
}

long clinux_unix_receive(int descriptor, void *buffer, unsigned long size, char *path) {
    struct sockaddr_un source;
    memset(&source, 0, sizeof source);
    struct iovec piece = {.iov_base = buffer, .iov_len = size};
    union {
        struct cmsghdr aligned;
        char octets[256];
    } control;
    struct msghdr message = {
        .msg_name = &source,
        .msg_namelen = sizeof source,
        .msg_iov = &piece,
        .msg_iovlen = 1,
        .msg_control = control.octets,
        .msg_controllen = sizeof control.octets,
    };
    long count;
    do count = recvmsg(descriptor, &message, MSG_CMSG_CLOEXEC);
    while (count < 0 && errno == EINTR);
    if (count < 0) return -errno;
    // Descriptors that somebody sends along are not wanted.
    for (struct cmsghdr *part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
        for (size_t at = 0; at + sizeof(int) <= part->cmsg_len - CMSG_LEN(0); at += sizeof(int)) {
            int descriptor;
            memcpy(&descriptor, CMSG_DATA(part) + at, sizeof descriptor);
            close(descriptor);
        }
    }
    size_t length = 0;
    if (message.msg_namelen > offsetof(struct sockaddr_un, sun_path))
        length = message.msg_namelen - offsetof(struct sockaddr_un, sun_path);
    if (length >= CLINUX_UNIX_PATH) length = CLINUX_UNIX_PATH - 1;
    memcpy(path, source.sun_path, length);
    path[length] = 0;
    return count;
}

static long send_to(int descriptor, const void *octets, unsigned long count, struct sockaddr_un *address, socklen_t size) {
    struct iovec piece = {.iov_base = (void *)octets, .iov_len = count};
    struct msghdr message = {.msg_name = address, .msg_namelen = size, .msg_iov = &piece, .msg_iovlen = 1};
    long sent;
    do sent = sendmsg(descriptor, &message, 0);
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : sent;
}

long clinux_unix_send(int descriptor, const void *octets, unsigned long count, const char *path) {
    struct sockaddr_un address;
    socklen_t size = unix_address(path, &address);
    if (size == 0) return -ENAMETOOLONG;
    return send_to(descriptor, octets, count, &address, size);
}

int clinux_notify(const char *path, const char *text) {
    struct sockaddr_un address;
    socklen_t size = unix_address(path, &address);
    if (size == 0) return -ENAMETOOLONG;
    if (path[0] == '@') {
        address.sun_path[0] = 0;
        size = offsetof(struct sockaddr_un, sun_path) + strlen(path);  // an abstract name has no final zero
    }
    int descriptor = plain_socket(AF_UNIX);
    if (descriptor < 0) return descriptor;
    long sent = send_to(descriptor, text, strlen(text), &address, size);
    close(descriptor);
    return sent < 0 ? (int)sent : 0;
}

static int same_host(const struct clinux_address *left, const struct clinux_address *right) {
    return left->family == right->family && left->high == right->high && left->low == right->low;
}

int clinux_resolve(const char *name, int family, struct clinux_address *addresses, int capacity) {
    struct addrinfo hints = {
        .ai_family = family == 4 ? AF_INET : family == 6 ? AF_INET6 : AF_UNSPEC,
        .ai_socktype = SOCK_DGRAM,
    };
    struct addrinfo *list = 0;
    if (getaddrinfo(name, 0, &hints, &list) != 0) return -1;
    int count = 0;
    for (struct addrinfo *entry = list; entry && count < capacity; entry = entry->ai_next) {
        struct sockaddr_storage kernel = {0};
        if (entry->ai_addrlen > sizeof kernel) continue;
        memcpy(&kernel, entry->ai_addr, entry->ai_addrlen);
        from_kernel(&kernel, &addresses[count]);
        if (addresses[count].family == 0) continue;
        int known = 0;
        for (int other = 0; other < count; other++) known |= same_host(&addresses[other], &addresses[count]);
        if (!known) count++;
    }
    freeaddrinfo(list);
    return count;
}
