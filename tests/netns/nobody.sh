# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Hooks without root: a group bal in the lab's own /etc, and programs that
# nobody may run.  To be sourced behind lab.sh; inside the lab.

NOBODY_BIN=$LAB_DIR/bin

# nobody_lacks: true where nobody cannot be had; then the reason is printed.
nobody_lacks() {
	lab_lacks setpriv && return
	if ! setpriv --reuid 65534 --regid 4321 --clear-groups true \
		2>/dev/null; then
		echo "no other user can be had here"
		return
	fi
	return 1
}

# nobody_group: bal is a group, for the lab alone; the programs are where
# everybody can reach them.
nobody_group() {
	lab_inside || return
	[ ! -L /etc/group ] || {
		cp /etc/group "$LAB_DIR"/group && rm /etc/group &&
			mv "$LAB_DIR"/group /etc/group
	}
	grep -q ^bal: /etc/group || echo "bal:x:4321:" >>/etc/group
	# shellcheck disable=SC2034 # for the tests
	NOBODY_GID=$(sed -n 's/^bal:[^:]*:\([0-9]*\):.*/\1/p' /etc/group)
	mkdir -p "$NOBODY_BIN" && cp -L "$BAL_BIN"/bal-* "$NOBODY_BIN" &&
		chmod -R a+rX "$LAB_DIR/bin"
}

# as_nobody GROUP-ID CMD...: as OpenVPN runs its scripts.
NOBODY=(setpriv --reuid 65534 --clear-groups --bounding-set -all
	--inh-caps -all --regid)
as_nobody() {
	"${NOBODY[@]}" "$@"
}
