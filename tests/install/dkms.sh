# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The module by way of DKMS, for one kernel after the other, and loaded from
# there in a guest; at the end it is removed for all.

# The set-up that docs/install.md has for signing by DKMS.
name_key_to_dkms() {
	printf '%s=%s\n' mok_signing_key "$work/first.key" mok_certificate "$work/first.pub" \
		>/etc/dkms/framework.conf.d/aobj.conf
}

dkms_state() {
	dkms status aobj -k "$dkms_release" | sed 's/.*: //'
}

# Prints the module that DKMS installed, as the kernel's packages pack theirs.
dkms_module() {
	find "/lib/modules/$dkms_release" -name 'aobj.ko*'
}

unpack_module() {
	local module

	module=$(dkms_module)
	case $module in
	*.xz) xz -dc "$module" >"$1" ;;
	*) cp "$module" "$1" ;;
	esac
}

# Only what is built from: a tree for DKMS is not a repository.
sources_are_bare() {
	same "" "$(cd "/usr/src/aobj-$(dkms_version)" && find . -type f ! -name '*.[ch]' \
		! -name Kbuild ! -name dkms.conf)"
}

rebuilds_changed_source() {
	echo "MODULE_INFO(changed, \"for $dkms_release\");" >>"$tree/module/aobj_main.c"
	user_make dkms-install KVER="$dkms_release" && same installed "$(dkms_state)" &&
		modinfo -F changed "$(dkms_module)" | grep -xF "for $dkms_release"
}

# run_in_guest KERNEL-DIRECTORY SERIES: the guest's TAP on stdout.
run_in_guest() {
	truncate -s 64M "$work/swap.img"
	"$vm_dir/run-guest" --kernel "$1" --timeout 300 --output "$output/guest-$2" --memory 512 \
		--disk "$work/swap.img" -- "$here/guest" "$output/guest-$2"
}

# The guest's points under this test's numbers.
check_in_guest() {
	local series=$1 kernel=$2 line status=0 planned=none seen=0

	mkdir -p "$output/guest-$series"
	unpack_module "$output/guest-$series/signed.ko"
	# A copy of the sections alone drops what is behind them.
	objcopy "$output/guest-$series/signed.ko" "$output/guest-$series/unsigned.ko"
	run_in_guest "$kernel" "$series" >"$work/tap" || status=$?
	rm -f "$output/guest-$series"/*.ko
	while IFS= read -r line; do
		case $line in
		"ok "* | "not ok "*)
			seen=$((seen + 1))
			tap_number=$((tap_number + 1))
			echo "${line%%ok *}ok $tap_number - $series, in a guest: ${line#* - }"
			;;
		1..*) planned=${line#1..} ;;
		*) echo "# ${line#\# }" ;;
		esac
	done <"$work/tap"
	tap_check "$series, in a guest: all of it ran" same "status 0, $planned points" \
		"status $status, $seen points"
	tap_check "$series, in a guest: the kernel does not complain" \
		"$vm_dir/splats" "$output/guest-$series/console"
}

check_dkms() {
	local series=$1 kernel=$2

	dkms_release=$(kernel_release "$kernel")
	name_key_to_dkms
	if [[ -z $(dkms status aobj) ]]; then
		tap_check "$series: make dkms-install works" \
			user_make dkms-install KVER="$dkms_release"
	else
		# What dkms does when a kernel's headers are installed.
		tap_check "$series: DKMS installs it for a kernel that is new" \
			dkms autoinstall -k "$dkms_release"
	fi
	tap_check "$series: the module is installed" same installed "$(dkms_state)"
	tap_check "$series: DKMS has the sources and no more" sources_are_bare
	tap_check "$series: its version is that of dkms.conf" \
		same "$(dkms_version)" "$(modinfo -F version "$(dkms_module)")"
	tap_check "$series: DKMS has signed it with the key that it was told" \
		signer_is_shown "Module signing key of $(uname -n)" "$(dkms_module)"
	tap_check "$series: make dkms-install builds what has changed" rebuilds_changed_source
	tap_check "$series: make install does not go beside DKMS" \
		refuses "is there already: make dkms-uninstall" \
		user_make install-module KVER="$dkms_release" DESTDIR=
	tap_check "$series: modprobe finds the module" \
		modprobe_finds "updates/*aobj.ko*" "$dkms_release"
	tap_check "$series: make install-tools works beside DKMS" user_make install-tools
	check_in_guest "$series" "$kernel"
}

check_dkms_removal() {
	tap_check "make dkms-uninstall works, for all kernels" user_make dkms-uninstall
	tap_check "make uninstall-tools works" user_make uninstall-tools
	tap_check "nothing of it is left" nothing_left
}
