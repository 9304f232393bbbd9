# SPDX-License-Identifier: GPL-2.0-only
#
# Installing, by hand or through DKMS, and signing. docs/install.md tells when
# to use which. Nothing here builds: so `sudo make install` leaves no files of
# root's in the tree, and a signature lasts.

PREFIX ?= /usr/local
SBINDIR ?= $(PREFIX)/sbin
MANDIR ?= $(PREFIX)/share/man
INCLUDEDIR ?= $(PREFIX)/include
# systemd reads both below /usr/local as well as below /usr.
UDEVDIR ?= $(PREFIX)/lib/udev/rules.d
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d
COMPLETIONDIR ?= $(PREFIX)/share/bash-completion/completions
MODULEDIR := /lib/modules/$(KVER)/updates

# Where DKMS has its own, so that one enrolled key serves both ways.
SIGN_KEY ?= /var/lib/dkms/mok.key
SIGN_CERT ?= $(patsubst %.key,%.pub,$(SIGN_KEY))
DKMS ?= dkms

.PHONY: install install-module install-tools uninstall uninstall-module \
	uninstall-tools dkms-install dkms-uninstall sign sign-key help-install

install: install-module install-tools

install-module:
	@dist/check-install module "$(DESTDIR)" "$(KVER)"
	install -D -m 0644 aobj.ko $(DESTDIR)$(MODULEDIR)/aobj.ko
	$(if $(DESTDIR),,PATH=$$PATH:/usr/sbin:/sbin depmod $(KVER))

install-tools:
	@dist/check-install tools "$(DESTDIR)"
	install -D -m 0755 userspace/aobjctl/aobjctl $(DESTDIR)$(SBINDIR)/aobjctl
	install -D -m 0644 userspace/man/aobjctl.8 $(DESTDIR)$(MANDIR)/man8/aobjctl.8
	install -D -m 0644 userspace/completion/aobjctl $(DESTDIR)$(COMPLETIONDIR)/aobjctl
	install -D -m 0644 include/uapi/linux/aobj.h $(DESTDIR)$(INCLUDEDIR)/linux/aobj.h
	install -D -m 0644 dist/60-aobj.rules $(DESTDIR)$(UDEVDIR)/60-aobj.rules
	install -D -m 0644 dist/sysusers-aobj.conf $(DESTDIR)$(SYSUSERSDIR)/aobj.conf
	$(if $(DESTDIR),,dist/activate $(SYSUSERSDIR)/aobj.conf)

uninstall: uninstall-module uninstall-tools

uninstall-module:
	@dist/check-install remove "$(DESTDIR)"
	rm -f $(DESTDIR)$(MODULEDIR)/aobj.ko
	$(if $(DESTDIR),,! test -d /lib/modules/$(KVER) || PATH=$$PATH:/usr/sbin:/sbin depmod $(KVER))

# The group stays: files may be its.
uninstall-tools:
	@dist/check-install remove "$(DESTDIR)"
	rm -f $(DESTDIR)$(SBINDIR)/aobjctl $(DESTDIR)$(MANDIR)/man8/aobjctl.8
	rm -f $(DESTDIR)$(COMPLETIONDIR)/aobjctl $(DESTDIR)$(INCLUDEDIR)/linux/aobj.h
	rm -f $(DESTDIR)$(UDEVDIR)/60-aobj.rules $(DESTDIR)$(SYSUSERSDIR)/aobj.conf

dkms-install:
	@DKMS="$(DKMS)" dist/dkms-module install "$(KVER)"

dkms-uninstall:
	@DKMS="$(DKMS)" dist/dkms-module remove

sign:
	@dist/sign-module "$(KDIR)" "$(SIGN_KEY)" "$(SIGN_CERT)" aobj.ko

sign-key:
	@dist/make-key "$(SIGN_KEY)" "$(SIGN_CERT)"

help-install:
	@echo
	@echo 'Installing (docs/install.md); KVER=RELEASE names a kernel other than the running one:'
	@echo 'make dkms-install    the module through DKMS, now and for each later kernel'
	@echo 'make dkms-uninstall  takes it away from DKMS, for all kernels'
	@echo 'make install         what make has built: module, aobjctl, manual, header, udev'
	@echo '                     rule and group; DESTDIR= and PREFIX= (/usr/local) count.'
	@echo '                     Parts of it: install-module, install-tools'
	@echo 'make uninstall       removes that; parts: uninstall-module, uninstall-tools'
	@echo 'make sign            signs aobj.ko for Secure Boot with SIGN_KEY= and SIGN_CERT='
	@echo 'make sign-key        makes that key, and says how to enrol it'
