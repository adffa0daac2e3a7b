# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Devices come and go under udevd.

no_uplink() {
	! grep -qxF "[uplink $1]" /run/bal/state
}

# is_down DEV: ifupdown has it down.
is_down() {
	! ifquery --state "$1"
}

# Under allow-hotplug systemd stops and starts ifup@ itself.
test_hotplug() {
	modem_unplug 3
	soon "a stick is pulled: it is no uplink" no_uplink eth3
	soon "nor is it up" is_down eth3
	modem_plug 3
	soon "plugged in: it is up" is_active ifup@eth3
	soon "and used" in_group eth3
	# systemd starts ifup@ five times in ten seconds, and then no more.
	for _ in 1 2 3; do
		modem_unplug 3
		modem_plug 3
	done
	udevadm settle
	soon "a loose contact: it is up" is_active ifup@eth3
	soon "and used" in_group eth3
	soon "and all is as it should be" is_settled
}

# Without allow-hotplug only bal's rule sees that it is gone.
test_auto() {
	flow_start other box tcp --flows 2 --every-ms 100 \
		--bind 192.168.1.103 --to "$SCENE_SERVER:$LAB_PORT"
	modem_unplug 1
	soon "one that is not hotplug is pulled: it is no uplink" no_uplink eth1
	soon "nor is it up" is_down eth1
	soon "its client is stopped" idle openvpn@client-eth1
	modem_plug 1
	udevadm settle
	ok "plugged in it waits" is_down eth1
	ok "ifup" ifup eth1
	soon "its tunnel is back, too" in_group tun1
	flow_stop other
	ok "nobody else has noticed" flow_is_whole other
}

test_hotplug
test_auto
ok "a pass" pass
ok "all are alive" all_alive
ok "no unit has failed" none_failed
