# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What holds the marks, and connections whose marks have to stay right while that
# changes.  To be sourced behind scene.sh.

OUT=$LAB_DIR/out

# conf LINE...: bal.conf; LINEs in the section [bal].
conf() {
	scene_conf "[bal]" "masquerade = yes" "$@" "[check]" \
		"targets = $SCENE_SERVER"
}

has_nft() {
	nft list table inet bal >"$OUT" 2>&1
}

has_legacy() {
	grep -q . /proc/net/ip_tables_names &&
		[ "$("$LAB_IPTABLES"-save | grep -c BAL_PREROUTING)" -gt 0 ]
}

# held_by nft|legacy: all of it, and by no other.
held_by() {
	if [ "$1" = nft ]; then
		has_nft && ! has_legacy
	else
		has_legacy && ! has_nft
	fi
}

# New connections of the LAN's, one after the other, until they are stopped.
newcomers() {
	while :; do
		in_ns client "$TRAFFIC" spread --to "$SCENE_SERVERS:$LAB_PORT" \
			--proto udp --count 20 --parallel 5 --timeout-ms 20000
	done
}

start_all() {
	conntrack -F 2>/dev/null
	flow_start lan client udp --to "$SCENE_SERVER:$LAB_PORT" --rate 200 \
		--flows 6
	flow_start lantcp client tcp --to "$SCENE_SERVER:$LAB_PORT" --flows 3
	flow_start own box udp --to "$SCENE_SERVER:$LAB_PORT" --rate 100
	newcomers >"$LAB_DIR"/newcomers 2>&1 &
	NEWCOMERS=$!
}

# What came of them: nothing lost, and no connection without a mark.
stop_all() {
	kill "$NEWCOMERS"
	wait "$NEWCOMERS" 2>/dev/null
	flow_stop lan lantcp own
	conntrack -L -s "$LAB_LAN.10" 2>/dev/null >"$LAB_DIR"/entries
	ok "$1: the LAN's datagrams" flow_is_whole lan
	ok "$1: the LAN's TCP connections" flow_is_whole lantcp
	ok "$1: the box's own" flow_is_whole own
	diag "$(wc -l <"$LAB_DIR"/entries) connections," \
		"$(grep -c 'mark=0' "$LAB_DIR"/entries) without a mark"
	ok "$1: new connections" [ "$(awk '$1 == "none" { n += $2 }
		END { print n + 0 }' "$LAB_DIR"/newcomers)" -eq 0 ]
	ok "$1: many of them" [ "$(wc -l <"$LAB_DIR"/entries)" -gt 30 ]
	ok "$1: all are marked" [ "$(grep -c 'mark=0' "$LAB_DIR"/entries)" -eq 0 ]
}
