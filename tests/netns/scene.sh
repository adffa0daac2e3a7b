# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The scene of most tests: the lab's box brought up by the real ifup and
# OpenVPN with bal in their lines.  To be sourced.

srcdir=${srcdir:-$(dirname "${BASH_SOURCE[0]}")/../..}
# shellcheck source-path=SCRIPTDIR source=../lab/tap.sh
. "$srcdir"/tests/lab/tap.sh || exit 99
# shellcheck source-path=SCRIPTDIR source=../lab/lab.sh
. "$srcdir"/tests/lab/lab.sh || exit 99

# Not LAB_SERVER itself: a client before OpenVPN 2.7 drops what would go to its
# own server through the tunnel (OpenVPN's allow-recursive-routing).
SCENE_SERVERS=198.51.100.2-198.51.100.250
SCENE_SERVER=198.51.100.9
export SCENE_SERVER

# Whatever the programs were configured with.
export BAL_CONF=/etc/bal/bal.conf BAL_RUNDIR=/run/bal BAL_RT_DIR=/etc/iproute2

SCENE_N=0
SCENE_TUNNELS=0

# scene_stanza K [LINES...]: ethK as an administrator writes it.
scene_stanza() {
	local k=$1
	shift
	cat <<-END
		auto eth$k
		iface eth$k inet static
		    address $(lab_address "$k")
		    netmask 255.255.255.0
		    pre-up bal-addtable eth$k
		    up bal-up eth$k --gateway $(lab_gateway "$k")
		    down bal-down eth$k
	END
	[ $# -eq 0 ] || printf '    %s\n' "$@"
	echo
}

# scene_openvpn K: start and stop lines of the OpenVPN client over ethK.  Stopped
# is who has ended, as with systemctl: a client removes its file of --writepid
# then, which would be its successor's.
scene_openvpn() {
	local pid=/run/openvpn-eth$1.pid
	echo "up openvpn --config /etc/openvpn/client/eth$1.conf" \
		"--daemon --log /run/lab/log/openvpn-tun$1 --writepid $pid"
	echo "down [ ! -s $pid ] || { p=\$(cat $pid); kill \$p;" \
		"timeout 10 tail -f /dev/null --pid=\$p; rm -f $pid; }"
}

# explain: what is needed to understand a failure; tap.sh prints it.
explain() {
	local log
	lab_inside || return
	echo "at $(cut -d ' ' -f 1 /proc/uptime) s, load $(cut -d ' ' -f 1-4 \
		/proc/loadavg), failed $TAP_FAILED"
	bal-status
	bal-status --history | tail -n 30
	cat "$BAL_RUNDIR"/state "$BAL_CONF"
	ip -4 -o addr show
	ip rule show
	ip route show table all proto 214
	ip nexthop show
	ps -e -o pid,ppid,stat,etimes,args
	for log in box "${LAB_NAMESPACES[@]}"; do
		echo "--- $log: datagrams"
		in_ns "$log" cat /proc/net/dev
		in_ns "$log" grep ^Udp: /proc/net/snmp
		in_ns "$log" conntrack -S
	done
	for log in "$LAB_DIR"/log/*; do
		[ ! -s "$log" ] || tail -v -n 20 "$log"
	done
} 2>/dev/null

# scene_conf [LINES...]: bal.conf of the lab.
scene_conf() {
	lab_inside || return
	printf '%s\n' "$@" >/etc/bal/bal.conf
}

# scene_up N [WEIGHT...]: N modems, with weights a tunnel over each.
scene_up() {
	local k lines weights
	lab_inside || return
	SCENE_N=$1
	shift
	weights=("$@")
	SCENE_TUNNELS=${#weights[@]}
	lab_up "$SCENE_N" && lab_serve || return
	[ "$SCENE_TUNNELS" -eq 0 ] || lab_openvpn_server || return
	for ((k = 1; k <= SCENE_N; k++)); do
		lines=()
		if [ "$k" -le "$SCENE_TUNNELS" ]; then
			lab_openvpn_config "$k" "/etc/openvpn/client/eth$k.conf" \
				"up /usr/local/sbin/bal-up" \
				"down /usr/local/sbin/bal-down" || return
			mapfile -t lines < <(scene_openvpn "$k")
		fi
		scene_stanza "$k" "${lines[@]}"
	done >"$LAB_DIR"/interfaces
	lab_interfaces "$LAB_DIR"/interfaces
	ifup -a && wait_for 30 lab_settled || return
	for ((k = 1; k <= SCENE_TUNNELS; k++)); do
		wait_for 30 scene_is_up "tun$k" || return
	done
	# Else a test would look at the firewall that it is not run for.
	lab_is_marked
}

# What runs behind our back is stopped by its pid file.
scene_down() {
	local pid
	lab_inside || return
	ifdown -a
	for pid in /run/openvpn-eth*.pid; do
		[ ! -s "$pid" ] || kill "$(cat "$pid")" 2>/dev/null
	done
	lab_down
}

# scene_is_up DEV: bal uses it.
scene_is_up() {
	bal-status "$1" >/dev/null 2>&1
}

# flow_start NAME NAMESPACE ARGS...: traffic that goes on until flow_stop.  It
# has been answered by then, if anybody answers.
declare -A SCENE_FLOW=()
flow_start() {
	local name=$1 where=$2
	shift 2
	lab_spawn "$where" "$LAB_DIR/flow.$name" "$TRAFFIC" "$@" --seconds 100
	SCENE_FLOW[$name]=$LAB_PID
	wait_for 10 grep -qs '^ready$' "$LAB_DIR/flow.$name" ||
		diag "flow $name: no answer yet"
}

# flow_stop NAME...: end them; what they saw is told by flow.
flow_stop() {
	local name
	for name; do
		kill -INT "${SCENE_FLOW[$name]}"
	done
	for name; do
		wait "${SCENE_FLOW[$name]}"
		lab_forget "${SCENE_FLOW[$name]}"
		diag "flow $name: $(tail -n 1 "$LAB_DIR/flow.$name")"
	done
}

# flow NAME KEY: one of the numbers that it ended with.
flow() {
	value "$2" "$(tail -n 1 "$LAB_DIR/flow.$1")"
}

# flow_is_whole NAME: answered, and nothing lost, reset or moved.
flow_is_whole() {
	local key
	for key in lost resets stalled moved; do
		if [ "$(flow "$1" $key)" ] && [ "$(flow "$1" $key)" != 0 ]; then
			tail -n 3 "$LAB_DIR/flow.$1"
			return 1
		fi
	done
	[ "$(($(flow "$1" received)0 + $(flow "$1" exchanged)0))" -gt 0 ]
}

# flow_goes_on NAME BEGIN END: though nothing came back from BEGIN on, each of
# its flows was answered again long before END (of lab_clock).  However slow all
# of it was: who was not has a gap from the one to the other.
flow_goes_on() {
	diag "lost $(flow "$1" lost) of $(flow "$1" sent), longest gap" \
		"$(flow "$1" longest_gap_ms) of $((($3 - $2) * 10)) ms"
	[ "$(flow "$1" longest_gap_ms)" -lt $((($3 - $2) * 10 - 300)) ]
}

# spread ARGS...: identities and counts of connections to the far servers.
spread() {
	"$TRAFFIC" spread --to "$SCENE_SERVERS:$LAB_PORT" "$@"
}

# value KEY LINE: of a line of KEY=VALUE words.
value() {
	tr ' ' '\n' <<<"$2" | sed -n "s/^$1=//p"
}

# ours: everything of bal's that the kernel holds.
ours() {
	ip -d rule show | grep 'proto 214'
	ip -d route show table all | grep 'proto 214'
	ip -d nexthop show | grep 'proto 214'
	if grep -qs . /proc/net/ip_tables_names; then
		"$LAB_IPTABLES"-save -t mangle | grep BAL_
		"$LAB_IPTABLES"-save -t nat | grep BAL_
	fi
	nft list table inet bal 2>/dev/null
	return 0
}

nothing_is_left() {
	[ -z "$(ours)" ]
}
