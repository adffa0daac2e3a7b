# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The block of rules moves under traffic of every kind: what the tests of that
# share.  To be sourced behind layout.sh.

command -v strace >/dev/null || skip_all "strace is not installed"
strace -o /dev/null -e inject=close:delay_enter=1:when=999 true 2>/dev/null ||
	skip_all "strace cannot inject here"

# blocks_slowly CMD...: with time for packets to meet what the kernel holds between
# one message and the next.
blocks_slowly() {
	# No leak can be looked for under strace.
	ASAN_OPTIONS="detect_leaks=0:${ASAN_OPTIONS-}" \
		strace -qq -o "$LAB_DIR"/trace -e trace=sendto \
		-e inject=sendto:delay_enter=50000 "$@"
}

# blocks_begin: three lines and two tunnels, all with a share, hosts that are
# called by lines, and the services of all flows.
blocks_begin() {
	local k
	blocks_conf ""
	ok "three lines and two tunnels" scene_up 3 1 1 || done_testing
	layout_serve client
	layout_serve box
	for k in 2 3; do
		layout_forward $k 8080 "$LAYOUT_CLIENT"
		layout_forward $k 8081 "$(lab_address $k)"
	done
}

# blocks_conf [LINE...]
blocks_conf() {
	local k
	layout_conf "$@"
	for k in 1 2; do
		printf '[uplink tun%d]\ngateway = 172.22.0.1\n' $k
	done >>"$BAL_CONF"
}

BLOCKS_FLOWS=(lan.udp lan.tcp box.udp box.tcp bound.udp bound.tcp device.udp
	called.tcp called.udp own.tcp near.udp near.lan)

blocks_flow() {
	local name=$1 where=$2 proto=$3 to=$4 pace=(--rate 120)
	shift 4
	[ "$proto" = udp ] || pace=(--every-ms 50)
	flow_start "$name" "$where" "$proto" --flows 12 "${pace[@]}" \
		--to "$to" "$@"
}

# blocks_flows_start: those, and new connections all the time.
blocks_flows_start() {
	blocks_flow lan.udp client udp "$LAYOUT_FAR"
	blocks_flow lan.tcp client tcp "$LAYOUT_FAR"
	blocks_flow box.udp box udp "$LAYOUT_FAR"
	blocks_flow box.tcp box tcp "$LAYOUT_FAR"
	blocks_flow bound.udp box udp "$LAYOUT_FAR" --bind "$(lab_address 2)"
	blocks_flow bound.tcp box tcp "$LAYOUT_FAR" --bind "$(lab_address 3)"
	blocks_flow device.udp box udp "$LAYOUT_FAR" --dev eth3
	blocks_flow called.tcp server tcp "$(lab_identity 2):8080"
	blocks_flow called.udp server udp "$(lab_identity 3):8080"
	blocks_flow own.tcp server tcp "$(lab_identity 3):8081"
	blocks_flow near.udp box udp "172.22.0.1:$LAB_PORT"
	blocks_flow near.lan client udp "172.22.0.1:$LAB_PORT"
	blocks_connect new.box box
	blocks_connect new.lan client
}

# Not flow_start: such connections have nothing to be ready with.
blocks_connect() {
	lab_spawn "$2" "$LAB_DIR/flow.$1" "$TRAFFIC" connect --every-ms 10 \
		--timeout-ms 20000 --to "$LAYOUT_FAR" --seconds 100
	SCENE_FLOW[$1]=$LAB_PID
}

# blocks_flows_end WHEN
blocks_flows_end() {
	local name ends
	flow_stop "${BLOCKS_FLOWS[@]}" >"$LAB_DIR"/ends
	kill -INT "${SCENE_FLOW[new.box]}" "${SCENE_FLOW[new.lan]}"
	for name in "${BLOCKS_FLOWS[@]}"; do
		ok "$1: $name: none lost, reset or moved" flow_is_whole "$name"
	done
	for name in new.box new.lan; do
		wait "${SCENE_FLOW[$name]}"
		lab_forget "${SCENE_FLOW[$name]}"
		ends=$(grep ^attempts= "$LAB_DIR/flow.$name")
		diag "$name: $ends"
		is "$1: $name: all answered" "$(value failed "$ends")" 0
	done
	diag "$(cat "$LAB_DIR"/ends)"
}

# blocks_priorities: of our rules, each once.
blocks_priorities() {
	ip -N rule show | grep -w 'proto 214' | sed 's/:.*//' | sort -nu
}

# blocks_rules: ours, whatever their order within one priority.
blocks_rules() {
	ip -N rule show | grep -w 'proto 214' | sort
}
