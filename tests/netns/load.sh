# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Lines that are full: uploads and downloads that fill the queues of slow modems.
# To be sourced after scene.sh and hooks.sh.

declare -A LOAD_PIDS=()

# load_up N: so many lines of 50 +- 20 ms, probed once a second by --watch; and
# who sends and receives at both ends.
load_up() {
	local k
	scene_conf "[bal]" "masquerade = yes" \
		"[check]" "targets = 198.51.100.2" "timeout = ${TIMEOUT:-2s}"
	lab_up "$1" && lab_serve && lab_sink || return
	lab_spawn box "$LAB_DIR"/log/boxsink "$TRAFFIC" sink \
		--udp "$LAB_SINK_PORT"
	wait_for 30 grep -qs ready "$LAB_DIR"/log/boxsink || return
	for ((k = 1; k <= $1; k++)); do
		scene_stanza "$k"
	done >"$LAB_DIR"/interfaces
	lab_interfaces "$LAB_DIR"/interfaces
	for ((k = 1; k <= $1; k++)); do
		in_ns "modem$k" "$LAB_IPTABLES" -t nat -A PREROUTING -i wan \
			-p udp --dport "$LAB_SINK_PORT" \
			-j DNAT --to "$(lab_address "$k")" || return
		modem_delay "$k" 50 20 || return
	done
	ifup -a && wait_for 30 lab_settled || return
	wait_for 30 bal-check -q
	lab_spawn box "$LAB_DIR"/log/watch bal-check --watch
	for ((k = 1; k <= $1; k++)); do
		wait_for 60 load_lives "$k" || return
	done
}

load_lives() {
	[ "$(state_of "eth$1")" = alive ]
}

# load_run K NAME NAMESPACE ARGS...: bulk traffic, until load_stop K.
load_run() {
	local k=$1 log=$LAB_DIR/load$1.$2
	lab_spawn "$3" "$log" "$TRAFFIC" bulk "${@:4}"
	LOAD_PIDS[$k]+=" $LAB_PID"
}

# load_start K up|down|both tcp|udp MBIT: three clients of two connections, or
# datagrams for a fifth more than the line takes; by line K.
load_start() {
	local k=$1 way=$2 proto=$3 mbit=$4 i dev=eth$1
	local sink=198.51.100.3$((k % 10)):$LAB_SINK_PORT
	local rate=(--proto udp --rate "$(awk -v m="$mbit" \
		-v o="${OVERLOAD:-120}" 'BEGIN { print int(m * o) }')")
	if [[ $proto = udp && $way != down ]]; then
		load_run "$k" up box --dev "$dev" --to "$sink" "${rate[@]}"
	fi
	if [[ $proto = udp && $way != up ]]; then
		load_run "$k" down server --to \
			"$(lab_identity "$k"):$LAB_SINK_PORT" "${rate[@]}"
	fi
	for i in 1 2 3; do
		[ "$proto" = tcp ] || break
		[ "$way" = down ] || load_run "$k" up$i box --dev "$dev" \
			--to "$sink" --flows 2
		[ "$way" = up ] || load_run "$k" down$i box --dev "$dev" \
			--to "$sink" --flows 2 --down
	done
}

# load_stop K...: what load_start began.
load_stop() {
	local k pid
	for k; do
		for pid in ${LOAD_PIDS[$k]-}; do
			lab_stop "$pid" 5
		done
		unset "LOAD_PIDS[$k]"
	done
}

# load_count K WHAT: how often --watch said that of line K.
load_count() {
	grep -c "eth$1: .*$2" "$LAB_DIR"/log/watch
}

# load_backlog_ms K: how long a packet waits for line K, on its way and back.
load_backlog_ms() {
	local dev
	for dev in wan lan; do
		tc -n "$(lab_ns "$1")" -s -j qdisc show dev "$dev"
	done | sed -n 's/.*"rate":\([0-9]*\).*"backlog":\([0-9]*\).*/\2 \1/p' |
		awk '{ n += $1 * 1000 / $2 } END { print int(n) }'
}
