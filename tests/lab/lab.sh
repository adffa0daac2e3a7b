# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The lab: a box behind modems that all are 192.168.1.1, an internet and a
# server, of network namespaces.  To be sourced; README.md has the drawing and
# says what each function does.
#
# A script calls lab_enter "$@" first: from there on it runs as process 1 of
# namespaces of its own, which end with it, and its own network is the box.

LAB_HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
LAB_DIR=/run/lab
LAB_IPTABLES=${LAB_IPTABLES:-iptables-legacy}
LAB_SERVER=198.51.100.1
LAB_SERVER_RANGE=198.51.100.1-198.51.100.250
LAB_PORT=7000
LAB_SINK_PORT=7001
LAB_LAN=192.168.77
# Where ifup's hooks look, whatever its own PATH; short, because OpenVPN takes
# no line over 256 characters.
LAB_PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LAB_DIR LAB_SERVER LAB_SERVER_RANGE LAB_PORT LAB_SINK_PORT LAB_LAN LAB_PATH

LAB_PIDS=()
LAB_NAMESPACES=()
LAB_MODEMS=0
LAB_SHARED=,

# shellcheck source-path=SCRIPTDIR source=enter.sh
. "$LAB_HERE"/enter.sh
# shellcheck source-path=SCRIPTDIR source=openvpn.sh
. "$LAB_HERE"/openvpn.sh
# shellcheck source-path=SCRIPTDIR source=line.sh
. "$LAB_HERE"/line.sh

# --- Small tools -----------------------------------------------------------

# box CMD...: run it on the box; functions too.
box() {
	"$@"
}

# in_ns NAME CMD...: run it in box, modemK, router, inet, server or client.
in_ns() {
	local name=$1
	shift
	if [ "$name" = box ]; then
		"$@"
	else
		nsenter --net=/run/netns/"$name" -- "$@"
	fi
}

# lab_spawn NAME LOG CMD...: in the background, before all others; LAB_PID is its
# number, and lab_down ends it.
lab_spawn() {
	local name=$1 log=$2
	shift 2
	if [ "$name" = box ]; then
		"${LAB_FIRST[@]}" "$@" >"$log" 2>&1 </dev/null &
	else
		"${LAB_FIRST[@]}" nsenter --net=/run/netns/"$name" -- "$@" \
			>"$log" 2>&1 </dev/null &
	fi
	LAB_PID=$!
	LAB_PIDS+=("$LAB_PID")
}

# lab_clock: hundredths of a second since boot, in LAB_NOW.
lab_clock() {
	local up
	read -r up _ </proc/uptime
	LAB_NOW=$((10#${up/./}))
}

# lab_nap SECONDS: a sleep that starts no process: nothing comes by that pipe.
LAB_NAP=
lab_nap() {
	[ "$LAB_NAP" ] || exec {LAB_NAP}<> <(:)
	read -rt "$1" -u "$LAB_NAP"
	return 0
}

# wait_for SECONDS CMD...: until CMD succeeds; false when it did not though it
# was begun after SECONDS (2, 0.5): who was kept waiting looks once more.  What
# takes longer is looked at less often, every 20 to 90 ms: looking costs the
# others their turn.
wait_for() {
	local limit=$1 first began pause whole part=
	shift
	whole=${limit%.*}
	[ "$whole" = "$limit" ] || part=${limit#*.}
	part=${part}00
	lab_clock
	first=$LAB_NOW began=$LAB_NOW
	limit=$((LAB_NOW + 10#${whole:-0} * 100 + 10#${part:0:2}))
	until "$@"; do
		[ "$began" -lt "$limit" ] || return 1
		pause=$(((LAB_NOW - first) / 10))
		[ "$pause" -ge 2 ] || pause=2
		[ "$pause" -lt 10 ] || pause=9
		lab_nap "0.0$pause"
		lab_clock
		began=$LAB_NOW
	done
}

# lab_stop PID [SECONDS]: end a process that we started; by force when it is
# still there after SECONDS, 20 by default: by force OpenVPN ends without its
# down script.
lab_stop() {
	local pid=$1
	kill -TERM "$pid" 2>/dev/null
	if ! wait_for "${2:-20}" lab_gone "$pid"; then
		kill -KILL "$pid" 2>/dev/null
	fi
	wait "$pid" 2>/dev/null
	lab_forget "$pid"
}

# A number may come again, for a process that is not ours.
lab_forget() {
	local pid rest=()
	for pid in "${LAB_PIDS[@]}"; do
		[ "$pid" = "$1" ] || rest+=("$pid")
	done
	LAB_PIDS=("${rest[@]}")
}

# The shell reaps its children by itself, so there are no zombies to mistake.
lab_gone() {
	! kill -0 "$1" 2>/dev/null
}

# lab_ns K: the namespace behind ethK; 0 is the wired line.
lab_ns() {
	if [ "$1" -eq 0 ]; then
		echo router
	else
		echo "modem$1"
	fi
}

# lab_address K: the box's address on ethK.
lab_address() {
	if [ "$1" -eq 0 ]; then
		echo 192.168.0.10
	elif [[ $LAB_SHARED = *,$1,* ]]; then
		echo 192.168.1.100
	else
		echo "192.168.1.$((100 + $1))"
	fi
}

# lab_gateway K: the modem's address on ethK.
lab_gateway() {
	if [ "$1" -eq 0 ]; then
		echo 192.168.0.1
	else
		echo 192.168.1.1
	fi
}

# lab_identity K: who a server takes us for when we come through ethK.
lab_identity() {
	echo "100.64.$1.2"
}

# lab_configure K...: address and link of ethK by hand, as a test does that
# is not about ifup.
lab_configure() {
	local k
	lab_inside || return
	for k; do
		ip addr add "$(lab_address "$k")/24" brd + dev "eth$k" &&
			ip link set "eth$k" up || return
	done
	wait_for 30 lab_settled
}

# --- The scene -------------------------------------------------------------

# lab_up N [--same-address[=K,K...]] [--wired]
lab_up() {
	local option k lines=() first=1
	lab_inside || return
	LAB_MODEMS=$1
	shift
	for option; do
		case $option in
		--same-address) LAB_SHARED=,$(seq -s, "$LAB_MODEMS"), ;;
		--same-address=*) LAB_SHARED=,${option#*=}, ;;
		--wired) first=0 ;;
		*)
			echo "lab_up: unknown option $option" >&2
			return 64
			;;
		esac
	done
	LAB_NAMESPACES=(inet server client)
	for ((k = first; k <= LAB_MODEMS; k++)); do
		LAB_NAMESPACES+=("$(lab_ns "$k")")
	done
	printf 'netns add %s\n' "${LAB_NAMESPACES[@]}" | ip -batch - || return

	lab_box_defaults
	lines=("link set lo up"
		"link add lan0 type veth peer name eth0 netns client"
		"addr add $LAB_LAN.1/24 brd + dev lan0" "link set lan0 up")
	for ((k = first; k <= LAB_MODEMS; k++)); do
		lines+=("$(lab_cable "$k")")
	done
	printf '%s\n' "${lines[@]}" | ip -batch - && lab_internet "$first" &&
		lab_client || return
	for ((k = first; k <= LAB_MODEMS; k++)); do
		lab_modem "$k" || return
	done
	wait_for 30 lab_settled
}

# lab_settled: whatever has a carrier sends.  The kernel comes to look at a new
# carrier some time after it is there, and throws all away until then; with many
# other namespaces on the machine that takes a while.  For wait_for.
lab_settled() {
	local name links
	for name in "" "${LAB_NAMESPACES[@]}"; do
		links=$(ip ${name:+-n "$name"} -o link show up) || return
		while read -r links; do
			[[ $links != *LOWER_UP* ||
				$links = *\ state\ @(UP|UNKNOWN)\ * ]] || return
		done <<<"$links"
	done
}

# A new namespace inherits the machine's own settings for IPv4.
lab_box_defaults() {
	local scope key
	for scope in all default; do
		for key in rp_filter arp_ignore arp_announce arp_filter \
			promote_secondaries ignore_routes_with_linkdown; do
			echo 0 >/proc/sys/net/ipv4/conf/$scope/$key
		done
	done
	echo 1 >/proc/sys/net/ipv4/ip_forward
}

# The line of ip -batch that makes ethK and the modem's end.  The hardware
# addresses are those of the stick: they come back with it.
lab_cable() {
	local hex
	printf -v hex %02x "$1"
	echo "link add eth$1 address 02:00:00:00:01:$hex type veth" \
		"peer name lan address 02:00:00:00:02:$hex netns $(lab_ns "$1")"
}

lab_internet() {
	local k lines=("link set lo up"
		"link add srv type veth peer name wan netns server"
		"addr add 203.0.113.1/30 dev srv" "link set srv up"
		"route add 198.51.100.0/24 via 203.0.113.2")
	for ((k = $1; k <= LAB_MODEMS; k++)); do
		lines+=("link add m$k type veth peer name wan netns $(lab_ns "$k")"
			"addr add 100.64.$k.1/24 dev m$k" "link set m$k up")
	done
	in_ns inet sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward
		echo 0 >/proc/sys/net/ipv4/conf/all/rp_filter
		exec ip -batch -' <<<"$(printf '%s\n' "${lines[@]}")" &&
		in_ns server sh -c '
		echo 0 >/proc/sys/net/ipv4/conf/all/rp_filter
		exec ip -batch -' <<-END
			link set lo up
			addr add 203.0.113.2/30 dev wan
			link set wan up
			route add default via 203.0.113.1
			route add local 198.51.100.0/24 dev lo
		END
}

lab_client() {
	ip -n client -batch - <<-END
		link set lo up
		addr add $LAB_LAN.10/24 dev eth0
		link set eth0 up
		route add default via $LAB_LAN.1
	END
}

lab_modem() {
	local k=$1
	# shellcheck disable=SC2016 # $0 is of the inner shell
	in_ns "$(lab_ns "$k")" sh -c '
		echo 1 >/proc/sys/net/ipv4/ip_forward
		echo 0 >/proc/sys/net/ipv4/conf/all/rp_filter
		printf "%s\n" "*nat" "-A POSTROUTING -o wan -j MASQUERADE" \
			COMMIT | "$0"-restore -w && exec ip -batch -' \
		"$LAB_IPTABLES" <<-END
			link set lo up
			addr add 100.64.$k.2/24 dev wan
			link set wan up
			route add default via 100.64.$k.1
			addr add $(lab_gateway "$k")/24 dev lan
			link set lan up
		END
}

# lab_down: end what we started, take down what we made.
lab_down() {
	local pid name k
	lab_inside || return
	for pid in "${LAB_PIDS[@]}"; do
		kill -TERM "$pid" 2>/dev/null
	done
	for pid in "${LAB_PIDS[@]}"; do
		lab_stop "$pid"
	done
	LAB_OVPN_PID=() LAB_DELAY_PID=()
	# Namespaces die some time later and their devices with them: too late
	# for a lab_up that follows.
	for ((k = 0; k <= LAB_MODEMS; k++)); do
		ip link del "eth$k" 2>/dev/null
	done
	ip link del lan0 2>/dev/null
	for name in "${LAB_NAMESPACES[@]}"; do
		ip netns del "$name"
	done
	LAB_NAMESPACES=() LAB_MODEMS=0 LAB_SHARED=,
}

# --- What happens to modems ------------------------------------------------

# modem_kill K: silent death.  Link up, 192.168.1.1 answers, nothing beyond.
modem_kill() {
	in_ns "$(lab_ns "$1")" sh -c 'echo 0 >/proc/sys/net/ipv4/ip_forward'
}

# modem_mend K
modem_mend() {
	in_ns "$(lab_ns "$1")" sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward'
}

# modem_carrier K off|on: the box's ethK loses its carrier, or gets it back.
modem_carrier() {
	case $2 in
	on) ip -n "$(lab_ns "$1")" link set lan up ;;
	off) ip -n "$(lab_ns "$1")" link set lan down ;;
	*) return 64 ;;
	esac
}

# modem_unplug K: ethK is gone.
modem_unplug() {
	lab_inside && ip link del "eth$1"
}

# modem_plug K: ethK is there again, with a new index and no configuration.
modem_plug() {
	lab_inside && lab_cable "$1" | ip -batch - &&
		ip -n "$(lab_ns "$1")" -batch - <<-END
			addr add $(lab_gateway "$1")/24 dev lan
			link set lan up
		END
}

# --- Services and traffic --------------------------------------------------

# lab_traffic: TRAFFIC is the traffic program; built if nobody gave one.
lab_traffic() {
	if [ -z "${TRAFFIC-}" ]; then
		TRAFFIC=$LAB_DIR/traffic
		"${CC:-cc}" -std=gnu11 -D_GNU_SOURCE -O1 -o "$TRAFFIC" \
			"$LAB_HERE"/*.c -lm || return
		export TRAFFIC
	fi
	[ -x "$TRAFFIC" ]
}

# lab_serve: UDP and TCP services on LAB_PORT of every address of the server.
lab_serve() {
	local log=$LAB_DIR/log/serve
	lab_traffic && lab_spawn server "$log" \
		"$TRAFFIC" serve --udp "$LAB_PORT" --tcp "$LAB_PORT" || return
	wait_for 30 grep -qs ready "$log"
}

# lab_sink: the service of traffic bulk, on LAB_SINK_PORT.
lab_sink() {
	local log=$LAB_DIR/log/sink
	lab_traffic && lab_spawn server "$log" \
		"$TRAFFIC" sink --udp "$LAB_SINK_PORT" --tcp "$LAB_SINK_PORT" ||
		return
	wait_for 30 grep -qs ready "$log"
}

# --- ifupdown --------------------------------------------------------------

# lab_interfaces FILE: what ifup and ifdown read, - for standard input.
lab_interfaces() {
	lab_inside && cat -- "$1" >/etc/network/interfaces
}
