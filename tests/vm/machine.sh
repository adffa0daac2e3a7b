# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# An emulated machine without any network.  To be sourced.

# machine_lacks PROGRAM...: true if there can be none here, or one of these is
# not here; then the reason is printed.
machine_lacks() {
	local program
	if [ "$(dpkg --print-architecture 2>/dev/null)" != amd64 ]; then
		echo "no amd64, or no Debian"
		return
	fi
	for program in qemu-system-x86_64 "$@"; do
		command -v "$program" >/dev/null && continue
		echo "no $program"
		return
	done
	return 1
}

# Options of QEMU, one or the other.  FAST: two processors, as quick as this machine
# lets them be.  STEADY: one that is slow by this machine's clock and not by its
# own, which counts what it computes and goes on while it waits.  There a flow loses
# nothing because the processor is late, however busy this machine is.
# shellcheck disable=SC2034 # for those that boot
MACHINE_FAST=(-accel "tcg,thread=multi" -smp 2)
# shellcheck disable=SC2034
MACHINE_STEADY=(-accel "tcg,thread=single" -smp 1 -icount "shift=0,sleep=on"
	-rtc clock=vm)

# machine_boot SECONDS CONSOLE OPTION...: boots it, and ends it after SECONDS; the
# OPTIONs of QEMU say what is booted.  The first serial line is the file CONSOLE,
# the second one is what this function prints.
machine_boot() {
	local limit=$1 console=$2
	shift 2
	timeout -k 10 "$limit" qemu-system-x86_64 -cpu qemu64,-svm \
		-nic none -display none -monitor none -no-reboot \
		-serial file:"$console" -serial stdio "$@" </dev/null
}
