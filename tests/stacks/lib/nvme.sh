# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2034 # others use what is set here
#
# A target of NVMe over TCP, and a host that uses it: on the same machine, unless
# $target_address is set before.

readonly target_address=${target_address:-127.0.0.1}
readonly config=/sys/kernel/config/nvmet
readonly nqn=aobj-test
readonly subsystem_port=$config/ports/1/subsystems/$nqn

# target_up DEVICE
target_up() {
	must modprobe nvmet-tcp
	mountpoint -q /sys/kernel/config || mount -t configfs none /sys/kernel/config
	mkdir -p "$config/subsystems/$nqn/namespaces/1" "$config/ports/1"
	echo 1 >"$config/subsystems/$nqn/attr_allow_any_host"
	echo "$1" >"$config/subsystems/$nqn/namespaces/1/device_path"
	echo 1 >"$config/subsystems/$nqn/namespaces/1/enable"
	echo tcp >"$config/ports/1/addr_trtype"
	echo ipv4 >"$config/ports/1/addr_adrfam"
	echo "$target_address" >"$config/ports/1/addr_traddr"
	echo 4420 >"$config/ports/1/addr_trsvcid"
	ln -s "$config/subsystems/$nqn" "$subsystem_port" # this opens the port
}

# shellcheck disable=SC2317 # called by wait_for
add_controller() {
	tee /dev/nvme-fabrics <<<"$1" >/dev/null 2>&1
}

# The driver tries twice within a few seconds, which is little for a busy machine.
# => sets $namespace
# connect OPTION...: of the fabrics driver.
connect() {
	local options="transport=tcp,traddr=$target_address,trsvcid=4420,nqn=$nqn" option

	must modprobe nvme-tcp
	for option in "$@"; do
		options+=",$option"
	done
	must wait_for add_controller "$options"
	must wait_for compgen -G "/dev/nvme*n1" >/dev/null
	namespace=$(compgen -G "/dev/nvme*n1")
}

disconnect() {
	local controller

	for controller in /sys/class/nvme/nvme*; do
		echo 1 >"$controller/delete_controller"
	done
	rmmod nvme-tcp
}

target_down() {
	rm "$subsystem_port"
	echo 0 >"$config/subsystems/$nqn/namespaces/1/enable"
	rmdir "$config/subsystems/$nqn/namespaces/1" "$config/ports/1" "$config/subsystems/$nqn"
	rmmod nvmet-tcp nvmet
}
