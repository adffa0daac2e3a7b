# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A far server behind the modems of six.sh.  Each modem forwards what comes from
# its own prefix, and drops and counts the rest, as providers do (BCP 38).  To be
# sourced behind six.sh.

SIX=$(cd "${builddir:-$srcdir}" && pwd)/tests/netns/six
SIX_PORT=7000

# inet_up N: the server, behind N modems.
inet_up() {
	local k
	ip netns add inet6 && in_ns inet6 ip link set lo up || return
	in_ns inet6 sysctl -qw net.ipv6.conf.all.forwarding=1
	in_ns inet6 ip addr add "$SIX_SERVER/128" dev lo nodad
	for ((k = 1; k <= $1; k++)); do
		inet_behind "$k" || return
	done
	lab_spawn inet6 "$LAB_DIR/log/six" "$SIX" serve "$SIX_SERVER" "$SIX_PORT"
	wait_for 10 grep -qs ready "$LAB_DIR/log/six"
}

inet_behind() {
	local k=$1 ns=modem$1 net=2001:db8:fff0:$1
	ip link add wan netns "$ns" type veth peer name "m$k" netns inet6 ||
		return
	six_end "$ns" wan "$net::2/64"
	six_end inet6 "m$k" "$net::1/64"
	in_ns "$ns" ip -6 route add default via "$net::1"
	in_ns inet6 ip -6 route add "2001:db8:$k::/48" via "$net::2"
	in_ns "$ns" nft -f - <<-END
		delete table ip6 seen
		table ip6 seen {
			counter own { }
			counter foreign { }
			chain dead { }
			chain seen {
				type filter hook prerouting priority 0
				iifname "lan" ip6 daddr $SIX_SERVER jump dead
				iifname "lan" ip6 daddr $SIX_SERVER ip6 saddr \
					2001:db8:$k::/48 counter name own accept
				iifname "lan" ip6 daddr $SIX_SERVER \
					counter name foreign drop
			}
		}
	END
}

# counted own|foreign [K]: packets to the server with such a source, at all
# modems or that one.
counted() {
	local k n=0
	for k in ${2-"${!SIX_RADVD[@]}"}; do
		n=$((n + $(in_ns "modem$k" nft list counter ip6 seen "$1" |
			sed -n 's/.*packets \([0-9]*\).*/\1/p')))
	done
	echo $n
}

# modem6_kill K, modem6_mend K: no IPv6 beyond the modem, and its end.
modem6_kill() {
	in_ns "modem$1" nft add rule ip6 seen dead drop
}

modem6_mend() {
	in_ns "modem$1" nft flush chain ip6 seen dead
}

# flows6 udp|tcp N [OPTIONS]: N new ones of the box, as "six" prints them.
flows6() {
	local kind=$1 n=$2
	shift 2
	"$SIX" "$kind" "$SIX_SERVER" "$SIX_PORT" "$n" "$@"
}

# by_line FILE: how many of them had an address of each line: "1:102 2:98".
by_line() {
	sed -n 's/^2001:db8:\([0-9]*\):.* \([0-9]*\)$/\1 \2/p' "$1" |
		awk '{ n[$1] += $2 } END { for (k in n) print k ":" n[k] }' |
		sort | paste -s -d ' '
}
