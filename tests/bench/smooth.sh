#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What a tunnel loses when one of its two lines dies, by smooth = no, suspicion and
# always, and with the server's part.  A table and no verdict; README.md says how
# to read it.
# shellcheck disable=SC2317 # functions are called by name
# shellcheck source-path=SCRIPTDIR source=../netns/scene.sh
. "$(dirname "$0")"/../netns/scene.sh
# shellcheck source-path=SCRIPTDIR source=../netns/smooth.sh
. "$srcdir"/tests/netns/smooth.sh
lab_enter "$@"

SETTINGS=${SETTINGS:-suspicion always server}
EVENTS=${EVENTS:-silent carrier vanish}
COUNT=${COUNT:-20}

reason=$(lab_lacks ifup openvpn openssl nft tun) && lab_refuse "$reason"

setting() {
	case $1 in
	server)
		sed "s/203.0.113.1 /$(in_ns server ip -4 route show default |
			sed 's/.* via \([^ ]*\).*/\1/') /" \
			"$srcdir"/examples/smooth/bal-smooth-server.nft \
			>"$LAB_DIR/server.nft"
		in_ns server nft -f "$LAB_DIR/server.nft" || return
		smooth_conf "smooth = always" "smooth_port = 1195"
		;;
	*) smooth_conf "smooth = $1" ;;
	esac
	kill -HUP "$WATCH"
	wait_for 20 is_settled
}

is_settled() {
	[ -z "$(bal-check -n --no-probe)" ]
}

event() {
	case $1 in
	silent) modem_kill "$2" ;;
	carrier) modem_carrier "$2" off ;;
	vanish) modem_unplug "$2" ;;
	esac
}

mend() {
	case $1 in
	silent) modem_mend "$2" ;;
	carrier) modem_carrier "$2" on ;;
	vanish) modem_plug "$2" ;;
	esac
	[ "$1" = silent ] || {
		ifdown --force "eth$2" && ifup --force "eth$2"
	} >/dev/null 2>&1
	wait_for 60 smooth_state "eth$2" alive && wait_for 20 is_settled
}

# row SETTING EVENT LINE: lost of 1000 a second, sorted, on each way.
row() {
	local up=() down=() i
	for ((i = 0; i < COUNT; i++)); do
		smooth_flow cut event "$2" "$3" >/dev/null
		up+=("$UP") down+=("$DOWN")
		mend "$2" "$3" || return
	done
	printf '%-10s %-8s %-7s up %s\n' "$1" "$2" "$([ "$3" = 1 ] && echo own ||
		echo second)" "$(printf '%s\n' "${up[@]}" | sort -n | paste -s -d ' ')"
	printf '%-27s down %s\n' "" \
		"$(printf '%s\n' "${down[@]}" | sort -n | paste -s -d ' ')"
}

smooth_conf "smooth = no"
SMOOTH_DELAYS=${DELAYS-}
smooth_up 2 mute-replay-warnings >/dev/null || exit 1
for what in $SETTINGS; do
	setting "$what" || exit 1
	for how in $EVENTS; do
		row "$what" "$how" 1
		row "$what" "$how" 2
	done
done
