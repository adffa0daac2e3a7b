#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What socket() and connect() of UDP cost with and without steer, in ns of the
# processor: quartiles of rounds that take turns, each of COUNT sockets.
#
#     BAL_BIN=$PWD/build/cmd tests/bench/connect.sh [ROUNDS [COUNT]]
#
# shellcheck disable=SC2317 # called by name
# shellcheck source-path=SCRIPTDIR source=../netns/scene.sh
. "$(dirname "$0")"/../netns/scene.sh
# shellcheck source-path=SCRIPTDIR source=../netns/steer.sh
. "$srcdir"/tests/netns/steer.sh
steer_enter "$@"

ROUNDS=${1:-8}
COUNT=${2:-8000}

# conf WORD RULES: steer = WORD, with so many rules that nothing matches.
conf() {
	local rules=() k
	for ((k = 0; k < $2; k++)); do
		rules+=("[rule r$k]" "to = 203.0.113.$k" "proto = udp"
			"dport = 9" "group = eth1")
	done
	scene_conf "[bal]" "steer = $1" "${rules[@]}" &&
		bal-check --no-probe || return
	[ "$(steer_programs | wc -w)" -eq "$([ "$1" = no ] && echo 0 || echo 2)" ]
}

# row NAME FILE
row() {
	sort -n "$2" | awk -v name="$1" '{ v[NR] = $1 } END {
		printf "%-24s %8.0f %8.0f %8.0f\n", name,
			v[int((NR + 3) / 4)], v[int((NR + 1) / 2)],
			v[int((3 * NR + 3) / 4)] }'
}

scene_up 3 >"$LAB_DIR"/log/scene 2>&1 || exit
KINDS=("no 0" "yes 0" "no 10" "yes 10" "no 100" "yes 100")
for ((round = 0; round < ROUNDS; round++)); do
	for kind in "${KINDS[@]}"; do
		# shellcheck disable=SC2086 # two words
		conf $kind || exit
		"$STEERED" -n "$COUNT" 198.51.100.9 198.51.100.9 9 |
			grep -o '[0-9.]*' | head -n 1 >>"$LAB_DIR/${kind/ /-}"
	done
done
printf '%-24s %8s %8s %8s\n' "steer, rules" "25 %" median "75 %"
for kind in "${KINDS[@]}"; do
	row "${kind/ /, }" "$LAB_DIR/${kind/ /-}"
done
scene_down
