#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What no compiler checks, as TAP.  Run by "make lint", in the source folder;
# CC, CPPFLAGS and LIBBAL (the built library) come from there.
set -u

cc=${CC:-cc}
n=0
failed=0

# report TITLE [FINDINGS]: one test; any finding fails it.
report() {
	n=$((n + 1))
	if [ -z "${2-}" ]; then
		echo "ok $n - $1"
		return
	fi
	echo "not ok $n - $1"
	printf '%s\n' "$2" | sed 's/^/# /'
	failed=1
}

skip() {
	n=$((n + 1))
	echo "ok $n - $1 # SKIP $2"
}

# code FILE...: "FILE:LINE:text" with comments and the inside of strings and
# character constants blanked, so that a word in prose is not taken for a call.
code() {
	[ $# -eq 0 ] || awk '
	FNR == 1 { comment = 0 }
	{
		out = ""; quote = ""; len = length($0)
		for (i = 1; i <= len; i++) {
			c = substr($0, i, 1); two = substr($0, i, 2)
			if (comment) {
				if (two == "*/") { comment = 0; i++ }
			} else if (quote != "") {
				if (c == "\\") i++
				else if (c == quote) { quote = ""; out = out c }
			} else if (two == "/*") { comment = 1; i++ }
			else if (two == "//") break
			else {
				if (c == "\"" || c == "\047") quote = c
				out = out c
			}
		}
		print FILENAME ":" FNR ":" out
	}' "$@"
}

# calls REGEX FILE...: where one of these functions is called.
calls() {
	local names=$1
	shift
	code "$@" | grep -E ":[0-9]+:(.*[^[:alnum:]_])?($names)[[:space:]]*\("
}

# includes REGEX FILE...: where such a header is included.
includes() {
	local names=$1
	shift
	[ $# -eq 0 ] || grep -HnE \
		"^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($names)" "$@"
}

# without NAME... : the lines of stdin that do not begin with one of "NAME:".
without() {
	local args=() name
	for name; do
		args+=(-e "^$name:")
	done
	grep -v "${args[@]}"
}

check_headers_alone() {
	local header
	for header in "${headers[@]}"; do
		# shellcheck disable=SC2086 # CPPFLAGS are several words
		echo "#include \"$header\"" |
			"$cc" -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror \
				-I. -Ilib -Icmd ${CPPFLAGS-} \
				-fsyntax-only -x c - 2>&1
	done
}

check_header_heads() {
	local header name
	for header in "${headers[@]}"; do
		name=${header##*/}
		head -n 1 "$header" | grep -qE "^/\* ${name%.h} - .*[.] \*/$" ||
			echo "$header:1: want: /* ${name%.h} - one sentence. */"
	done
}

check_source_heads() {
	local file name
	for file in "${sources[@]}"; do
		name=${file##*/}
		[ "$(head -n 1 "$file")" = \
			"// SPDX-License-Identifier: GPL-2.0-or-later" ] ||
			echo "$file:1: want the SPDX line"
		sed -n 2p "$file" | grep -qE "^/\* ${name%.c} - " ||
			echo "$file:2: want: /* ${name%.c} - what it is for. */"
	done
}

check_spdx() {
	local file
	for file in "${headers[@]}" "${scripts[@]}" configure.ac Makefile.am; do
		head -n 3 "$file" | grep -q \
			"SPDX-License-Identifier: GPL-2.0-or-later" ||
			echo "$file: no SPDX line among the first three"
	done
}

# A function's body is what stands between ^{ and ^}.
# check_function_lengths MOST FILE...
check_function_lengths() {
	local most=$1
	shift
	[ $# -eq 0 ] || awk -v most="$most" '
	FNR == 1 { start = 0 }
	/^{/ { start = FNR; head = last; next }
	/^}/ && start {
		if (FNR - start - 1 > most)
			print FILENAME ":" start ": " FNR - start - 1 \
				" lines: " head
		start = 0
	}
	/^[[:alpha:]]/ { last = $0 }' "$@"
}

# check_file_lengths MOST FILE...
check_file_lengths() {
	local most=$1
	shift
	[ $# -eq 0 ] || awk -v most="$most" '
	FNR == 1 && prev != "" && lines > most { print prev ": " lines " lines" }
	{ prev = FILENAME; lines = FNR }
	END { if (lines > most) print prev ": " lines " lines" }' "$@"
}

check_widths() {
	local file
	for file; do
		expand "$file" | awk -v file="$file" \
			'length > 100 { print file ":" FNR ": " length " columns" }'
	done
}

# The table of lib/README.md says which directory may include which: itself, and
# those of lower layers.
check_layers() {
	awk -F'[ |]+' '
	FILENAME == "lib/README.md" {
		if ($2 ~ /^[0-9]+$/)
			layer[$3] = $2
		next
	}
	FNR == 1 {
		dir = FILENAME
		sub(/^lib\//, "", dir)
		sub(/\/[^\/]*$/, "", dir)
		if (!(dir in layer))
			print FILENAME ": lib/README.md has no layer for " dir
	}
	/^#include "/ && !/"config\.h"/ {
		split($0, part, "\"")
		into = part[2]
		if (!sub(/\/[^\/]*$/, "", into))
			into = "cmd"
		if (into != dir && !(into in layer && layer[into] < layer[dir]))
			print FILENAME ":" FNR ": " dir " includes " part[2]
	}' lib/README.md "$@"
}

# objects: those of the library that have a source; others are of long ago.
objects() {
	local file build=${LIBBAL%/*}
	for file in "${lib_files[@]}"; do
		[ "${file%.c}" = "$file" ] || [ ! -f "$build/${file%.c}.o" ] ||
			echo "$build/${file%.c}.o"
	done
}

# symbols: "FILE TYPE NAME" of each that a file of the library defines or wants.
symbols() {
	[ -n "$(objects)" ] || echo "no-object-of-the-library T there"
	objects | xargs nm -A -g |
		sed -nE "s|^${LIBBAL%/*}/(lib/[^:]*)\\.o:[0-9a-f ]*([A-Za-z]) (.*)|\\1 \\2 \\3|p"
}

# Files that call each other in a circle: each of them reaches the other.
check_circles() {
	symbols | awk '
	/^no-object/ { print; next }
	$2 == "U" { wants[$1] = wants[$1] " " $3; next }
	{ home[$3] = $1 }
	END {
		for (a in wants) {
			n = split(wants[a], names, " ")
			for (i = 1; i <= n; i++)
				if (names[i] in home && home[names[i]] != a)
					calls[a] = calls[a] " " home[names[i]]
		}
		for (a in calls) {
			n = 0
			todo[++n] = a
			while (n) {
				m = split(calls[todo[n--]], to, " ")
				for (i = 1; i <= m; i++)
					if (!((a, to[i]) in reaches)) {
						reaches[a, to[i]] = 1
						todo[++n] = to[i]
					}
			}
		}
		for (pair in reaches) {
			split(pair, of, SUBSEP)
			if (of[1] < of[2] && (of[2], of[1]) in reaches)
				print of[1] ".c and " of[2] ".c call each other"
		}
	}' | sort
}

# What a file of the library defines is declared in the header of its name, of
# the first part of its name, or in one for its directory alone.
check_declared() {
	symbols | awk '
	function declares(header, name,    line) {
		if (!(header in words)) {
			words[header] = " "
			while ((getline line < header) > 0) {
				gsub(/[^A-Za-z0-9_]+/, " ", line)
				words[header] = words[header] " " line " "
			}
			close(header)
		}
		return index(words[header], " " name " ")
	}
	$2 == "U" { next }
	{
		dir = $1
		sub(/[^\/]*$/, "", dir)
		found = declares(dir "internal.h", $3)
		stem = $1
		do {
			found = found || declares(stem ".h", $3) ||
				declares(stem "_internal.h", $3)
		} while (sub(/_[^_\/]*$/, "", stem))
		if (!found)
			print $1 ".c: " $3 " is declared elsewhere"
	}'
}

mapfile -t sources < <(find lib cmd tests -name '*.c' | sort)
mapfile -t lib_files < <(find lib -name '*.[ch]' | sort)
mapfile -t cmd_files < <(find cmd -name '*.[ch]' | sort)
mapfile -t headers < <(find lib cmd tests -name '*.h' | sort)
mapfile -t scripts < <({
	find bootstrap .ci debian tests hooks examples -type f -name '*.sh'
	find tests -type f -name '*.test'
	echo completions/bal
	find bootstrap .ci debian tests hooks examples -type f \
		-exec awk 'FNR == 1 && /^#! *\/.*sh( |$)/ { print FILENAME }
			{ nextfile }' {} +
} 2>/dev/null | sort -u)
mapfile -t pages < <(find man \( -name '*.[1-8]' -o -name '*.[1-8].in' \) 2>/dev/null | sort)
c_files=("${sources[@]}" "${headers[@]}")

# What the checks below still find.  These lists only become shorter.
too_long=()
circles=()
declared=(lib/doctor/ lib/reconcile/ lib/try/)

# unfinished NAME...: the lines of stdin that begin with none of these.
unfinished() {
	local line name
	while IFS= read -r line; do
		for name; do
			[ "${line#"$name"}" = "$line" ] || continue 2
		done
		printf '%s\n' "$line"
	done
}

# The floor of the benchmarks does the kernel's work bare, for comparison.
without_floor() {
	grep -v '^tests/bench/floor'
}

if [ ${#lib_files[@]} -eq 0 ] || [ ${#scripts[@]} -eq 0 ]; then
	echo "Bail out! not in the source folder"
	exit 1
fi

report "no banned function" "$(calls \
	'v?sprintf|strcpy|strcat|ato[il]l?|atof|system|popen|gets|strtok' \
	"${c_files[@]}")"
report "only lib/netlink/nl.c includes libnetlink" "$(includes \
	'([^>"]*/)?libnetlink' "${c_files[@]}" |
	without lib/netlink/nl.c | without_floor)"
report "only lib/firewall/mangle* includes libiptc" "$(includes \
	'([^>"]*/)?libip' "${c_files[@]}" |
	grep -v '^lib/firewall/mangle' | without_floor)"
report "only lib/config/conf_read.c includes inih" "$(includes \
	'([^>"]*/)?ini\.h' "${c_files[@]}" | without lib/config/conf_read.c)"
report "no command knows netlink, iptables or INI" "$(includes \
	'([^>"]*/)?(libnetlink|libmnl|libip|ini\.h|linux/|nl[._])' \
	"${cmd_files[@]}")"
report "a file includes its own layer and those below" \
	"$(check_layers "${lib_files[@]}" "${cmd_files[@]}")"
report "the library never prints and never exits" "$(
	calls 'v?printf|puts|putchar|perror|exit|abort|v?errx?|v?warnx?' \
		"${lib_files[@]}" | grep -E ':[0-9]+:[[:space:]]'
	code "${lib_files[@]}" | grep -wE 'stderr|stdout')"
report "every header compiles alone" "$(check_headers_alone)"
report "every header begins with what it is for" "$(check_header_heads)"
report "every source begins with its licence and purpose" \
	"$(check_source_heads)"
report "every file names its licence" "$(check_spdx)"
report "no function over 50 lines, in tests 60" "$(
	check_function_lengths 50 "${lib_files[@]}" "${cmd_files[@]}"
	check_function_lengths 60 "${c_files[@]}")"
report "no file of the library over 400 lines, none over 500" "$(
	check_file_lengths 400 "${lib_files[@]}" | unfinished "${too_long[@]}"
	check_file_lengths 500 "${c_files[@]}" "${scripts[@]}")"
report "no line over 100 columns" \
	"$(check_widths "${c_files[@]}" "${scripts[@]}")"
report "no space at the end of a line" \
	"$(grep -nE '[[:space:]]+$' "${c_files[@]}" "${scripts[@]}")"

if [ -n "${LIBBAL-}" ] && command -v nm >/dev/null; then
	report "every name that the library exports begins with bal_" "$(
		nm -A -g --defined-only "$LIBBAL" 2>/dev/null |
			awk '$NF !~ /^(bal_|__odr_asan)/')"
else
	skip "every name that the library exports begins with bal_" \
		"no built library, or no nm"
fi

if [ -n "${LIBBAL-}" ] && command -v nm >/dev/null; then
	report "no files of the library call each other in a circle" \
		"$(check_circles | unfinished "${circles[@]}")"
	report "a file of the library has a header, and declares nothing elsewhere" \
		"$(check_declared | unfinished "${declared[@]}")"
else
	skip "no files of the library call each other in a circle" \
		"no built library, or no nm"
	skip "a file of the library has a header, and declares nothing elsewhere" \
		"no built library, or no nm"
fi

if command -v shellcheck >/dev/null; then
	report "shellcheck" "$(printf '%s\0' "${scripts[@]}" | xargs -0 -n 8 \
		-P "$(nproc)" shellcheck -x -P . -P SCRIPTDIR -f gcc 2>&1)"
else
	skip "shellcheck" "not installed"
fi

if [ ${#pages[@]} -eq 0 ]; then
	skip "mandoc -T lint" "no manual page"
elif command -v mandoc >/dev/null; then
	report "mandoc -T lint" "$(mandoc -T lint -W warning "${pages[@]}" 2>&1)"
else
	skip "mandoc -T lint" "not installed"
fi

echo "1..$n"
exit "$failed"
