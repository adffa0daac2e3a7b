# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# bal-ovpn and bal-doctor on a machine with systemd, and the units themselves.

invocation() {
	prop "$1" InvocationID
}

started_anew() {
	is_active "$1" && [ "$(invocation "$1")" != "$2" ]
}

test_ovpn() {
	local unit before k
	is "clients by the address" "$(bal-ovpn eth1)" client-eth1
	is "and by the device" "$(bal-ovpn eth2)" client-eth2
	for unit in openvpn@client-eth1 openvpn-client@client-eth2; do
		k=${unit#*eth}
		before=$(invocation $unit)
		ok "bal-ovpn --restart eth$k" bal-ovpn --restart "eth$k"
		soon "$unit is another one" started_anew $unit "$before"
		soon "tun$k is back" in_group "tun$k"
		ok "bal-ovpn --stop eth$k" bal-ovpn --stop "eth$k"
		soon "$unit has ended" idle $unit
		soon "tun$k is gone" not_in_group "tun$k"
		ok "bal-ovpn --start eth$k" bal-ovpn --start "eth$k"
		soon "$unit runs" is_active $unit
		soon "tun$k is used" in_group "tun$k"
	done
}

# exposure UNIT: of systemd, in tenths.
exposure() {
	systemd-analyze security --no-pager "$1" |
		sed -n 's/.*exposure level for.*: \([0-9]*\)\.\([0-9]\).*/\1\2/p'
}

test_units() {
	local unit
	is "systemd understands all of them" "$(systemd-analyze verify --man=no \
		/lib/systemd/system/bal-*.* 2>&1 | grep bal-)" ""
	for unit in bal-check bal-check-once bal-requests; do
		ok "$unit.service: its exposure is below 3" \
			[ "$(exposure $unit.service)" -lt 30 ]
	done
}

# What it finds on a box where all is well: kernel and clock are not bal's.
test_doctor() {
	bal-doctor >/run/lab/doctor
	is "bal-doctor has nothing else to say" "$(grep -E '^[a-z]+: ' \
		/run/lab/doctor | grep -vE '^note: (Linux|no program sets the clock)')" ""
}

test_ovpn
test_units
pass
test_doctor
ok "no unit has failed" none_failed
