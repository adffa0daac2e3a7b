# shellcheck shell=bash disable=SC2034,SC2119,SC2120
# SPDX-License-Identifier: GPL-2.0-or-later
# bal-try over real ssh sessions.  To be sourced behind scene.sh and hooks.sh.
#
# The administrator is a LAN host that reaches the box by the address that the
# second modem has in the internet: out by the best line (the first, in mode
# solo) through bal's masquerading, in by the second.  The third modem lies: it
# answers pings, and forwards no TCP.

TRY_HOST=100.64.2.2
TRY_LOG=$LAB_DIR/log/session
TRY_PID=
TRY_NUMBER=0
TRY_OPTIONS=

try_conf() {
	cat <<-END
		[bal]
		mode = solo
		masquerade = ${1-yes}
		${4-}
		[check]
		targets = $SCENE_SERVER
		interval = 200ms
		stable = 0s
		[uplink eth1]
		priority = ${2-1}
		${5-}
		[uplink eth2]
		priority = 2
		[uplink eth3]
		priority = ${3-3}
		[uplink tun3]
		share = no
	END
}

try_sshd() {
	local dir=$LAB_DIR/ssh
	mkdir -p /run/sshd "$dir" &&
		ssh-keygen -q -t ed25519 -N '' -f "$dir"/host &&
		ssh-keygen -q -t ed25519 -N '' -f "$dir"/admin || return
	cat >"$dir"/config <<-END
		Port 22
		HostKey $dir/host
		PidFile $dir/pid
		AuthorizedKeysFile $dir/admin.pub
		StrictModes no
		UsePAM no
		KexAlgorithms curve25519-sha256
		PermitRootLogin yes
		MaxStartups 100
		SetEnv PATH=$PATH LAB_INSIDE=1 BAL_LIBDIR=$BAL_LIBDIR BAL_CONF=$BAL_CONF
	END
	lab_spawn box "$LAB_DIR"/log/sshd /usr/sbin/sshd -D -e -f "$dir"/config
	TRY_SSHD=$LAB_PID
	# What a session reads from: never anything, and never its end.
	mkfifo "$dir"/input && exec {TRY_INPUT}<>"$dir"/input &&
		wait_for 10 test -s "$dir"/pid
}

# try_up: three modems, bal-check --watch, sshd; the third modem lies.
try_up() {
	try_conf >/etc/bal/bal.conf && scene_up 3 || return
	in_ns modem2 "$LAB_IPTABLES" -t nat -A PREROUTING -i wan -p tcp \
		--dport 22 -j DNAT --to 192.168.1.102 &&
		in_ns modem3 "$LAB_IPTABLES" -I FORWARD -p tcp -j DROP &&
		try_sshd || return
	lab_spawn box "$LAB_DIR"/log/watch bal-check --watch
	TRY_WATCH=$LAB_PID
	for k in 1 2 3; do
		wait_for 30 scene_is_up eth$k || return
	done
	wait_for 10 try_new true
}

# try_ssh COMMAND: from the administrator's host.
try_ssh() {
	# shellcheck disable=SC2086,SC2029 # no option, or one; expanded here
	in_ns client ssh -F none -i "$LAB_DIR"/ssh/admin -o IdentitiesOnly=yes \
		-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
		-o LogLevel=ERROR -o ConnectTimeout=2 -o ConnectionAttempts=1 \
		$TRY_OPTIONS root@$TRY_HOST "$@"
}

# try_new COMMAND: by a new connection.
try_new() {
	try_ssh "$@" </dev/null
}

# try_shared COMMAND: in the connection of the session.
try_shared() {
	TRY_OPTIONS="-S $LAB_DIR/ssh/control"
	try_new "$@"
	set -- $?
	TRY_OPTIONS=
	return "$1"
}

# try_local COMMAND: from the box to itself.
try_local() {
	ssh -F none -i "$LAB_DIR"/ssh/admin -o IdentitiesOnly=yes \
		-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
		-o LogLevel=ERROR root@192.168.1.102 "$@" </dev/null
}

# try_session ARGS...: bal-try at a terminal of a session, until try_ended; it
# has made its change by then.
try_session() {
	TRY_LOG=$LAB_DIR/log/session$((++TRY_NUMBER))
	TRY_OPTIONS="-tt -M -S $LAB_DIR/ssh/control"
	try_ssh "bal-try $*" <&"$TRY_INPUT" >"$TRY_LOG" 2>&1 &
	TRY_PID=$!
	TRY_OPTIONS=
	wait_for 30 grep -qs '^made = [1-9]' "$BAL_LIBDIR"/try/record
}

# try_ended: the status of the session's bal-try.
try_ended() {
	wait "$TRY_PID"
}

is_pending() {
	[ -e "$BAL_LIBDIR"/try/record ]
}

is_over() {
	! is_pending
}
