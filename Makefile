# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The one entry. `make help` lists what there is.

include META

KVER ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVER)/build
KREL := $(shell sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' $(KDIR)/include/generated/utsrelease.h 2>/dev/null)
KBUILD_DIR = build/kmod-$(KREL)
INSTALL_MOD_DIR ?= updates/ib_srp-backport
MOD_DIR = $(INSTALL_MOD_PATH)/lib/modules/$(KREL)/$(INSTALL_MOD_DIR)
W ?=

.DEFAULT_GOAL := all
.PHONY: all modules tools install uninstall clean help demo bench
.PHONY: check check-unit check-fuzz check-vm check-style check-full check-pkg check-pkg-full

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
	$(MAKE) -C $(KDIR) M=$(CURDIR)/$(KBUILD_DIR) SRP_VERSION=$(VERSION) $(if $(W),W=$(W)) $(KBUILD_EXTRA) modules

## tools             build srp_daemon and ibsrpdm in build/tools/tools
tools:
	@scripts/install-deps --check tools || { echo "scripts/install-deps tools installs it." >&2; exit 1; }
	cmake -S . -B build/tools -DSRP_TESTS=OFF -DSRP_SANITIZE=OFF -DSRP_FUZZ=OFF
	cmake --build build/tools -j2

## install           install the modules built for KDIR where depmod prefers them
install: modules
	$(MAKE) -C $(KDIR) M=$(CURDIR)/$(KBUILD_DIR) INSTALL_MOD_DIR=$(INSTALL_MOD_DIR) modules_install
	depmod $(if $(INSTALL_MOD_PATH),-b $(INSTALL_MOD_PATH)) -a $(KREL)

## uninstall         remove the installed modules; the distribution's are used again
uninstall:
	rm -f $(foreach m,ib_srp scsi_transport_srp,$(wildcard $(MOD_DIR)/$(m).ko*))
	depmod $(if $(INSTALL_MOD_PATH),-b $(INSTALL_MOD_PATH)) -a $(KREL)

## demo              the whole story in a virtual machine: login, I/O, a cut path, recovery
demo:
	@tests/demo/run

## check             everything that tests: style, unit tests, fuzzers, cases in virtual machines
check:
	@tests/check

## check-unit        unit tests of the pure files, under ASan and UBSan
## check-fuzz        libFuzzer targets, 10 s each (FUZZ_SECONDS=n)
## check-vm          cases in QEMU with Debian's kernels; DEBUG=1: with the debug kernel; CASES="010 050"
## check-style       SPDX lines, version tests outside compat, checkpatch, sparse, shellcheck
check-unit check-fuzz check-vm check-style:
	@tests/check $(@:check-%=%)

## check-pkg         what is installed: scripts, packages in clean roots (quick)
## check-pkg-full    the same on every distribution, with DKMS, RPM and reboots in a virtual machine (long)
check-pkg check-pkg-full:
	@tests/pkg/run $(if $(findstring full,$@),--full)

## check-full        check, and all cases on the debug kernel (hours)
check-full:
	@tests/check style unit fuzz vm debug

## bench             our modules beside the distribution's: instructions and posts per I/O, failover, rates
bench:
	@scripts/install-deps build vm
	@tests/vm/build-modules 6.12
	@tests/bench/run

## bench-tools       our srp_daemon beside rdma-core's on simulated fabrics of up to 10,000 targets; BENCH_TOOLS="--sizes 100,1000"
bench-tools:
	@scripts/install-deps tools
	@cmake -S . -B build/tools -DSRP_TESTS=OFF -DSRP_SANITIZE=OFF -DSRP_FUZZ=OFF >/dev/null
	@cmake --build build/tools -j2 --target bench_tools >/dev/null
	@build/tools/tests/bench/tools/bench_tools $(BENCH_TOOLS)

## clean             remove everything that was built here
clean:
	rm -rf build

## help              this list
help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST)
