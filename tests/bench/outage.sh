#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# How long an outage lasts, what healthy lines notice, how often there is a
# false alarm, and what the watching costs: bal and its peers in one run.
# Tables and no verdict; README.md says how to read and to shorten them.
# shellcheck disable=SC2317 # functions are called by name
# shellcheck source-path=SCRIPTDIR source=../netns/scene.sh
. "$(dirname "$0")"/../netns/scene.sh
lab_enter "$@"
# shellcheck source-path=SCRIPTDIR source=watchers.sh
. "$srcdir"/tests/bench/watchers.sh
# shellcheck source-path=SCRIPTDIR source=rest.sh
. "$srcdir"/tests/bench/rest.sh
export LC_ALL=C

PARTS=${PARTS:-events alarms bytes cost growth}
SCENES=${SCENES:-tunnels plain}
EVENTS=${EVENTS:-carrier silent vanish server loss}
SETTINGS=${SETTINGS:-kernel pass 1s 50ms 20ms 10ms bird bfd}
LOADS=${LOADS:-idle traffic}
COUNT=${COUNT:-20}
LOSS_COUNT=${LOSS_COUNT:-5}
LOSS_SECONDS=${LOSS_SECONDS:-20}
LIMIT=${LIMIT:-15}
VICTIM=2
TO=$SCENE_SERVER:$LAB_PORT

reason=$(lab_lacks ifup openvpn openssl tun tc) && lab_refuse "$reason"

die() {
	echo "outage.sh: $*" >&2
	exit 1
}

# --- Events ----------------------------------------------------------------

event_begin() {
	case $1 in
	carrier) modem_carrier "$VICTIM" off ;;
	silent) modem_kill "$VICTIM" ;;
	vanish) modem_unplug "$VICTIM" ;;
	server) openvpn_servers STOP ;;
	loss) modem_loss "$VICTIM" 30 ;;
	esac
}

event_end() {
	case $1 in
	carrier) modem_carrier "$VICTIM" on ;;
	silent) modem_mend "$VICTIM" ;;
	vanish) modem_plug "$VICTIM" && box_mend "$VICTIM" ;;
	server) openvpn_servers CONT ;;
	loss) modem_loss "$VICTIM" 0 ;;
	esac
}

# The server is there and says nothing any more.
openvpn_servers() {
	local pid
	for pid in "${LAB_PIDS[@]}"; do
		if grep -qsz server.conf "/proc/$pid/cmdline"; then
			kill "-$1" "$pid"
		fi
	done
}

# makes_sense EVENT: is there anybody who could do something about it?
makes_sense() {
	case $SETTING in
	kernel) [[ $SCENE = plain && ($1 = carrier || $1 = vanish) ]] ;;
	pass) [[ $1 != loss && ($1 != server || $SCENE = tunnels) ]] ;;
	bird | bfd) [[ $SCENE = tunnels && $1 != server ]] ;;
	*) [[ $1 != server || $SCENE = tunnels ]] ;;
	esac
}

# --- One of them -----------------------------------------------------------

# in_use K: new flows go out by it, too.
in_use() {
	"$TRAFFIC" routes --to "$TO" --via "$(address_of "$(uplink "$1")")" \
		--flows 1 --seconds 0.001 >/dev/null 2>&1
}

all_in_use() {
	local k
	for ((k = 1; k <= N; k++)); do
		in_use "$k" || return
	done
}

# calm LOAD: milliseconds to wait for.  The kernel reports carriers at once only
# after a quiet second, an idle line shall have been so for longer, and OSPF
# says nothing new about a router for 5 s.
calm() {
	if is_peer; then
		echo 5000
	elif [ "$1" = idle ]; then
		echo 2500
	else
		echo 1200
	fi
}

# make_ready WHAT: somebody watches, and all uplinks are used.
make_ready() {
	if ! watcher_start || ! wait_for 30 all_in_use; then
		explain >&2
		die "$1: $SCENE, $SETTING: not ready"
	fi
}

# pause MS: and up to a second more: no event keeps step with probes.
pause() {
	sleep "$(($1 + RANDOM % 1000))e-3"
}

# Flows on the others, and what is measured on the victim.  With a load of
# "idle" it carries nothing: the kernel is asked where it would send.
clients_start() {
	local k dev load=$1 event=$2
	CLIENTS=()
	for ((k = 1; k <= N; k++)); do
		# With the server all of them are hit.
		[[ $k -ne $VICTIM && $event != server ]] || continue
		dev=$(uplink "$k")
		flow_start "udp$k" box udp --rate 500 --dev "$dev" --to "$TO"
		flow_start "tcp$k" box tcp --flows 5 --every-ms 20 \
			--dev "$dev" --to "$TO"
		CLIENTS+=("udp$k" "tcp$k")
	done
	flow_start routes box routes --flows 2 --to "$TO" \
		--via "$(address_of "$(uplink "$VICTIM")")"
	CLIENTS+=(routes)
	client_is_ready routes || return
	[ "$load" = traffic ] || return 0
	flow_start echo box udp --unconnected --rate 1000 --to "$TO" \
		--via "$(identity "$VICTIM")"
	flow_start connect box connect --timeout-ms "$(patience)" --to "$TO" \
		--via "$(identity "$VICTIM")"
	CLIENTS+=(echo connect)
	client_is_ready echo && client_is_ready connect
}

# patience: milliseconds for a connection and an answer, of two round trips.
patience() {
	# shellcheck disable=SC2086 # MS and JITTER
	set -- ${DELAY-} 0 0
	echo $((100 + 2 * ($1 + $2)))
}

client_is_ready() {
	wait_for 10 grep -qs ready "$LAB_DIR/flow.$1"
}

has_left() {
	grep -qs "^left " "$LAB_DIR"/flow.routes
}

# The flows on healthy lines, for the columns "lost" and "resets".
note_healthy() {
	local name
	for name in "${CLIENTS[@]}"; do
		case $name in
		udp?) LOST=$((LOST + $(flow "$name" lost))) ;;
		tcp?) RESETS=$((RESETS + $(flow "$name" resets))) ;;
		esac
	done
}

# note_moment MOMENT: milliseconds until the routes had left; false when they
# had done so before, so that nothing was measured.
note_moment() {
	awk -v begin="$1" '/^left / {
		early = $2 < begin
		if (!early)
			printf "%.1f\n", ($2 - begin) * 1000
		seen = 1
		exit
	}
	END {
		if (!seen)
			print "never"
		exit early
	}' "$LAB_DIR"/flow.routes >>"$LAB_DIR"/r.routes
}

# once EVENT LOAD: one repetition; results go to files.
once() {
	local event=$1 load=$2 moment
	make_ready "$event"
	clients_start "$load" "$event" || die "$event: no clients"
	pause "$(calm "$load")"
	moment=$EPOCHREALTIME
	event_begin "$event"
	watcher_acts
	wait_for "$LIMIT" has_left
	sleep 1
	flow_stop "${CLIENTS[@]}"
	note_healthy
	if ! note_moment "$moment"; then
		EARLY=$((EARLY + 1))
	elif [ "$load" = traffic ]; then
		flow echo longest_gap_ms >>"$LAB_DIR"/r.echo
		value longest_gap_ms "$(grep attempts= "$LAB_DIR"/flow.connect)" \
			>>"$LAB_DIR"/r.connect
	fi
	watcher_stop
	event_end "$event" || die "$event: cannot be mended"
}

# once_lossy: 30 % each way for a while.  What the echo lost of it all; how
# often the routes left the line, and came back to it.
once_lossy() {
	local moment
	make_ready loss
	clients_start traffic loss || die "loss: no clients"
	pause "$(calm traffic)"
	moment=$EPOCHREALTIME
	event_begin loss
	sleep "$LOSS_SECONDS"
	flow_stop "${CLIENTS[@]}"
	note_moment "$moment" || EARLY=$((EARLY + 1))
	note_healthy
	awk -v lost="$(flow echo lost)" -v s="$LOSS_SECONDS" \
		'BEGIN { printf "%.1f\n", lost / s / 10 }' >>"$LAB_DIR"/r.echo
	BACK=$((BACK + $(flow routes back)))
	watcher_stop
	event_end loss
}

# --- Tables ----------------------------------------------------------------

# digest FILE: median, 95th percentile and greatest.
digest() {
	[ -s "$1" ] || {
		printf '%8s %8s %8s' - - -
		return
	}
	sed "s/never/$((LIMIT * 1000))/" "$1" | sort -n | awk '
		{ v[NR] = $1 }
		function at(p,  i) {
			i = int(p * NR + 0.999999)
			return v[i < 1 ? 1 : i]
		}
		END {
			m = NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2
			printf "%8.1f %8.1f %8.1f", m, at(0.95), v[NR]
		}'
}

row_end() {
	printf '%s | %s | %s | %5d %6d' "$(digest "$LAB_DIR"/r.routes)" \
		"$(digest "$LAB_DIR"/r.echo)" \
		"$(digest "$LAB_DIR"/r.connect)" "$LOST" "$RESETS"
	if grep -q never "$LAB_DIR"/r.routes; then
		printf '  not within %s s: %d' "$LIMIT" \
			"$(grep -c never "$LAB_DIR"/r.routes)"
	fi
	[ "$EARLY" -eq 0 ] || printf '  moved before the event: %d' "$EARLY"
	echo
}

rows_of() {
	local event=$1 load i
	LOST=0 RESETS=0 BACK=0 EARLY=0
	if [ "$event" = loss ]; then
		rm -f "$LAB_DIR"/r.*
		for ((i = 0; i < LOSS_COUNT; i++)); do
			once_lossy
		done
		printf '%-7s %-8s %-8s %-7s %3d | ' "$SCENE" loss "$SETTING" \
			traffic "$LOSS_COUNT"
		row_end | tr -d '\n'
		echo "  back: $BACK; echo is % lost"
		return
	fi
	for load in $LOADS; do
		rm -f "$LAB_DIR"/r.*
		LOST=0 RESETS=0 EARLY=0
		for ((i = 0; i < COUNT; i++)); do
			once "$event" "$load"
		done
		printf '%-7s %-8s %-8s %-7s %3d | ' "$SCENE" "$event" \
			"$SETTING" "$load" "$COUNT"
		row_end
	done
}

header() {
	echo "milliseconds; ${DELAY:+round trip $DELAY ms; }$(uname -r)"
	printf '%-7s %-8s %-8s %-7s %3s | %-26s | %-26s | %-26s | %s\n' scene \
		event who load n "until the routes left" \
		"echo: longest gap" "connect: longest gap" "others:"
	printf '%37s | %8s %8s %8s | %8s %8s %8s | %8s %8s %8s | %5s %6s\n' '' \
		median p95 max median p95 max median p95 max lost resets
}

part_events() {
	local scene event reason
	header
	for scene in $SCENES; do
		for SETTING in $SETTINGS; do
			SCENE=$scene
			if ! reason=$(can_run "$SETTING"); then
				echo "$scene $SETTING: left out: $reason"
				continue
			fi
			[ "$(for event in $EVENTS; do makes_sense "$event" &&
				echo yes; done)" ] || continue
			box_up "$scene" 3 || die "$scene: no scene"
			for event in $EVENTS; do
				! makes_sense "$event" || rows_of "$event"
			done
			box_down
		done
	done
}

lab_traffic || die "there is no traffic program"
for part in $PARTS; do
	"part_$part" || die "$part: failed"
done
exit 0
