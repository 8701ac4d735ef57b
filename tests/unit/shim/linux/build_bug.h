/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* User space stand-in for the kernel header of this name. */
#ifndef SHIM_LINUX_BUILD_BUG_H
#define SHIM_LINUX_BUILD_BUG_H

#ifndef __cplusplus
#define static_assert(expr) _Static_assert(expr, #expr)
#endif

#endif
