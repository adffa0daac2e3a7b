# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The machine has booted by itself, and all uplinks are there.

# began_after UNIT OTHER: it was started when the other one was through.
began_after() {
	local begin end
	begin=$(prop "$1" ExecMainStartTimestampMonotonic)
	end=$(prop "$2" ActiveEnterTimestampMonotonic)
	echo "$1 began at $begin, $2 ended at $end"
	[ "$end" -gt 0 ] && [ "$begin" -gt "$end" ]
}

# marks: by nftables, as on a fresh box, or by legacy iptables.
marks() {
	bal-status --kernel | grep -e "map arrive" -e BAL_POSTROUTING
}

is "the system has come up" "$(timeout 120 systemctl is-system-running --wait)" \
	running
diag "after $(cut -d ' ' -f 1 /proc/uptime) s"
ok "no unit has failed" none_failed
is "no job waits" "$(systemctl list-jobs --no-legend)" ""
ok "ifup has brought all lines up" \
	[ "$(ifquery --state eth1 eth2 eth3 | wc -l)" -eq 3 ]
ok "one of them by udev" is_active ifup@eth3
for unit in openvpn@client-eth1 openvpn-client@client-eth2; do
	soon "$unit is started by an up line" is_active $unit
	ok "behind the network" began_after $unit networking
done
for dev in eth1 eth2 eth3 tun1 tun2; do
	soon "$dev is an uplink" bal-status $dev
done
soon "each has what it should have" is_settled
ok "connections are marked from the first one on" marks
is "hooks had nothing to say" "$(journalctl -b -o cat -u networking \
	-u ifup@eth3 -t bal-up -t bal-addtable | grep bal-)" ""
is "the timer, and what is for requests, are on" \
	"$(systemctl is-active bal-check.timer bal-requests.path |
		paste -s -d ' ')" "active active"
is "the service is not" "$(systemctl is-active bal-check.service)" inactive
