/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The interfaces of the pure kernel files, for C++. */
#ifndef SRP_TESTS_PURE_H
#define SRP_TESTS_PURE_H

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <endian.h>

extern "C" {
#include <srp_wire.h>
#include <srp_proto.h>
#include <srp_options.h>
#include <srp_sizing.h>
#include <srp_tmo.h>
#include <srp_rport_fsm.h>
}

#endif
