# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A scene smaller than the lab: namespaces of veth devices whose other ends do
# nothing but exist, and dumps of all that such a namespace holds.  To be
# sourced behind lab.sh.

# veth_box NS: a namespace, and NS.far for the other ends.
veth_box() {
	ip netns add "$1" && ip netns add "$1.far" &&
		ip -n "$1" link set lo up || return
	# shellcheck disable=SC2016 # they are of the inner shell
	in_ns "$1" sh -c 'cd /proc/sys/net/ipv4 &&
		for scope in all default; do
			for key in arp_ignore arp_announce arp_filter \
				rp_filter promote_secondaries \
				ignore_routes_with_linkdown; do
				echo 0 >conf/$scope/$key || exit
			done
		done && echo 0 >fib_multipath_hash_policy &&
		echo 0 >icmp_errors_use_inbound_ifaddr' &&
		in_ns "$1" "$BASH" -c lab_firewall
}

# veth_device NS DEV INDEX [ADDRESS...]: up and with a carrier.  Devices whose
# names begin with tun have no ARP, as tunnels have none.
veth_device() {
	local ns=$1 dev=$2 index=$3 address lines
	shift 3
	lines=("link add $dev index $index type veth peer name $dev netns $ns.far"
		"link set $dev addrgenmode none")
	[ "${dev#tun}" = "$dev" ] || lines+=("link set $dev arp off")
	for address; do
		lines+=("addr add $address dev $dev")
	done
	printf '%s\n' "${lines[@]}" "link set $dev up" | ip -n "$ns" -batch - &&
		ip -n "$ns.far" link set "$dev" addrgenmode none up &&
		wait_for 30 veth_carrier "$ns" "$dev" 1
}

# veth_carrier NS DEV 1|0: has it one, has it none?  By its state, too: only with
# that does the kernel tell routes, and take nexthops away.
veth_carrier() {
	case $(ip -n "$1" link show "$2") in
	*,LOWER_UP*" state UP "*) [ "$3" = 1 ] ;;
	*,LOWER_UP* | *" state UP "*) return 1 ;;
	*) [ "$3" = 0 ] ;;
	esac
}

# veth_cable NS DEV off|on: the carrier goes, or comes back.
veth_cable() {
	case $3 in
	on) ip -n "$1.far" link set "$2" up && wait_for 30 veth_carrier "$1" "$2" 1 ;;
	off) ip -n "$1.far" link set "$2" down &&
		wait_for 30 veth_carrier "$1" "$2" 0 ;;
	*) return 64 ;;
	esac
}

# veth_sysctls: every one of the devices, and those of the box that bal sets.  In the
# namespace of the caller.
veth_sysctls() {
	(cd /proc/sys/net/ipv4 &&
		grep -s . conf/*/* fib_multipath_hash_policy \
			icmp_errors_use_inbound_ifaddr)
}

# veth_xtables: chains and rules of the three tables, without counters; or what
# nftables has, for to look at the others would make them.
veth_xtables() {
	local table
	if [ "$FIREWALL" = nft ]; then
		nft list ruleset
		return
	fi
	for table in mangle nat filter; do
		"$LAB_IPTABLES"-save -t "$table"
	done | sed -n '/^[*:-]/s/ \[[0-9:]*\]$//p'
}

# veth_dump: all of it, in the namespace of the caller, but for what the kernel says
# of a carrier: it may notice long after whatever is looked at that there is one,
# or none.
veth_dump() {
	ip -d -4 -batch - <<-END | sed 's/ \(dead\|linkdown\)\>//g'
		rule show
		route show table all
		nexthop show
	END
	veth_xtables
	veth_sysctls
}

export LAB_IPTABLES
export -f veth_sysctls veth_xtables veth_dump

# veth_dump_of NS
veth_dump_of() {
	in_ns "$1" "$BASH" -c veth_dump
}

# same DESC GOT WANT: two dumps are equal; else the difference is told.
same() {
	is "$1" "$(diff <(echo "$2") <(echo "$3"))" ""
}

# veth_files DIR...: every file, its age, its text.
veth_files() {
	find "$@" -printf '%p %y\n' -type f -printf '%i %T@ %s\n' \
		-exec cat {} + 2>&1
}
