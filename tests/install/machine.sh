# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# A machine to install on: this one, in a mount namespace where everything that
# installing writes to is in memory. dkms has options for some of these
# directories; but depmod, its framework.conf and its signing key stay where
# they are. To be sourced by `run`.

# own_namespace COMMAND...: replaces this script by itself in the namespace.
own_namespace() {
	local mapping=()

	[[ $(id -u) -eq 0 ]] || mapping=(--user --map-root-user)
	unshare --mount "${mapping[@]}" true ||
		fail "cannot make a mount namespace: be root, or allow user namespaces"
	exec unshare --mount "${mapping[@]}" env AOBJ_OWN_NAMESPACE=1 "$@"
}

in_memory() {
	mount -t tmpfs -o mode=0755 machine "$1"
}

# Configuration is kept. What this user may not read is left out, and the
# group, which whoever uses aobj here has.
copy_etc() {
	local copy=$work/etc

	mkdir "$copy"
	in_memory "$copy"
	cp -dR --preserve=mode,links /etc/. "$copy/" 2>/dev/null || true
	sed -i '/^aobj:/d' "$copy/group"
	mount --bind "$copy" /etc
}

# A mount wants a directory, and a machine without a kernel has none.
make_lib_modules() {
	local lib

	[[ ! -d /lib/modules ]] || return 0
	lib=$(realpath /lib)
	mkdir "$work/lib"
	in_memory "$work/lib"
	mkdir "$work/lib/upper" "$work/lib/work"
	mount -t overlay -o "lowerdir=$lib,upperdir=$work/lib/upper,workdir=$work/lib/work" \
		overlay "$lib"
	mkdir /lib/modules
}

make_machine() {
	local directory

	copy_etc
	make_lib_modules
	for directory in /lib/modules /usr/local /usr/src /var/lib/dkms; do
		in_memory "$directory"
	done
}

# add_kernel KERNEL-DIRECTORY
# => what installing wants of a kernel: headers, lists, and one of its modules,
#    since depmod over all of them takes long
add_kernel() {
	local from release file

	release=$(kernel_release "$1")
	from=$1/lib/modules/$release
	mkdir "/lib/modules/$release"
	cp "$from"/modules.builtin* "$from/modules.order" "/lib/modules/$release/"
	file=$(cd "$from" && find kernel/drivers/block -name 'brd.ko*')
	(cd "$from" && cp --parents "$file" "/lib/modules/$release/")
	ln -s "$(realpath "$from/build")" "/lib/modules/$release/build"
	depmod "$release"
}

# Prints whatever of aobj's is on the machine.
traces() {
	find /lib/modules /usr/src /var/lib/dkms /usr/local -name '*aobj*'
	grep -l '\<aobj\>' /lib/modules/*/modules.dep || true
}

nothing_left() {
	same "" "$(traces)"
}
