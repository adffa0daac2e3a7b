# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Modems that name themselves as the name server, all with one address, and a name
# that only a server behind them knows.  To be sourced behind scene.sh.

FAR=198.51.100.2
NAME=far.example
ANSWER=10.9.9.9

# scene.sh's stanza, with what a stanza says of name servers.
eval "$(declare -f scene_stanza | sed '1s/scene_stanza/plain_stanza/')"
scene_stanza() {
	plain_stanza "$@" "dns-nameservers $(lab_gateway "$1")"
}

# serve_names NS LOG ARGS...: a dnsmasq that remembers nothing.
serve_names() {
	local ns=$1 log=$2
	shift 2
	lab_spawn "$ns" "$log.err" dnsmasq --keep-in-foreground --conf-file=/dev/null \
		--user=root --no-hosts --no-resolv --cache-size=0 \
		--log-queries --log-facility="$log" "$@"
	wait_for 60 grep -qs started "$log"
}

# names_serve: one that knows the name, far away, and each modem's.
names_serve() {
	local k
	serve_names server "$LAB_DIR"/log/far --pid-file= --listen-address="$FAR" \
		--bind-interfaces --address="/$NAME/$ANSWER" || return
	for ((k = 1; k <= SCENE_N; k++)); do
		serve_names "modem$k" "$LAB_DIR/log/names$k" --pid-file= \
			--interface=lan --bind-interfaces --server="$FAR" || return
	done
}

# names_ask ADDRESS: programs of the box ask there.  Links to the machine's own
# files, which are not to be written.
names_ask() {
	lab_inside || return
	rm -f /etc/resolv.conf /etc/nsswitch.conf
	echo "nameserver $1" >/etc/resolv.conf
	echo 'hosts: files dns' >/etc/nsswitch.conf
}

resolves() {
	[ "$(getent ahostsv4 "$NAME" | awk '{ print $1; exit }')" = "$ANSWER" ]
}

# resolved: so many of 5 questions had an answer.
resolved() {
	local k
	for k in 1 2 3 4 5; do
		resolves && echo
	done | wc -l
}

# was_asked K: modem K has had the question since it was forgotten.
was_asked() {
	grep -q "query.*$NAME" "$LAB_DIR/log/names$1"
}

# passed_by K: a question does not come to modem K.
passed_by() {
	: >"$LAB_DIR/log/names$1"
	resolves && ! was_asked "$1"
}

# asked_by K: a question comes to modem K, and it is answered.
asked_by() {
	resolves && was_asked "$1"
}

# is_now DEV HEALTH: after one more check.
is_now() {
	bal-check -q
	[ "$(bal-status --json "$1" | sed -n 's/.*"state":"\([^"]*\)".*/\1/p')" = "$2" ]
}

# names_conf RESOLVER
names_conf() {
	scene_conf "[bal]" "masquerade = yes" "name_servers = $1" "[check]" \
		"targets = $SCENE_SERVER" "interval = 50ms" "stable = 0s" \
		"timeout = 300ms"
}
