# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# All that can be on together: IPv6 that is balanced, a smoothed tunnel, MPTCP, a
# group.  Each stands in a file of bal.conf.d.  To be sourced behind scene.sh.

# shellcheck source-path=SCRIPTDIR source=six.sh
. "$(dirname "${BASH_SOURCE[0]}")"/six.sh
# shellcheck source-path=SCRIPTDIR source=six_inet.sh
. "$(dirname "${BASH_SOURCE[0]}")"/six_inet.sh
# shellcheck source-path=SCRIPTDIR source=veth.sh
. "$(dirname "${BASH_SOURCE[0]}")"/veth.sh

ALL_DIR=$BAL_CONF.d

# all_lacks: why it cannot be here; false where it can.
all_lacks() {
	lab_lacks openvpn openssl nft tun radvd ping && return
	[ -e /proc/sys/net/mptcp ] && lab_kernel_since 5 14 && return 1
	echo "this kernel has no MPTCP"
}

# all_put FEATURE...: what is on, and nothing else, from one moment to the next.
all_put() {
	local feature bal=() tun=() rest=()
	for feature; do
		case $feature in
		six) bal+=("ipv6 = balance") ;;
		mptcp) bal+=("mptcp = yes") ;;
		smooth) tun+=("smooth = always") ;;
		over) tun+=("smooth_over = eth3 eth2") ;;
		group) rest+=("[group bulk]" "uplinks = eth2, eth3" \
			"mode = solo" "failback_drain = 2s" \
			"[rule bulk]" "to = 198.51.100.200/31" "group = bulk") ;;
		esac
	done
	printf '%s\n' "[bal]" "${bal[@]}" "[uplink tun1]" "${tun[@]}" \
		"${rest[@]}" >"$ALL_DIR"/all.new
	mv "$ALL_DIR"/all.new "$ALL_DIR"/all.conf
}

# all_scene: three modems of both families, a server of both, the LAN.
all_scene() {
	local k
	mkdir -p "$ALL_DIR" && scene_conf "[bal]" "masquerade = yes" "[check]" \
		"targets = $SCENE_SERVER" "interval = 100ms" "timeout = 1s" \
		"stable = 0s" "[uplink eth1]" "share = yes" \
		"[uplink tun1]" "targets = 172.22.0.1" || return
	sysctl -qw net.ipv6.conf.all.forwarding=1 \
		net.ipv6.conf.default.router_solicitation_delay=0 \
		net.ipv6.conf.default.accept_dad=0
	lab_up 3 && lab_serve && lab_openvpn_server mute-replay-warnings ||
		return
	ip netns add inet6 && in_ns inet6 ip link set lo up || return
	in_ns inet6 sysctl -qw net.ipv6.conf.all.forwarding=1
	in_ns inet6 ip addr add "$SIX_SERVER/128" dev lo nodad
	for k in 1 2 3; do
		all_modem6 $k || return
	done
	lab_spawn inet6 "$LAB_DIR/log/six" "$SIX" serve "$SIX_SERVER" "$SIX_PORT"
	wait_for 10 grep -qs ready "$LAB_DIR/log/six" || return
	lab_configure 1 2 3
	for k in 1 2 3; do
		wait_for 30 six_ready $k && wait_for 30 six_reaches box \
			-I eth$k "$SIX_SERVER" || return
	done
	lab_openvpn_config 1 /etc/openvpn/client/eth1.conf \
		"up /usr/local/sbin/bal-up" "down /usr/local/sbin/bal-down" \
		"persist-tun" "pull-filter ignore ping" "ping 1" \
		"ping-restart 0" "route-nopull"
}

# all_modem6 K: the modem advertises a prefix, and forwards that alone.
all_modem6() {
	local k=$1 ns=modem$1 net=2001:db8:fff0:$1
	in_ns "$ns" sysctl -qw net.ipv6.conf.all.forwarding=1
	in_ns "$ns" ip link set lan addrgenmode none
	in_ns "$ns" ip -6 addr flush dev lan scope link
	six_end "$ns" lan fe80::1/64 "2001:db8:$k::1/64"
	ip link add wan6 netns "$ns" type veth peer name "m$k" netns inet6 ||
		return
	six_end "$ns" wan6 "$net::2/64"
	six_end inet6 "m$k" "$net::1/64"
	in_ns "$ns" ip -6 route add default via "$net::1"
	in_ns inet6 ip -6 route add "2001:db8:$k::/48" via "$net::2"
	in_ns "$ns" nft -f - <<-END || return
		table ip6 seen {
			counter foreign { }
			chain seen {
				type filter hook prerouting priority 0
				iifname "lan" ip6 daddr $SIX_SERVER ip6 saddr != \
					2001:db8:$k::/48 counter name foreign drop
			}
		}
	END
	sysctl -qw "net.ipv6.conf.eth$k.accept_ra=2"
	six_advertise "$k"
}

# all_up: the three lines, and the tunnel.
all_up() {
	local k
	for k in 1 2 3; do
		bal-up eth$k --gateway 192.168.1.1 || return
	done
	lab_openvpn_start 1
	wait_for 30 lab_openvpn_ready 1 && wait_for 30 scene_is_up tun1
}

# all_dump: what bal could leave behind, in both families.
all_dump() {
	veth_dump
	six_dump
	nft -s list ruleset
	ip mptcp endpoint show
	ip mptcp limits show
	ip -o addr show dev lo
}
