# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the tests of the layout (lib/plan/plan.h) share: three lines by the real
# commands, and who carries what.  To be sourced behind scene.sh.

LAYOUT_TARGETS="targets = 198.51.100.2"
LAYOUT_CHECK=("[check]" "$LAYOUT_TARGETS" "interval = 50ms" "stable = 0s"
	"timeout = 1s")
LAYOUT_CLIENT=$LAB_LAN.10
# Nobody's but the tests': connections of the box and of the LAN go there.
# shellcheck disable=SC2034 # for the tests
LAYOUT_FAR=$SCENE_SERVER:$LAB_PORT
# Many of them: before Linux 6.16 all the box's own TCP to one of them is of one line.
# shellcheck disable=SC2034
LAYOUT_MANY=$SCENE_SERVERS:$LAB_PORT

# layout_conf [LINE...]: bal.conf; LINEs begin in the section [bal].
layout_conf() {
	scene_conf "[bal]" "masquerade = yes" "$@" "${LAYOUT_CHECK[@]}"
}

# layout_lines [OPTION...]: eth1 to eth3 are uplinks, and modems answer for
# themselves.
layout_lines() {
	local k
	lab_up 3 "$@" && lab_serve && lab_configure 1 2 3 || return
	for k in 1 2 3; do
		layout_serve "modem$k" && layout_up "$k" || return
	done
}

layout_up() {
	bal-up "eth$1" -g "$(lab_gateway "$1")"
}

# layout_serve NAMESPACE: the service of lab_serve, there.
layout_serve() {
	local log=$LAB_DIR/log/serve-$1
	lab_spawn "$1" "$log" \
		"$TRAFFIC" serve --udp "$LAB_PORT" --tcp "$LAB_PORT"
	wait_for 30 grep -qs ready "$log"
}

# layout_again: another pass, without probes.
layout_again() {
	bal-check --no-probe
}

layout_state() {
	bal-status --json "$1" | sed -n 's/.*"state":"\([^"]*\)".*/\1/p'
}

# layout_are STATE...: of eth1, eth2 and so on, by another probe.
layout_are() {
	local state k=0
	bal-check >/dev/null
	for state; do
		k=$((k + 1))
		[ "$(layout_state eth$k)" = "$state" ] || return
	done
}

# layout_mark DEV: the mark of what left by it.
layout_mark() {
	bal-status --json | tr '{' '\n' | sed -n \
		"s/.*\"name\":\"$1\".*\"mark\":\([0-9]*\).*/\1/p"
}

# layout_seen NAMESPACE ADDR[-ADDR]:PORT [ARGS...]: for which line, or address,
# new connections from there are taken: 1:3 2:5.
layout_seen() {
	local where=$1 to=$2
	shift 2
	in_ns "$where" "$TRAFFIC" spread --to "$to" --proto udp --count 8 \
		--timeout-ms 20000 "$@" | awk '
		$2 > 0 {
			split($1, part, ".")
			name = $1
			if ($1 ~ /^100\.64\./)
				name = part[3]
			else if ($1 ~ /^192\.168\.1\.10[1-9]$/)
				name = part[4] - 100
			print name ":" $2
		}' | sort | paste -s -d ' '
}

# layout_used ...: the same, but not how many.
layout_used() {
	layout_seen "$@" | sed 's/:[0-9]*//g'
}

# layout_way ARGS...: the device by which the kernel would send to the far
# server; why not, if it would not.
layout_way() {
	ip route get "$SCENE_SERVER" "$@" 2>&1 |
		sed -n 's/.* dev \([^ ]*\).*/\1/p; s/^RTNETLINK answers: //p' |
		head -n 1
}

# layout_ways: of the box, of the LAN, and of the LAN's that left by eth2.
layout_ways() {
	echo "box $(layout_way)" \
		"lan $(layout_way from "$LAYOUT_CLIENT" iif lan0)" \
		"marked $(layout_way from "$LAYOUT_CLIENT" iif lan0 \
			mark "$(layout_mark eth2)")"
}

# layout_forward K PORT ADDR: what comes to that port of modem K, and then of the
# box by ethK, goes to ADDR.
layout_forward() {
	local proto
	for proto in tcp udp; do
		in_ns "modem$1" "$LAB_IPTABLES" -w -t nat -A PREROUTING -i wan \
			-p $proto --dport "$2" -j DNAT --to-destination \
			"$(lab_address "$1"):$2" &&
			"$LAB_IPTABLES" -w -t nat -A PREROUTING -i "eth$1" \
				-p $proto --dport "$2" -j DNAT \
				--to-destination "$3:$LAB_PORT" || return
	done
}

# layout_called K PORT [ARGS...]: who comes in by modem K, and is answered.
layout_called() {
	local k=$1 port=$2
	shift 2
	layout_seen server "$(lab_identity "$k"):$port" "$@"
}

# layout_other_veth DEV NAMESPACE ADDR PEER: a device of the box, PEER at its end.
layout_other_veth() {
	ip link add "$1" type veth peer name "$1" netns "$2" &&
		ip addr add "$3" dev "$1" && ip link set "$1" up &&
		ip -n "$2" addr add "$4" dev "$1" &&
		ip -n "$2" link set "$1" up && wait_for 30 lab_settled
}

# layout_end
layout_end() {
	local k
	for k in 1 2 3; do
		bal-down "eth$k"
	done
	ok "nothing is left" wait_for 30 nothing_is_left
	done_testing
}
