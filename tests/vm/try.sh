# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# bal-try in a login session of sshd and systemd: what waits is a unit, which
# outlives the session.  The part ends with a reboot, and tried.sh goes on.

TRY_KEY=/run/lab/try-key
TRY_RECORD=/var/lib/bal/try/record

# From an administrator behind the second modem.
TRY_SSH=(nsenter --net=/run/netns/modem2 -- ssh -F none -l root
	-i "$TRY_KEY" -o IdentitiesOnly=yes -o StrictHostKeyChecking=no
	-o UserKnownHostsFile=/dev/null -o LogLevel=ERROR)

# A logout ends what the session has begun, as an administrator may want it.
begin_try() {
	ssh-keygen -q -t ed25519 -N '' -f $TRY_KEY && mkdir -p /root/.ssh &&
		cp $TRY_KEY.pub /root/.ssh/authorized_keys || return
	mkdir -p /etc/systemd/logind.conf.d
	printf '[Login]\nKillUserProcesses=yes\nKillExcludeUsers=\n' \
		>/etc/systemd/logind.conf.d/test.conf
	systemctl restart systemd-logind
	# The next pass would revert, too.
	systemctl stop bal-check.timer
	mkfifo /run/lab/try-input && exec {TRY_INPUT}<>/run/lab/try-input
}

is_made() {
	grep -qs '^made = [1-9]' $TRY_RECORD
}

is_over() {
	! [ -e $TRY_RECORD ]
}

# session ARGS...: bal-try at the terminal of a session.
session() {
	"${TRY_SSH[@]}" -tt 192.168.1.102 "bal-try $*" <&"$TRY_INPUT" \
		>/run/lab/log/session 2>&1 &
	SESSION=$!
	wait_for "$PATIENCE" is_made
}

# logout: the connection ends, and with it all that is in the session.
logout() {
	kill "$SESSION" 2>/dev/null
	wait "$SESSION" 2>/dev/null
	wait_for "$PATIENCE" no_session
}

no_session() {
	! systemctl list-units --plain --no-legend --type=scope 'session-*' |
		grep -q running
}

# try_unit: the transient unit's name.
try_unit() {
	systemctl list-units --plain --no-legend --type=service |
		awk '/Revert an unconfirmed bal-try/ { print $1; exit }'
}

no_try_unit() {
	[ -z "$(try_unit)" ]
}

# typed: the process that was typed, not that of the unit.
typed() {
	pgrep -x bal-try | grep -vx "$(prop "$UNIT" MainPID)"
}

# another PID: systemd has started the unit anew.
another() {
	local pid
	pid=$(prop "$UNIT" MainPID)
	[ "$pid" -gt 0 ] && [ "$pid" != "$1" ]
}

in_mode() {
	[ "$(bal-mode)" = "$1" ]
}

test_logout() {
	since
	ok "a change is made in a session" session --for 40s bal-mode solo
	ok "it is in force" in_mode solo
	UNIT=$(try_unit)
	ok "a transient unit waits" is_active "$UNIT"
	is "it is none of the session's" "$(prop "$UNIT" Slice)" system.slice
	is "whose is what was typed" "$(ps -o unit= -p "$(typed)" |
		sed 's/-.*//')" session
	kill -KILL "$(typed)"
	ok "the command is killed, and the session logs out" logout
	ok "the unit goes on" is_active "$UNIT"
	not_ok "nothing is reverted before its time" is_over
	soon "in time it is reverted" is_over
	soon "by the unit" said bal-try \
		'the change is reverted: it was not confirmed in time'
	ok "as before" in_mode multi
	soon "the unit is gone" no_try_unit
}

test_unit_killed() {
	local pid
	ok "another change is made" session --for 40s bal-mode solo
	UNIT=$(try_unit)
	pid=$(prop "$UNIT" MainPID)
	kill -KILL "$(typed)" "$pid"
	ok "all of it is killed, and the session logs out" logout
	soon "systemd starts the unit anew" another "$pid"
	soon "in time it is reverted" is_over
	ok "as before" in_mode multi
}

test_kept() {
	ok "a third one" session --for 10min bal-mode solo
	ok "confirmed by a new session" "${TRY_SSH[@]}" 192.168.1.102 \
		"bal-try --keep"
	soon "the unit ends" no_try_unit
	ok "it is kept" in_mode solo
	logout
	bal-mode -q multi
}

has_weight() {
	bal-status --json eth3 | grep -q "\"weight\":$1[,}]"
}

# Another weight in a bal.conf on trial.
test_reboot() {
	cp /etc/bal/bal.conf "${srcdir:?}"/conf.before
	sed -e '$a[uplink eth3]\nweight = 77' /etc/bal/bal.conf >/run/lab/conf
	ok "a bal.conf is tried" session --for 30min --conf /run/lab/conf
	ok "it is in force" has_weight 77
	reboot_into tried "power fails, and the machine boots"
}

begin_try
test_logout
test_unit_killed
test_kept
test_reboot
