#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# One TCP connection over two tunnels of 20 Mbit/s each: by connection, by packet
# and by MPTCP.  A table and no verdict; README.md says how to read it.
# shellcheck disable=SC2317 # functions are called by name
# shellcheck source-path=SCRIPTDIR source=../netns/scene.sh
. "$(dirname "$0")"/../netns/scene.sh
# shellcheck source-path=SCRIPTDIR source=../netns/packet.sh
. "$srcdir"/tests/netns/packet.sh
# shellcheck source-path=SCRIPTDIR source=../netns/mptcp.sh
. "$srcdir"/tests/netns/mptcp.sh
export FIREWALL=nft
lab_enter "$@"

ROUNDS=${ROUNDS:-3}
SECONDS_EACH=${SECONDS_EACH:-4}

reason=$(lab_lacks ifup openvpn openssl nft tun tc) && lab_refuse "$reason"

# resent NAMESPACE: TCP segments so far.
resent() {
	# shellcheck disable=SC2016 # awk's
	in_ns "$1" awk '$1 == "Tcp:" && $13 ~ /^[0-9]/ { print $13 }' \
		/proc/net/snmp
}

# once NAMESPACE SENDER ARGS...: Mbit/s, and segments that were sent again.
once() {
	local ns=$1 sender=$2 before
	shift 2
	before=$(resent "$sender")
	MBIT=$(value mbit "$(in_ns "$ns" "$@" --proto tcp \
		--seconds "$SECONDS_EACH" 2>/dev/null | tail -n 1)")
	AGAIN=$(($(resent "$sender") - before))
}

# row NAME NAMESPACE COMMAND...: all rounds up, then down.
row() {
	local name=$1 ns=$2 way sender i mbit again
	shift 2
	for way in up down; do
		sender=$ns mbit=() again=()
		[ $way = up ] || sender=server
		for ((i = 0; i < ROUNDS; i++)); do
			# shellcheck disable=SC2046 # words
			once "$ns" "$sender" "$@" \
				$([ $way = up ] || echo --down)
			mbit+=("$MBIT") again+=("$AGAIN")
		done
		printf '%-24s %-5s %-24s %s\n' "$name" $way \
			"$(printf '%s\n' "${mbit[@]}" | sort -n | paste -sd ' ')" \
			"$(printf '%s\n' "${again[@]}" | sort -n | paste -sd ' ')"
	done
}

scene_conf "[bal]" "packet_server = prepared" "mptcp = yes" "[check]" \
	"targets = $SCENE_SERVER" "interval = 1s" "timeout = 3s" "stable = 0s"
if ! packet_scene 2 || ! lab_sink || ! mptcp_server; then
	lab_refuse "no scene"
fi
bal-check --no-probe
modem_rate 1 20
modem_rate 2 20
BULK=("$TRAFFIC" bulk --to "$SCENE_SERVER:$LAB_SINK_PORT")
printf '%-24s %-5s %-24s %s\n' kind way Mbit/s "segments sent again"
packet_back 1
row connection client "${BULK[@]}"
packet_back 1 2
bal-mode --balance packet
row packet client "${BULK[@]}"
ip -n client link set eth0 gso_max_segs 1
for dev in wan tun1 tun2; do
	ip -n server link set "$dev" gso_max_segs 1
done
row "packet, joined by none" client "${BULK[@]}"
row MPTCP box bal-exec --mptcp "$TRAFFIC" bulk --to "$SCENE_SERVER:7101"
scene_down
