# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The one entry. `make help` lists what there is.

include META

KVER ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVER)/build
KREL := $(shell sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' $(KDIR)/include/generated/utsrelease.h 2>/dev/null)
KBUILD_DIR = build/kmod-$(KREL)
INSTALL_MOD_DIR ?= updates/ib_srp-backport
W ?=

.DEFAULT_GOAL := all
.PHONY: all modules install uninstall clean help

all: modules

## modules           build ib_srp.ko and scsi_transport_srp.ko for KDIR (default: the running kernel)
modules:
	@test -n "$(KREL)" || { \
		echo "No kernel build tree in KDIR=$(KDIR). Install the headers of your kernel" \
		     "(Debian: linux-headers-$(KVER), RHEL: kernel-devel-$(KVER)) or set KDIR." >&2; \
		exit 1; }
	@mkdir -p $(KBUILD_DIR)
	@cp -rsf $(CURDIR)/Kbuild $(CURDIR)/kernel $(CURDIR)/compat $(KBUILD_DIR)/
	@MAKE="$(MAKE)" compat/run-probes compat/probes $(KDIR) $(KBUILD_DIR)
	$(MAKE) -C $(KDIR) M=$(CURDIR)/$(KBUILD_DIR) SRP_VERSION=$(VERSION) $(if $(W),W=$(W)) modules

## install           install the modules built for KDIR where depmod prefers them
install: modules
	$(MAKE) -C $(KDIR) M=$(CURDIR)/$(KBUILD_DIR) INSTALL_MOD_DIR=$(INSTALL_MOD_DIR) modules_install
	depmod -a $(KREL)

## uninstall         remove the installed modules; the distribution's are used again
uninstall:
	rm -rf $(INSTALL_MOD_PATH)/lib/modules/$(KREL)/$(INSTALL_MOD_DIR)
	depmod -a $(KREL)

## clean             remove everything that was built here
clean:
	rm -rf build

## help              this list
help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST)
