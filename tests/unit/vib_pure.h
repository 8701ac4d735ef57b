/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The interfaces of the virtual fabric's pure files, for C++. */
#ifndef VIB_TESTS_PURE_H
#define VIB_TESTS_PURE_H

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <endian.h>
#include <linux/types.h>

/* A field of struct vib_hdr has a name that C++ does not like. */
#define class class_
extern "C" {
#include <vib.h>
#include <vib_portinfo.h>
#include <vib_route.h>
#include <vib_rule.h>
}
#undef class

#endif
