# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the tests of bal-exec share: a cgroup of their own, pages of modems.
# To be sourced.

# shellcheck source-path=SCRIPTDIR source=scene.sh
. "$(dirname "${BASH_SOURCE[0]}")"/scene.sh

EXEC_CGROUP=
EXEC_OUTSIDE=

# exec_enter: this script and all it starts are in a cgroup of its own, so that
# those of tests beside it are not in its way.  Skips where that cannot be.
exec_enter() {
	local dir type
	lab_inside || exit 99
	while read -r _ dir type _; do
		[ "$type" = cgroup2 ] || continue
		EXEC_OUTSIDE=$dir$(sed -n 's/^0:://p' /proc/self/cgroup)
		EXEC_CGROUP=$(mktemp -d "$EXEC_OUTSIDE"/bal-test.XXXXXX \
			2>/dev/null) && break
	done </proc/mounts
	[ "$EXEC_CGROUP" ] || skip_all "no cgroup v2 that could be written"
	chmod 755 "$EXEC_CGROUP"
	trap exec_leave EXIT
	echo 0 >"$EXEC_CGROUP"/cgroup.procs ||
		skip_all "a cgroup of one's own cannot be entered"
}

# Whoever is still in it goes with the lab, a little later than this script.
# shellcheck disable=SC2317 # trap runs it
exec_leave() {
	local pid
	[ -e "$EXEC_CGROUP"/cgroup.procs ] || return
	while read -r pid; do
		[ "$pid" -le 1 ] || kill -KILL "$pid" 2>/dev/null
	done < <(cat "$EXEC_CGROUP"/cgroup.procs \
		"$EXEC_CGROUP"/bal-exec.*/cgroup.procs 2>/dev/null)
	echo 0 >"$EXEC_OUTSIDE"/cgroup.procs
	wait_for 30 exec_gone
	wait_for 30 rmdir "$EXEC_CGROUP" 2>/dev/null
}

# exec_cgroups: those of bal-exec that there are.
exec_cgroups() {
	find "$EXEC_CGROUP" -mindepth 1 -name 'bal-exec.*'
}

# exec_has N: there are so many.
exec_has() {
	[ "$(exec_cgroups | wc -l)" -eq "$1" ]
}

# exec_gone: nobody is in one any more; the empty ones, which the next bal-exec
# would remove, go.
exec_gone() {
	find "$EXEC_CGROUP" -mindepth 1 -depth -name 'bal-exec.*' \
		-exec rmdir {} + 2>/dev/null
	[ -z "$(exec_cgroups)" ]
}

# exec_ask: the program that asks, static where that can be had.
exec_ask() {
	ASK=$LAB_DIR/ask
	if ! "${CC:-cc}" -static -std=gnu11 -D_GNU_SOURCE -o "$ASK" \
		"$srcdir"/tests/netns/ask.c 2>/dev/null; then
		diag "no static program: libc.a or a compiler is missing"
		cp "${builddir:-$srcdir}"/tests/netns/ask "$ASK"
	fi
	chmod 755 "$ASK"
}

# exec_up [LAB_UP_OPTION] (or an empty one): three modems with pages, all of them uplinks.
exec_up() {
	local k
	lab_up 3 ${1:+"$1"} && lab_serve && exec_ask || return
	for k in 1 2 3; do
		exec_page $k || return
	done
	scene_conf "[check]" "targets = $SCENE_SERVER" "interval = 50ms" \
		"stable = 0s" "timeout = 300ms"
	for k in 1 2 3; do scene_stanza $k; done >"$LAB_DIR"/interfaces
	lab_interfaces "$LAB_DIR"/interfaces
	ifup -a
}

# exec_page K: what modem K shows to a browser.
exec_page() {
	local text="<html><body><p id=modem>modem $1</p></body></html>"
	# shellcheck disable=SC2016 # $ is perl's
	lab_spawn "modem$1" "$LAB_DIR/log/page.$1" perl -MIO::Socket::INET -e '
		my $text = $ARGV[0];
		my $s = IO::Socket::INET->new(Listen => 9, LocalPort => 80,
			LocalAddr => "192.168.1.1", ReuseAddr => 1)
			or die "$!";
		$| = 1;
		$SIG{PIPE} = "IGNORE";
		print "ready\n";
		while (my $c = $s->accept) {
			my $line;
			do { $line = <$c> } until !defined $line || $line eq "\r\n";
			print $c "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n",
				"Connection: close\r\nContent-Length: ",
				length $text, "\r\n\r\n", $text;
			close $c;
		}' "$text"
	wait_for 30 grep -qs ready "$LAB_DIR/log/page.$1"
}
