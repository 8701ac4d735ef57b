#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# dracut reads this file each time its queue of events is empty; one try each time.

[ ! -x /sbin/srp-boot-login ] || /sbin/srp-boot-login --once
