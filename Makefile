# SPDX-License-Identifier: GPL-2.0-only
#
# The kernel's own build system reads Kbuild; this is for people.

KDIR ?= /lib/modules/$(shell uname -r)/build

.PHONY: all module tools demo check clean help

all: module tools

module:
	@test -e $(KDIR)/Makefile || { echo "no kernel headers in $(KDIR):" \
		"install linux-headers-$$(uname -r), or name others with KDIR=" >&2; exit 1; }
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

tools:
	$(MAKE) -C userspace/aobjctl

demo:
	demo/run-demo

check:
	tests/vm/check

# Without kernel headers nothing was built that they would have to clean.
clean:
	if test -e $(KDIR)/Makefile; then $(MAKE) -C $(KDIR) M=$(CURDIR) clean; fi
	$(MAKE) -C userspace/aobjctl clean
	$(MAKE) -C tests/guest clean
	rm -rf build

help:
	@echo 'make [KDIR=DIR]  the module and the tools, for the running kernel or for'
	@echo '                 the headers in DIR'
	@echo 'make module      aobj.ko alone'
	@echo 'make tools       aobjctl alone'
	@echo 'make demo        more memory than RAM, shown in a QEMU guest (Debian 12)'
	@echo 'make check       all tests, in a QEMU guest (Debian 12)'
	@echo 'make clean       removes what was built; downloaded kernels stay in the cache'
