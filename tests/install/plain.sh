# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Building from a release's files, and installing without DKMS. $release is
# the kernel that everything is for.

# What make install puts where, with its modes.
installed_files() {
	cat <<-END
		644 lib/modules/$release/updates/aobj.ko
		644 $1/include/linux/aobj.h
		644 $1/lib/sysusers.d/aobj.conf
		644 $1/lib/udev/rules.d/60-aobj.rules
		755 $1/sbin/aobjctl
		644 $1/share/bash-completion/completions/aobjctl
		644 $1/share/man/man8/aobjctl.8
	END
}

check_refusals_unbuilt() {
	tap_check "make without headers says so in a line" \
		refuses "no kernel headers.*install linux-headers-$no_release" \
			user_make KVER=$no_release
	tap_check "make install before make says so in a line" \
		refuses "there is no aobj.ko yet" user_make install KVER="$release"
	tap_check "make install-tools before make says so in a line" \
		refuses "there is no aobjctl yet" user_make install-tools
	tap_check "make sign before make says so in a line" \
		refuses "there is no aobj.ko yet" user_make sign KVER="$release"
	tap_check "make dkms-install without dkms says so in a line" \
		refuses "no nodkms here" user_make dkms-install DKMS=nodkms KVER="$release"
	tap_check "make dkms-install without headers says so in a line" \
		refuses "no kernel headers in /lib/modules/$no_release" \
			user_make dkms-install KVER=$no_release
	tap_check "make dkms-install wants root" \
		refuses "only root" without_root make -s -C "$tree" dkms-install KVER="$release"
	tap_check "make dkms-uninstall wants root" \
		refuses "only root" without_root make -s -C "$tree" dkms-uninstall
	tap_check "make dkms-uninstall without an installation does nothing" \
		user_make dkms-uninstall
}

module_version_of_source() {
	grep '^MODULE_VERSION' "$tree/module/aobj_main.c" | cut -d '"' -f 2
}

dkms_version() {
	bash -c '. "$1/dkms.conf" && echo "$PACKAGE_VERSION"' - "$tree"
}

# excludes RELEASE...: as dkms itself matches it.
excludes() {
	local release pattern

	pattern=$(bash -c '. "$1/dkms.conf" && echo "$BUILD_EXCLUSIVE_KERNEL"' - "$tree")
	for release in "$@"; do
		[[ ! $release =~ $pattern ]] || same "no match for $release" "a match"
	done
}

check_build() {
	tap_check "make builds all from the files of a release" user_make KVER="$release"
	tap_check "the version of dkms.conf is the module's" \
		same "$(module_version_of_source)" "$(dkms_version)"
	tap_check "the version of the module built is that, too" \
		same "$(modinfo -F version "$tree/aobj.ko")" "$(dkms_version)"
	tap_check "DKMS leaves kernels before 6.1 alone" excludes 5.10.0-30-amd64 6.0.12 4.19.0
}

# installs_to PREFIX [MAKE-ARGUMENT]...
installs_to() {
	local prefix=$1 root=$work/root

	shift
	rm -rf "$root"
	user_make install DESTDIR="$root" KVER="$release" "$@" || return
	same "$(installed_files "$prefix" | sort -k 2)" "$(manifest "$root")"
}

reinstalls() {
	user_make install DESTDIR="$work/root" KVER="$release" &&
		same "$(installed_files usr/local | sort -k 2)" "$(manifest "$work/root")"
}

# A file of another package's, and aobj's own are gone.
uninstalls() {
	touch "$work/root/usr/local/sbin/other"
	user_make uninstall DESTDIR="$work/root" KVER="$release" &&
		same usr/local/sbin/other "$(cd "$work/root" && find . -type f -printf '%P\n')"
}

header_is_usable() {
	printf '#include <linux/aobj.h>\nint x = sizeof(struct aobj_resize);\n' |
		cc -I "$work/root/usr/include" -fsyntax-only -Wall -Werror -x c -
}

# modprobe_finds PATTERN RELEASE: as depmod has told it.
modprobe_finds() {
	local found

	found=$(modprobe -S "$2" --show-depends aobj) || return
	# shellcheck disable=SC2053 # it is a pattern
	[[ ${found% } == "insmod /lib/modules/$2/"$1 ]] || same "/lib/modules/$2/$1" "$found"
}

group_exists() {
	grep -q '^aobj:' /etc/group
}

installed_tool_runs() {
	[[ $(/usr/local/sbin/aobjctl --version) == *"$(dkms_version)"* ]]
}

check_plain_install() {
	tap_check "make install with DESTDIR and PREFIX puts each file in its place" \
		installs_to usr PREFIX=/usr
	tap_check "the installed header compiles" header_is_usable
	tap_check "make install with DESTDIR puts each file in its place" installs_to usr/local
	tap_check "make install can be repeated" reinstalls
	tap_check "make uninstall leaves nothing, and nobody else's alone" uninstalls
	tap_check "make uninstall can be repeated" \
		user_make uninstall DESTDIR="$work/root" KVER="$release"
	tap_check "make install for another kernel says so in a line" \
		refuses "aobj.ko is for .*: make clean, make KVER=$no_release" \
			user_make install DESTDIR="$work/root" KVER=$no_release
	tap_check "make install wants root" \
		refuses "only root" without_root make -s -C "$tree" install KVER="$release"
	tap_check "make uninstall wants root" \
		refuses "only root" without_root make -s -C "$tree" uninstall KVER="$release"
	tap_check "make install without DESTDIR works" user_make install KVER="$release"
	tap_check "modprobe finds the module then" modprobe_finds updates/aobj.ko "$release"
	tap_check "the group aobj is there then" group_exists
	tap_check "DKMS does not go beside it" \
		refuses "installed without DKMS: make uninstall-module" \
			user_make dkms-install KVER="$release"
	tap_check "make uninstall without DESTDIR works" user_make uninstall KVER="$release"
	tap_check "make uninstall for a kernel that is gone does nothing" \
		user_make uninstall KVER=$no_release
	tap_check "nothing of it is left" nothing_left
}
