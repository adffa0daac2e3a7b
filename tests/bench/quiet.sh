#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the other uplinks notice when something is done to one of them: three
# modems, the second is worked on, traffic by the first and the third.
# Counts and no verdict; README.md says how to read it.
# shellcheck disable=SC2317 # functions are called by name
# shellcheck source-path=SCRIPTDIR source=../netns/scene.sh
. "$(dirname "$0")"/../netns/scene.sh
lab_enter "$@"

REPEAT=${REPEAT:-20}
FLAPS=${FLAPS:-10}
reason=$(lab_lacks ifup) && lab_refuse "$reason"

die() {
	echo "quiet.sh: $*" >&2
	exit 1
}

# Bound to the address of one uplink each; and from the LAN, where those that
# happened to begin by modem 2 are left out of the sum.
FLOWS="udp1 udp3 tcp1 tcp3 lanudp lantcp"

flows_begin() {
	local k to=$SCENE_SERVER:$LAB_PORT
	for k in 1 3; do
		flow_start "udp$k" box udp -v --flows 2 --rate 1000 \
			--bind "$(lab_address $k)" --to "$to"
		flow_start "tcp$k" box tcp -v --flows 10 --every-ms 10 \
			--bind "$(lab_address $k)" --to "$to"
	done
	flow_start lanudp client udp -v --flows 12 --rate 1000 --to "$to"
	flow_start lantcp client tcp -v --flows 12 --every-ms 10 --to "$to"
	sleep 0.5
}

# sum KEY FLOW...: of those flows that did not begin by modem 2.
sum() {
	local key=$1 name
	shift
	for name; do
		grep '^flow=' "$LAB_DIR/flow.$name"
	done | awk -v key="$key" -v two="first=$(lab_identity 2)" '
		$0 ~ two "$" { next }
		{
			for (i = 1; i <= NF; i++) {
				split($i, kv, "=")
				v[kv[1]] = kv[2]
			}
			sum += key == "lost" ? v["sent"] - v["received"] : v[key]
		}
		END { print sum + 0 }'
}

# quiet WHAT COUNT COMMAND: a row of the table.
quiet() {
	local what=$1 count=$2 i udp="udp1 udp3 lanudp" tcp="tcp1 tcp3 lantcp"
	flows_begin
	for ((i = 0; i < count; i++)); do
		"$3" "$i" || die "$what: repetition $i failed"
	done
	sleep 0.3
	# shellcheck disable=SC2086 # lists
	flow_stop $FLOWS
	# shellcheck disable=SC2086
	printf '%-26s %5d %10d %6d %7d %10d %7d %7d\n' "$what" "$count" \
		"$(sum sent $udp)" "$(sum lost $udp)" "$(sum errors $udp)" \
		"$(sum received $tcp)" "$(sum resets $tcp)" \
		"$(sum errors $tcp)"
}

nothing() {
	sleep 0.1
}

mode_switch() {
	bal-mode solo && bal-mode multi
}

if_down_up() {
	ifdown eth2 >/dev/null 2>&1 && ifup eth2 >/dev/null
}

up_again() {
	bal-up eth1 --gateway "$(lab_gateway 1)" &&
		bal-up eth3 --gateway "$(lab_gateway 3)"
}

check_pass() {
	bal-check --no-probe
}

carrier_is() {
	[ "$(cat /sys/class/net/eth2/carrier)" = "$1" ]
}

# The kernel at once, then a hook or cron: a check is all that they do.
flap() {
	modem_carrier 2 off && wait_for 5 carrier_is 0 || return
	bal-check --no-probe
	modem_carrier 2 on && wait_for 5 carrier_is 1 || return
	bal-check --no-probe
}

vanish() {
	modem_unplug 2 && modem_plug 2 || return
	ifdown --force eth2 >/dev/null 2>&1
	ifup eth2 >/dev/null
}

scene_conf "[bal]" "masquerade = yes" "[check]" "targets = 198.51.100.2"
scene_up 3 >/dev/null || die "the lab did not come up"
printf '%-26s %5s %10s %6s %7s %10s %7s %7s\n' "what, on modem 2" times \
	datagrams lost refused "TCP lines" resets errors
quiet "nothing" "$REPEAT" nothing
quiet "bal-mode solo, multi" "$REPEAT" mode_switch
quiet "bal-check --no-probe" "$REPEAT" check_pass
quiet "bal-up of the others" "$REPEAT" up_again
quiet "ifdown, ifup" "$REPEAT" if_down_up
quiet "carrier off, on" "$FLAPS" flap
quiet "unplugged, plugged, ifup" "$FLAPS" vanish
scene_down
exit 0
