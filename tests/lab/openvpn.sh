# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Real OpenVPN, server and clients; a part of lab.sh.

declare -A LAB_OVPN_CONF=() LAB_OVPN_PID=()

lab_openssl() {
	openssl "$@" >>"$LAB_DIR"/log/openssl 2>&1
}

# lab_certificate NAME USAGE: openvpn/NAME.key and .crt of this lab's CA.
lab_certificate() {
	local pki=$LAB_DIR/openvpn
	[ ! -e "$pki/$1.crt" ] || return 0
	lab_openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
		-nodes -subj "/CN=$1" -keyout "$pki/$1.key" \
		-out "$pki/$1.csr" &&
		lab_openssl x509 -req -in "$pki/$1.csr" -days 3650 \
			-CA "$pki"/ca.crt -CAkey "$pki"/ca.key \
			-CAcreateserial -out "$pki/$1.crt" -extfile - <<-END
				basicConstraints = CA:FALSE
				keyUsage = digitalSignature
				extendedKeyUsage = $2
			END
}

# lab_ca: one for the lab.
lab_ca() {
	local pki=$LAB_DIR/openvpn
	[ ! -e "$pki"/ca.crt ] || return 0
	lab_openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 \
		-nodes -subj "/CN=lab" -days 3650 \
		-keyout "$pki"/ca.key -out "$pki"/ca.crt
}

# lab_openvpn_room: as much room as a socket can have.  With a busy machine's
# pauses, some thousand packets a second would not fit into the usual one.
lab_openvpn_room() {
	local room=4000000
	[ "${#LAB_FIRST[@]}" -eq 0 ] || echo "nice -10"
	printf '%s\n' "sndbuf $room" "rcvbuf $room" "txqueuelen 10000"
}

# lab_openvpn_server [LINES...]: 172.22.0.1, at LAB_SERVER UDP port 1194.
lab_openvpn_server() {
	local pki=$LAB_DIR/openvpn log=$LAB_DIR/log/openvpn-server
	lab_ca && lab_certificate server serverAuth || return
	cat >"$pki"/server.conf <<-END
		local $LAB_SERVER
		port 1194
		proto udp4
		dev tun
		topology subnet
		server 172.22.0.0 255.255.0.0
		dh none
		ca $pki/ca.crt
		cert $pki/server.crt
		key $pki/server.key
		keepalive 2 20
		$(lab_openvpn_room)
		tmp-dir $pki
		verb 3
		$(printf '%s\n' "$@")
	END
	lab_spawn server "$log" openvpn --config "$pki"/server.conf
	wait_for 30 grep -qs "Initialization Sequence Completed" "$log"
}

# lab_openvpn_config K FILE [LINES...]: a client configuration of tunK over
# ethK; up and down lines, and whatever else, are the caller's LINES.
lab_openvpn_config() {
	local k=$1 file=$2 pki=$LAB_DIR/openvpn name
	shift 2
	lab_ca && lab_certificate "client$k" clientAuth || return
	{
		cat <<-END
			client
			remote $LAB_SERVER 1194
			proto udp4
			dev tun$k
			dev-type tun
			ca $pki/ca.crt
			cert $pki/client$k.crt
			key $pki/client$k.key
			remote-cert-tls server
			hand-window 10
			connect-retry 1 2
			script-security 2
			$(lab_openvpn_room)
			setenv PATH $LAB_PATH
			verb 3
		END
		# Several devices with one address: that alone says nothing.
		if [[ $LAB_SHARED = *,$k,* ]]; then
			printf 'bind-dev %s\nnobind\n' "eth$k"
		else
			printf 'local %s\nlport 0\n' "$(lab_address "$k")"
		fi
		# OpenVPN hands its scripts no other environment.
		for name in BAL_CONF BAL_RUNDIR BAL_RT_DIR BAL_LIBDIR; do
			[ -z "${!name-}" ] ||
				printf 'setenv %s "%s"\n' "$name" "${!name}"
		done
		[ $# -eq 0 ] || printf '%s\n' "$@"
	} >"$file" || return
	LAB_OVPN_CONF[$k]=$file
}

# lab_openvpn_start K: the client; does not wait for the tunnel.
lab_openvpn_start() {
	lab_spawn box "$LAB_DIR/log/openvpn-tun$1" \
		openvpn --config "${LAB_OVPN_CONF[$1]:?}"
	LAB_OVPN_PID[$1]=$LAB_PID
}

# lab_openvpn_ready K: the tunnel is up now.  For wait_for.
lab_openvpn_ready() {
	awk '/Initialization Sequence Completed/ { up = 1 }
		/process (restarting|exiting)/ { up = 0 }
		END { exit !up }' "$LAB_DIR/log/openvpn-tun$1" 2>/dev/null
}

# lab_openvpn_stop K
lab_openvpn_stop() {
	[ -n "${LAB_OVPN_PID[$1]-}" ] || return 0
	lab_stop "${LAB_OVPN_PID[$1]}" 30
	unset "LAB_OVPN_PID[$1]"
}
