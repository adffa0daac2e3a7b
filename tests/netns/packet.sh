# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A far end that takes each packet by any tunnel: what bal-recipes(7) has for it, as
# it stands there.  To be sourced behind scene.sh.

# shellcheck source-path=SCRIPTDIR source=man_examples.sh disable=SC2154
. "$srcdir"/tests/netns/man_examples.sh

# packet_block WORDS: the page's block that has a line which begins with them.
packet_block() {
	local page=$LAB_DIR/recipes
	if [ ! -d "$page" ]; then
		mkdir "$page" && sed 's/^\.Sh DESCRIPTION/.Sh EXAMPLES/' \
			"$srcdir"/man/bal-recipes.7.in >"$page".7 &&
			man_blocks "$page".7 "$page" || return
	fi
	grep -l "^$1" "$page"/* | xargs cat
}

# packet_ways: the ways back, and what the servers call.
packet_ways() {
	packet_block "ip rule add fwmark" >"$LAB_DIR"/ways &&
		packet_block "if .*script_type" >/etc/openvpn/tunnel &&
		chmod +x /etc/openvpn/tunnel &&
		in_ns server sh -e "$LAB_DIR"/ways
}

# packet_server K: that of tunnel K; the page has the first one's.
packet_server() {
	local k=$1 pki=$LAB_DIR/openvpn log=$LAB_DIR/log/openvpn-srv$1
	lab_ca && lab_certificate server serverAuth || return
	mkdir -p "/etc/openvpn/of$k"
	sed -n 's/^\.Ic \(iroute .*\) \.$/\1/p' \
		"$srcdir"/man/bal-recipes.7.in >"/etc/openvpn/of$k/DEFAULT"
	packet_block client-connect | sed -e "s/tun1/tun$k/; s/of1/of$k/" \
		-e "s/1194/$((1193 + k))/; s/22\.1\.0/22.$k.0/" >"$pki/srv$k.conf"
	cat >>"$pki/srv$k.conf" <<-END
		local $LAB_SERVER
		proto udp4
		dh none
		ca $pki/ca.crt
		cert $pki/server.crt
		key $pki/server.key
		$(lab_openvpn_room)
		tmp-dir $pki
		setenv PATH $LAB_PATH
		verb 3
	END
	lab_spawn server "$log" openvpn --config "$pki/srv$k.conf"
	wait_for 30 grep -qs "Initialization Sequence Completed" "$log"
}

# packet_back K...: by which tunnels, in turn, what the server sends comes back.
packet_back() {
	local i=0 turns
	turns=$(for k; do echo "$i : $k"; i=$((i + 1)); done | paste -sd ,)
	{
		echo "delete table ip packet"
		sed -n "/^table/,/^}/p" "$LAB_DIR"/ways |
			sed -e "s/mod 2/mod $#/" -e "s/{ 0 : .*}/{ $turns }/"
	} | in_ns server nft -f -
}

# packet_tunnel K: the box's client.
packet_tunnel() {
	local conf=/etc/openvpn/client/eth$1.conf
	lab_openvpn_config "$1" "$conf" "up /usr/local/sbin/bal-up" \
		"down /usr/local/sbin/bal-down" explicit-exit-notify &&
		sed -i "s/^remote .*/remote $LAB_SERVER $((1193 + $1))/" "$conf" &&
		lab_openvpn_start "$1" && wait_for 30 scene_is_up "tun$1"
}

# packet_scene N: N modems, two as the page has them, with a tunnel over each;
# bal.conf is the caller's.
packet_scene() {
	local k
	scene_up "$1" && packet_ways || return
	for ((k = 1; k <= $1; k++)); do
		packet_server "$k" && packet_tunnel "$k" || return
	done
}
