#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# bal-try by real ssh: GOOD changes are to be kept by a new connection, BAD ones
# to be reverted, of which most leave the session that made them alive.
#
# usage: tests/bench/try.sh [GOOD [BAD]]     20 of each
# shellcheck disable=SC2317 # wait_for runs functions
srcdir=${srcdir:-$(dirname "$0")/../..}
# shellcheck source-path=SCRIPTDIR source=../netns/scene.sh
. "$srcdir"/tests/netns/scene.sh
# shellcheck source-path=SCRIPTDIR source=../netns/hooks.sh
. "$srcdir"/tests/netns/hooks.sh
# shellcheck source-path=SCRIPTDIR source=../netns/try.sh
. "$srcdir"/tests/netns/try.sh
lab_enter "$@"

reason=$(lab_lacks ifup ssh ssh-keygen /usr/sbin/sshd) && skip_all "$reason"

WRONG=0
KEPT=0
REVERTED=0
ALIVE=0
NEW=$LAB_DIR/new

# conf FILE-WRITER...: the next trial is of that configuration.
conf() {
	try_conf "$@" >"$NEW"
}

# kernel: what bal has made of it, without what is counted.
kernel() {
	{
		ip rule show
		ip route show table all proto 214
		"$LAB_IPTABLES"-save -t nat | grep BAL_
		bal-mode
		cat "$BAL_CONF"
	} | sort
}

# settled: the world is as it was in the beginning.
settled() {
	[ "$(kernel)" = "$BEFORE" ] && try_new true
}

wrong() {
	WRONG=$((WRONG + 1))
	echo "WRONG: $*"
}

# good ARGS...: made, confirmed by a new connection, then undone by hand.
good() {
	try_session "$@" || wrong "not made: $*"
	wait_for 8 try_new "bal-try --keep" || wrong "not confirmed: $*"
	if try_ended && ! is_pending && grep -q ^kept "$BAL_RUNDIR"/tried; then
		KEPT=$((KEPT + 1))
	else
		wrong "not kept: $*"
	fi
}

# confirm: as an administrator does who has seen that a new connection comes.
confirm() {
	try_new "bal-try --keep"
}

# confirm_tunnel: one who also looks whether the tunnel can be made anew.
confirm_tunnel() {
	restart_tunnel
	wait_for 4 lab_openvpn_ready 3 && confirm
}

# restart_tunnel: the client connects again, by the line that it is bound to.
restart_tunnel() {
	kill -USR1 "${LAB_OVPN_PID[3]}"
	wait_for 2 eval "! lab_openvpn_ready 3" || wrong "no restart"
}

# bad alive|cut|tunnel ARGS...: cannot be confirmed, so that it is reverted.
bad() {
	local lives=$1 by=confirm
	shift
	if [ "$lives" = tunnel ]; then
		lives=alive
		by=confirm_tunnel
	fi
	try_session --for 6s "$@" || wrong "not made: $*"
	if $by; then
		wrong "kept: $*"
	fi
	wait_for 20 is_over || wrong "still there: $*"
	if [ "$lives" = alive ]; then
		# It is the session itself that brings the status.
		try_ended
		if [ $? -eq 1 ]; then
			ALIVE=$((ALIVE + 1))
		else
			wrong "the session died: $*"
		fi
	else
		kill "$TRY_PID" 2>/dev/null
	fi
	if wait_for 10 settled && wait_for 30 lab_openvpn_ready 3 &&
		grep -q ^reverted "$BAL_RUNDIR"/tried; then
		REVERTED=$((REVERTED + 1))
	else
		wrong "not as before: $*"
		diff <(echo "$BEFORE") <(kernel)
	fi
}

# tunnel: over the line that nothing else of the session needs.
tunnel() {
	lab_openvpn_server && lab_openvpn_config 3 "$LAB_DIR"/tun3.conf \
		persist-tun "up /usr/local/sbin/bal-up" \
		"down /usr/local/sbin/bal-down" || return
	lab_openvpn_start 3
	wait_for 30 lab_openvpn_ready 3 && wait_for 30 scene_is_up tun3
}

try_up && tunnel || exit 99
BEFORE=$(kernel)
goods=("bal-up eth3 --gateway 192.168.1.1 --weight 7"
	"bal-up eth2 --gateway 192.168.1.1 --weight 3" "bal-down eth3"
	"--conf $NEW" "bal-mode solo")
for ((i = 0; i < ${1-20}; i++)); do
	conf yes 1 $((50 + i))
	eval "good ${goods[i % ${#goods[@]}]}"
	try_conf >"$BAL_CONF"
	for k in 2 3; do
		bal-up -q eth$k --gateway 192.168.1.1
	done
	wait_for 10 settled || wrong "cannot begin anew"
done
# Masquerading, a mode and orders with a best uplink that lies, no route, a next
# hop that is none; what cuts the session itself; and a line by which a tunnel
# cannot connect again.
bads=(a b c d e f g h i)
for ((i = 0; i < ${2-20}; i++)); do
	case ${bads[i % ${#bads[@]}]} in
	a) conf no && bad alive --conf "$NEW" ;;
	b) bad alive bal-up eth3 --gateway 192.168.1.1 --priority 0 ;;
	c) conf yes 9 0 && bad alive --conf "$NEW" ;;
	d) conf yes 1 3 "destinations = 10.0.0.0/8
last_resort = no" && bad alive --conf "$NEW" ;;
	e) conf yes 1 3 "" "balance = no" && bad alive --conf "$NEW" ;;
	f) bad cut bal-down eth1 ;;
	g) bad cut bal-up eth1 --gateway 192.168.1.99 ;;
	h) bad cut bal-down eth2 --yes ;;
	i) bad tunnel bal-up eth3 --gateway 192.168.1.99 ;;
	esac
done
echo "kept $KEPT of ${1-20} good ones, reverted $REVERTED of ${2-20} bad ones," \
	"$ALIVE with the session alive; wrong decisions: $WRONG"
lab_openvpn_stop 3
lab_stop "$TRY_WATCH" "$TRY_SSHD"
scene_down
[ "$WRONG" -eq 0 ]
