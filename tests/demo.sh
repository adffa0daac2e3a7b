#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The main job to look at: three look-alike modems and a tunnel over each come
# up, share the connections, one dies silently, is found, and comes back.  All
# of it in namespaces of its own; the machine's network is not touched.
# shellcheck disable=SC2317 # wait_for runs functions
# shellcheck source-path=SCRIPTDIR source=lab/lab.sh
. "$(dirname "$0")"/netns/scene.sh

# Without a terminal that is a person's there is no need for pauses.
PAUSE=${DEMO_PAUSE:-0}
[ -n "${DEMO_PAUSE-}" ] || ! [ -t 1 ] || PAUSE=1

bold='' plain=''
if [ -t 1 ]; then
	bold=$'\e[1m' plain=$'\e[0m'
fi

say() {
	printf '\n%s%s%s\n' "$bold" "$*" "$plain"
	sleep "$PAUSE"
}

# show CMD...: the command as typed, then what it prints.
show() {
	printf '%s# %s%s\n' "$bold" "$*" "$plain"
	"$@" | sed 's/^/  /'
	sleep "$PAUSE"
}

address_of() {
	ip -4 -o addr show dev "$1" | awk '{ sub("/.*", "", $4); print $4; exit }'
}

# bars: what spread prints, by tunnel and as bars.
bars() {
	local k
	awk -v map="$(for ((k = 1; k <= SCENE_TUNNELS; k++)); do
		echo "$(address_of tun$k) tun$k"
	done)" '
	BEGIN {
		n = split(map, pair, "\n")
		for (i = 1; i <= n; i++) {
			split(pair[i], p, " ")
			name[p[1]] = p[2]
		}
	}
	$2 > 0 {
		bar = ""
		for (i = 0; i < $2; i += 20) bar = bar "#"
		who = $1 in name ? name[$1] : $1 == "none" ? "lost" : $1
		printf "  %-6s %5d  %s\n", who, $2, bar
	}' | sort
}

connect() {
	spread --proto tcp --count 1200 --timeout-ms 1000 | bars
}

without_tunnels() {
	SCENE_MISSING=$(lab_lacks openvpn openssl tun)
}

# A person is told in words, not in TAP.
unset -f skip_all
lab_enter "$@"

weights=(3 2 1)
if without_tunnels; then
	say "No tunnels here ($SCENE_MISSING): the modems alone."
	weights=()
	conf=("[uplink eth1]" "weight = 3" "[uplink eth2]" "weight = 2")
else
	conf=("[uplink eth1]" "balance = no" "[uplink eth2]" "balance = no"
		"[uplink eth3]" "balance = no" "[uplink tun1]" "weight = 3"
		"[uplink tun2]" "weight = 2" "[uplink tun3]" "weight = 1")
fi
scene_conf "[check]" "targets = 198.51.100.2" "interval = 200ms" "stable = 0s" \
	"timeout = 500ms" "${conf[@]}"

say "Three modems, each insists on 192.168.1.1/24. The box brings them up with"
echo "one ifup -a; a stanza starts an OpenVPN client, whose up is bal-up:"
scene_up 3 "${weights[@]}" >/dev/null || {
	echo "the lab did not come up" >&2
	exit 1
}
sed '/^$/,$d; s/^/  /' /etc/network/interfaces
show bal-check
show bal-status

say "1200 new connections to one far service, 3:2:1 by weight:"
connect

flow_start demo box udp --flows 6 --rate 600 --to "$SCENE_SERVER:$LAB_PORT"
say "Modem 2 dies silently: link up, 192.168.1.1 answers, nothing beyond."
modem_kill 2
show bal-check
show bal-status
say "1200 more:"
connect

say "Modem 2 is well again."
modem_mend 2
show bal-check
connect

say "One mode for all by the best, and back:"
show bal-mode solo
connect
show bal-mode multi
connect
flow_stop demo >/dev/null 2>&1

say "Taken down: nothing is left behind."
scene_down >/dev/null 2>&1
echo "  rules, routes and chains of bal: $(ours | wc -l)"
