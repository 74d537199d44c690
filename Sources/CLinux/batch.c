#include "clinux_batch.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <ifaddrs.h>
#include <linux/net_tstamp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

// Enough for three timestamps and an address, and for an address and a wish.
enum { CONTROL_IN = 128, CONTROL_OUT = CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(uint32_t)) };

union name {
    struct sockaddr any;
    struct sockaddr_in four;
    struct sockaddr_in6 six;
};

union control_in {
    struct cmsghdr aligned;
    char octets[CONTROL_IN];
};

union control_out {
    struct cmsghdr aligned;
    char octets[CONTROL_OUT];
};

struct destination {
    uint8_t family;  // 4, 6, or 0
    union {
        struct in_addr four;
        struct in6_addr six;
    } address;
};

struct clinux_batch {
    unsigned capacity, size;
    // How many of the incoming headers the kernel has written to since they were set up.
    unsigned used;
    // Answers in line.
    unsigned waiting;
    // The only IPv4 address of this machine but for 127.0.0.0/8; 0 if there are several, or it is not known.
    in_addr_t only;
    struct mmsghdr *in, *out;
    struct iovec *pieces_in, *pieces_out;
    union name *names;
    union control_in *controls_in;
    union control_out *controls_out;
    struct destination *destinations;
    struct clinux_arrival *arrivals;
    uint8_t *sent;
    char *octets, *room;
};

static void set_up(struct clinux_batch *batch, unsigned index) {
    struct msghdr *header = &batch->in[index].msg_hdr;
    header->msg_name = &batch->names[index];
    header->msg_namelen = sizeof batch->names[index];
    header->msg_iov = &batch->pieces_in[index];
    header->msg_iovlen = 1;
    header->msg_control = &batch->controls_in[index];
    header->msg_controllen = sizeof batch->controls_in[index];
    header->msg_flags = 0;
}

void clinux_batch_free(struct clinux_batch *batch) {
    if (!batch) return;
    free(batch->in);
    free(batch->out);
    free(batch->pieces_in);
    free(batch->pieces_out);
    free(batch->names);
    free(batch->controls_in);
    free(batch->controls_out);
    free(batch->destinations);
    free(batch->arrivals);
    free(batch->sent);
    free(batch->octets);
    free(batch->room);
    free(batch);
}

struct clinux_batch *clinux_batch_create(unsigned capacity, unsigned size) {
    struct clinux_batch *batch = calloc(1, sizeof *batch);
    if (!batch) return 0;
    batch->capacity = capacity;
    batch->size = size;
    batch->in = calloc(capacity, sizeof *batch->in);
    batch->out = calloc(capacity, sizeof *batch->out);
    batch->pieces_in = calloc(capacity, sizeof *batch->pieces_in);
    batch->pieces_out = calloc(capacity, sizeof *batch->pieces_out);
    batch->names = calloc(capacity, sizeof *batch->names);
    batch->controls_in = calloc(capacity, sizeof *batch->controls_in);
    batch->controls_out = calloc(capacity, sizeof *batch->controls_out);
    batch->destinations = calloc(capacity, sizeof *batch->destinations);
    batch->arrivals = calloc(capacity, sizeof *batch->arrivals);
    batch->sent = calloc(capacity, 1);
    batch->octets = calloc(capacity, size);
    batch->room = calloc(capacity, size);
    if (!batch->in || !batch->out || !batch->pieces_in || !batch->pieces_out || !batch->names || !batch->controls_in ||
        !batch->controls_out || !batch->destinations || !batch->arrivals || !batch->sent || !batch->octets ||
        !batch->room) {
        clinux_batch_free(batch);
        return 0;
    }
    for (unsigned index = 0; index < capacity; index++) {
        batch->pieces_in[index].iov_base = batch->octets + (size_t)index * size;
        batch->pieces_in[index].iov_len = size;
        set_up(batch, index);
    }
    return batch;
}

static void read_name(const union name *name, struct clinux_address *address) {
    if (name->any.sa_family == AF_INET) {
        address->family = 4;
        address->high = 0;
        address->low = ntohl(name->four.sin_addr.s_addr);
        address->port = ntohs(name->four.sin_port);
        address->scope = 0;
    } else if (name->any.sa_family == AF_INET6) {
        memcpy(&address->high, name->six.sin6_addr.s6_addr, 8);
        memcpy(&address->low, name->six.sin6_addr.s6_addr + 8, 8);
        address->family = 6;
        address->high = be64toh(address->high);
        address->low = be64toh(address->low);
        address->port = ntohs(name->six.sin6_port);
        address->scope = name->six.sin6_scope_id;
    } else {
        memset(address, 0, sizeof *address);
    }
}

// Control messages are copied out: nothing promises their alignment.
static void read_arrival(struct clinux_batch *batch, unsigned index, unsigned count) {
    struct msghdr *header = &batch->in[index].msg_hdr;
    struct clinux_arrival *arrival = &batch->arrivals[index];
    struct destination *destination = &batch->destinations[index];
    read_name(&batch->names[index], &arrival->source);
    arrival->truncated = (header->msg_flags & MSG_TRUNC) != 0;
    arrival->count = count < batch->size ? count : batch->size;
    arrival->has_stamp = 0;
    destination->family = 0;
    for (struct cmsghdr *part = CMSG_FIRSTHDR(header); part; part = CMSG_NXTHDR(header, part)) {
        if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_TIMESTAMPING) {
            struct timespec stamp;  // the first of three: software, unused, hardware (which counts in another clock)
            if (part->cmsg_len < CMSG_LEN(3 * sizeof stamp)) continue;
            memcpy(&stamp, CMSG_DATA(part), sizeof stamp);
            arrival->seconds = stamp.tv_sec;
            arrival->nanoseconds = (uint32_t)stamp.tv_nsec;
            arrival->has_stamp = stamp.tv_sec != 0 || stamp.tv_nsec != 0;
        } else if (part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo info;
            if (part->cmsg_len < CMSG_LEN(sizeof info)) continue;
            memcpy(&info, CMSG_DATA(part), sizeof info);
            destination->family = 4;
            destination->address.four = info.ipi_spec_dst;
        } else if (part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_PKTINFO) {
            struct in6_pktinfo info;
            if (part->cmsg_len < CMSG_LEN(sizeof info)) continue;
            memcpy(&info, CMSG_DATA(part), sizeof info);
            destination->family = 6;
            destination->address.six = info.ipi6_addr;
        }
    }
}

int clinux_batch_receive(struct clinux_batch *batch, int descriptor) {
    for (unsigned index = 0; index < batch->used; index++) {
        struct msghdr *header = &batch->in[index].msg_hdr;
        header->msg_namelen = sizeof batch->names[index];
        header->msg_controllen = sizeof batch->controls_in[index];
        header->msg_flags = 0;
    }
    batch->used = 0;
    batch->waiting = 0;
    int count;
    if (batch->capacity == 1) {
        // Clock simulators have the plain call.
        long octets;
        do octets = recvmsg(descriptor, &batch->in[0].msg_hdr, 0);
        while (octets < 0 && errno == EINTR);
        batch->used = 1;
        batch->in[0].msg_len = (unsigned)octets;
        count = octets < 0 ? -1 : 1;
    } else {
        do count = recvmmsg(descriptor, batch->in, batch->capacity, MSG_DONTWAIT, 0);
        while (count < 0 && errno == EINTR);
    }
    if (count < 0) return -errno;
    batch->used = (unsigned)count;
    for (unsigned index = 0; index < batch->used; index++) read_arrival(batch, index, batch->in[index].msg_len);
    return count;
}

const struct clinux_arrival *clinux_batch_arrival(const struct clinux_batch *batch, unsigned index) {
    return &batch->arrivals[index];
}

const void *clinux_batch_octets(const struct clinux_batch *batch, unsigned index) {
    return batch->octets + (size_t)index * batch->size;
}

void clinux_batch_destination(const struct clinux_batch *batch, unsigned index, struct clinux_address *address) {
    const struct destination *destination = &batch->destinations[index];
    memset(address, 0, sizeof *address);
    address->family = destination->family;
    if (destination->family == 4) {
        address->low = ntohl(destination->address.four.s_addr);
    } else if (destination->family == 6) {
        memcpy(&address->high, destination->address.six.s6_addr, 8);
        memcpy(&address->low, destination->address.six.s6_addr + 8, 8);
        address->high = be64toh(address->high);
        address->low = be64toh(address->low);
    }
}

void *clinux_batch_room(struct clinux_batch *batch, unsigned index) {
    return batch->room + (size_t)index * batch->size;
}

static int is_loopback(in_addr_t address) { return ntohl(address) >> 24 == 127; }

void clinux_batch_learn_address(struct clinux_batch *batch) {
    batch->only = 0;
    struct ifaddrs *list = 0;
    if (getifaddrs(&list) < 0) return;
    unsigned found = 0;
    in_addr_t only = 0;
    for (struct ifaddrs *entry = list; entry; entry = entry->ifa_next) {
        if (!entry->ifa_addr || entry->ifa_addr->sa_family != AF_INET) continue;
        struct sockaddr_in address;
        memcpy(&address, entry->ifa_addr, sizeof address);
        if (is_loopback(address.sin_addr.s_addr)) continue;
        only = address.sin_addr.s_addr;
        found++;
    }
    freeifaddrs(list);
    if (found == 1) batch->only = only;
}

void clinux_batch_forget_address(struct clinux_batch *batch) { batch->only = 0; }

// Whether the kernel would choose the address that was asked by itself, because it has no other.
static int is_chosen_anyway(const struct clinux_batch *batch, unsigned index) {
    return batch->only && batch->destinations[index].address.four.s_addr == batch->only &&
           !is_loopback(batch->names[index].four.sin_addr.s_addr);
}

static size_t put(char *at, int level, int type, const void *value, size_t size) {
    struct cmsghdr head = {.cmsg_level = level, .cmsg_type = type, .cmsg_len = CMSG_LEN(size)};
    memcpy(at, &head, sizeof head);
    memcpy(at + CMSG_LEN(0), value, size);
    return CMSG_SPACE(size);
}

void clinux_batch_answer(struct clinux_batch *batch, unsigned index, unsigned count, int stamp) {
    if (batch->waiting >= batch->capacity) return;
    unsigned place = batch->waiting++;
    struct msghdr *header = &batch->out[place].msg_hdr;
    header->msg_name = &batch->names[index];
    header->msg_namelen = batch->in[index].msg_hdr.msg_namelen;
    batch->pieces_out[place].iov_base = batch->room + (size_t)index * batch->size;
    batch->pieces_out[place].iov_len = count < batch->size ? count : batch->size;
    header->msg_iov = &batch->pieces_out[place];
    header->msg_iovlen = 1;
    char *control = batch->controls_out[place].octets;
    size_t used = 0;
    if (batch->destinations[index].family == 4 && is_chosen_anyway(batch, index)) {
        // To name it would cost a search for it in the kernel.
    } else if (batch->destinations[index].family == 4) {
        struct in_pktinfo info = {.ipi_spec_dst = batch->destinations[index].address.four};
        used += put(control, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
    } else if (batch->destinations[index].family == 6) {
        struct in6_pktinfo info = {.ipi6_addr = batch->destinations[index].address.six};
        used += put(control, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
    }
    if (stamp) {
        // Of this packet only: stamps of all others would cost as much again as sending them.
        uint32_t flags = SOF_TIMESTAMPING_TX_SOFTWARE;
        used += put(control + used, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof flags);
    }
    header->msg_control = used ? control : 0;
    header->msg_controllen = used;
}

int clinux_batch_send(struct clinux_batch *batch, int descriptor) {
    unsigned done = 0;
    int whole = 0;
    while (done < batch->waiting) {
        int count;
        if (batch->waiting == 1) {
            // Clock simulators have the plain call.
            count = sendmsg(descriptor, &batch->out[0].msg_hdr, 0) < 0 ? -1 : 1;
        } else {
            count = sendmmsg(descriptor, batch->out + done, batch->waiting - done, 0);
        }
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) {
            batch->sent[done++] = 0;
            continue;
        }
        for (int index = 0; index < count; index++) batch->sent[done++] = 1;
        whole += count;
    }
    batch->waiting = 0;
    return whole;
}

int clinux_batch_was_sent(const struct clinux_batch *batch, unsigned place) {
    return place < batch->capacity && batch->sent[place];
}
