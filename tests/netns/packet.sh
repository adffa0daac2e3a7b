# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A far end that takes each packet by any tunnel, as bal-recipes(7) has it: one
# server of OpenVPN for each, all of which know the LAN.  To be sourced behind
# scene.sh.

# packet_server K: tunK's, in the server's namespace as srvK.
packet_server() {
	local k=$1 pki=$LAB_DIR/openvpn log=$LAB_DIR/log/openvpn-srv$1
	lab_ca && lab_certificate server serverAuth || return
	mkdir -p "$pki/of$k"
	echo "iroute $LAB_LAN.0 255.255.255.0" >"$pki/of$k/DEFAULT"
	cat >"$pki/srv$k.conf" <<-END
		local $LAB_SERVER
		port $((1193 + k))
		proto udp4
		dev srv$k
		dev-type tun
		topology subnet
		server 172.22.$k.0 255.255.255.0
		client-config-dir $pki/of$k
		dh none
		ca $pki/ca.crt
		cert $pki/server.crt
		key $pki/server.key
		keepalive 2 20
		$(lab_openvpn_room)
		tmp-dir $pki
		verb 3
	END
	lab_spawn server "$log" openvpn --config "$pki/srv$k.conf"
	wait_for 30 grep -qs "Initialization Sequence Completed" "$log" &&
		in_ns server ip route add "$LAB_LAN.0/24" dev "srv$k" \
			table "10$k" &&
		in_ns server ip rule add fwmark "$k" lookup "10$k"
}

# packet_back K...: by which tunnels, in turn, what the server sends comes back.
packet_back() {
	local i=0 turns
	turns=$(for k; do echo "$i : $k"; i=$((i + 1)); done | paste -sd ,)
	in_ns server nft -f - <<-END
		table ip back
		delete table ip back
		table ip back {
			chain output {
				type route hook output priority mangle
				ip daddr $LAB_LAN.0/24 meta mark set \
				    numgen inc mod $# map { $turns }
			}
		}
	END
}

# packet_tunnel K: the box's client.
packet_tunnel() {
	local conf=/etc/openvpn/client/eth$1.conf
	lab_openvpn_config "$1" "$conf" "up /usr/local/sbin/bal-up" \
		"down /usr/local/sbin/bal-down" &&
		sed -i "s/^remote .*/remote $LAB_SERVER $((1193 + $1))/" "$conf" &&
		lab_openvpn_start "$1" && wait_for 30 scene_is_up "tun$1"
}

# packet_scene N: N modems with a tunnel over each; bal.conf is the caller's.
packet_scene() {
	local k
	scene_up "$1" || return
	for ((k = 1; k <= $1; k++)); do
		packet_server "$k" && packet_tunnel "$k" || return
	done
	packet_back $(seq "$1")
}
