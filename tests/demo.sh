#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The main job to look at: three look-alike modems and a tunnel over each come
# up by what README.md tells to write, share the connections, one dies silently,
# is found, and comes back.  All of it in namespaces of its own; the machine's
# network is not touched.
# shellcheck disable=SC2317 # wait_for runs functions
# shellcheck source-path=SCRIPTDIR source=lab/lab.sh
. "$(dirname "$0")"/netns/scene.sh
# shellcheck source-path=SCRIPTDIR source=netns/hooks.sh
. "$(dirname "$0")"/netns/hooks.sh

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

# show CMD...: the command as typed, then what it says.
show() {
	printf '%s# %s%s\n' "$bold" "$*" "$plain"
	"$@" 2>&1 </dev/null | sed 's/^/  /'
	sleep "$PAUSE"
}

# What README.md tells to write, and no more.
stanza() {
	cat <<-END
		auto eth$1
		iface eth$1 inet static
		    address $(lab_address "$1")/24
		    bal-gateway $(lab_gateway "$1")

	END
}

client() {
	echo "/etc/openvpn/client/client-eth$1.conf"
}

# start_clients N: as openvpn-client@.service would, and until they are up.
start_clients() {
	local k
	lab_openvpn_server || return
	for ((k = 1; k <= $1; k++)); do
		lab_openvpn_config "$k" "$(client "$k")" \
			"up /usr/local/sbin/bal-up" \
			"down /usr/local/sbin/bal-down" &&
			sed -i "s/^local .*/bind-dev eth$k/; s/^lport .*/nobind/" \
				"$(client "$k")" &&
			lab_openvpn_start "$k" || return
	done
	for ((k = 1; k <= $1; k++)); do
		wait_for 30 scene_is_up "tun$k" || return
	done
}

failed() {
	echo "the lab did not come up" >&2
	exit 1
}

address_of() {
	ip -4 -o addr show dev "$1" | awk '{ sub("/.*", "", $4); print $4; exit }'
}

# whose: who a far service takes us for, and by which uplink that is.
whose() {
	local k
	for ((k = 1; k <= 3; k++)); do
		echo "$(lab_identity "$k") eth$k"
		[ "$k" -gt "$tunnels" ] || echo "$(address_of tun$k) tun$k"
	done
}

# bars: what spread prints, by uplink and as bars.
bars() {
	awk -v map="$(whose)" '
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

tunnels=3
if without_tunnels; then
	say "No tunnels here ($SCENE_MISSING): the modems alone."
	tunnels=0
	conf=("[uplink eth1]" "weight = 3" "[uplink eth2]" "weight = 2")
else
	conf=("[uplink tun1]" "weight = 3" "[uplink tun2]" "weight = 2")
fi
scene_conf "[check]" "targets = 198.51.100.2" "interval = 200ms" "stable = 0s" \
	"timeout = 500ms" "${conf[@]}"
if ! { lab_up 3 >/dev/null && lab_serve && hooks_ifupdown; }; then
	failed
fi
for k in 1 2 3; do stanza "$k"; done | lab_interfaces -

say "Three modems, each insists on 192.168.1.1/24.  In /etc/network/interfaces:"
sed '/^$/,$d; s/^/  /' /etc/network/interfaces
show ifup -a
first=eth1
if [ "$tunnels" -gt 0 ]; then
	start_clients "$tunnels" || failed
	first=tun1
	say "Over each an OpenVPN client.  In $(client 1):"
	grep -E '^(dev|bind-dev|nobind|script-security|up|down)( |$)' "$(client 1)" |
		sed 's/^/  /'
	echo "and in bal.conf weights for the tunnels, tun3 has the built-in 1:"
	sed -n '/^\[uplink/,$ s/^/  /p' "$BAL_CONF"
fi
show bal-check
show bal-status

say "1200 new connections to one far service, by weight:"
connect

flow_start all box udp --flows 6 --rate 600 --to "$SCENE_SERVER:$LAB_PORT"
flow_start first box udp --flows 2 --rate 200 \
	--bind "$(address_of $first)" --to "$SCENE_SERVER:$LAB_PORT"
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

say "All by the best one, and back:"
show bal-mode solo
connect
show bal-mode multi
connect
flow_stop all first >/dev/null 2>&1

say "Meanwhile, by $first: $(flow first sent) datagrams, $(flow first lost) lost."

say "Taken down: nothing is left behind."
# The clients first, as `down bal-ovpn --stop` in a stanza does it: a tunnel that
# loses its line is dead, and bal-down says so.
for ((k = 1; k <= tunnels; k++)); do lab_openvpn_stop "$k"; done
show ifdown -a
echo "  rules, routes and chains of bal: $(ours | wc -l)"
lab_down >/dev/null 2>&1
