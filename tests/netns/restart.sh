# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Three OpenVPN clients that bal-check may start, and a log of its starts.  To
# be sourced behind scene.sh.

STARTS=$LAB_DIR/starts

# configure PAUSE DEAD: bal.conf.  Tunnel 3 is known from there alone.
configure() {
	local k
	scene_conf "[bal]" "openvpn_command = client-restart %s" \
		"openvpn_pause = $1" "openvpn_dead = $2" \
		"[check]" "targets = 198.51.100.2" "interval = 50ms" "stable = 0s" \
		"timeout = 300ms" \
		"$(for k in 1 2 3; do
			echo "[uplink eth$k]"
			echo "balance = no"
			echo "[uplink tun$k]"
			echo "over = eth$k"
			echo "openvpn = eth$k"
		done)"
}

# What stands for systemctl: it ends the client of that name and starts it.
install_restart() {
	cat >/usr/local/sbin/client-restart <<-'END'
		#!/bin/sh
		pid=/run/openvpn-$1.pid
		read -r up _ </proc/uptime
		echo "$1 $up" >>/run/lab/starts
		if [ -s "$pid" ]; then
			kill -TERM "$(cat "$pid")" && kill -CONT "$(cat "$pid")"
			for i in $(seq 600); do
				kill -0 "$(cat "$pid")" || break
				sleep 0.05
			done
		fi 2>/dev/null
		exec openvpn --config "/etc/openvpn/client/$1.conf" --daemon \
			--log-append "/run/lab/log/restart-$1" --writepid "$pid"
	END
	chmod +x /usr/local/sbin/client-restart
	: >"$STARTS"
}

# client_config K LINES...: tells bal of its going.  At once whole, for a client
# that reads it just now.
client_config() {
	local k=$1 file=/etc/openvpn/client/eth$1.conf
	shift
	lab_openvpn_config "$k" "$file.new" \
		"down /usr/local/sbin/bal-down" "$@" && mv "$file.new" "$file"
}

# good_config K [LINES...]: one that tells of its coming, too.
good_config() {
	local k=$1
	shift
	client_config "$k" "up /usr/local/sbin/bal-up" "$@"
}

client_pid() {
	cat "/run/openvpn-eth$1.pid"
}

client_gone() {
	! kill -0 "$(client_pid "$1")" 2>/dev/null
}

# starts K: of the client over ethK, since forget_starts.
starts() {
	grep -c "^eth$1 " "$STARTS"
}

forget_starts() {
	: >"$STARTS"
}

started() {
	[ "$(starts "$1")" -ge "$2" ]
}

not_started() {
	[ "$(starts "$1")" -eq 0 ]
}

state_of() {
	bal-status --json "$1" | sed -n 's/.*"state":"\([^"]*\)".*/\1/p'
}

is_now() {
	[ "$(state_of "$1")" = "$2" ]
}

# All uplinks answer: for wait_for, too.
all_alive() {
	bal-check >>"$LAB_DIR"/log/check 2>&1
}

# checked CMD...: the same after another bal-check.  For wait_for.
checked() {
	all_alive
	"$@"
}

# stays SECONDS CMD...: CMD is true after each bal-check for so long.
stays() {
	local limit
	lab_clock
	limit=$((LAB_NOW + $1 * 100))
	shift
	while [ "$LAB_NOW" -lt "$limit" ]; do
		checked "$@" || return 1
		sleep 0.1
		lab_clock
	done
}

# prepare STARTED...: as scene_up does, but that ifup -a comes later, and that
# only these tunnels are started by the stanzas of their lines.
# shellcheck disable=SC2034 # some are of scene.sh
prepare() {
	local k lines
	SCENE_N=3
	SCENE_TUNNELS=3
	lab_up 3 && lab_serve && lab_openvpn_server || return
	install_restart
	for k in 1 2 3; do
		good_config "$k" || return
		lines=()
		[[ " $* " != *" $k "* ]] ||
			mapfile -t lines < <(scene_openvpn "$k")
		scene_stanza "$k" "${lines[@]}"
	done >"$LAB_DIR"/interfaces
	lab_interfaces "$LAB_DIR"/interfaces
}

# first_start K: it is started, and has all the time it needs to come: no pause
# is over by then.  configure says the pause from then on.
first_start() {
	wait_for 30 checked started "$1" 1
	configure 10m 10m
}

# boot PAUSE DEAD: all three lines and tunnels, alive; and bal.conf says so.  As
# long as they come up they have more time: however slow, they are not started.
boot() {
	local k
	configure 10m 10m
	prepare 1 2 3 && ifup -a || return
	for k in 1 2 3; do
		wait_for 30 checked is_now "eth$k" alive &&
			wait_for 60 checked is_now "tun$k" alive || return
	done
	configure "$1" "$2"
	forget_starts
}
