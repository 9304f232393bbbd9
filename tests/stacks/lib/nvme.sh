# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
# shellcheck disable=SC2034 # others use what is set here
#
# A target of NVMe over TCP on this machine, and a host that uses it.

readonly config=/sys/kernel/config/nvmet
readonly nqn=aobj-test
readonly subsystem_port=$config/ports/1/subsystems/$nqn

# target_up DEVICE
target_up() {
	must modprobe nvmet-tcp
	must modprobe nvme-tcp
	mountpoint -q /sys/kernel/config || mount -t configfs none /sys/kernel/config
	mkdir -p "$config/subsystems/$nqn/namespaces/1" "$config/ports/1"
	echo 1 >"$config/subsystems/$nqn/attr_allow_any_host"
	echo "$1" >"$config/subsystems/$nqn/namespaces/1/device_path"
	echo 1 >"$config/subsystems/$nqn/namespaces/1/enable"
	echo tcp >"$config/ports/1/addr_trtype"
	echo ipv4 >"$config/ports/1/addr_adrfam"
	echo 127.0.0.1 >"$config/ports/1/addr_traddr"
	echo 4420 >"$config/ports/1/addr_trsvcid"
}

# Nobody listens at a port without a subsystem.
port_up() {
	ln -s "$config/subsystems/$nqn" "$subsystem_port"
}

port_down() {
	rm "$subsystem_port"
}

# => sets $namespace
# connect OPTION...: of the fabrics driver.
connect() {
	local options="transport=tcp,traddr=127.0.0.1,trsvcid=4420,nqn=$nqn" option

	for option in "$@"; do
		options+=",$option"
	done
	must tee /dev/nvme-fabrics <<<"$options" >/dev/null
	must wait_for compgen -G "/dev/nvme*n1" >/dev/null
	namespace=$(compgen -G "/dev/nvme*n1")
}

disconnect() {
	local controller

	for controller in /sys/class/nvme/nvme*; do
		echo 1 >"$controller/delete_controller"
	done
}

target_down() {
	echo 0 >"$config/subsystems/$nqn/namespaces/1/enable"
	rmdir "$config/subsystems/$nqn/namespaces/1" "$config/ports/1" "$config/subsystems/$nqn"
	rmmod nvme-tcp nvmet-tcp nvmet
}
