# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the tests of bal-doctor share.  To be sourced behind scene.sh.

# doctor_alone: /etc/cron.d and /etc/systemd are the machine's, also in the lab.
doctor_alone() {
	local name
	lab_inside || return
	for name in cron.d systemd dhcpcd.conf crontab; do
		rm -f "/etc/$name" || return
	done
	mkdir /etc/cron.d /etc/systemd && mkdir -p /etc/bal/event.d
}

# found: "ID UPLINK..." of each finding, one a line; the status is bal-doctor's.
found() {
	local status
	bal-doctor --json >"$LAB_DIR"/findings 2>/dev/null
	status=$?
	tr '{' '\n' <"$LAB_DIR"/findings | sed -nE \
		's/.*"id":"([^"]*)","uplinks":\[([^]]*)\].*/\1 \2/p' |
		sed -e 's/[",]\+/ /g' -e 's/ \+/ /g' -e 's/ $//' | sort
	return $status
}

# finds DESC STATUS [FINDING]...: these and no others, and the exit status.
finds() {
	local desc=$1 status=$2 got
	shift 2
	got=$(found)
	is "$desc: exit status" $? "$status"
	is "$desc" "$got" "$([ $# -eq 0 ] || printf '%s\n' "$@" | sort)"
}

# mend ID: the command that mends the first of these.
mend() {
	bal-doctor --json 2>/dev/null | sed 's/{"/\n"/g' |
		sed -nE "s/.*\"id\":\"$1\".*\"fix\":\"(.*)\"\}.*/\1/p" |
		sed -e 's/\\"/"/g' -e 's/\\\\/\\/g' | head -n 1
}

# fix ID: run the command that mends the first of these, by the shell that a script
# of Debian's has, which knows less than bash.
fix() {
	"$(command -v dash || command -v sh)" -c "$(mend "$1")"
}

# traced CMD...: its system calls and those of whom it calls in LAB_DIR/trace.  A
# file for each process: in one for all, calls are torn apart.
traced() {
	rm -f "$LAB_DIR"/trace "$LAB_DIR"/trace.*
	ASAN_OPTIONS="detect_leaks=0:${ASAN_OPTIONS-}" \
		strace -ff -s 64 -o "$LAB_DIR"/trace "$@" >"$LAB_DIR"/out
	sed 's/^/traced /' "$LAB_DIR"/trace.* >"$LAB_DIR"/trace
}

# writes: of its system calls those that change more than its own output.
writes() {
	grep -vE ' recv[a-z]+\(|"/dev/null", O_RDWR|mkdir.* = -1 EEXIST' \
		"$LAB_DIR"/trace | grep -E \
		-e 'O_(WRONLY|RDWR|CREAT|TRUNC)|RTM_(NEW|DEL|SET)' \
		-e 'NLM_F_CREATE|SO_SET_REPLACE|SO_SET_ADD|modes=[^0]' \
		-e ' (unlink|rename|mkdir|chmod|chown|link|symlink)(at2?)?\(' \
		-e ' (truncate|mount|mknod|flock|init_module|kill)\(' \
		-e ' write\([^012]'
}

as_other() {
	setpriv --reuid 65534 --regid 65534 --clear-groups "$@"
}

can_be_nobody() {
	as_other true 2>/dev/null
}

# test_pretender FINDING...: a process of another user has the name of one that
# counts, and these are found as before.
test_pretender() {
	local name dir=$LAB_DIR/pretenders
	if ! can_be_nobody; then
		skip "names of processes" "no other user can be had here"
		return
	fi
	mkdir "$dir" && mkfifo -m 666 "$dir"/fifo || return
	for name in bal-check connmand; do
		printf '#!%s\nread -r -t 300 _ <>%s\n' "$BASH" "$dir"/fifo \
			>"$dir/$name"
		chmod 755 "$dir/$name"
		lab_spawn box "$LAB_DIR"/log/pretender setpriv --reuid 65534 \
			--regid 65534 --clear-groups "$dir/$name" --watch
		ok "a process of another user is named $name" wait_for 30 \
			grep -qx "$name" "/proc/$LAB_PID/comm"
		finds "which is not believed" 1 "$@"
		lab_stop "$LAB_PID"
	done
}

# watches: the process that was spawned last holds the lock.
watches() {
	wait_for 30 grep -qx "$LAB_PID" "$BAL_RUNDIR"/check.pid
}
