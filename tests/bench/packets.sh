#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# ns for each forwarded packet: with conntrack alone, with the marks in legacy
# tables, with the marks in nftables, with so many [rule]s beside them that need it;
# by the last of so many uplinks.
# Usage: packets.sh [UPLINKS...]
# shellcheck source-path=SCRIPTDIR source=../lab/lab.sh
. "$(dirname "$0")"/../lab/lab.sh
export FIREWALL=nft
lab_enter "$@"
packets=${PACKETS:-$(dirname "$0")/../../build/tests/bench/packets}
[ $# -gt 0 ] || set -- 2 8 64 250

# scene N: a source, the box with in0 and uN, a sink that drops all.
scene() {
	ip netns add src && ip netns add sink &&
		ip link add in0 type veth peer name out netns src &&
		ip link add "u$1" type veth peer name in netns sink || return
	ip addr add 10.9.0.1/24 dev in0
	ip addr add 10.9.1.1/24 dev "u$1"
	ip link set in0 up
	ip link set "u$1" up
	ip link set lo up
	in_ns src ip addr add 10.9.0.2/24 dev out
	in_ns src ip link set out up
	in_ns src ip route add default via 10.9.0.1
	in_ns sink ip addr add 10.9.1.2/24 dev in
	in_ns sink ip link set in up
	in_ns sink ip route add default via 10.9.1.1
	in_ns sink nft 'add table ip t
		add chain ip t c { type filter hook prerouting priority -400; }
		add rule ip t c udp dport 9 drop'
	# A rule about connections that no forwarded packet meets.
	nft 'add table ip t
		add chain ip t c { type filter hook input priority 0; }
		add rule ip t c ct state invalid accept'
	echo 1 >/proc/sys/net/ipv4/ip_forward
	wait_for 10 in_ns src ping -q -c 1 -W 1 10.9.1.2 >/dev/null
}

gone() {
	ip netns del src
	ip netns del sink
} 2>/dev/null

# measure FIREWALL N MASQUERADE: in a box of its own, since a legacy table that
# was ever there is asked for good.
measure() {
	local ns
	# shellcheck disable=SC2016 # they are of the inner shell
	ns=$(unshare --net bash -c '. "$1"; scene "$2" &&
		"$3" "$4" "$2" "$5" /run/netns/src 10.9.1.2
		gone' - "$LAB_DIR"/scene.sh "$2" "$packets" "$1" "$3")
	printf '%8s' "${ns:--}"
}

declare -f in_ns wait_for lab_clock scene gone >"$LAB_DIR"/scene.sh
echo "LAB_IPTABLES=$LAB_IPTABLES" >>"$LAB_DIR"/scene.sh
printf '%-24s' "ns for each packet"
printf '%8s' "$@"
echo
for masquerade in no yes; do
	for firewall in none legacy nft rules1 rules100; do
		case $firewall,$masquerade in
		none,yes | rules*,no) continue ;;
		esac
		printf '%-24s' "$firewall, masquerade $masquerade"
		for n; do
			measure "$firewall" "$n" "$masquerade"
		done
		echo
	done
done
