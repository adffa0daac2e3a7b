# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# IPv6 behind the box: modems that all are fe80::1 and advertise themselves by
# radvd, each with a /64 of its own; a LAN.  To be sourced behind scene.sh.

SIX_SERVER=2001:db8:ffff::1
SIX_LAN=2001:db8:77

# six_up N: the box, without uplinks.
six_up() {
	local k
	ip netns add lan6 && ip link set lo up &&
		ip link add lan0 type veth peer name eth0 netns lan6 || return
	sysctl -qw net.ipv6.conf.all.forwarding=1 \
		net.ipv6.conf.default.router_solicitation_delay=0 \
		net.ipv6.conf.default.accept_dad=0
	lab_box_defaults
	six_end box lan0 $SIX_LAN::1/64
	six_end lan6 eth0 $SIX_LAN::2/64
	in_ns lan6 ip -6 route add default via $SIX_LAN::1
	for ((k = 1; k <= $1; k++)); do
		six_modem "$k" || return
	done
}

# six_end NAMESPACE DEV ADDRESS...
six_end() {
	local where=$1 dev=$2 address
	shift 2
	for address; do
		in_ns "$where" ip addr add "$address" dev "$dev" nodad
	done
	in_ns "$where" ip link set "$dev" up
}

# six_modem K: behind ethK.  It counts what is sent to the server.
six_modem() {
	local k=$1 ns=modem$1
	ip netns add "$ns" &&
		ip link add "eth$k" type veth peer name lan netns "$ns" &&
		in_ns "$ns" ip link set lan addrgenmode none || return
	in_ns "$ns" sysctl -qw net.ipv6.conf.all.forwarding=1
	six_end "$ns" lan fe80::1/64 "2001:db8:$k::1/64"
	in_ns "$ns" ip addr add 192.168.1.1/24 dev lan
	in_ns "$ns" nft -f - <<-END || return
		table ip6 seen {
			chain seen {
				type filter hook prerouting priority 0
				ip6 daddr $SIX_SERVER counter drop
			}
		}
	END
	sysctl -qw "net.ipv6.conf.eth$k.accept_ra=2"
	ip addr add "$(lab_address "$k")/24" dev "eth$k"
	ip link set "eth$k" up
	six_advertise "$k"
}

# six_advertise K [LIFETIME [PREFIX]]: the modem is a router for so many seconds.
declare -A SIX_RADVD=()
six_advertise() {
	local conf=$LAB_DIR/radvd$1
	[ -z "${SIX_RADVD[$1]-}" ] || lab_stop "${SIX_RADVD[$1]}"
	cat >"$conf" <<-END
		interface lan {
			AdvSendAdvert on;
			MinRtrAdvInterval 3;
			MaxRtrAdvInterval 4;
			AdvDefaultLifetime ${2:-1800};
			prefix ${3:-2001:db8:$1::/64} { };
		};
	END
	chmod 644 "$conf"
	lab_spawn "modem$1" "$LAB_DIR/log/radvd$1" radvd -n -C "$conf" \
		-p "$conf.pid" -m stderr
	SIX_RADVD[$1]=$LAB_PID
}

# six_ready K: ethK has an address, and a default route in main.
six_ready() {
	[ -n "$(six_address "$1")" ] &&
		ip -6 route show default dev "eth$1" | grep -q 'via fe80::'
}

# six_address K: what ethK has made of its modem's prefix.
six_address() {
	ip -6 -o addr show dev "eth$1" scope global -tentative |
		sed -n "s/.* inet6 \(2001:db8:$1:[^/]*\)\/.*/\1/p" | head -n 1
}

# six_reaches NAMESPACE ARGS...: an answer to ping.
six_reaches() {
	local where=$1
	shift
	in_ns "$where" ping -6 -n -q -c 1 -W 5 "$@" >/dev/null 2>&1
}

# six_seen [K]: packets to the server, at all modems or that one.
six_seen() {
	local k n=0
	for k in ${1-"${!SIX_RADVD[@]}"}; do
		n=$((n + $(in_ns "modem$k" nft list table ip6 seen |
			sed -n 's/.*counter packets \([0-9]*\).*/\1/p')))
	done
	echo $n
}

# six_send: the box sends to the server in each way there is, and the LAN does.
six_send() {
	local k
	echo >"/dev/udp/$SIX_SERVER/7000"
	ping -6 -c 1 -W 0.2 $SIX_SERVER
	for k in "${!SIX_RADVD[@]}"; do
		ping -6 -c 1 -W 0.2 -I "eth$k" $SIX_SERVER
		ping -6 -c 1 -W 0.2 -I "$(six_address "$k")" $SIX_SERVER
	done
	in_ns lan6 ping -6 -c 1 -W 0.2 $SIX_SERVER
} >/dev/null 2>&1

# six_settled: no address is tentative, so no route to it is still to come.  An
# address that fails the test for duplicates is none.
six_settled() {
	[ -z "$(ip -6 -o addr show tentative -dadfailed)" ]
}

# six_dump: rules, routes and settings of IPv6.  A route's time runs.
six_dump() {
	ip -6 rule
	ip -6 route show table all | sed 's/ expires [0-9]*sec//' | sort
	(cd /proc/sys/net/ipv6 && grep -rs . conf fib_multipath_hash_policy |
		grep -v stable_secret)
}
