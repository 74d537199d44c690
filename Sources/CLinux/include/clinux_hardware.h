// Network interfaces that stamp packets themselves (SIOCSHWTSTAMP, ethtool; timestamping.rst). Unless said otherwise a
// function returns 0 or more, or the negative error number.
#pragma once
#include <stdint.h>

enum { CLINUX_INTERFACE_NAME = 16 };

struct clinux_interface {
    uint32_t index;
    char name[CLINUX_INTERFACE_NAME];
};

/// The machine's interfaces; how many were written.
int clinux_interfaces(struct clinux_interface *interfaces, int capacity);

struct clinux_hardware_abilities {
    uint32_t stamps_sent;      // whether packets that leave can be stamped
    uint32_t stamps_received;  // whether packets that come in can be stamped
    uint32_t filters;          // a bit for each enum clinux_hardware_filter that it offers
    int32_t clock;             // N of /dev/ptpN, or -1
};

/// Which packets that come in are stamped.
enum clinux_hardware_filter {
    CLINUX_FILTER_NONE = 0,
    CLINUX_FILTER_ALL = 1,
    CLINUX_FILTER_PTP = 2,  // PTP version 2 in UDP, events
    CLINUX_FILTER_NTP = 3,
};

/// What an interface can do; -EOPNOTSUPP if its driver does not tell.
int clinux_hardware_abilities(const char *name, struct clinux_hardware_abilities *abilities);
/// Has an interface stamp what it sends, and what comes in by the filter. For all programs, until somebody changes it.
int clinux_hardware_enable(const char *name, uint32_t filter);
/// Megabits a second of an interface's link; 0 if it has none, or does not tell.
int clinux_link_speed(const char *name);
