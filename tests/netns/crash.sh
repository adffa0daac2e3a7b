# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# One command after another, killed at or let down by each of its system calls.
# To be sourced behind scene.sh and veth.sh, inside the lab.

command -v strace >/dev/null || skip_all "strace is not installed"
strace -o /dev/null -e inject=close:error=EIO:when=999 true 2>/dev/null ||
	skip_all "strace cannot inject here"

NS=crash
NAMES=/etc/iproute2
TRACE=$LAB_DIR/trace
# System calls that change something.
# shellcheck disable=SC2034 # for the tests
CHANGING="sendto setsockopt write fsync fchmod rename flock"
N=0
export ASAN_OPTIONS="detect_leaks=0:${ASAN_OPTIONS-}"

inside() {
	in_ns "$NS" "$@"
}

# The objects of the kernel, without what is chance: ids of nexthops, the order of
# rules within one priority, and whether the kernel has seen a carrier as yet.
kernel_objects() {
	local table
	ip -N -o -d -4 -batch - <<-END
		rule show
		route show table all
		nexthop show
	END
	if [ "$FIREWALL" = legacy ]; then
		for table in mangle nat; do
			"$LAB_IPTABLES"-save -t $table
		done | sed -n '/^[*:-]/s/ \[[0-9:]*\]$//p'
	else
		lab_marks
	fi
	veth_sysctls | grep -v -e '/all/' -e '/default/' -e '/lo/'
}
export -f kernel_objects

kernel() {
	inside "$BASH" -c kernel_objects | sed -e 's/^id [0-9]*/id N/' \
		-e 's/group [^ ]*/group/' -e 's/nhid [0-9]*/nhid N/' \
		-e 's/nh_info id [0-9]*/nh_info/' \
		-e 's/ \(dead\|linkdown\)\>//g' | sort
}

# What is remembered, but for the time and the kernel's count of changes.
memory() {
	grep -Ev '^(since_ms|;= (pass_ms|pass_us|trace|(nft|smooth)_generation)) = ' \
		"$BAL_RUNDIR"/state
	cat "$NAMES"/rt_tables.d/bal.conf "$NAMES"/rt_tables 2>/dev/null
}

# --- One command, disturbed ------------------------------------------------

# Of a case: the COMMAND, how to come BACK, and what an undisturbed run makes of
# what.
COMMAND=()
BACK=
KERNEL_BEFORE=
KERNEL_AFTER=
MEMORY_AFTER=

# prepare BACK CMD...: once to and fro, so that only the change is seen.
prepare() {
	BACK=$1
	shift
	COMMAND=("$@")
	inside "${COMMAND[@]}" >/dev/null
	$BACK
	KERNEL_BEFORE=$(kernel)
	ok "${COMMAND[*]} undisturbed" inside "${COMMAND[@]}"
	KERNEL_AFTER=$(kernel)
	MEMORY_AFTER=$(memory)
	not_ok "${COMMAND[*]} changes something" \
		cmp <(echo "$KERNEL_BEFORE") <(echo "$KERNEL_AFTER")
	$BACK
	same "${COMMAND[*]} can be undone" "$(kernel)" "$KERNEL_BEFORE"
}

# complain WHAT GOT WANT: what went wrong at this system call.
complain() {
	echo "$SYSCALL, $WHEN, $HOW: $1"
	diff <(echo "$2") <(echo "$3")
}

# converges: the next bal-check makes it either all or nothing, and the command
# itself, said again, all of it.
converges() {
	local now
	inside bal-check --no-probe >"$LAB_DIR"/check 2>&1 ||
		complain "bal-check afterwards" "$? $(cat "$LAB_DIR"/check)" 0
	now=$(kernel)
	[ "$now" = "$KERNEL_BEFORE" ] || [ "$now" = "$KERNEL_AFTER" ] ||
		complain "half of it stays" "$now" "$KERNEL_AFTER"
	if [ "$now" != "$KERNEL_AFTER" ] || [ "$(memory)" != "$MEMORY_AFTER" ]; then
		inside "${COMMAND[@]}" >"$LAB_DIR"/again 2>&1 ||
			complain "again" "$? $(cat "$LAB_DIR"/again)" 0
		now=$(kernel)
		[ "$now" = "$KERNEL_AFTER" ] ||
			complain "and again" "$now" "$KERNEL_AFTER"
		now=$(memory)
		[ "$now" = "$MEMORY_AFTER" ] ||
			complain "what is remembered" "$now" "$MEMORY_AFTER"
	fi
	$BACK >"$LAB_DIR"/back 2>&1
	now=$(kernel)
	[ "$now" = "$KERNEL_BEFORE" ] ||
		complain "back again" "$now $(cat "$LAB_DIR"/back)" \
			"$KERNEL_BEFORE"
}

# disturb SYSCALL WHEN HOW: sets STATUS; false when the command was through by
# then.
disturb() {
	SYSCALL=$1 WHEN=$2 HOW=$3
	inside strace -qq -o "$TRACE" -e trace="$SYSCALL" \
		-e inject="$SYSCALL:$HOW:when=$WHEN" "${COMMAND[@]}" \
		>"$LAB_DIR"/out 2>"$LAB_DIR"/err
	STATUS=$?
	grep -q -e INJECTED -e 'killed by' "$TRACE"
}

# stride SYSCALL: of those that change something every second one, of others every
# fifth, unless all are wanted.
stride() {
	if [ "${BAL_FAULTS-}" = all ]; then
		echo 1
	elif [[ " $CHANGING " = *" $1 "* ]]; then
		echo 2
	else
		echo 5
	fi
}

killed_at() {
	local n=0 step
	step=$(stride "$1")
	: >"$LAB_DIR"/complaints
	while disturb "$1" $((n * step + 1)) signal=KILL; do
		n=$((n + 1))
		converges
	done >>"$LAB_DIR"/complaints 2>&1
	$BACK >/dev/null 2>&1
	is "${COMMAND[*]} killed at $n calls of $1" \
		"$(head -n 40 "$LAB_DIR"/complaints)" ""
	N=$((N + n))
}

# A success, or one message and a status that says what it was.
ends_well() {
	case $STATUS in
	0 | 69 | 71 | 75 | 77 | 78) ;;
	# Not yet ours.
	127) grep -q 'shared librar' "$LAB_DIR"/err && return ;;
	*) complain "status" "$STATUS $(cat "$LAB_DIR"/err)" "" ;;
	esac
	[ "$STATUS" -eq 0 ] || grep -q "^${COMMAND[0]}: ." "$LAB_DIR"/err ||
		complain "message" "$(cat "$LAB_DIR"/err)" "one"
	# What claims to have worked has worked.
	[ "$STATUS" -ne 0 ] || [ -s "$LAB_DIR"/err ] ||
		[ "$(kernel)" = "$KERNEL_AFTER" ] ||
		complain "success without a word" "$(kernel)" "$KERNEL_AFTER"
}

failed_at() {
	local n=0 step
	step=$(stride "$1")
	: >"$LAB_DIR"/complaints
	while disturb "$1" $((n * step + 1)) "error=$2"; do
		n=$((n + 1))
		ends_well
		converges
	done >>"$LAB_DIR"/complaints 2>&1
	$BACK >/dev/null 2>&1
	is "${COMMAND[*]}: $2 at $n calls of $1" \
		"$(head -n 40 "$LAB_DIR"/complaints)" ""
	N=$((N + n))
}

# --- Cases -----------------------------------------------------------------

# As if eth2 had never been there: its name goes, too.
without_eth2() {
	inside bal-down eth2
	find "$NAMES" \( -name rt_tables -o -name bal.conf \) \
		-exec sed -i '/eth2/d' {} +
}

with_eth2() {
	inside bal-up eth2 -g 192.168.1.1 -w 2
}

multi_mode() {
	inside bal-mode multi
}

# Somebody has deleted and added.
drift() {
	inside bal-check --no-probe >/dev/null
	inside ip -batch - <<-END
		rule del priority 32773 protocol 214
		rule del priority 32784 oif eth1 protocol 214
		rule del priority 32782 protocol 214
		rule add priority 32782 fwmark 0/0xff000000 goto 32785 protocol 214
		rule add priority 32783 from 10.1.2.3 lookup 77 protocol 214
		route del default table balancing metric 26601 protocol 214
		route del default table eth2
		route add 10.1.0.0/16 dev eth1 table eth1 protocol 214
	END
	inside "$BASH" -c lab_break_marks
	inside sh -c 'echo 0 >/proc/sys/net/ipv4/conf/eth1/arp_ignore'
}

# --- From begin to end -----------------------------------------------------

# crash_begin: eth1 is an uplink, eth2 could be.
crash_begin() {
	scene_conf "[bal]" "masquerade = yes"
	export BAL_RUNDIR=/run/bal
	veth_box "$NS" && veth_device "$NS" eth1 11 192.168.1.101/24 &&
		veth_device "$NS" eth2 12 192.168.1.102/24 || exit 99
	inside sh -c 'echo 1 >/proc/sys/net/ipv4/conf/eth2/rp_filter
		echo 3 >/proc/sys/net/ipv4/conf/eth2/arp_ignore
		echo 2 >/proc/sys/net/ipv4/fib_multipath_hash_policy'
	BARE=$(kernel)
	ok "eth1 is up" inside bal-up eth1 -g 192.168.1.1
}

# crash_end LEAST: so many times something was disturbed.
crash_end() {
	ok "$N times disturbed" [ "$N" -ge "$1" ]
	inside bal-down eth2
	inside bal-down eth1
	same "at the end everything is as it was" "$(kernel)" "$BARE"
	done_testing
}
