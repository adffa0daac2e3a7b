# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the tests of MPTCP share.  To be sourced behind scene.sh.

# mptcp_enter: skips where the kernel or ip(8) has none of it.
mptcp_enter() {
	[ -e /proc/sys/net/mptcp ] || skip_all "this kernel has no MPTCP"
	ip mptcp endpoint show >/dev/null 2>&1 ||
		skip_all "ip(8) knows no mptcp"
	lab_kernel_since 5 14 || skip_all "before Linux 5.14"
}

# mptcp_conf [LINES...]: of [bal]; a death is found within a quarter of a second.
mptcp_conf() {
	scene_conf "[bal]" "$@" "[check]" "targets = $SCENE_SERVER" \
		"interval = 50ms" "timeout = 200ms" "down = 3" "stable = 0s"
}

# mptcp_server: takes further subflows, and has services of MPTCP.
mptcp_server() {
	lab_traffic || return
	in_ns server ip mptcp limits set subflows 8 add_addr_accepted 8
	lab_spawn server "$LAB_DIR/log/mptcp-serve" bal-exec --mptcp \
		"$TRAFFIC" serve --tcp 7100
	lab_spawn server "$LAB_DIR/log/mptcp-sink" bal-exec --mptcp \
		"$TRAFFIC" sink --tcp 7101
	wait_for 30 grep -qs ready "$LAB_DIR/log/mptcp-serve" &&
		wait_for 30 grep -qs ready "$LAB_DIR/log/mptcp-sink"
}

# mptcp_count NAME [NAMESPACE]: a counter of MPTCP, MPCapableSYNTX for one.
mptcp_count() {
	# shellcheck disable=SC2016 # awk's
	in_ns "${2:-box}" awk -v name="$1" '$1 == "MPTcpExt:" {
		if (!n) { for (i = 2; i <= NF; i++) if ($i == name) n = i }
		else { print $n; exit } }' /proc/net/netstat
}

# mptcp_bulk ADDR COMMAND...: Mbit/s of one connection for some seconds.
mptcp_bulk() {
	local to=$1
	shift
	value mbit "$("$@" "$TRAFFIC" bulk --to "$to" --proto tcp \
		--seconds 3 2>/dev/null | tail -n 1)"
}

# above NUMBER LIMIT, also where they have a point.
above() {
	awk -v n="$1" -v limit="$2" 'BEGIN { exit !(n + 0 > limit + 0) }'
}
