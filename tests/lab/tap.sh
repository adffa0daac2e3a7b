# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# TAP for shell tests, to be sourced.  A test ends with done_testing; one that
# dies before has no plan, and the harness says so.

TAP_COUNT=0
TAP_FAILED=0
# How often a test prints what it knows of its world when something fails.
TAP_EXPLANATIONS=1
# Where the output of a command is until it is known whether it matters.
TAP_OUTPUT=

# diag TEXT...: a comment, each line of it.
diag() {
	local text=$*
	printf '# %s\n' "${text//$'\n'/$'\n# '}"
}

# tap_result STATUS DESC: one line of result; STATUS 0 is ok.  A # in DESC
# would begin a directive.
tap_result() {
	TAP_COUNT=$((TAP_COUNT + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $TAP_COUNT - ${2//#/\\#}"
	else
		TAP_FAILED=$((TAP_FAILED + 1))
		echo "not ok $TAP_COUNT - ${2//#/\\#}"
	fi
	return "$1"
}

# tap_explain: what the function `explain` prints, where a test has one.  For
# the first failure alone: what follows from it needs no second look.
tap_explain() {
	if [ "$TAP_FAILED" -le "$TAP_EXPLANATIONS" ] &&
		declare -F explain >/dev/null; then
		explain 2>&1 | sed 's/^/# | /'
	fi
}

# ok DESC CMD...: CMD, run in this shell, succeeds.  On failure its output
# follows as comments.
ok() {
	local desc=$1 status
	shift
	[ "$TAP_OUTPUT" ] || TAP_OUTPUT=$(mktemp "${TMPDIR:-/tmp}/tap.XXXXXX") ||
		exit 99
	if "$@" >"$TAP_OUTPUT" 2>&1; then
		status=0
	else
		status=$?
	fi
	if ! tap_result "$status" "$desc"; then
		echo "# failed with status $status: $*"
		sed 's/^/# /' "$TAP_OUTPUT"
		tap_explain
	fi
	return "$status"
}

# not_ok DESC CMD...: CMD fails.
not_ok() {
	local desc=$1
	shift
	ok "$desc" tap_inverse "$@"
}

tap_inverse() {
	! "$@"
}

# is DESC GOT WANT: the two are equal.
is() {
	if [ "$2" = "$3" ]; then
		tap_result 0 "$1"
		return
	fi
	tap_result 1 "$1"
	printf 'got:\n%s\nwant:\n%s\n' "$2" "$3" | sed 's/^/# /'
	tap_explain
	return 1
}

# skip DESC REASON: this one cannot be told here.
skip() {
	TAP_COUNT=$((TAP_COUNT + 1))
	echo "ok $TAP_COUNT - ${1//#/\\#} # SKIP $2"
}

# skip_all REASON: none of this test's can, ends the script.
skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

# done_testing: the plan, ends the script.
done_testing() {
	[ -z "$TAP_OUTPUT" ] || rm -f "$TAP_OUTPUT"
	echo "1..$TAP_COUNT"
	[ "$TAP_FAILED" -eq 0 ]
	exit
}
