# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What an OpenVPN client without root asks for is carried out by the path unit
# alone: the timer is off.

uid_of() {
	awk '/^Uid:/ { print $3 }' "/proc/$(prop "$1" MainPID)/status"
}

# ask [VARIABLE=VALUE]... COMMAND: as a script of tun2's client.
ask() {
	setpriv --reuid nobody --regid bal --clear-groups --bounding-set -all \
		--inh-caps -all env -i PATH=/usr/sbin:/usr/bin script_type=up \
		script_context=init dev=tun2 "$@"
}

path_waits() {
	[ "$(prop bal-requests.path SubState)" = waiting ]
}

hidden() {
	compgen -G "/run/bal/requests/.refused-*" && path_waits
}

test_reconnect() {
	is "the client is nobody" "$(uid_of "$CLIENT")" 65534
	since
	reconnects "a client that reconnects"
	is "its requests were carried out" "$(prop bal-requests Result)" success
	is "without a word" "$(journal bal-check)" ""
}

# Several clients ask in the same moment, as when their server comes back.
test_many() {
	local k
	for k in 1 2 3 4 5 6 7 8; do
		ask bal-up &
		sleep 0.0$k
	done
	wait
	soon "of many at once none is left" no_request
	for k in {1..60}; do
		ask bal-up
	done
	soon "nor of a storm" no_request
	# shellcheck disable=SC2016 # of the inner shell
	ask sh -c 'for k in $(seq 150); do : >/run/bal/requests/$k; done'
	soon "nor what is no request" no_request
	ask sh -c 'cd /run/bal/requests && mkdir -p .0/x && mv .0 0'
	soon "a directory that cannot be removed gets another name" hidden
	rm -r /run/bal/requests/.refused-*
	soon "the path unit goes on" path_waits
	ok "no unit has failed" none_failed
	reconnects "behind the storm"
}

# Nobody is near to mend bal.conf.
test_mistake() {
	local before
	cp /etc/bal/bal.conf /run/lab/bal.conf
	echo "nonsense" >>/etc/bal/bal.conf
	since
	ask bal-up
	soon "bal.conf has a mistake: it is told" said bal-check 'bal.conf:'
	soon "and what is asked is done" no_request
	sleep 3
	before=$(journal bal-check | grep -c 'bal.conf:')
	diag "told $before times"
	ok "it is not told over and over" [ "$before" -le 6 ]
	cp /run/lab/bal.conf /etc/bal/bal.conf
	ok "mended" systemctl start bal-requests.service
	soon "the path unit goes on" path_waits
}

test_program() {
	slow_program
	ask script_type=down signal=sigterm bal-down
	soon "a program of an event outlives that service, too" \
		begun_alone "down tun2" bal-requests.service
	soon "and comes to its end" noted down tun2 ends
	rm /etc/bal/event.d/10slow
	ask bal-up
	soon "and the tunnel is back" routed tun2
}

systemctl stop bal-check.timer
test_reconnect
test_many
test_mistake
test_program
systemctl start bal-check.timer
ok "no unit has failed" none_failed
