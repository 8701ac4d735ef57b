# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#
# Debian 12: DKMS package built, installed, upgraded, removed and purged in a clean root
. "$TOP/tests/pkg/lib.sh"
. "$TOP/tests/pkg/root.sh"
. "$TOP/tests/pkg/deb.sh"

# shellcheck disable=SC2046
TOOLS=no deb_life bookworm $(root_packages bookworm) ${FULL:+linux-image-cloud-amd64 linux-headers-cloud-amd64}
