# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Uplinks that are well: false alarms, octets of probes, CPU and memory; a part
# of outage.sh.

ALARM_SCENES=${ALARM_SCENES:-tunnels}
ALARM_SETTINGS=${ALARM_SETTINGS:-1s 50ms 20ms 10ms bird bfd}
ALARM_SECONDS=${ALARM_SECONDS:-600}
ALARM_LINES=("nothing" "1 % loss" "10 % loss" "full: TCP down" "full: TCP up"
	"full: UDP up")
REST_SETTINGS=${REST_SETTINGS:-kernel 1s 50ms 20ms 10ms bird bfd}
BYTES_SECONDS=${BYTES_SECONDS:-60}
COST=${COST:-2/1s 5/1s 20/250ms}
COST_SECONDS=${COST_SECONDS:-60}
ROUNDS=${ROUNDS:-100000}

# settings_that_run SETTING...: those; of the others the reason.
settings_that_run() {
	local setting reason
	for setting; do
		if reason=$(can_run "$setting"); then
			echo "$setting"
		else
			echo "$setting: left out: $reason" >&2
		fi
	done
}

# --- False alarms ----------------------------------------------------------

# A line each, all at the same time; line 1 is well.
alarm_lines() {
	local bulk=(--to "$SCENE_SERVER:$LAB_SINK_PORT") k
	modem_loss 2 1
	modem_loss 3 10
	for k in 4 5 6; do
		modem_rate "$k" 10 200 || return
	done
	alarm_client bulk4 bulk --down --dev "$(uplink 4)" "${bulk[@]}"
	alarm_client bulk5 bulk --dev "$(uplink 5)" "${bulk[@]}"
	alarm_client bulk6 bulk --proto udp --rate 1100 --dev "$(uplink 6)" \
		"${bulk[@]}"
}

# alarm_client NAME ARGS...: until alarm_stop.
alarm_client() {
	local name=$1
	shift
	lab_spawn box "$LAB_DIR/flow.$name" "$TRAFFIC" "$@"
	# shellcheck disable=SC2034 # flow_stop's
	SCENE_FLOW["$name"]=$LAB_PID
	ALARM_CLIENTS+=("$name")
}

# alarm_row K LINE
alarm_row() {
	printf '%-7s %-8s %-16s %5d s | left %3d back %3d | said %3d%s\n' \
		"$scene" "$SETTING" "$2" "$ALARM_SECONDS" \
		"$(flow "routes$1" left)" "$(flow "routes$1" back)" \
		"$(grep -c -w "$(uplink "$1")" "$LAB_DIR"/log/watch \
			2>/dev/null)" \
		"$([ "$1" -lt 4 ] || echo " | $(flow "bulk$1" mbit) Mbit/s")"
}

alarms_of() {
	local k
	ALARM_CLIENTS=()
	: >"$LAB_DIR"/log/watch
	make_ready alarms
	: >"$LAB_DIR"/log/watch
	for ((k = 1; k <= N; k++)); do
		alarm_client "routes$k" routes --every-ms 10 --flows 4 \
			--to "$TO" --via "$(address_of "$(uplink "$k")")"
		client_is_ready "routes$k" || die "alarms: no way by line $k"
	done
	alarm_lines || die "alarms: no lines"
	sleep "$ALARM_SECONDS"
	flow_stop "${ALARM_CLIENTS[@]}"
	for ((k = 1; k <= N; k++)); do
		alarm_row "$k" "${ALARM_LINES[k - 1]}"
	done
}

part_alarms() {
	local scene
	echo "false alarms: each line healthy, one of them so:"
	for scene in $ALARM_SCENES; do
		# shellcheck disable=SC2086 # a list
		for SETTING in $(settings_that_run $ALARM_SETTINGS); do
			if is_peer && [ "$scene" = plain ]; then
				continue
			fi
			box_up "$scene" ${#ALARM_LINES[@]} ||
				die "$scene: no scene"
			alarms_of
			box_down
		done
	done
}

# --- Octets ----------------------------------------------------------------

# octets DEV: both ways, as the device counts them.
octets() {
	local in out
	read -r in <"/sys/class/net/$1/statistics/rx_bytes"
	read -r out <"/sys/class/net/$1/statistics/tx_bytes"
	echo $((in + out))
}

bytes_of() {
	local k sum=0
	make_ready bytes
	sleep 3
	for ((k = 1; k <= N; k++)); do
		sum=$((sum - $(octets "$(uplink "$k")")))
	done
	sleep "$BYTES_SECONDS"
	for ((k = 1; k <= N; k++)); do
		sum=$((sum + $(octets "$(uplink "$k")")))
	done
	printf '%-7s %-8s %12d octets an hour and uplink, both ways\n' \
		"$scene" "$SETTING" $((sum * 3600 / BYTES_SECONDS / N))
	watcher_stop
}

part_bytes() {
	local scene
	echo "an uplink without traffic, over $BYTES_SECONDS s; of ethK with" \
		"Ethernet's headers and ARP:"
	for scene in $SCENES; do
		# shellcheck disable=SC2086 # a list
		for SETTING in $(settings_that_run $REST_SETTINGS 2>/dev/null); do
			if is_peer && [ "$scene" = plain ]; then
				continue
			fi
			box_up "$scene" 3 || die "$scene: no scene"
			bytes_of
			box_down
		done
	done
}

# --- CPU and memory --------------------------------------------------------

# cpu_ns PID: what its threads have run so far, and its children that ended.
cpu_ns() {
	local task ns rest sum=0
	for task in "/proc/$1"/task/*/schedstat; do
		read -r ns rest <"$task" || return
		sum=$((sum + ns))
	done
	rest=$(<"/proc/$1/stat")
	# shellcheck disable=SC2206 # words
	rest=(${rest##*) })
	echo $((sum + (rest[13] + rest[14]) * 1000000000 / HERTZ))
}

# memory PID: resident now and at most, in KB.
memory() {
	awk '/^VmRSS:/ { now = $2 } /^VmHWM:/ { most = $2 }
		END { printf "%6d %6d", now, most }' "/proc/$1/status"
}

# watcher_pid: of the box; the far end of a peer is not counted.
watcher_pid() {
	if is_peer; then
		echo "${BIRD_PIDS[1]}"
	else
		echo "$WATCHER"
	fi
}

# cost_row PID: what it costs in COST_SECONDS from now on.  A second is also
# looked at alone: others may disturb some of them, and a pass of bal-check is
# due once in sixty.
cost_row() {
	local pid=$1 begin last now i each=()
	begin=$(cpu_ns "$pid")
	last=$begin
	for ((i = 0; i < COST_SECONDS; i++)); do
		sleep 1
		now=$(cpu_ns "$pid")
		each+=($((now - last)))
		last=$now
	done
	# shellcheck disable=SC2153 # watchers.sh sets it
	printf '%s\n' "${each[@]}" | sort -n |
		awk -v scene="$SCENE" -v n="$N" -v who="$SETTING" \
			-v ns=$((last - begin)) -v s="$COST_SECONDS" \
			-v kb="$(memory "$pid")" '{ each[NR] = $1 } END {
			printf "%-7s %-8s %3d uplinks %9.2f ms CPU a minute," \
				" by the median second %9.2f," \
				" KB now and at most: %s\n", scene, who, n,
				ns / 1e6 * 60 / s,
				each[int((NR + 1) / 2)] * 60 / 1e6, kb
		}'
}

cost_of() {
	make_ready cost
	sleep 3
	cost_row "$(watcher_pid)"
	watcher_stop
}

# in_ms INTERVAL
in_ms() {
	case $1 in
	*ms) echo "${1%ms}" ;;
	*) echo $((${1%s} * 1000)) ;;
	esac
}

# cost_floor INTERVAL: the same echoes, and nothing else.
cost_floor() {
	local k devices=() SETTING=floor
	# shellcheck disable=SC2154 # scene.sh sets srcdir
	[ -x "$LAB_DIR"/echoes ] ||
		"${CC:-cc}" -std=gnu11 -D_GNU_SOURCE -O2 -o "$LAB_DIR"/echoes \
			"$srcdir"/tests/bench/echoes.c || die "no floor"
	for ((k = 1; k <= N; k++)); do
		devices+=("$(uplink "$k")")
	done
	lab_spawn box "$LAB_DIR"/log/echoes "$LAB_DIR"/echoes \
		"$(in_ms "$1")" 198.51.100.2 "${devices[@]}"
	sleep 3
	cost_row "$LAB_PID"
	lab_stop "$LAB_PID"
}

part_cost() {
	local item
	HERTZ=$(getconf CLK_TCK)
	echo "at rest, over $COST_SECONDS s:"
	for item in $COST; do
		SETTING=${item#*/}
		[ "$(settings_that_run "$SETTING")" ] || continue
		box_up plain "${item%/*}" || die "no scene of ${item%/*}"
		cost_of
		cost_floor "$SETTING"
		box_down
	done
	for SETTING in $(settings_that_run bird bfd); do
		box_up tunnels 3 || die "no scene of tunnels"
		cost_of
		box_down
	done
}

# --- Growth ----------------------------------------------------------------

sent_packets() {
	cat /sys/class/net/eth1/statistics/tx_packets
}

sent_enough() {
	[ "$(sent_packets)" -ge "$1" ]
}

part_growth() {
	local share begin
	SETTING=10ms
	[ "$(settings_that_run $SETTING)" ] || return 0
	box_up plain 2 || die "no scene"
	watcher_start || die "growth: not ready"
	begin=$(sent_packets)
	echo "$ROUNDS rounds of $SETTING, KB now and at most:"
	for share in 1 10 50 100; do
		wait_for $((ROUNDS * share / 100 / 25 + 60)) sent_enough \
			$((begin + ROUNDS * share / 100)) ||
			die "growth: too few probes"
		printf '%9d packets by eth1: %s\n' \
			$(($(sent_packets) - begin)) "$(memory "$WATCHER")"
	done
	box_down
}
