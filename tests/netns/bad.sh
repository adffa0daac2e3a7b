# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A small box to do wrong things on, and questions about what came of it.  To
# be sourced behind scene.sh and veth.sh.
# shellcheck disable=SC2034 # some are the tests'

NS=
GATEWAY=192.168.1.1
NAMES=/etc/iproute2
# Leaks are looked for by way of ptrace, which strace has.
NO_LEAKS=detect_leaks=0:${ASAN_OPTIONS-}

# scene NAME: eth1 is an uplink, eth2 and tun1 could be, eth3 has no address.
scene() {
	NS=$1
	export BAL_RUNDIR=/run/$NS
	mkdir "$BAL_RUNDIR"
	[ -d "$LAB_DIR"/iproute2 ] || cp -r "$NAMES" "$LAB_DIR"/iproute2
	rm -r "${NAMES:?}"/*
	cp -r "$LAB_DIR"/iproute2/. "$NAMES"
	echo >/etc/bal/bal.conf
	veth_box "$NS" && veth_device "$NS" eth1 11 192.168.1.101/24 &&
		veth_device "$NS" eth2 12 192.168.1.102/24 &&
		veth_device "$NS" eth3 13 &&
		veth_device "$NS" tun1 21 172.22.0.2/16 || exit 99
	ok "$NS: eth1 is up" inside bal-up eth1 -g $GATEWAY
}

inside() {
	in_ns "$NS" "$@"
}

files() {
	veth_files "$BAL_RUNDIR" $NAMES | grep -a -v /lock | tr -d '\0'
}

# run CMD...: sets STATUS, OUT and ERR.
run() {
	inside "$@" >"$LAB_DIR"/out 2>"$LAB_DIR"/err </dev/null
	STATUS=$?
	OUT=$(cat "$LAB_DIR"/out)
	ERR=$(cat "$LAB_DIR"/err)
}

is_like() {
	# shellcheck disable=SC2053 # a pattern
	[[ $1 = $2 ]] || {
		echo "\"$1\" is not like \"$2\""
		return 1
	}
}

# told DESC STATUS PATTERN: how the last run ended and what it said.
told() {
	is "$NS: $1: status" "$STATUS" "$2"
	ok "$NS: $1: message" is_like "$ERR" "$3"
}

# fails STATUS PATTERN CMD...: and nothing has changed.
fails() {
	local status=$1 pattern=$2 desc kernel before
	shift 2
	printf -v desc '%q ' "$@"
	desc=${desc:0:70}
	kernel=$(veth_dump_of "$NS")
	before=$(files)
	run "$@"
	told "$desc" "$status" "$pattern"
	same "$NS: ${desc}changes nothing in the kernel" \
		"$(veth_dump_of "$NS")" "$kernel"
	same "$NS: ${desc}changes no file" "$(files)" "$before"
}

# works PATTERN CMD...: with a warning like PATTERN.
works() {
	local pattern=$1
	shift
	run "$@"
	told "$*" 0 "$pattern"
}

# settled: nothing is left to be done.
settled() {
	is "$NS: $1: nothing is left to do" \
		"$(inside bal-check --no-probe -n 2>&1)" ""
}

alone() {
	is "$NS: $1: eth1 is an uplink as before" "$(inside bal-status eth1 \
		>/dev/null 2>&1; echo $?)" 0
}
