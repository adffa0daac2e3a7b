# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the tests of steer share: a root cgroup of their own, and whose program is
# there.  To be sourced behind scene.sh.

# shellcheck disable=SC2034 # tests use it
STEERED=$(cd "${builddir:-$srcdir}" && pwd)/tests/netns/steered

# steer_enter "$@": lab_enter, below a root cgroup of its own.
steer_enter() {
	[ "$(id -u)" -eq 0 ] || skip_all "only root may attach BPF programs"
	lab_own_cgroup "$@" || skip_all "no cgroup v2 that could be written"
	lab_enter "$@"
}

# steer_programs: the names of the programs at connect() of the root cgroup.
steer_programs() {
	"$STEERED" left | sort | paste -s -d ' '
}

# marks ARGS...: MARK=NUMBER of sockets, in order.
marks() {
	"$STEERED" "$@" | awk '{ n[$1] += $3 }
		END { for (m in n) print m "=" n[m] }' | sort | paste -s -d ' '
}

# fits WEIGHTS NUMBERS: chi-square of p > .000001, and nothing beside.
fits() {
	awk -v weights="$1" -v numbers="$2" 'BEGIN {
		split("23.93 27.63 30.66 33.38", limit)
		n = split(weights, w, ":")
		if (n != split(numbers, v, " "))
			exit 1
		for (i = 1; i <= n; i++) {
			sub(/.*=/, "", v[i])
			sum += v[i]
			all += w[i]
		}
		for (i = 1; i <= n; i++)
			chi += (v[i] - sum * w[i] / all) ^ 2 / (sum * w[i] / all)
		exit !(chi < limit[n - 1])
	}'
}
