# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# bal-check.service, locked in as it is, does all that it does elsewhere.

test_begin() {
	systemctl --quiet disable --now bal-check.timer
	since
	ok "it begins, and says that it is ready" \
		systemctl --quiet enable --now "$WATCH"
	soon "all are alive" all_alive
	ok "a pass of the timer's beside it" pass
	is "is none, and no failure" "$(prop bal-check-once Result)" success
	is "nobody has said a word" \
		"$(journal bal-check | grep -v ': alive')" ""
}

test_deaths() {
	cat >/etc/bal/event.d/10note <<-'END'
		#!/bin/sh
		echo "$BAL_EVENT $BAL_UPLINK" >>/run/lab/events
		[ "$BAL_EVENT" != dead ] || echo "$BAL_UPLINK" >/root/dead
	END
	chmod +x /etc/bal/event.d/10note
	: >"$NOTES"
	flow_start bound box tcp --flows 3 --every-ms 100 \
		--bind 192.168.1.103 --to "$SCENE_SERVER:$LAB_PORT"
	wait_for "$PATIENCE" bound_sockets 3
	since
	modem_kill 3
	soon "a silent death" is_now eth3 dead
	ok "moves new connections" not_in_group eth3
	soon "and lets go of those that it had" \
		said bal-check 'eth3: flushed [0-9]* connections, closed 3 sockets'
	soon "a program is run for it" noted dead eth3
	soon "which may do what is locked to the service" \
		grep -qsx eth3 /root/dead
	modem_mend 3
	soon "it answers again, and is back" in_group eth3
	flow_stop bound
	is "programs know that their connections are gone" \
		"$(flow bound resets)" 3
	modem_carrier 3 off
	soon "a lost carrier" is_now eth3 "no carrier"
	ok "moves new connections" not_in_group eth3
	modem_carrier 3 on
	soon "it is back" in_group eth3
	rm /etc/bal/event.d/10note
}

# Its client has no root and no Restart=, and the path unit is off.
test_tunnel() {
	systemctl stop bal-requests.path
	reconnects "a client that reconnects"
	sed -i '/^over = eth2/a openvpn = client-eth2' /etc/bal/bal.conf
	soon "who is to start it is known" \
		said bal-check 'configuration read again'
	soon "the tunnel is alive" is_now tun2 alive
	since
	systemctl kill -s KILL "$CLIENT"
	soon "a client that was killed is started again" \
		said bal-check 'OpenVPN client client-eth2 is started'
	soon "and its tunnel is alive" is_now tun2 alive
	ok "as a unit of systemd" is_active "$CLIENT"
	systemctl start bal-requests.path
}

test_reload() {
	since
	ok "systemctl reload" systemctl reload "$WATCH"
	soon "reads the configuration again" \
		said bal-check 'configuration read again'
}

test_end() {
	local pid
	pid=$(prop "$WATCH" MainPID)
	kill -KILL "$pid"
	ok "killed: the uplinks stay" in_group eth3
	soon "it is started again" another_process "$pid"
	drop_in "$WATCH" "[Service]" WatchdogSec=8 TimeoutStopSec=2
	systemctl restart "$WATCH"
	pid=$(prop "$WATCH" MainPID)
	kill -STOP "$pid"
	soon "one that hangs, too" another_process "$pid"
	drop_in "$WATCH"
	ok "systemctl stop" systemctl stop "$WATCH"
	is "is no failure" "$(prop "$WATCH" Result)" success
	ok "and the uplinks stay" in_group eth3
	ok "what was due has been done" is_settled
}

test_start_with_mistake() {
	cp /etc/bal/bal.conf /run/lab/bal.conf
	echo "nonsense" >>/etc/bal/bal.conf
	since
	ok "it begins with a mistake in bal.conf" systemctl start "$WATCH"
	soon "with what was right before" \
		said bal-check 'the configuration from before stays'
	cp /run/lab/bal.conf /etc/bal/bal.conf
	soon "mended, it is read" said bal-check 'configuration read again'
	is "by the same process" "$(prop "$WATCH" NRestarts)" 0
}

mkdir -p /etc/bal/event.d
test_begin
test_deaths
test_tunnel
test_reload
test_end
test_start_with_mistake
is "nothing was forbidden to it" "$(journalctl -b -o cat -t bal-check |
	grep -iE 'not permitted|denied|read-only')" ""
systemctl --quiet disable --now "$WATCH"
systemctl --quiet enable --now bal-check.timer
ok "no unit has failed" none_failed
