/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* User space stand-in for the kernel header of this name. */
#include <string.h>
