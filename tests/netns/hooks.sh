# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The hooks where make install puts them, in the lab's own /etc.  To be sourced
# behind scene.sh.

# hook_install FILE PLACE...
hook_install() {
	local from=${srcdir:?}/hooks/$1 place
	lab_inside || return
	shift
	for place; do
		mkdir -p "${place%/*}" && cp "$from" "$place" || return
	done
}

hooks_ifupdown() {
	hook_install ifupdown /etc/network/if-{pre-up,up,down,post-down}.d/bal
}

# state_of DEV
state_of() {
	bal-status --json "$1" | sed -n 's/.*"state":"\([^"]*\)".*/\1/p'
}

# gateway_of DEV: by its table.
gateway_of() {
	ip route show table "$1" | sed -n 's/^default via \([^ ]*\) .*/\1/p'
}

# is_settled: the kernel holds what bal wants.
is_settled() {
	local due
	due=$(bal-check -n --no-probe 2>&1)
	# 1: an uplink is not alive.
	if [ $? -gt 1 ] || [ "$due" ]; then
		echo "due: $due"
		return 1
	fi
}

is_like() {
	# shellcheck disable=SC2053 # a pattern
	[[ $1 = $2 ]] || {
		echo "\"$1\" is not like \"$2\""
		return 1
	}
}
