#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# `bal-check --watch` at rest with IPv4 alone, and with both families: CPU and
# octets of two uplinks, one probe a second of each family.  No pass or fail.
srcdir=${srcdir:-$(dirname "$0")/../..}
# shellcheck source-path=SCRIPTDIR source=../netns/scene.sh
. "$srcdir"/tests/netns/scene.sh
# shellcheck source-path=SCRIPTDIR source=../netns/six.sh
. "$srcdir"/tests/netns/six.sh
# shellcheck source-path=SCRIPTDIR source=rest.sh
. "$srcdir"/tests/bench/rest.sh
lab_enter "$@"

FOR=${FOR:-60} TURNS=${TURNS:-3} HERTZ=$(getconf CLK_TCK)

# conf FAMILY: 4, or 46.
conf() {
	local k lines=() six=ignore more
	[ "$1" = 4 ] || six=balance
	for k in 1 2; do
		more=
		[ "$1" = 4 ] || more=", 2001:db8:$k::1"
		lines+=("[uplink eth$k]" "gateway6 = fe80::1" \
			"targets = 192.168.1.1$more")
	done
	scene_conf "[bal]" "ipv6 = $six" "[check]" "interval = 1s" \
		"timeout = 1s" "${lines[@]}"
}

# turn FAMILY: ms of CPU and octets of eth1, a minute.
turn() {
	local ns bytes
	conf "$1"
	lab_spawn box "$LAB_DIR/log/watch" bal-check --watch
	wait_for 30 grep -qs "^$LAB_PID\$" "$BAL_RUNDIR"/check.pid || exit
	sleep 5
	ns=$(cpu_ns "$LAB_PID") bytes=$(octets eth1)
	sleep "$FOR"
	ns=$(($(cpu_ns "$LAB_PID") - ns)) bytes=$(($(octets eth1) - bytes))
	awk -v f="$1" -v ns=$ns -v b=$bytes -v s="$FOR" 'BEGIN {
		printf "IPv%s: %.2f ms CPU a minute, %d octets a minute of eth1\n",
			f, ns / 1e6 * 60 / s, b * 60 / s }'
	lab_stop "$LAB_PID"
}

conf 46
six_up 2 && wait_for 30 six_ready 1 && wait_for 30 six_ready 2 || exit
for k in 1 2; do
	bal-up eth$k -g 192.168.1.1 || exit
	lab_stop "${SIX_RADVD[$k]}"
done
for ((i = 0; i < TURNS; i++)); do
	turn 4
	turn 46
done
exit 0
