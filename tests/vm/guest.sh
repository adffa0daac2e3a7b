# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The machine under test, where the lab's box is the whole machine: its /etc is
# the lab's own.  To be sourced, there alone.

srcdir=/srv/bal
[ -d "$srcdir" ] || exit 99
export srcdir TRAFFIC=$srcdir/traffic LAB_INSIDE=1
mkdir -p /run/lab/{log,openvpn,var} /run/netns
ln -sfn /etc /run/lab/etc
# shellcheck source-path=SCRIPTDIR source=../netns/scene.sh
. "$srcdir"/tests/netns/scene.sh
# shellcheck source-path=SCRIPTDIR source=../netns/hooks.sh
. "$srcdir"/tests/netns/hooks.sh
SCENE_N=3
LAB_MODEMS=3
LAB_NAMESPACES=(inet server client modem1 modem2 modem3)
PATH=$LAB_PATH
# shellcheck disable=SC2034 # for tap.sh
TAP_EXPLANATIONS=3

# A file that is there behind a reboot alone.
REST=$srcdir/rest

# reboot_into PART: as a power failure would.  PART comes next, then what is left.
reboot_into() {
	printf '%s\n' "TAP_COUNT=$((TAP_COUNT + 1))" "TAP_FAILED=$TAP_FAILED" \
		"left=$1${left:+,$left}" >"$REST"
	# What is printed of this test by ok would be too late.
	echo "ok $((TAP_COUNT + 1)) - $2"
	echo "# boots again"
	perl -MPOSIX -e 'tcdrain(1)'
	systemctl reboot --force --force >/run/lab/reboot 2>&1
	sleep "$PATIENCE"
	exit 1
}

# All that takes time here is waited for as long as a busy machine needs.
PATIENCE=60

# soon DESC CMD...: it becomes true; what CMD prints when it never does is told.
soon() {
	local desc=$1
	shift
	wait_for "$PATIENCE" silently "$@"
	ok "$desc" "$@"
}

silently() {
	"$@" >/dev/null 2>&1
}

# next_minute: it is nearly over.  In steps that are no silence to OpenVPN, which
# goes by this clock.
next_minute() {
	local left
	while left=$((57 - $(date +%s) % 60)) && [ $left -gt 0 ]; do
		[ $left -le 10 ] || left=10
		date -s "+$left seconds" >/dev/null
		[ $left -lt 10 ] || sleep 2.5
	done
}

# prop UNIT PROPERTY: what systemd knows of it.
prop() {
	systemctl show --value --property "$2" "$1"
}

is_active() {
	systemctl --quiet is-active "$@"
}

# idle UNIT: it has run and is at its end.
idle() {
	[ "$(prop "$1" ActiveState)" = inactive ]
}

is_now() {
	[ "$(state_of "$1")" = "$2" ]
}

# all_alive [DEV]...
all_alive() {
	local dev
	[ $# -gt 0 ] || set -- eth1 eth2 eth3 tun1 tun2
	for dev; do
		is_now "$dev" alive || {
			echo "$dev is $(state_of "$dev")"
			return 1
		}
	done
}

# none_failed: of all units.
none_failed() {
	systemctl list-units --failed --plain --no-legend | tee "$LAB_DIR"/failed
	! [ -s "$LAB_DIR"/failed ]
}

# since: the place in the journal from which journal goes on.
since() {
	SINCE=$(journalctl -n 0 --show-cursor | sed -n 's/^-- cursor: //p')
}

# journal IDENTIFIER: what it said since then.  Not journalctl's own filter,
# which passes over the first line behind a cursor that is not of the same.
journal() {
	journalctl --after-cursor="$SINCE" -o short |
		sed -n "s/^[^:]*:..:.. [^ ]* $1\\(\\[[0-9]*]\\)*: //p"
}

# said IDENTIFIER REGEX
said() {
	journal "$1" | grep -q -e "$2"
}

# in_group DEV: new connections go by it.
in_group() {
	ip -o nexthop show dev "$1" 2>/dev/null | grep -q .
}

not_in_group() {
	! in_group "$1"
}

# routed DEV: as it is now in everything: its table leads to its device, its
# address has its rule, it shares.
routed() {
	local address
	address=$(ip -4 -o addr show "$1" 2>/dev/null |
		awk '{ sub("/.*", "", $4); print $4 }')
	[ "$address" ] && in_group "$1" &&
		ip route show table "$1" | grep -q "^default .*dev $1" &&
		ip rule | grep -q "from $address lookup $1"
}

no_request() {
	[ -z "$(ls -A /run/bal/requests)" ]
}

# drop_in UNIT [LINE]...: what it has besides; without lines nothing.
drop_in() {
	local dir=/run/systemd/system/$1.d
	shift
	rm -rf "$dir"
	if [ $# -gt 0 ]; then
		mkdir -p "$dir"
		printf '%s\n' "$@" >"$dir"/test.conf
	fi
	systemctl daemon-reload
}

# Two units, and what event programs note.
WATCH=bal-check.service
CLIENT=openvpn-client@client-eth2.service
NOTES=/run/lab/events

# slow_program [SECONDS]: of an event; it says that it begins, and that it came
# to its end.
slow_program() {
	mkdir -p /etc/bal/event.d
	cat >/etc/bal/event.d/10slow <<-END
		#!/bin/sh
		echo "\$BAL_EVENT \$BAL_UPLINK begins" >>/run/lab/events
		sleep ${1-4}
		echo "\$BAL_EVENT \$BAL_UPLINK ends" >>/run/lab/events
	END
	chmod +x /etc/bal/event.d/10slow
	: >"$NOTES"
}

noted() {
	grep -qxs "$*" "$NOTES"
}

# begun_alone EVENT UNIT: the program is at work, and the unit is not.
begun_alone() {
	noted "$1 begins" && ! noted "$1 ends" && idle "$2"
}

# pass: one of the timer's, now.
pass() {
	systemctl start bal-check-once.service
}

# bound_sockets N: that many connections go by eth3.
bound_sockets() {
	[ "$(ss -Htn state established src 192.168.1.103 | wc -l)" -ge "$1" ]
}

index_of() {
	cat "/sys/class/net/$1/ifindex" 2>/dev/null
}

# routed_anew DEV INDEX: it is another device than that, and in use.
routed_anew() {
	[ "$(index_of "$1")" != "$2" ] && routed "$1"
}

# reconnects DESC: the client makes a new device, and it is routed.
reconnects() {
	local before
	before=$(index_of tun2)
	systemctl kill -s USR1 "$CLIENT"
	soon "$1: its new device is routed" routed_anew tun2 "$before"
	soon "$1: no request waits" no_request
}

# another_process PID: systemd has started it anew, and it is ready.
another_process() {
	local pid
	pid=$(prop "$WATCH" MainPID)
	is_active "$WATCH" && [ "$pid" -gt 0 ] && [ "$pid" != "$1" ]
}

explain() {
	systemctl list-units --failed --plain --no-legend
	systemctl list-jobs --no-legend
	bal-status
	bal-status --history | tail -n 20
	cat /run/bal/state
	ls -l /run/bal/requests
	ip -4 -o addr show
	ip rule show
	ip route show table all proto 214
	ip nexthop show
	# shellcheck disable=SC2009 # a list for people
	ps -e -o pid,ppid,stat,etimes,unit,args | grep -v '\['
	journalctl -b -o short-monotonic -n 100 | grep -v ' openvpn\| ovpn-'
} 2>/dev/null
