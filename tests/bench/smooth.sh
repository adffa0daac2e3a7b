#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What a tunnel loses when one of its two lines dies, by smooth = no, suspicion and
# always, and with the server's part; what it copies at rest; and what 1 % of loss on
# both lines costs.  Beside them BIRD's static routes with BFD.  A table and no
# verdict; README.md says how to read it.
# shellcheck disable=SC2317 # functions are called by name
# shellcheck source-path=SCRIPTDIR source=../netns/scene.sh
. "$(dirname "$0")"/../netns/scene.sh
# shellcheck source-path=SCRIPTDIR source=../netns/smooth.sh
. "$srcdir"/tests/netns/smooth.sh
export COUNT=${COUNT:-20}
# What the best peer loses: ms of 1000 datagrams a second.
[ "${PEER-}" = no ] || BFD_MS=10 BFD_TIMES=5 PARTS=events EVENTS=silent SETTINGS=bfd \
	SCENES=tunnels LOADS=idle bash "$(dirname "$0")"/outage.sh
export PEER=no
lab_enter "$@"

SETTINGS=${SETTINGS:-suspicion always server}
EVENTS=${EVENTS:-silent carrier vanish loss rest}
REST=${REST:-600}

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
	wait_for 60 smooth_state "eth$2" alive && wait_for 20 is_settled && return
	echo "eth$2 has not come back, or this is still due:" >&2
	bal-check -n --no-probe >&2
	return 1
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

# lossy: lost of 3000 on each way, of which each line loses 1 %.
lossy() {
	local up=() down=() i
	modem_loss 1 1 && modem_loss 2 1 || return
	for ((i = 0; i < COUNT; i++)); do
		smooth_flow loss smooth_runs_on loss >/dev/null
		up+=("$UP") down+=("$DOWN")
	done
	modem_loss 1 0 && modem_loss 2 0 || return
	printf '%-10s loss     both    up %s\n%-27s down %s\n' "$1" "${up[*]}" "" \
		"${down[*]}"
}

# at_rest SETTING: copies within REST seconds of 100 datagrams a second.
at_rest() {
	local before sent
	before=$(smooth_count tun1)
	sent=$(in_ns box "$TRAFFIC" udp --flows 2 --rate 100 --bind 172.22.0.2 \
		--to "$SCENE_SERVER:$LAB_PORT" --seconds "$REST" | tail -n 1)
	printf '%-10s rest     -       %s copies of %s in %s s\n' "$1" \
		$(($(smooth_count tun1) - before)) "$(value sent "$sent")" "$REST"
}

table() {
	local how
	for how in $EVENTS; do
		case $how in
		loss) lossy "$1" ;;
		rest) [ "$1" != suspicion ] || at_rest "$1" ;;
		*) row "$1" "$how" 1 && row "$1" "$how" 2 ;;
		esac || return
	done
}

smooth_conf "smooth = no"
SMOOTH_DELAYS=${DELAYS-}
smooth_up 2 mute-replay-warnings >/dev/null || exit 1
for what in $SETTINGS; do
	setting "$what" && table "$what" || exit 1
done
