#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What bal-doctor --prove finds of all faults of tests/netns/prove.sh, each planted
# alone, about 5 minutes, and whether a healthy box is left in peace.  Usage:
# [FIREWALL=nft] [VERBOSE=1] prove.sh [faults|variants], with the environment that
# README.md has; prints each fault that it does not find.
# shellcheck source-path=SCRIPTDIR source=../netns/scene.sh
. "$(dirname "$0")"/../netns/scene.sh
# shellcheck source-path=SCRIPTDIR source=../netns/prove.sh
. "$(dirname "$0")"/../netns/prove.sh
lab_enter "$@"

# faults: each alone.
faults() {
	local name found=0 silent=0 missed=0 failed=0
	prove_conf "masquerade = yes"
	bal-check >/dev/null 2>&1
	all_faults
	healthy
	for name in "${FAULTS[@]}"; do
		try_fault "$name"
		case $FOUND in
		"not planted"*)
			failed=$((failed + 1))
			echo "$name: $FOUND"
			;;
		"")
			if [ "$EFFECT" ]; then
				missed=$((missed + 1))
				echo "MISSED: $name: ${FAULT[$name]}"
			else
				silent=$((silent + 1))
				echo "no effect seen: $name"
			fi
			;;
		*)
			found=$((found + 1))
			[ -z "${VERBOSE-}" ] || echo "found: $name: $FOUND: $WHAT"
			;;
		esac
	done
	echo "faults ${#FAULTS[@]}: found $found, missed though routes change" \
		"$missed, without an effect $silent, not planted $failed"
}

CONFS=(
	"masquerade = yes" "masquerade = no" "mode = solo"
	"masquerade = yes:balance = session"
	"masquerade = yes:balance = hash:hash = src, dst"
	"steer = no" "steer = yes:masquerade = yes" "last_resort = no"
	"mark_mask = 0x00ff0000" "rule_priority = 10000"
	"destinations = 198.51.100.0/24, 203.0.113.0/25" "ipv6 = block"
	"masquerade = yes:[uplink eth1]:weight = 4"
	"mode = solo:masquerade = yes:[uplink eth2]:priority = 1"
)

# A firewall that lets nothing in; a bridge of containers and a static route.
strict() {
	"$LAB_IPTABLES"-restore -w <<-END
		*filter
		:INPUT DROP
		:FORWARD DROP
		-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
		-A FORWARD -i lan0 -j ACCEPT
		-A FORWARD -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
		COMMIT
	END
}

lenient() {
	printf '%s\n' '*filter' COMMIT | "$LAB_IPTABLES"-restore -w
	"$LAB_IPTABLES" -w -P INPUT ACCEPT
	"$LAB_IPTABLES" -w -P FORWARD ACCEPT
}

containers() {
	ip link add docker0 type bridge
	ip addr add 172.17.0.1/16 dev docker0
	ip link set docker0 up
	ip route add 10.9.0.0/16 via "$LAB_LAN.10"
}

# The box around it, and back.
declare -A WORLD=(
	[plain]=": ; :"
	[dead]="modem_kill 2; modem_mend 2"
	[carrier]="modem_carrier 1 off; modem_carrier 1 on"
	[down]="ip link set eth2 down; ip link set eth2 up; bal-check --no-probe"
	[strict]="strict; lenient"
	[containers]="containers; ip link del docker0; ip route del 10.9.0.0/16"
)

# variants: each configuration in each world is healthy.
variants() {
	local conf world n=0 alarms=0 lines
	for conf in "${CONFS[@]}"; do
		for world in "${!WORLD[@]}"; do
			mapfile -td : lines <<<"$conf"
			prove_conf "${lines[@]%$'\n'}"
			eval "${WORLD[$world]%%;*}"
			bal-check >/dev/null 2>&1
			bal-check >/dev/null 2>&1
			n=$((n + 1))
			if proved; then
				alarms=$((alarms + 1))
				echo "ALARM: $conf, $world: $PROVED: $WHAT"
			fi
			eval "${WORLD[$world]#*;}" 2>/dev/null
			wait_for 10 lab_settled
		done
	done
	echo "healthy variants $n: alarms $alarms"
}

prove_conf "masquerade = yes"
scene_up 3 && bal-check || exit
case ${1-} in
faults | variants) "$1" ;;
*) variants && faults ;;
esac
scene_down
