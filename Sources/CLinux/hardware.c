#include "clinux_hardware.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/net_tstamp.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

_Static_assert(CLINUX_INTERFACE_NAME == IFNAMSIZ, "interface name");

int clinux_interfaces(struct clinux_interface *interfaces, int capacity) {
    struct if_nameindex *list = if_nameindex();
    if (!list) return -errno;
    int count = 0;
    for (struct if_nameindex *entry = list; entry->if_index != 0 && count < capacity; entry++) {
        if (strlen(entry->if_name) >= CLINUX_INTERFACE_NAME) continue;
        interfaces[count].index = entry->if_index;
        strcpy(interfaces[count].name, entry->if_name);
        count++;
    }
    if_freenameindex(list);
    return count;
}

static int ask(const char *name, unsigned long request, void *data) {
    struct ifreq question;
    memset(&question, 0, sizeof question);
    if (strlen(name) >= IFNAMSIZ) return -ENODEV;
    strcpy(question.ifr_name, name);
    question.ifr_data = data;
    int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return -errno;
    int result = ioctl(descriptor, request, &question) < 0 ? -errno : 0;
    close(descriptor);
    return result;
}

static const unsigned kernel_filters[] = {
    [CLINUX_FILTER_NONE] = HWTSTAMP_FILTER_NONE,
    [CLINUX_FILTER_ALL] = HWTSTAMP_FILTER_ALL,
    [CLINUX_FILTER_PTP] = HWTSTAMP_FILTER_PTP_V2_L4_EVENT,
    [CLINUX_FILTER_NTP] = HWTSTAMP_FILTER_NTP_ALL,
};

int clinux_hardware_abilities(const char *name, struct clinux_hardware_abilities *abilities) {
    struct ethtool_ts_info info;
    memset(&info, 0, sizeof info);
    info.cmd = ETHTOOL_GET_TS_INFO;
    int result = ask(name, SIOCETHTOOL, &info);
    if (result < 0) return result;
    memset(abilities, 0, sizeof *abilities);
    int raw = (info.so_timestamping & SOF_TIMESTAMPING_RAW_HARDWARE) != 0;
    abilities->stamps_sent = raw && (info.so_timestamping & SOF_TIMESTAMPING_TX_HARDWARE) != 0;
    abilities->stamps_received = raw && (info.so_timestamping & SOF_TIMESTAMPING_RX_HARDWARE) != 0;
    abilities->clock = info.phc_index;
    for (unsigned filter = 0; filter < sizeof kernel_filters / sizeof kernel_filters[0]; filter++)
        if (info.rx_filters & (1u << kernel_filters[filter])) abilities->filters |= 1u << filter;
    return 0;
}

int clinux_hardware_enable(const char *name, uint32_t filter) {
    if (filter >= sizeof kernel_filters / sizeof kernel_filters[0]) return -EINVAL;
    struct hwtstamp_config wanted;
    memset(&wanted, 0, sizeof wanted);
    wanted.tx_type = HWTSTAMP_TX_ON;
    wanted.rx_filter = (int)kernel_filters[filter];
    return ask(name, SIOCSHWTSTAMP, &wanted);
}

int clinux_link_speed(const char *name) {
    // The older request; its two halves of the speed are all that is wanted here.
    struct ethtool_cmd command;
    memset(&command, 0, sizeof command);
    command.cmd = ETHTOOL_GSET;
    int result = ask(name, SIOCETHTOOL, &command);
    if (result < 0) return 0;
    uint32_t speed = ethtool_cmd_speed(&command);
    return speed > 1000000 ? 0 : (int)speed;
}
