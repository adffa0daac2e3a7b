# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A box and its twin: what -n prints on the one is pasted into the shell of the
# other.  To be sourced behind scene.sh and veth.sh, inside the lab.

SCENE=
TRACED='sendto,sendmsg,setsockopt,open,openat,creat,rename,renameat,renameat2,
	unlink,unlinkat,mkdir,mkdirat,flock,chmod,fchmod,fchmodat'

# The box and its twin.
both() {
	"${@//@/$SCENE}" && "${@//@/$SCENE.twin}"
}

# scene NAME [LINES...]: a new pair with LINES for a configuration.
scene() {
	SCENE=$1
	shift
	scene_conf "$@"
	export BAL_RUNDIR=/run/$SCENE
	mkdir "$BAL_RUNDIR"
	ok "$SCENE: the box and its twin" both veth_box @
}

# device DEV INDEX [ADDRESS...]
device() {
	ok "$SCENE: device $1" both veth_device @ "$@"
}

# inside CMD...: on the box.
inside() {
	in_ns "$SCENE" "$@"
}

files() {
	veth_files "$BAL_RUNDIR" /etc/iproute2 /etc/bal /var/lib/bal 2>&1
}

# What of a trace would have changed something.
changes_in() {
	grep -E -e 'RTM_(NEW|DEL|SET)|SO_SET_|O_WRONLY|O_RDWR|O_CREAT' \
		-e '^[0-9]+ *(creat|rename|unlink|mkdir|flock|f?chmod)' "$1" |
		grep -v '"/dev/null"'
}

# dry_run CMD...: sets PRINTED.
dry_run() {
	local trace=$LAB_DIR/trace
	# Leaks are looked for by way of ptrace, which strace has.
	local -x ASAN_OPTIONS=detect_leaks=0:${ASAN_OPTIONS-}
	if command -v strace >/dev/null; then
		PRINTED=$(inside strace -f -qq -o "$trace" \
			-e trace="${TRACED//[[:space:]]/}" "$@" -n)
		DRY_STATUS=$?
		is "$SCENE: $* -n asks for no change" "$(changes_in "$trace")" ""
	else
		PRINTED=$(inside "$@" -n)
		DRY_STATUS=$?
	fi
}

# step STATUS CMD...: with -n, in earnest, and what -n printed in the twin.
step() {
	local status=$1 before
	shift
	before=$(veth_dump_of "$SCENE" && files)
	dry_run "$@"
	same "$SCENE: $* -n changes nothing" \
		"$(veth_dump_of "$SCENE" && files)" "$before"
	inside "$@" >"$LAB_DIR"/out
	is "$SCENE: $*: status with -n and without" "$DRY_STATUS $?" \
		"$status $status"
	if ! ok "$SCENE: $* -n can be pasted" in_ns "$SCENE.twin" bash -e \
		<<<"$PRINTED"; then
		diag "$PRINTED"
	fi
	same "$SCENE: $* -n, pasted, does the same" \
		"$(veth_dump_of "$SCENE.twin")" "$(veth_dump_of "$SCENE")"
}

# settled: nothing is left to be done.
settled() {
	is "$SCENE: then nothing is left to do" \
		"$(inside bal-check --no-probe -n)" ""
}

# nothing_left DUMP: as the kernel was before all of it.  A link that was down
# meanwhile has its own routes in another place.
nothing_left() {
	same "$SCENE: everything is as it was" \
		"$(veth_dump_of "$SCENE" | sort)" "$(sort <<<"$1")"
}

# answering DEV...: the other ends answer probes of .20K.
answering() {
	local dev
	for dev; do
		both in_ns @.far ip addr add "192.168.1.20${dev#eth}/32" \
			dev "$dev" &&
			both in_ns @.far ip route add \
				"192.168.1.10${dev#eth}" dev "$dev" || return
	done
}
