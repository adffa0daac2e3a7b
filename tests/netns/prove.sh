# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Faults for bal-doctor --prove: each object of the plan deleted, then altered, and
# what other programs do.  To be sourced behind scene.sh.
# shellcheck disable=SC2034 # what the functions have found is for who sources it

# Faults: what has to be run, and for those of others what takes it back.
declare -A FAULT=() UNDO=()
FAULTS=() # their names, in order

# fault NAME COMMAND [UNDO]
fault() {
	FAULTS+=("$1")
	FAULT[$1]=$2
	UNDO[$1]=${3-}
}

# plant NAME
plant() {
	eval "${FAULT[$1]}" >"$LAB_DIR"/planted 2>&1
}

# take_back NAME: and what was lost of ours is mended.
take_back() {
	[ -z "${UNDO[$1]}" ] || eval "${UNDO[$1]}" >/dev/null 2>&1
	bal-check --no-probe 2>/dev/null
}

# quiet: --prove finds nothing.
quiet() {
	! proved || { echo "$PROVED: $WHAT" && return 1; }
}

# proved: the ids of what --prove has found, on one line; 0: something.
proved() {
	bal-doctor --prove --json 2>/dev/null >"$LAB_DIR"/proved
	PROVED=$(grep -o '"id":"proof-[a-z]*"' "$LAB_DIR"/proved |
		grep -v proof-sent | cut -d '"' -f 4 | sort -u | paste -s -d ' ')
	grep -q '"id":"proof-sent"' "$LAB_DIR"/proved || PROVED="not sent"
	WHAT=$(tr '{' '\n' <"$LAB_DIR"/proved | sed -nE \
		'/"proof-sent"/!s/.*"id":"proof-.*"what":"(([^"\\]|\\.)*)".*/\1/p' | head -n 1)
	[ "$PROVED" ]
}

# other WORD...: another table in the words of a rule, another device in those of
# a route or nexthop.
other() {
	sed -E 's/(lookup|dev) eth1\b/\1 ETH/; s/(lookup|dev) eth2\b/\1 eth1/
		s/(lookup|dev) eth3\b/\1 eth1/; s/(lookup|dev) ETH/\1 eth2/
		s/lookup (main|default)/lookup eth2/
		s/lookup (balancing|backup|bank|far)/lookup eth1/
		s/goto [0-9]+/goto 42759/; s/\b(unreachable|throw)\b/blackhole/
' <<<"$*"
}

faults_of_rules() {
	local line priority words
	while IFS= read -r line; do
		priority=${line%%:*}
		words=$(sed -E 's/^[0-9]+:\s*//; s/ ?proto (214|bal)\b//; s/^not from all/not/
			s/\[unresolved\]//' <<<"$line")
		fault "rule $priority $words: deleted" \
			"ip rule del priority $priority $words"
		[ "$words" != "from all nop" ] || continue
		fault "rule $priority $words: altered" \
			"ip rule del priority $priority $words
			ip rule add priority $priority $(other "$words") protocol 214"
	done < <(ip rule show | grep -E 'proto (214|bal)')
}

faults_of_routes() {
	local line words
	while IFS= read -r line; do
		words=$(sed -E 's/ ?proto (214|bal)\b//; s/ (linkdown|dead)//g
			/nhid/s/ +nexthop.*//; s/ nhid [0-9]+//' <<<"$line")
		fault "route $words: deleted" "ip route del $words"
		[[ $line != *nhid* ]] || words="$words dev eth2"
		fault "route $words: altered" \
			"ip route del ${words% dev eth2}; ip route add $(other "$words") proto 214"
	done < <(ip -o route show table all proto 214 | tr -d \\\\ | tr '\t' ' ')
}

# nexthop_of WORD: the number of the one with it, which changes when one is made.
nexthop_of() {
	ip nexthop show proto 214 | sed -nE "/\\b$1\\b/s/^id ([0-9]+) .*/\\1/p" | head -n 1
}

faults_of_nexthops() {
	local k
	for k in eth1 eth2 group; do
		fault "nexthop of $k: deleted" \
			"ip nexthop del id \$(nexthop_of $k)"
	done
	fault "nexthop of eth1: altered" "ip nexthop replace id \$(nexthop_of eth1) via \
		$(lab_gateway 1) dev eth2 onlink proto 214"
	fault "nexthop of eth2: altered" "ip nexthop replace id \$(nexthop_of eth2) via \
		$(lab_gateway 2) dev eth1 onlink proto 214"
	fault "nexthop group: one left out" "ip nexthop replace id \
		\$(nexthop_of group) group \$(nexthop_of eth1) proto 214"
	fault "nexthop group: weights" "ip nexthop replace id \$(nexthop_of group) \
		group \$(nexthop_of eth1),5/\$(nexthop_of eth2) proto 214"
}

# The devices' and the box's: without bal, and some other value.
faults_of_sysctls() {
	local k key file now
	for key in rp_filter arp_ignore arp_announce arp_filter \
		promote_secondaries ignore_routes_with_linkdown; do
		for k in 1 2 3; do
			file=/proc/sys/net/ipv4/conf/eth$k/$key
			now=$(cat "$file")
			[ "$now" = 0 ] || fault "$key of eth$k: deleted" "echo 0 >$file"
			fault "$key of eth$k: altered" "echo $((now == 1 ? 0 : 1)) >$file" \
				"echo $now >$file"
		done
	done
	for key in fib_multipath_hash_policy icmp_errors_use_inbound_ifaddr; do
		file=/proc/sys/net/ipv4/$key
		now=$(cat "$file")
		fault "$key: deleted" "echo 0 >$file" "echo $now >$file"
	done
}

faults_of_legacy() {
	local table line chain words
	for table in mangle nat; do
		declare -A nth=()
		while IFS= read -r line; do
			[[ $line = "-A "* ]] || continue
			read -r _ chain words <<<"$line"
			nth[$chain]=$((${nth[$chain]-0} + 1))
			[[ $line = *BAL_* ]] || continue
			fault "$table $chain $words: deleted" \
				"$LAB_IPTABLES -w -t $table -D $chain ${nth[$chain]}"
			case $words in
			*xmark*) fault "$table $chain $words: altered" \
				"$LAB_IPTABLES -w -t $table -R $chain ${nth[$chain]} $(
				sed -E 's/xmark 0x[0-9a-f]+/xmark 0x3f000000/' <<<"$words")" ;;
			*"-j RETURN") fault "$table $chain $words: altered" \
				"$LAB_IPTABLES -w -t $table -R $chain ${nth[$chain]} \
				${words% -j RETURN} -j MARK --set-xmark 0x3f000000/0xff000000" ;;
			*) fault "$table $chain $words: altered" \
				"$LAB_IPTABLES -w -t $table -R $chain ${nth[$chain]} $(
				sed -E 's/ -[jg] .*//' <<<" $words") -j RETURN" ;;
			esac
		done < <("$LAB_IPTABLES"-save -t "$table")
		unset nth
	done
}

faults_of_nft() {
	local chain='' line handle words
	while IFS= read -r line; do
		case $line in
		*"chain "*) chain=$(sed -E 's/.*chain ([^ ]+) .*/\1/' <<<"$line") ;;
		*"# handle "*)
			[ "$chain" ] || continue
			handle=${line##*# handle }
			words=$(sed -E 's/^\s*//; s/ # handle.*//' <<<"$line")
			[[ $words != type* && $words != "}" ]] || continue
			fault "nft $chain $words: deleted" \
				"nft delete rule inet bal $chain handle $handle"
			fault "nft $chain $words: altered" \
				"nft replace rule inet bal $chain handle $handle counter accept"
			;;
		esac
	done < <(nft -a list table inet bal)
}

# What other programs were reported to do, as far as packets show it.
faults_of_others() {
	local all_of_lan="POSTROUTING ! -o lan0 -s $LAB_LAN.0/24"
	fault "others: a VPN's rule for everything, above ours" \
		"ip rule add priority 100 lookup 7771
		ip route add default dev lan0 via $LAB_LAN.10 table 7771" \
		"ip rule del priority 100; ip route flush table 7771"
	fault "others: a rule for an uplink's address" \
		"ip rule add priority 101 from $(lab_address 2) lookup eth1" \
		"ip rule del priority 101"
	fault "others: the default of an uplink's table deleted" \
		"ip route del default table eth2"
	fault "others: the source of a route swapped" \
		"ip route replace default via $(lab_gateway 2) dev eth2 \
			src $(lab_address 1) table eth2 onlink proto 214"
	fault "others: a QoS script flushes mangle" \
		"$LAB_IPTABLES -w -t mangle -F; nft flush ruleset"
	fault "others: a QoS script wipes connections' marks" \
		"$LAB_IPTABLES -w -t mangle -I POSTROUTING -j CONNMARK --set-mark 0" \
		"$LAB_IPTABLES -w -t mangle -D POSTROUTING -j CONNMARK --set-mark 0"
	fault "others: Docker's FORWARD policy" \
		"$LAB_IPTABLES -w -P FORWARD DROP" "$LAB_IPTABLES -w -P FORWARD ACCEPT"
	fault "others: half defaults in main (redirect-gateway def1)" \
		"for k in 0 64 128 192; do
			ip route add \$k.0.0.0/2 dev lan0 via $LAB_LAN.10
		done" \
		"for k in 0 64 128 192; do ip route del \$k.0.0.0/2; done"
	fault "others: SNAT to one uplink's address for all" \
		"$LAB_IPTABLES -w -t nat -I $all_of_lan -j SNAT --to $(lab_address 1)" \
		"$LAB_IPTABLES -w -t nat -D $all_of_lan -j SNAT --to $(lab_address 1)"
	fault "others: a script marks all of the LAN for one line" \
		"ip rule add priority 90 fwmark 0x99 lookup eth2
		$LAB_IPTABLES -w -t mangle -A PREROUTING -i lan0 -j MARK --set-mark 0x99" \
		"ip rule del priority 90
		$LAB_IPTABLES -w -t mangle -D PREROUTING -i lan0 -j MARK --set-mark 0x99"
	fault "others: an output filter drops what leaves by one line" \
		"$LAB_IPTABLES -w -A OUTPUT -o eth2 -j DROP" \
		"$LAB_IPTABLES -w -D OUTPUT -o eth2 -j DROP"
	fault "others: a line of less than 1200 bytes" \
		"ip link set eth2 mtu 1000" "ip link set eth2 mtu 1500"
	fault "others: rp_filter=1 where no share is" \
		"echo 1 >/proc/sys/net/ipv4/conf/eth3/rp_filter"
	fault "others: ip_forward=0 by a desktop's profile" \
		"echo 0 >/proc/sys/net/ipv4/conf/lan0/forwarding" \
		"echo 1 >/proc/sys/net/ipv4/conf/lan0/forwarding"
}

all_faults() {
	faults_of_rules
	faults_of_routes
	faults_of_nexthops
	faults_of_sysctls
	if [ "$FIREWALL" = nft ]; then
		faults_of_nft
	else
		faults_of_legacy
	fi
	faults_of_others
}

# answers: what the kernel itself says of many packets: the route that each has.
answers() {
	local dst from mark k
	for dst in 192.0.2.9 192.0.2.10 192.0.2.11 192.168.1.1 192.168.1.77 \
		"$LAB_LAN.77" 198.51.100.40 203.0.113.200; do
		for from in "" "from $(lab_address 1)" "from $(lab_address 2)" \
			"from $(lab_address 3)" "from $LAB_LAN.55 iif lan0" \
			"oif eth1" "oif eth2" "oif eth3"; do
			for mark in 0 0x1000000 0x2000000 0x3000000 0x41000000 \
				0x42000000 0x43000000; do
				for k in "" "ipproto tcp dport 873" "uid 1500"; do
					[[ $k != uid* || $from != *iif* ]] || continue
					echo "route get $dst $from mark $mark $k"
				done
			done
		done
	done >"$LAB_DIR"/questions
	ip -force -batch "$LAB_DIR"/questions 2>&1 | sed -E 's/ table [a-z0-9]+//'
}

# try_fault NAME: plant it, look, take it back.  FOUND says what was found, EFFECT
# whether the kernel answers otherwise than BEFORE.
try_fault() {
	EFFECT=
	if ! plant "$1"; then
		# What of it was done is mended like any other.
		FOUND="not planted: $(head -n 1 "$LAB_DIR"/planted)"
	else
		proved
		FOUND=$PROVED
		[ "$(answers)" = "$BEFORE" ] || EFFECT=route
	fi
	take_back "$1"
	[ "$(whole)" = "$HEALTHY" ] || diag "not mended: $1: $(
		diff <(whole) - <<<"$HEALTHY" | head -n 4)"
}

# whole: what is ours, without numbers that change.
whole() {
	ours | sed -E 's/\b(nhid|id|group) [0-9/,]+//g; s/\s+/ /g' | sort
}

# healthy: what try_fault compares with.
healthy() {
	BEFORE=$(answers)
	HEALTHY=$(whole)
}

prove_conf() {
	scene_conf "[bal]" "$@" \
		"[check]" "targets = 198.51.100.2" "interval = 50ms" \
		"stable = 0s" "timeout = 300ms" \
		"[uplink eth3]" "share = no" \
		"[group backup]" "uplinks = eth3" "fallback = unreachable" \
		"[group bank]" "uplinks = eth2, eth1" "mode = solo" \
		"[group far]" "uplinks = eth2" "destinations = 203.0.113.128/25" \
		"[rule backup]" "proto = tcp" "dport = 873" "group = backup" \
		"[rule bank]" "to = 198.51.100.32-198.51.100.47" "group = bank" \
		"[rule user]" "uid = 1000-1999" "group = backup"
}
