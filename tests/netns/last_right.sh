# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# bal.conf right and wrong, under the real ifup.  To be sourced behind scene.sh
# and hooks.sh, inside the lab.

KEPT=$BAL_LIBDIR/bal.conf
ERR=$LAB_DIR/err
RIGHT=("[bal]" "mark_mask = 0x7f000000" "[check]" "targets = 198.51.100.2"
	"interval = 100ms" "stable = 0s" "[uplink eth2]" "weight = 3")
# shellcheck disable=SC2034 # for the tests
BEFORE="the configuration from before stays"

# conf LINE...: behind those that are right.
# shellcheck disable=SC2120 # the tests have some
conf() {
	scene_conf "${RIGHT[@]}" "$@"
}

# ends STATUS CMD...  Where all uplinks are to live, one that was dead before, or
# whose device has just come, gets time to answer.
ends() {
	local want=$1
	shift
	if [[ $want = 0 && " $* " = *" bal-check "* ]]; then
		wait_for 30 run_it "$@"
	else
		run_it "$@"
	fi
	is "$*: status" "$?" "$want"
}

run_it() {
	"$@" >"$LAB_DIR"/out 2>"$ERR" </dev/null
}

# is_told WHAT: the last line ends so.
is_told() {
	ok "$1" grep -q "bal.conf: [0-9]* errors\?; $1\$" "$ERR"
}

weight_of() {
	bal-status --json "$1" 2>/dev/null |
		sed -n 's/.*"weight":\([0-9]*\).*/\1/p'
}

health_is() {
	[ "$(state_of "$1" 2>/dev/null)" = "$2" ]
}

# lives DEV: after another look, if need be; for wait_for.
lives() {
	health_is "$1" alive && return
	bal-check -q 2>/dev/null
	false
}

# dies DEV: likewise; a pass that was kept waiting itself condemns nobody.
dies() {
	health_is "$1" dead && return
	bal-check -q 2>/dev/null
	false
}

# As a boot begins: nothing in the kernel, nothing in /run.
boot() {
	ifdown -a 2>/dev/null
	bal-down --all -c /dev/null 2>/dev/null
	rm -rf "$BAL_RUNDIR"
	ok "$1: nothing is there" nothing_is_left
}

identity() {
	stat -c '%i %y' "$KEPT"
}

# interfaces [LINE]: in both stanzas.
interfaces() {
	local k
	for k in 1 2; do
		printf 'auto eth%s\niface eth%s inet static\n    address %s/24\n' \
			$k $k "$(lab_address $k)"
		printf '    bal-gateway %s\n' "$(lab_gateway $k)"
		[ $# -eq 0 ] || printf '    %s\n' "$1"
	done | lab_interfaces -
}

# Against the configuration that counts: a right one, with which nothing is due.
is_settled_anyway() {
	local rc
	cp "$BAL_CONF" "$LAB_DIR"/wrong
	# shellcheck disable=SC2119 # none
	conf
	is_settled
	rc=$?
	cp "$LAB_DIR"/wrong "$BAL_CONF"
	return "$rc"
}

one_more() {
	ip link add "ppp$1" type veth peer name "peer$1"
	ip addr add "10.9.$1.2/24" dev "ppp$1"
	ip link set "peer$1" up
	ip link set "ppp$1" up
}

# more_up N, more_down N: as many more uplinks.
more_up() {
	local k
	for ((k = 1; k <= $1; k++)); do
		one_more "$k"
		bal-up "ppp$k" --gateway "10.9.$k.1"
	done
}

more_down() {
	local k
	for ((k = 1; k <= $1; k++)); do
		env IFACE="ppp$k" PHASE=down bal-down 2>/dev/null
		ip link del "ppp$k"
	done
}

both_are_there() {
	is "$1: both lines are uplinks, with what is right" \
		"$(weight_of eth1) $(weight_of eth2)" "1 3"
}
