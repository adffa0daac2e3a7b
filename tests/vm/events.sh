# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Event programs do their work though the services are locked in: a real mailer
# takes the shipped example's mail.

# program NAME: stdin's lines in event.d.
program() {
	{
		echo '#!/bin/sh'
		cat
	} >/etc/bal/event.d/"$1"
	chmod 755 /etc/bal/event.d/"$1"
}

# timeout_is TIME: of each program.
timeout_is() {
	sed -i '/^event_timeout/d; /^\[bal]/a event_timeout = '"$1" \
		/etc/bal/bal.conf
}

# mailed SUBJECT: exim has delivered it, to root or to whom that is an alias.
mailed() {
	grep -qs "^Subject: .*: $1\$" /var/mail/*
}

# printed LINE: the manual's journalctl -t bal-check has it; --watch puts its
# name before.
printed() {
	said bal-check "^\\(bal-check: \\)*$1"
}

begin() {
	mkdir -p /etc/bal/event.d
	install -m 755 "${srcdir:?}"/examples/event.d/mail /etc/bal/event.d
	program tell <<-'END'
		echo "$BAL_EVENT $BAL_UPLINK in $(cut -d : -f 3 /proc/self/cgroup)"
		exit 3
	END
	timeout_is 60s
	pass
	ok "all are alive" all_alive
}

# told_of_death BY
told_of_death() {
	soon "$1: a death is mailed" mailed "eth3 is dead"
	soon "$1: a program is a unit that says what it is, and is heard" \
		printed 'tell: dead eth3 in /system.slice/bal-event-tell-[0-9]*\.service$'
	soon "$1: how it ended is told" printed 'tell: ended with status 3$'
	rm -f /var/mail/*
}

test_pass() {
	since
	modem_kill 3
	pass
	told_of_death "the timer's unit"
	modem_mend 3
	pass
	soon "that it is back is mailed, too" mailed "eth3 is alive"
}

test_watch() {
	systemctl --quiet disable --now bal-check.timer
	systemctl start "$WATCH"
	soon "all are alive" all_alive
	since
	modem_kill 3
	told_of_death "the service"
	modem_mend 3
	soon "it is back" in_group eth3
}

# Debian's own unit leaves it neither CAP_CHOWN nor CAP_FOWNER.
test_client() {
	since
	systemctl restart "$CLIENT"
	soon "a program told by a client is a unit, too" \
		printed 'tell: up tun2 in /system.slice/bal-event-tell-'
	soon "its tunnel is alive" is_now tun2 alive
}

hung_is_gone() {
	! pgrep -f '^sleep 98[76]$'
}

test_hanging() {
	local began
	program hang <<-'END'
		trap "" TERM
		sleep 987 &
		sleep 986
	END
	timeout_is 8s
	soon "a shorter time is read" said bal-check 'configuration read again'
	since
	began=$(date +%s)
	modem_kill 3
	soon "--watch goes on to probe while one hangs" is_now eth3 dead
	soon "one that hangs" pgrep -f '^sleep 987$'
	soon "is ended in time" printed 'hang: killed, not done after 8 s$'
	soon "with what it has started" hung_is_gone
	ok "the next one is run" wait_for "$PATIENCE" printed 'tell: dead eth3'
	diag "after $(($(date +%s) - began)) s"
	rm /etc/bal/event.d/hang
	modem_mend 3
	soon "it is back" in_group eth3
	systemctl stop "$WATCH"
	systemctl --quiet enable --now bal-check.timer
}

# Killed with what waits for it, it still has its limit.
test_orphan() {
	program hang <<-'END'
		sleep 987 &
		sleep 986
	END
	timeout_is 8s
	bal-check --test-event mode >/dev/null 2>&1 &
	soon "one hangs" pgrep -f '^sleep 987$'
	pkill -KILL -f '^systemd-run .*bal-event-hang'
	kill -KILL $!
	soon "without those who wait for it, it is ended, too" hung_is_gone
	rm /etc/bal/event.d/hang
	timeout_is 60s
}

test_by_hand() {
	local out=$LAB_DIR/trial status
	rm -f /var/mail/*
	touch /etc/bal/event.d/plain
	bal-check --test-event all-dead >"$out" 2>&1
	status=$?
	is "by hand: one of them fails" $status 1
	ok "they are run as for the service" \
		grep -q '^bal-check: tell: all-dead  in .*/bal-event-tell-' "$out"
	ok "and how it ended is told" \
		grep -qx 'bal-check: programs run: 2, failed: 1' "$out"
	ok "what is passed over is named" \
		grep -q 'event\.d/plain is not run: it is not executable' "$out"
	soon "the mail is there" mailed "all uplinks are dead"
	rm /etc/bal/event.d/tell /etc/bal/event.d/plain
	ok "all is well without that one" bal-check --test-event dead
}

begin
test_pass
test_watch
test_client
test_hanging
test_orphan
test_by_hand
rm /etc/bal/event.d/mail
sed -i '/^event_timeout/d' /etc/bal/bal.conf
ok "all are alive" wait_for "$PATIENCE" all_alive
ok "no unit has failed" none_failed
