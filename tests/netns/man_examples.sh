# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The EXAMPLES of a manual page, taken apart and compared with what comes out.
# To be sourced behind scene.sh.

# man_blocks PAGE FOLDER: each literal block of EXAMPLES, and each line of .Dl,
# as a file of its own, as it looks to the reader.
man_blocks() {
	sed -e 's|@sysconfdir@|/etc|g' -e 's|@localstatedir@|/var|g' "$1" |
		awk -v dir="$2" '
		function put(line) {
			gsub(/\\&/, "", line)
			gsub(/\\\(dq/, "\"", line)
			gsub(/\\e/, "\\", line)
			print line >file
		}
		function open() { file = sprintf("%s/%02d", dir, ++n) }
		/^\.Sh / { examples = $2 == "EXAMPLES" }
		!examples { next }
		/^\.Dl / { open(); put("# " substr($0, 5))
			put("..."); file = ""; next }
		/^\.Bd -literal/ { open(); next }
		/^\.Ed/ { file = ""; next }
		file { put($0) }'
}

# recipe_blocks PAGE FOLDER: each literal block of the page, but for what is of
# other programs (units, links, Ansible), of the far end or a measurement, and what
# exec.test does.
recipe_blocks() {
	sed 's/^\.Sh DESCRIPTION/.Sh EXAMPLES/' "$1" >"$2".page &&
		man_blocks "$2".page "$2" &&
		grep -lE -e '^\[(Match|Service)\]|^- |udevadm|^MAILTO|bal-exec eth3' \
			-e '^client-connect|script_type|^ip rule add|Mbit/s:' "$2"/* |
		xargs rm -f
}

# readme_blocks FILE FOLDER: each block of what stands before its section Install.
readme_blocks() {
	awk -v dir="$2" '
		/^## Install/ { exit }
		/^```/ { fenced = !fenced }
		fenced { next }
		/^    / {
			if (!file)
				file = sprintf("%s/%02d", dir, ++n)
			for (; blank; blank--)
				print "" >file
			print substr($0, 5) >file
			next
		}
		/^$/ && file { blank++; next }
		{ file = ""; blank = 0 }' "$1"
}

# What may differ is made equal: numbers, addresses, times, and blanks.  A
# digit within a name, as in eth1, is none.
man_alike() {
	sed -E -e 's/(^|[^A-Za-z0-9_.])[0-9][0-9A-Za-z.%]*/\1N/g' \
		-e 's/[[:blank:]]+/ /g' -e 's/^ //; s/ $//'
}

# Lines that end in a backslash are one with the next.
man_join() {
	sed -e ':a' -e '/\\$/N; s/\\\n[[:blank:]]*/ /; ta'
}

# man_matches WANT GOT: where a line of WANT is ..., any lines may be, or none.
man_matches() {
	local want got
	want=$(man_join <<<"$1" | man_alike |
		sed -e 's/[][*?\\]/\\&/g' -e 's/^\.\.\.$/*/')
	want=$'\n'$want
	want=${want//$'\n*'/'*'}
	got=$'\n'$(man_alike <<<"$2")
	# shellcheck disable=SC2053 # a pattern
	[[ $got = $want ]] || {
		printf 'the page has:\n%s\nout came:\n%s\n' "$1" "$2"
		return 1
	}
}

# man_steps FILE: what is typed and what comes out of it, as COMMANDS and
# OUTPUTS.
man_steps() {
	local line i=-1 more=
	COMMANDS=() OUTPUTS=()
	while IFS= read -r line; do
		if [ "$more" ]; then
			COMMANDS[i]=${COMMANDS[i]%\\}$line
		elif [[ $line = ['#$']' '* ]]; then
			i=$((i + 1))
			COMMANDS[i]=${line:2} OUTPUTS[i]=
		elif [[ $line = '> '* ]]; then
			COMMANDS[i]+=$'\n'${line:2}
			continue
		else
			OUTPUTS[i]+=${OUTPUTS[i]:+$'\n'}$line
			continue
		fi
		more=
		[[ $line != *\\ ]] || more=1
	done <"$1"
}

# man_kind FILE: what a block is.
man_kind() {
	if grep -q '^\./bootstrap' "$1"; then
		echo install
	elif grep -q '^#!' "$1"; then
		echo script
	elif grep -q '^[#$] unshare ' "$1"; then
		echo shell
	elif grep -q '^[#$] ' "$1"; then
		echo session
	elif grep -q '^\[' "$1"; then
		echo conf
	elif grep -q '^iface ' "$1"; then
		echo stanza
	elif grep -qE '^ +(up|down) ' "$1"; then
		echo lines
	elif grep -q '^iptables' "$1"; then
		echo shell_lines
	elif grep -qE '^([^ ]+ ){5}root ' "$1"; then
		echo cron
	elif grep -q '^script-security ' "$1"; then
		echo openvpn
	else
		echo unknown
	fi
}
