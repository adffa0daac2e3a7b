# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A tunnel over eth1 whose datagrams are copied to eth2.  To be sourced behind
# scene.sh.

# So many datagrams may be lost on a machine that is busy with other things: a stall
# of 130 ms is seen at a load of 8.  Where it is idle none is, see tests/bench; a
# tunnel that is not smoothed loses more than 1000.
# shellcheck disable=SC2034 # for the tests
SMOOTH_STALL=150

# Not a word of these in the kernel: nothing of it is left.
smooth_ours() {
	nft list tables ip | grep bal_smooth
	ip -4 -o addr show dev lo | grep lo:bal
	ip rule show | grep 'ipproto udp dport 1194'
	return 0
}

# smooth_there: the table without counts and times, the address and the rules.
smooth_there() {
	nft -s list table ip bal_smooth 2>/dev/null | grep -v -e elements -e '}$'
	ip -4 -o addr show dev lo | grep lo:bal
	ip rule show | grep 'ipproto udp .*dport [0-9]*'
	return 0
}

# smooth_killed SYSCALL FROM TO WANT: bal-check at each of its calls in turn, on the
# way from one setting to another; KILLED times, those that ended in something else
# than WANT in WRONG.
smooth_killed() {
	local syscall=$1 from=$2 to=$3 want=$4 n status
	KILLED=0 WRONG=
	for ((n = 1; n < 100; n++)); do
		smooth_conf "$from"
		bal-check --no-probe 2>/dev/null
		smooth_conf "$to"
		status=0
		strace -qq -f -o /dev/null -e trace="$syscall" \
			-e inject="$syscall:signal=KILL:when=$n" \
			bal-check --no-probe >/dev/null 2>&1 || status=$?
		[ "$status" -ne 0 ] || break
		KILLED=$((KILLED + 1))
		bal-check --no-probe >/dev/null 2>&1
		[ "$(smooth_there)" = "$want" ] && [ -z "$(bal-check -n --no-probe)" ] ||
			WRONG+=" $n"
	done
}

# smooth_conf LINES...: probes each SMOOTH_INTERVAL, 10 ms, of tun1 each SMOOTH_TUNNEL,
# 100 ms; LINES are those of [uplink tun1].
smooth_conf() {
	scene_conf "[bal]" "masquerade = yes" "[check]" \
		"targets = $SCENE_SERVER" "interval = ${SMOOTH_INTERVAL:-10ms}" "timeout = 600ms" \
		"stable = 0s" \
		"[uplink tun1]" "targets = 172.22.0.1" \
		"interval = ${SMOOTH_TUNNEL:-100ms}" "$@"
}

# smooth_up N [SERVER LINES...]: N modems, tun1 over eth1, and --watch unless
# SMOOTH_UNWATCHED is set.
smooth_up() {
	local n=$1 k
	shift
	lab_up "$n" && lab_serve && lab_openvpn_server "$@" || return
	[ -z "${SMOOTH_DELAYS-}" ] || smooth_delay || return
	lab_openvpn_config 1 /etc/openvpn/client/eth1.conf \
		"up /usr/local/sbin/bal-up" "down /usr/local/sbin/bal-down" \
		"persist-tun" "pull-filter ignore ping" "ping 1" \
		"ping-restart 0" "route-nopull" || return
	for ((k = 1; k <= n; k++)); do
		scene_stanza "$k"
	done >"$LAB_DIR"/interfaces
	lab_interfaces "$LAB_DIR"/interfaces
	ifup -a && wait_for 30 lab_settled || return
	if [ -z "${SMOOTH_UNWATCHED-}" ]; then
		lab_spawn box "$LAB_DIR/log/watch" bal-check --watch
		# shellcheck disable=SC2034 # for the tests
		WATCH=$LAB_PID
	fi
	lab_openvpn_start 1
	wait_for 30 lab_openvpn_ready 1 && wait_for 30 scene_is_up tun1 || return
	in_ns server "$LAB_IPTABLES" -I INPUT -s 172.22.0.0/16 -p udp \
		--dport "$LAB_PORT"
}

# smooth_delay: the round trips of SMOOTH_DELAYS, in ms, before anything is used to
# shorter ones.
smooth_delay() {
	local k=0 ms
	for ms in $SMOOTH_DELAYS; do
		k=$((k + 1))
		modem_delay $k "$ms" || return
	done
}

# smooth_arrived: datagrams that came out of the tunnel at the server.
smooth_arrived() {
	in_ns server "$LAB_IPTABLES" -vnxL INPUT | awk '/dpt:/ { print $1; exit }'
}

# smooth_count RULE: packets that the rules with that comment have counted.
smooth_count() {
	nft list table ip bal_smooth | awk -v of="comment \"$1\"" '
		index($0, of) && match($0, /counter packets [0-9]+/) {
			split(substr($0, RSTART, RLENGTH), w, " "); n += w[3]
		} END { print n + 0 }'
}

# smooth_flow NAME CUT...: 1000 datagrams a second (SMOOTH_RATE) through tun1, from
# 172.22.0.2 (SMOOTH_SOURCE), while CUT is done; UP and DOWN are those that were lost on
# either way.
smooth_flow() {
	local name=$1 before sent answered arrived
	shift
	before=$(smooth_arrived)
	flow_start "$name" box udp --flows 2 --rate "${SMOOTH_RATE:-1000}" \
		--bind "${SMOOTH_SOURCE:-172.22.0.2}" \
		--to "$SCENE_SERVER:$LAB_PORT"
	"$@"
	smooth_runs_on "$name"
	flow_stop "$name"
	sent=$(flow "$name" sent) answered=$(flow "$name" received)
	arrived=$(($(smooth_arrived) - before))
	# Its flows ask once more at their end, which is not counted there.
	# shellcheck disable=SC2034 # for the tests
	UP=$((sent > arrived ? sent - arrived : 0))
	# shellcheck disable=SC2034 # likewise
	DOWN=$((sent - answered))
	diag "$name: sent $sent, arrived $arrived, answered $answered"
}

# smooth_runs_on NAME [N]: until N datagrams more, those of one and a half second, were
# sent.
smooth_runs_on() {
	local end some=${2:-$((${SMOOTH_RATE:-1000} * 3 / 2))}
	end=$(($(smooth_arrived) + some))
	wait_for 20 eval "[ \$(smooth_arrived) -ge $end ]" ||
		diag "$1: less than $some have arrived in 20 s"
}

# smooth_state DEV STATE: so it is.
smooth_state() {
	[ "$(bal-status --json "$1" |
		sed -n 's/.*"state":"\([^"]*\)".*/\1/p')" = "$2" ]
}
