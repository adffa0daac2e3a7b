# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What lines are like: loss, delay and rate of a modem; a part of lab.sh.

# modem_loss K PERCENT: each packet that the modem forwards is lost with this
# probability, each way; 0 ends it.
modem_loss() {
	local ns share
	ns=$(lab_ns "$1")
	in_ns "$ns" "$LAB_IPTABLES" -w -D FORWARD -j LOSS 2>/dev/null &&
		in_ns "$ns" "$LAB_IPTABLES" -w -F LOSS &&
		in_ns "$ns" "$LAB_IPTABLES" -w -X LOSS
	[ "$2" != 0 ] || return 0
	printf -v share '%d.%02d' $(($2 / 100)) $(($2 % 100))
	in_ns "$ns" "$LAB_IPTABLES-restore" -w -n <<-END
		*filter
		:LOSS -
		-A LOSS -m statistic --mode random --probability $share -j DROP
		-I FORWARD -j LOSS
		COMMIT
	END
}

declare -A LAB_DELAY_PID=()

# modem_delay K MS [JITTER [--reorder]]: a round trip takes MS +- JITTER ms
# more, of which each way has half; 0 ends it.  Packets stay in order unless
# told otherwise.
modem_delay() {
	local k=$1 ms=$2 jitter=${3:-0} ns log=$LAB_DIR/log/delay$1
	ns=$(lab_ns "$k")
	if [ -n "${LAB_DELAY_PID[$k]-}" ]; then
		modem_queues "$k" -D
		lab_stop "${LAB_DELAY_PID[$k]}"
		unset "LAB_DELAY_PID[$k]"
	fi
	[ "$ms" != 0 ] || return 0
	: >"$log"
	lab_traffic && lab_spawn "$ns" "$log" "$TRAFFIC" delay \
		--delay-ms "$ms" --jitter-ms "$jitter" "${@:4}" || return
	LAB_DELAY_PID[$k]=$LAB_PID
	wait_for 30 grep -qs ready "$log" && modem_queues "$k" -A
}

# Before connection tracking: of two packets of a flow that is still unknown,
# the later would be dropped as a clash.
modem_queues() {
	local ns
	ns=$(lab_ns "$1")
	in_ns "$ns" "$LAB_IPTABLES" -w -t raw "$2" PREROUTING -i lan \
		! -d "$(lab_gateway "$1")" -j NFQUEUE --queue-num 0 &&
		in_ns "$ns" "$LAB_IPTABLES" -w -t raw "$2" PREROUTING \
			-i wan -j NFQUEUE --queue-num 1
}

# modem_rate K MBIT [QUEUE_MS]: so fast and no faster, each way, with a queue
# that holds QUEUE_MS (50); 0 ends it.  An unplugged modem forgets its way down.
modem_rate() {
	local ns dev
	ns=$(lab_ns "$1")
	for dev in wan lan; do
		if [ "$2" = 0 ]; then
			tc -n "$ns" qdisc del dev $dev root 2>/dev/null
		else
			tc -n "$ns" qdisc replace dev $dev root tbf \
				rate "$2mbit" burst 10k \
				latency "${3:-50}ms" || return
		fi
	done
	return 0
}
