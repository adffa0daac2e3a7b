# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the boxes of examples/ stand on: their lines, tunnels and servers.  To be
# sourced behind scene.sh, hooks.sh and dhcp.sh.

# The addresses that the examples ask.
far_hosts() {
	local addr
	for addr in 9.9.9.9 1.1.1.1; do
		ip -n inet route add "$addr" via 203.0.113.2 &&
			ip -n server route add local "$addr" dev lo || return
	done
}

# The modems know the addresses of all examples, the fibre line's too.
other_gateways() {
	ip -n router addr add 192.168.1.1/24 dev lan &&
		ip -n router addr add 203.0.113.1/30 dev lan &&
		ip -n modem1 addr add 192.168.8.1/24 dev lan
}

# What stands for systemctl starts and stops the real client, without waiting.
# For ifupdown there is somebody who dials.
stand_ins() {
	local dir=$LAB_DIR/stand_ins
	mkdir "$dir" && mkdir -p /run/systemd/system &&
		printf '#!/bin/sh\n' | tee "$dir"/pon >"$dir"/poff || return
	cat >"$dir"/systemctl <<-'END'
		#!/bin/sh
		for word; do
			case $word in
			start | stop | restart) verb=$word ;;
			openvpn-client@*) name=${word#*@} ;;
			esac
		done
		pid=/run/openvpn-$name.pid
		if [ "$verb" != start ] && [ -s "$pid" ]; then
			kill "$(cat "$pid")"
			rm -f "$pid"
		fi
		[ "$verb" != stop ] || exit 0
		cd /etc/openvpn/client && exec openvpn --suppress-timestamps \
			--nobind --config "$name.conf" --daemon \
			--log-append "/run/lab/log/$name" --writepid "$pid"
	END
	chmod +x "$dir"/* && lab_install "$dir"
}

# vpn_client FILE K: the example's client for ethK, with the lab's server, keys
# and paths.
vpn_client() {
	local pki=$LAB_DIR/openvpn name
	lab_certificate "client$2" clientAuth || return
	sed -e "s/eth1/eth$2/g; s/tun1/tun$2/g" \
		-e "s/^remote .*/remote $LAB_SERVER 1194/" \
		-e "s|/usr/sbin/bal-|/usr/local/sbin/bal-|" \
		-e "s|^ca .*|ca $pki/ca.crt|" \
		-e "s|^cert .*|cert $pki/client$2.crt|" \
		-e "s|^key .*|key $pki/client$2.key|" "$1"
	for name in BAL_CONF BAL_RUNDIR BAL_RT_DIR BAL_LIBDIR; do
		echo "setenv $name \"${!name}\""
	done
	echo "setenv PATH $LAB_PATH"
}

# identity_of DEV: who a server takes us for by this uplink.
identity_of() {
	case $1 in
	tun*) ip -4 -o addr show dev "$1" | sed 's|.* inet \([^/]*\)/.*|\1|' ;;
	*) lab_identity "${1#eth}" ;;
	esac
}

# lan_is DEV: the LAN hangs at DEV instead of a modem, and has no address yet.
lan_is() {
	ip link del "$1" && ip link set lan0 down &&
		ip link set lan0 name "$1" && ip addr flush dev "$1"
}

lan_is_lan0() {
	ip link set "$1" down && ip link set "$1" name lan0 &&
		ip addr flush dev lan0 &&
		ip addr add "$LAB_LAN.1/24" brd + dev lan0 &&
		ip link set lan0 up && modem_plug "${1#eth}"
}
