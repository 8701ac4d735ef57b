# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
# The one entry. `make help` lists what there is.

include META

KVER ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVER)/build
KREL := $(shell sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' $(KDIR)/include/*/utsrelease.h 2>/dev/null | head -n 1)
KBUILD_DIR = build/kmod-$(KREL)
INSTALL_MOD_DIR ?= updates/ib_srp-backport
OFED ?=
OFED_SOURCES ?= /usr/src
# The headers may be gone when the modules are removed.
MOD_KERNEL = $(or $(KREL),$(KVER))
MOD_DIR = $(INSTALL_MOD_PATH)/lib/modules/$(MOD_KERNEL)/$(INSTALL_MOD_DIR)
INSTALLED = $(strip $(foreach m,ib_srp scsi_transport_srp,$(wildcard $(MOD_DIR)/$(m).ko*)))
W ?=
DEPMOD ?= depmod
prefix ?= /usr
sbindir ?= $(prefix)/sbin
libexecdir ?= $(prefix)/libexec
sysconfdir ?= /etc
BOOT ?= initramfs-tools dracut

.DEFAULT_GOAL := all
.PHONY: all modules tools install uninstall clean help demo bench bench-tools
.PHONY: coverage dist deb rpm dkms-install dkms-uninstall sign install-dkms-source install-system
.PHONY: check check-unit check-fuzz check-vm check-kapi check-style check-analysis check-model check-full check-pkg check-pkg-full

## all               the modules (the default)
all: modules

## modules           build ib_srp.ko and scsi_transport_srp.ko for KDIR (default: the running kernel), and for an OFED that
##                   is installed; OFED=no: for the kernel's own RDMA stack, OFED=directory: for that one
modules:
	@test -n "$(KREL)" || { \
		echo "No kernel build tree in KDIR=$(KDIR). Install the headers of your kernel" \
		     "(Debian: linux-headers-$(KVER), RHEL: kernel-devel-$(KVER)) or set KDIR." >&2; \
		exit 1; }
	@mkdir -p $(KBUILD_DIR)
	@cp -rsf $(CURDIR)/Kbuild $(CURDIR)/kernel $(CURDIR)/compat $(KBUILD_DIR)/
	@compat/find-ofed "$(OFED)" "$(KREL)" $(KBUILD_DIR) "$(OFED_SOURCES)"
	@MAKE="$(MAKE)" compat/run-probes compat/probes $(KDIR) $(KBUILD_DIR) "$(KERNEL_MIN) to $(KERNEL_MAX)"
	$(MAKE) -C $(KDIR) M=$(abspath $(KBUILD_DIR)) SRP_VERSION=$(VERSION) $(if $(W),W=$(W)) $(KBUILD_EXTRA) modules

## tools             build srp_daemon and ibsrpdm in build/tools/tools
tools:
	@scripts/install-deps --check tools || { echo "scripts/install-deps tools installs it." >&2; exit 1; }
	cmake -S . -B build/tools -DSRP_TESTS=OFF -DSRP_SANITIZE=OFF -DSRP_FUZZ=OFF
	cmake --build build/tools -j2

# Signs what was built with SIGN_KEY and SIGN_CERT (files as sign-file of the kernel wants them), if they are given.
SIGN_FILE ?= $(KDIR)/scripts/sign-file
SIGN_HASH ?= sha256
sign: modules
	@test -z "$(SIGN_KEY)" || test -n "$(SIGN_CERT)" || { echo "SIGN_KEY is given, but no SIGN_CERT: the certificate belongs to it" >&2; exit 1; }
	@test -z "$(SIGN_KEY)" || for m in scsi_transport_srp ib_srp; do \
		ko="$(KBUILD_DIR)/$$m.ko"; \
		tail -c 28 "$$ko" | grep -q '^~Module signature appended~$$' || \
			"$(SIGN_FILE)" $(SIGN_HASH) "$(SIGN_KEY)" "$(SIGN_CERT)" "$$ko" || exit; \
	done

## install           install the modules built for KDIR where depmod prefers them; SIGN_KEY=, SIGN_CERT=: signed
install: sign
	$(MAKE) -C $(KDIR) M=$(CURDIR)/$(KBUILD_DIR) INSTALL_MOD_DIR=$(INSTALL_MOD_DIR) modules_install
	$(DEPMOD) $(if $(INSTALL_MOD_PATH),-b $(INSTALL_MOD_PATH)) -a $(KREL)

## uninstall         remove the installed modules; the distribution's are used again
uninstall:
	@test -n "$(INSTALLED)" || { echo "There are no modules of ours in $(MOD_DIR): set KVER to the kernel that has them." >&2; exit 1; }
	rm -f $(INSTALLED)
	$(DEPMOD) $(if $(INSTALL_MOD_PATH),-b $(INSTALL_MOD_PATH)) -a $(MOD_KERNEL)

## dist              the release tarball, build/dist/NAME-VERSION.tar.gz: the same bytes from the same sources
dist:
	@scripts/make-dist build/dist

## deb               Debian packages in build/deb: DKMS and tools
deb:
	@scripts/make-deb

## rpm               RPM packages in build/rpm: modules for KVER, DKMS, tools, and what they share
rpm:
	@scripts/make-rpm "$(KVER)" "$(KDIR)"

## dkms-install      (root) build and install the modules with DKMS, for all kernels whose headers are installed
## dkms-uninstall    (root) the opposite
dkms-install dkms-uninstall:
	@scripts/dkms-install $(if $(findstring uninstall,$@),--uninstall)

# For packages: what DKMS builds from, below DESTDIR; the modules' surroundings in an installed system.
DKMS_SOURCE = $(DESTDIR)/usr/src/$(NAME)-$(VERSION)
install-dkms-source:
	install -d $(DKMS_SOURCE)/dkms
	cp -r META Makefile Kbuild kernel compat $(DKMS_SOURCE)/
	rm -f $(DKMS_SOURCE)/*/README.md
	install -m 755 dkms/put-back $(DKMS_SOURCE)/dkms/
	sed -e 's/@NAME@/$(NAME)/; s/@VERSION@/$(VERSION)/' dkms/dkms.conf.in >$(DKMS_SOURCE)/dkms.conf

SYSTEMD_DIR ?= $(prefix)/lib/systemd/system
DOC_DIR ?= $(prefix)/share/doc/$(NAME)
install-system:
	install -D -m 755 scripts/spread-mlx4-ib-interrupts $(DESTDIR)$(sbindir)/spread-mlx4-ib-interrupts
	install -D -m 644 system/modprobe.d/ib_srp-backport.conf $(DESTDIR)$(sysconfdir)/modprobe.d/ib_srp-backport.conf
	install -D -m 644 system/modules-load.d/ib_srp-backport.conf $(DESTDIR)$(sysconfdir)/modules-load.d/ib_srp-backport.conf
	install -D -m 644 system/ib_srp-boot.conf $(DESTDIR)$(sysconfdir)/ib_srp-boot.conf
	install -D -m 755 system/srp-boot-login $(DESTDIR)$(libexecdir)/ib_srp-backport/srp-boot-login
	install -D -m 755 system/modules-changed $(DESTDIR)$(libexecdir)/ib_srp-backport/modules-changed
	install -D -m 755 system/openib-conf $(DESTDIR)$(libexecdir)/ib_srp-backport/openib-conf
	install -D -m 644 system/ib_srp-openib.service $(DESTDIR)$(SYSTEMD_DIR)/ib_srp-openib.service
	install -D -m 644 system/ib_srp-boot.service $(DESTDIR)$(SYSTEMD_DIR)/ib_srp-boot.service
	install -d $(DESTDIR)$(SYSTEMD_DIR)/multi-user.target.wants
	ln -sf ../ib_srp-openib.service ../ib_srp-boot.service $(DESTDIR)$(SYSTEMD_DIR)/multi-user.target.wants/
	install -D -m 644 system/multipath-srp.conf $(DESTDIR)$(DOC_DIR)/multipath-srp.conf
	for page in system/man/*.[1-8]; do \
		install -D -m 644 $$page $(DESTDIR)$(prefix)/share/man/man$${page##*.}/$${page##*/} || exit; done
	install -D -m 644 system/completions/spread-mlx4-ib-interrupts \
		$(DESTDIR)$(prefix)/share/bash-completion/completions/spread-mlx4-ib-interrupts
ifneq ($(filter initramfs-tools,$(BOOT)),)
	install -D -m 755 system/initramfs-tools/hooks/ib_srp $(DESTDIR)$(prefix)/share/initramfs-tools/hooks/ib_srp
	install -D -m 755 system/initramfs-tools/scripts/local-top/ib_srp \
		$(DESTDIR)$(prefix)/share/initramfs-tools/scripts/local-top/ib_srp
endif
ifneq ($(filter dracut,$(BOOT)),)
	install -d $(DESTDIR)$(prefix)/lib/dracut/modules.d/95srp
	install -m 755 system/dracut/95srp/*.sh $(DESTDIR)$(prefix)/lib/dracut/modules.d/95srp/
endif
ifneq ($(filter depmod.d,$(BOOT)),)
	install -D -m 644 system/depmod.d/ib_srp-backport.conf $(DESTDIR)$(sysconfdir)/depmod.d/ib_srp-backport.conf
endif

## demo              the whole story in a virtual machine, on InfiniBand: subnet, discovery, login, I/O, pulled cables, recovery;
##                   STORY=roce: login by address over soft RoCE, a silent cut, a target that closes
demo:
	@tests/demo/run $(STORY)

## check             everything that tests: style, static analysis, unit tests, fuzzers, cases in virtual machines
check:
	@tests/check

## check-unit        unit tests of the pure files, under ASan and UBSan
## check-fuzz        libFuzzer targets, 10 s each (FUZZ_SECONDS=n)
## check-vm          cases in QEMU with Debian's kernels; DEBUG=1: with the debug kernel; CASES="010 050"
## check-kapi        modules built for every kernel at hand: Debian's, and KERNEL_TREES=directory of build trees
## check-model       models of the state machine and of who owns a command, every order of events (spin)
## check-analysis    static analysis: coccinelle, gcc -fanalyzer, cppcheck, clang-tidy
## check-style       SPDX lines, version tests outside compat, checkpatch, sparse, shellcheck
check-unit check-fuzz check-vm check-kapi check-style check-analysis check-model:
	@tests/check $(@:check-%=%)

## check-pkg         what is installed: scripts, packages in clean roots (quick)
## check-pkg-full    the same on every distribution, with DKMS, RPM and reboots in a virtual machine (long)
check-pkg check-pkg-full:
	@scripts/install-deps pkg
	@tests/pkg/run $(if $(findstring full,$@),--full)

## check-full        check, with 1000 logins where check does 50, and all cases on the debug kernel (hours)
check-full:
	@SRP_NIGHTLY=1 tests/check style analysis model unit pkg fuzz kapi vm debug roots

## coverage          lines that the unit tests run, in build/coverage/index.html; GCOV="file": with the counts of modules in a guest
coverage:
	@scripts/install-deps tools unit coverage
	@tests/coverage/run $(GCOV)

## bench             our modules beside the distribution's: instructions and posts per I/O, failover, classes of failures, rates
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
