# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Who looks after the uplinks, and the box that they look after; a part of
# outage.sh.  SETTING is one of
#	kernel		bal's layout and nobody who watches it
#	pass		one pass of bal-check, when told
#	1s 50ms ...	bal-check --watch with that interval
#	bird		BIRD: OSPF with BFD, 50 ms x 3, both ends
#	bfd		BIRD: static routes with BFD, BFD_MS (50) x BFD_TIMES (3), both
#			ends

N=3
SCENE=
SETTING=
WATCHER=
BIRD_PIDS=()

is_peer() {
	[ "$SETTING" = bird ] || [ "$SETTING" = bfd ]
}

# --- The box ---------------------------------------------------------------

# uplink K: the device that is balanced.
uplink() {
	if [ "$SCENE" = tunnels ]; then
		echo "tun$1"
	else
		echo "eth$1"
	fi
}

address_of() {
	ip -4 -o addr show dev "$1" 2>/dev/null |
		awk '{ sub("/.*", "", $4); print $4; exit }'
}

# identity K: who a server takes us for behind uplink K.
identity() {
	if [ "$SCENE" = tunnels ]; then
		address_of "tun$1"
	else
		lab_identity "$1"
	fi
}

# write_conf INTERVAL
write_conf() {
	local k lines=()
	for ((k = 1; SCENE_TUNNELS && k <= N; k++)); do
		lines+=("[uplink eth$k]" "balance = no"
			"[uplink tun$k]" "over = eth$k" "gateway = 172.22.0.1"
			"targets = 172.22.0.1")
	done
	scene_conf "[check]" "targets = 198.51.100.2, 198.51.100.3" \
		"interval = $1" "$(printf '%b' "${CHECK-}")" "${lines[@]}"
}

# box_up plain|tunnels COUNT: as bal's users have it, or by hand for its peers.
box_up() {
	local k weights=()
	SCENE=$1 N=$2
	if is_peer; then
		hand_up || return
	else
		for ((k = 1; k <= N; k++)); do
			[ "$SCENE" = plain ] || weights+=(1)
		done
		SCENE_TUNNELS=${#weights[@]}
		write_conf 1s
		scene_up "$N" "${weights[@]}" >/dev/null || return
	fi
	lab_sink || return
	for ((k = 1; k <= N; k++)); do
		# shellcheck disable=SC2086 # MS and JITTER
		[ -z "${DELAY-}" ] || modem_delay "$k" $DELAY || return
	done
}

box_down() {
	watcher_stop
	if is_peer; then
		lab_down
	else
		scene_down >/dev/null
	fi
	ip rule flush
	ip rule add priority 32766 lookup main
	ip rule add priority 32767 lookup default
	rm -rf /run/bal
}

# hand_line K: address and tables of modem K.
hand_line() {
	local k=$1
	echo 1 >"/proc/sys/net/ipv4/conf/eth$k/arp_ignore"
	echo 2 >"/proc/sys/net/ipv4/conf/eth$k/arp_announce"
	lab_configure "$k" && ip -batch - <<-END
		route replace default via 192.168.1.1 dev eth$k onlink table 10$k
		route replace 192.168.1.0/24 dev eth$k table 10$k
	END
}

hand_ready() {
	local k
	for ((k = 1; k <= N; k++)); do
		lab_openvpn_ready "$k" && [ "$(address_of "tun$k")" ] || return
	done
}

hand_up() {
	local k
	lab_up "$N" && lab_serve && lab_openvpn_server || return
	echo 1 >/proc/sys/net/ipv4/fib_multipath_hash_policy
	for ((k = 1; k <= N; k++)); do
		hand_line "$k" && ip rule add priority 100 \
			from "$(lab_address "$k")" lookup "10$k" &&
			lab_openvpn_config "$k" "$LAB_DIR/tun$k.conf" || return
		lab_openvpn_start "$k"
	done
	wait_for 20 hand_ready
}

# box_mend K: what an administrator's hotplug does when modem K is back.
box_mend() {
	if is_peer; then
		hand_line "$1" && wait_for 20 hand_ready
		return
	fi
	ifdown --force "eth$1" >/dev/null 2>&1
	ifup "eth$1" >/dev/null 2>&1
	[ "$SCENE" = plain ] || wait_for 20 scene_is_up "tun$1"
}

# --- Who watches it --------------------------------------------------------

has_watch() {
	bal-check --help | grep -q -- --watch
}

# can_run SETTING: else the reason.
can_run() {
	case $1 in
	kernel | pass) ;;
	bird | bfd)
		command -v bird >/dev/null || {
			echo "BIRD is not installed"
			return 1
		}
		;;
	*)
		has_watch || {
			echo "this bal-check has no --watch"
			return 1
		}
		;;
	esac
}

bal_again() {
	local k
	rm -rf /run/bal
	for ((k = 1; k <= N; k++)); do
		bal-up "eth$k" --gateway 192.168.1.1 || return
	done
	for ((k = 1; SCENE_TUNNELS && k <= N; k++)); do
		bal-up "tun$k" --over "eth$k" || return
	done
}

all_alive() {
	! bal-status --json | tr '{' '\n' | grep '"name"' |
		grep -v -q '"state":"alive"'
}

revived() {
	bal-check 2>>"$LAB_DIR"/log/pass
	all_alive
}

# Nothing is remembered of what was done to the uplinks before.  What was dead
# is so still, by what the kernel holds, until it has answered.
bal_forget() {
	write_conf 50ms
	bal_again && wait_for 20 revived && bal_again
}

# watcher_start: SETTING begins, and finds everything well.
watcher_start() {
	if is_peer; then
		[ ${#BIRD_PIDS[@]} -gt 0 ] || bird_start
		return
	fi
	bal_forget || return
	case $SETTING in
	[0-9]*) write_conf "$SETTING" ;;
	*) write_conf 1s ;;
	esac
	case $SETTING in
	kernel) return ;;
	pass) revived ;;
	*)
		lab_spawn box "$LAB_DIR"/log/watch bal-check --watch
		WATCHER=$LAB_PID
		;;
	esac
	wait_for 20 all_alive
}

# watcher_stop: peers go on until box_down; they need no reset.
watcher_stop() {
	local pid
	[ -z "$WATCHER" ] || lab_stop "$WATCHER"
	WATCHER=
	[ "${FUNCNAME[1]}" = box_down ] || return 0
	for pid in "${BIRD_PIDS[@]}"; do
		lab_stop "$pid"
	done
	BIRD_PIDS=()
}

# watcher_acts: the event has happened; who looks only when told looks now.
watcher_acts() {
	[ "$SETTING" != pass ] || bal-check 2>>"$LAB_DIR"/log/pass
}

# --- BIRD ------------------------------------------------------------------

# The addresses that OpenVPN gave us.
tunnel_addresses() {
	local k
	for ((k = 1; k <= N; k++)); do
		address_of "tun$k"
	done
}

# What both ends say in either setting.
bird_common() {
	cat <<-END
		router id $1;
		log "/run/bird/$2.log" all;
		protocol device { scan time 1; }
	END
}

# OSPF by unicast, because three lines of one router end on the one device of
# OpenVPN's server: a broadcast network has no equal-cost paths over them.
bird_ospf() {
	cat <<-END
		protocol bfd {
			interface "tun*" { interval ${BFD_MS:-50} ms; multiplier ${BFD_TIMES:-3}; };
		}
		protocol ospf v2 {
			ecmp yes;
			ipv4 { import $1; export none; };
			area 0 {
				$2
				interface "tun*" {
					type ptmp;
					neighbors { $3 };
					hello 1; dead 4; bfd yes;
				};
			};
		}
	END
}

bird_bfd() {
	cat <<-END
		protocol bfd {
			interface "tun*" { interval ${BFD_MS:-50} ms; multiplier ${BFD_TIMES:-3}; };
			$1
		}
	END
}

bird_kernel() {
	echo 'protocol kernel { ipv4 { import none; export all; };' \
		'merge paths yes; }'
}

bird_configure() {
	local k via='' far=''
	for k in $(tunnel_addresses); do
		far+="neighbor $k dev \"tun0\"; "
	done
	for ((k = 1; k <= N; k++)); do
		via+=" via 172.22.0.1%'tun$k' bfd yes"
	done
	if [ "$SETTING" = bird ]; then
		{ bird_common 10.0.0.1 server
			bird_ospf none "stubnet 198.51.100.0/24;" \
				"$(tunnel_addresses | sed 's/$/;/')"
		} >/run/bird/server.conf
		{ bird_common 10.0.0.2 box
			bird_kernel
			bird_ospf all "" "172.22.0.1;"
		} >/run/bird/box.conf
	else
		{ bird_common 10.0.0.1 server
			bird_bfd "$far"
		} >/run/bird/server.conf
		{ bird_common 10.0.0.2 box
			bird_kernel
			bird_bfd ""
			echo "protocol static { ipv4;" \
				"route 198.51.100.0/24$via; }"
		} >/run/bird/box.conf
	fi
}

# Never as a service: sockets, process files and configuration are ours.
bird_start() {
	local where
	mkdir -p /run/bird
	bird_configure
	for where in server box; do
		lab_spawn "$where" "/run/bird/$where.out" bird -f \
			-c "/run/bird/$where.conf" -s "/run/bird/$where.ctl" \
			-P "/run/bird/$where.pid"
		BIRD_PIDS+=("$LAB_PID")
	done
	wait_for 60 all_in_use
}
