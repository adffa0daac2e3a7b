# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A death that the timer's pass finds, and what of it outlives the pass.

program_is_gone() {
	! pgrep -f event.d/10slow >/dev/null
}

# is_empty UNIT: no process of it is left.
is_empty() {
	! grep -qs . "/sys/fs/cgroup/system.slice/$1/cgroup.procs"
}

test_death() {
	ok "a pass" pass
	ok "all are alive" all_alive
	slow_program
	flow_start bound box tcp --flows 3 --every-ms 100 \
		--bind 192.168.1.103 --to "$SCENE_SERVER:$LAB_PORT"
	flow_start other box tcp --flows 2 --every-ms 100 \
		--bind 192.168.1.102 --to "$SCENE_SERVER:$LAB_PORT"
	wait_for "$PATIENCE" bound_sockets 3
	since
	modem_kill 3
	next_minute
	soon "the timer's pass finds a silent death" is_now eth3 dead
	soon "its program is at work, the service is at its end" \
		begun_alone "dead eth3" bal-check-once.service
	is "an uplink that is dead is no failure" "$(prop bal-check-once Result) \
$(prop bal-check-once ExecMainStatus)" "success 1"
	soon "connections are let go" said bal-check \
		'^bal-check: eth3: flushed [0-9]* connections, closed 3 sockets'
	ok "that is in the journal" said bal-check \
		'^bal-check: eth3: dead, no answer from 198.51.100.2'
	is "that the pass began and ended is not" \
		"$(journal systemd | grep -E 'bal-check|modprobe')" ""
	not_ok "nobody has got new connections by it" in_group eth3
	soon "the program comes to its end" noted dead eth3 ends
	flow_stop bound other
	is "programs know that their connections are gone" \
		"$(flow bound resets)" 3
	ok "those of another uplink are whole" flow_is_whole other
}

# Why the units say KillMode=process.
test_kill_mode() {
	modem_mend 3
	pass
	ok "it answers again, and is back" in_group eth3
	wait_for "$PATIENCE" program_is_gone
	drop_in bal-check-once.service "[Service]" KillMode=control-group
	slow_program
	printf '#!/bin/sh\necho next >>%s\n' "$NOTES" >/etc/bal/event.d/20next
	chmod +x /etc/bal/event.d/20next
	modem_kill 3
	pass
	ok "dead once more" is_now eth3 dead
	soon "with another KillMode" idle bal-check-once.service
	ok "what runs the programs is killed" is_empty bal-check-once.service
	not_ok "before it has run all" noted next
	drop_in bal-check-once.service
	rm /etc/bal/event.d/10slow /etc/bal/event.d/20next
	modem_mend 3
	pass
	ok "and back" all_alive
}

test_death
test_kill_mode
ok "no unit has failed" none_failed
