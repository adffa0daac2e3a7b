#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Full lines, twelve side by side: how often each is taken for dead or degraded,
# and what is flushed.  A table and no verdict; README.md says how to read it.
# shellcheck disable=SC2317 # functions are called by name
# shellcheck source-path=SCRIPTDIR source=../netns/scene.sh
. "$(dirname "$0")"/../netns/scene.sh
# shellcheck source-path=SCRIPTDIR source=../netns/hooks.sh
. "$srcdir"/tests/netns/hooks.sh
# shellcheck source-path=SCRIPTDIR source=../netns/load.sh
. "$srcdir"/tests/netns/load.sh
lab_enter "$@"
export LC_ALL=C

RATES=${RATES:-0.5 1 2 5}
QUEUES=${QUEUES:-500 1000 2000}
WAYS=${WAYS:-up down both}
PROTOS=${PROTOS:-tcp udp}
FOR=${FOR:-30}
WORST=${WORST:-3}
WORST_FOR=${WORST_FOR:-600}
SIDE=${SIDE:-12}
ROWS=$LAB_DIR/rows

reason=$(lab_lacks ifup tc) && lab_refuse "$reason"

die() {
	echo "load.sh: $*" >&2
	exit 1
}

# octets K rx|tx: as the device counts them.
octets() {
	cat "/sys/class/net/eth$1/statistics/$2_bytes"
}

# All of them at the same time, each by a line of its own.
side_by_side() {
	local seconds=$1 k=0 line mbit queue way proto n=$(($# - 1))
	local -A rx=() tx=()
	shift
	: >"$LAB_DIR"/log/watch
	for line; do
		read -r mbit queue way proto <<<"$line"
		k=$((k + 1))
		modem_rate "$k" "$mbit" "$queue" || die "no line $line"
		rx[$k]=$(octets "$k" rx) tx[$k]=$(octets "$k" tx)
		load_start "$k" "$way" "$proto" "$mbit"
	done
	sleep "$seconds"
	for ((k = 1; k <= n; k++)); do
		row "$k" "$seconds" $(($(octets "$k" tx) - tx[$k])) \
			$(($(octets "$k" rx) - rx[$k])) "${@:k:1}"
	done | tee -a "$ROWS"
	for ((k = 1; k <= n; k++)); do
		load_stop "$k"
		modem_rate "$k" 0
	done
	for ((k = 1; k <= n; k++)); do
		wait_for 60 load_lives "$k" || die "line $k: does not come back"
	done
}

# row K SECONDS SENT RECEIVED LINE
row() {
	local mbit queue way proto
	read -r mbit queue way proto <<<"$5"
	printf '%4s %6s %5s %5s %6s | %5d %8d %7d | %8d %6.2f %6.2f\n' \
		"$mbit" "$queue" "$way" "$proto" "$2" \
		"$(load_count "$1" dead)" "$(load_count "$1" degraded)" \
		"$(load_count "$1" ': flushed ')" "$(load_backlog_ms "$1")" \
		"$(awk -v n="$3" -v s="$2" 'BEGIN { print n * 8 / s / 1e6 }')" \
		"$(awk -v n="$4" -v s="$2" 'BEGIN { print n * 8 / s / 1e6 }')"
}

all_lines() {
	local way proto mbit queue
	for proto in $PROTOS; do
		for way in $WAYS; do
			for mbit in $RATES; do
				for queue in $QUEUES; do
					echo "$mbit $queue $way $proto"
				done
			done
		done
	done
}

# The worst of the rows: taken for dead, or degraded; then with the longest queue.
worst() {
	sort -k 7,7nr -k 8,8nr -k 11,11nr "$ROWS" | head -n "$WORST" |
		awk '{ print $1, $2, $3, $4 }'
}

mapfile -t lines < <(all_lines)
[ ${#lines[@]} -gt "$SIDE" ] || SIDE=${#lines[@]}
load_up "$SIDE" >"$LAB_DIR"/log/up || die "no scene"
printf '%4s %6s %5s %5s %6s | %5s %8s %7s | %8s %6s %6s\n' mbit queue way by \
	for dead degraded flushed queue_ms up down
for ((i = 0; i < ${#lines[@]}; i += SIDE)); do
	side_by_side "$FOR" "${lines[@]:i:SIDE}"
done
awk '{ d += $7; g += $8; f += $9 } END {
	printf "all %d: dead %d, degraded %d, flushed %d\n", NR, d, g, f }' "$ROWS"
[ "$WORST" -gt 0 ] || exit 0
mapfile -t lines < <(worst)
side_by_side "$WORST_FOR" "${lines[@]}"
exit 0
