#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What bal's commands cost, beside programs that do the same kernel work and
# nothing else (floor.c).  README.md says how to read it.  No pass or fail.
# shellcheck disable=SC2317 # functions are called by name
srcdir=${srcdir:-$(dirname "$0")/../..}
# shellcheck source-path=SCRIPTDIR source=../lab/lab.sh
. "$srcdir"/tests/lab/lab.sh
lab_enter "$@"

UPLINKS=${UPLINKS:-2 8 32 128}
ROUNDS=${ROUNDS:-20}
SCENES=${SCENES:-apart same}
FOREIGN=${FOREIGN:-100000}
IPV6=${IPV6:-ignore}
W=$LAB_DIR/bench
BAL_CHECK=$BAL_BIN/bal-check
# Wherever the programs were configured to look.
export BAL_CONF=/etc/bal/bal.conf BAL_RUNDIR=/run/bal BAL_RT_DIR=/etc/iproute2

die() {
	echo "cost.sh: $*" >&2
	exit 1
}

# The compiler and linker flags of the commands, and their shared libraries,
# whether floor calls them or not: ld.so's work is a part of every run.
build() {
	local libnetlink=${LIBNETLINK:-$srcdir/libnetlink/native}
	local libbal=${LIBBAL:-$srcdir/build/libbal.a}
	local here=$srcdir/tests/bench lib=$srcdir/lib
	FLOOR=$W/floor MEASURE=$W/measure
	# shellcheck disable=SC2086,SC2046 # lists
	${CC:-cc} -std=gnu11 -D_GNU_SOURCE ${CFLAGS:--g -O2} -fPIE -pie \
		-ffunction-sections -fdata-sections -fstack-protector-strong \
		-fstack-clash-protection -I"$libnetlink" -I"$lib" \
		-o "$FLOOR" "$here"/floor*.c \
		"$libbal" "$libnetlink"/libnetlink.a -Wl,--gc-sections -Wl,-z,relro \
		-Wl,-z,now -Wl,--no-as-needed \
		$(pkg-config --libs libip4tc inih libnftnl libmnl) &&
		${CC:-cc} -std=gnu11 -D_GNU_SOURCE -O2 -o "$MEASURE" \
			"$here"/measure.c
}

# scene N apart|same: N devices, up, with addresses and a bal.conf.
scene() {
	local n=$1 k address gateway
	exec 3>"$W"/links 4>/etc/bal/bal.conf 5>"$W"/far
	printf '[bal]\nmark_mask = 0xffc00000\nfirewall = %s\nipv6 = %s\n' \
		"$FIREWALL" "$IPV6" >&4
	for ((k = 1; k <= n; k++)); do
		if [ "$2" = same ]; then
			address=192.168.1.$((100 + k)) gateway=192.168.1.1
		else
			address=10.0.$k.2 gateway=10.0.$k.1
		fi
		printf '%s\n' "link add u$k index $((1000 + k)) type veth peer name u$k netns far" \
			"link set u$k addrgenmode none" \
			"addr add $address/24 dev u$k" \
			"addr add 2001:db8:$k::2/64 dev u$k nodad" \
			"link set u$k up" >&3
		echo "link set u$k addrgenmode none up" >&5
		printf '%s\n' "[uplink u$k]" "gateway = $gateway" \
			"gateway6 = fe80::1" >&4
	done
	exec 3>&- 4>&- 5>&-
	ip -batch "$W"/links || die "cannot make $n devices"
	ip -n far -batch "$W"/far || die "cannot make their other ends"
	wait_for 10 carriers "$n" || die "no carriers"
	rm -rf /run/bal /etc/iproute2/rt_tables.d/bal.conf
	for ((k = 1; k <= n; k++)); do
		"$BAL_BIN"/bal-up u$k || die "bal-up u$k failed"
	done
}

carriers() {
	[ "$(ip -br link show type veth | grep -c '^u.*,LOWER_UP')" = "$1" ]
}

# The floor knows no IPv6.
clear_script() {
	cat <<-END
		$FLOOR clear \$1 \$2 || exit
		[ $IPV6 = balance ] || exit 0
		ip -6 rule flush protocol 214
		ip -6 route flush table all protocol 214
	END
}

scene_end() {
	local k
	bash "$W"/clear "$1" "$2"
	for ((k = 1; k <= $1; k++)); do
		echo "link del u$k"
	done | ip -batch -
	rm -rf /run/bal
}

# same_state WHAT...: has bal nothing to do after the floor did it?
same_state() {
	local left
	left=$("$@" -n) || true
	[ -z "$left" ] || {
		echo "floor and bal differ, ${*##*/}:"
		head -n 5 <<<"$left"
	} >&2
}

# The floor makes what bal makes, or the two cannot be compared.
verify() {
	local n=$1 scene=$2 k=$(($1 - 1))
	[ "$IPV6" = ignore ] || return 0
	"$FLOOR" clear "$n" "$scene" && "$FLOOR" setup "$n" "$scene"
	same_state "$BAL_CHECK" --no-probe
	"$FLOOR" down "$n" "$scene" "$k"
	same_state "$BAL_BIN"/bal-down "u$k"
	"$FLOOR" up "$n" "$scene" "$k"
	same_state "$BAL_CHECK" --no-probe
}

# calls NAME COMMAND...: system calls and processes, to files.
calls() {
	local name=$1
	shift
	strace -f -qq -o "$W"/trace "$@" >/dev/null
	grep -c '^[0-9]* *[a-z_0-9]*(' "$W"/trace >"$W/calls.$name"
	cut -d ' ' -f 1 "$W"/trace | sort -u | wc -l >"$W/processes.$name"
	[ -z "${INSTRUCTIONS-}" ] || instructions "$name" "$@"
}

# User space only; ld.so's are among them.
instructions() {
	local name=$1
	shift
	valgrind --tool=none --log-file=/dev/null true 2>/dev/null || return
	valgrind -q --tool=callgrind --callgrind-out-file="$W"/callgrind.out \
		"$@" >/dev/null 2>&1
	sed -n 's/^\(summary\|totals\): //p' "$W"/callgrind.out |
		head -n 1 >"$W/instructions.$name"
}

# The commands in an order in which each finds what it needs.
turn() {
	local k=$(($1 - 1)) floor="$FLOOR %s $1 $2" clear="bash $W/clear $1 $2"
	# shellcheck disable=SC2059 # a format on purpose
	f() { printf "$floor" "$1"; }
	TURN=(
		"=$clear" "bal.setup=$BAL_CHECK --no-probe"
		"=$clear" "floor.setup=$(f setup)"
		"=$clear" "seed.setup=$(f seed)"
		"=$clear" "=$BAL_CHECK --no-probe"
		"bal.noop=$BAL_CHECK --no-probe" "floor.noop=$(f noop)"
		"seed.noop=$(f noop-one-dump)"
		"bal.down=$BAL_BIN/bal-down u$k" "bal.up=$BAL_BIN/bal-up u$k"
		"bal.again=$BAL_BIN/bal-up u$k"
		"bal.solo=$BAL_BIN/bal-mode solo"
		"bal.multi=$BAL_BIN/bal-mode multi"
		"=$clear" "=$(f setup)"
		"floor.down=$(f down) $k" "floor.up=$(f up) $k"
		"floor.solo=$(f solo)" "floor.multi=$(f multi)"
	)
}

# count N SCENE: every command of the turn once more, under strace.
count() {
	local item label
	for item in "${TURN[@]}"; do
		label=${item%%=*}
		# shellcheck disable=SC2086 # words
		if [ "$label" ]; then
			calls "$label" ${item#*=}
		else
			${item#*=}
		fi
	done
}

row() {
	local n=$1 scene=$2 what=$3
	awk -v n="$n" -v scene="$scene" -v what="$what" \
		-v calls="$(paste "$W"/calls.{bal,floor}."$what" 2>/dev/null)" \
		-v procs="$(cat "$W/processes.bal.$what")" \
		-v instr="$(paste "$W"/instructions.{bal,floor}."$what" 2>/dev/null)" '
		$1 == "bal." what { b = $2; least = $3; wall = $4; rss = $5 }
		$1 == "floor." what { f = $2; fleast = $3; fwall = $4; frss = $5 }
		$1 == "seed." what { s = $2 }
		END {
			split(calls, c, "\t")
			split(instr, i, "\t")
			printf "%-6s %4d  %-6s %8.2f %8.2f %6.2f %6.2f %8s %6.2f", scene, n,
				what, b / 1000, f / 1000, f ? b / f : 0,
				fleast ? least / fleast : 0,
				s ? sprintf("%.2f", s / 1000) : "-", s ? b / s : 0
			printf " %8.2f %8.2f %6d %6d %2d %6d %6d", wall / 1000,
				fwall / 1000, c[1], c[2], procs, rss, frss
			if (i[1])
				printf " %8d %8d", i[1] / 1000, i[2] / 1000
			print ""
		}' "$W"/result | sed 's/ 0\.00/    -/g'
}

header() {
	printf '%-6s %4s  %-6s %8s %8s %6s %6s %8s %6s %8s %8s %6s %6s %2s %6s %6s%s\n' \
		scene N what "CPU ms" floor ratio least seed ratio \
		"wall ms" floor calls floor pr "RSS KB" floor \
		"${INSTRUCTIONS:+   kinstr    floor}"
}

measure() {
	local n=$1 scene=$2 what
	rm -f "$W"/calls.* "$W"/processes.* "$W"/instructions.*
	turn "$n" "$scene"
	"$MEASURE" "$ROUNDS" "${TURN[@]}" >"$W"/result || die "measuring failed"
	count
	for what in noop setup down up again solo multi; do
		row "$n" "$scene" $what
	done
}

# For information: N times bal-up one after the other, from nothing.
one_by_one() {
	local n=$1 scene=$2 k cpu
	for ((k = 1; k <= n; k++)); do
		"$BAL_BIN"/bal-down u$k
	done
	echo "for k in \$(seq $n); do $BAL_BIN/bal-up u\$k; done" >"$W"/ups
	cpu=$("$MEASURE" 1 "ups=bash $W/ups" | cut -d ' ' -f 2,4)
	echo "$scene $n: $n times bal-up: CPU and wall us: $cpu"
}

foreign_routes() {
	awk -v n="$FOREIGN" -v verb="$1" 'BEGIN {
		for (i = 0; i < n; i++)
			printf "route %s 11.%d.%d.%d/32 dev lo\n", verb,
				int(i / 65536), int(i / 256) % 256, i % 256
	}' | ip -batch -
}

run_all() {
	local n scene
	for scene in $SCENES; do
		for n in $UPLINKS; do
			scene "$n" "$scene"
			verify "$n" "$scene"
			measure "$n" "$scene"
			one_by_one "$n" "$scene" >>"$W"/one_by_one
			scene_end "$n" "$scene"
		done
	done
}

mkdir -p "$W"
build || die "cannot build floor; LIBNETLINK names the folder of libnetlink.a, LIBBAL libbal.a"
clear_script >"$W"/clear
lab_box_defaults
ip netns add far || die "cannot make a namespace"
ip link set lo up
echo "firewall $FIREWALL, ipv6 = $IPV6; medians of $ROUNDS, commands taking turns;" \
	"CPU is user + system"
header
run_all
cat "$W"/one_by_one
if [ "$FOREIGN" -gt 0 ]; then
	foreign_routes add || die "cannot add foreign routes"
	: >"$W"/one_by_one
	echo "with $FOREIGN foreign routes in main:"
	header
	SCENES=${SCENES%% *}
	run_all
	cat "$W"/one_by_one
fi
exit 0
