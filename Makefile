# SPDX-License-Identifier: GPL-2.0-only
#
# The kernel's own build system reads Kbuild; this is for people.

KVER ?= $(shell uname -r)
KDIR ?= /lib/modules/$(KVER)/build

.PHONY: all module tools demo bench check soak clean help

all: module tools

module:
	@test -e $(KDIR)/Makefile || { echo "no kernel headers in $(KDIR):" \
		"install linux-headers-$(KVER), or name others with KDIR=" >&2; exit 1; }
	$(MAKE) -C $(KDIR) M=$(CURDIR) modules

tools:
	$(MAKE) -C userspace/aobjctl

demo:
	demo/run-demo

check:
	tests/vm/check

# One group of the tests alone.
check-%:
	tests/vm/check $*

soak:
	tests/soak/run

# Variables come from the environment or the command line: see bench/run.
export KERNEL WORKLOAD WORKLOADS PEERS SCALE REPEATS OBJECTS BASE CPUS DRIVE LINES
bench:
	bench/run

# bench-profile, bench-wall, bench-compare, bench-scaling, bench-locks, bench-publish
bench-%:
	bench/$*

# Without kernel headers nothing was built that they would have to clean.
clean:
	if test -e $(KDIR)/Makefile; then $(MAKE) -C $(KDIR) M=$(CURDIR) clean; fi
	$(MAKE) -C userspace/aobjctl clean
	$(MAKE) -C tests/guest clean
	$(MAKE) -C tests/stacks clean
	rm -rf build

help:
	@echo 'make [KVER=RELEASE] [KDIR=DIR]'
	@echo '                 the module and the tools, for the running kernel, for that'
	@echo '                 RELEASE, or for the headers in DIR'
	@echo 'make module      aobj.ko alone'
	@echo 'make tools       aobjctl alone'
	@echo 'make demo        more memory than RAM, shown in a QEMU guest (Debian 12)'
	@echo 'make check       all tests, in guests (Debian 12); one group of them: check-static,'
	@echo '                 check-kunit, check-guest, check-stacks, check-debug, check-install,'
	@echo '                 check-harness, check-tools'
	@echo 'make soak        what takes hours: endurance, stacks, fuzzing, mutants'
	@echo 'make bench       aobj beside the system'"'"'s swap, in a guest (Debian 12); by'
	@echo '                 KERNEL=, WORKLOADS=, PEERS=, SCALE=, REPEATS=: see bench/run'
	@echo 'make bench-profile WORKLOAD=NAME'
	@echo '                 where the instructions of a workload go'
	@echo 'make bench-wall  by the clock on the wall, and beside fio'
	@echo 'make bench-compare BASE=REVISION'
	@echo '                 beside the module of an earlier commit'
	@echo 'make bench-scaling'
	@echo '                 on 1, 2 and 4 CPUs'
	@echo 'make bench-locks which locks are waited for'
	@echo 'make bench-publish'
	@echo '                 the last results into docs/performance'
	@echo 'make clean       removes what was built; downloaded kernels stay in the cache'
	@$(MAKE) -s --no-print-directory help-install

include dist/install.mk
