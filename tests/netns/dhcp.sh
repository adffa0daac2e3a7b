# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Modems that lease, and clients that ask, all of it in the lab.  To be sourced
# behind scene.sh and hooks.sh.

declare -A DHCP_SERVER=()
# Of dhcpcd before 10.3, and since then.
DHCPCD_HOOKS=(/usr/lib/dhcpcd/dhcpcd-hooks /usr/libexec/dhcpcd-hooks)

# dhcp_private: what the clients read and write is the lab's.
dhcp_private() {
	local dir
	lab_inside || return
	rm -f /etc/resolv.conf /etc/dhcp /etc/dhcpcd.conf &&
		: >/etc/resolv.conf &&
		mkdir /etc/dhcp || return
	if [ -d "$LAB_DIR"/etc.real/dhcp ]; then
		cp -rL "$LAB_DIR"/etc.real/dhcp/. /etc/dhcp || return
	fi
	# It would wait for seconds whether somebody else has the address.
	printf '%s\n' persistent ipv4only noarp nohook\ resolv.conf \
		"option interface_mtu" \
		"option domain_name_servers" "option classless_static_routes" >/etc/dhcpcd.conf
	for dir in /var/lib/dhcp /var/lib/dhcpcd; do
		[ -d "$dir" ] || continue
		mount -t tmpfs -o mode=755 dhcp "$dir" || return
	done
	if dhcpcd_may_run && id dhcpcd >/dev/null 2>&1; then
		chown dhcpcd: /var/lib/dhcpcd || return
	fi
	for dir in "${DHCPCD_HOOKS[@]}"; do
		[ -d "$dir" ] || continue
		cp -r "$dir" "$LAB_DIR"/dhcpcd-hooks &&
			mount --bind "$LAB_DIR"/dhcpcd-hooks "$dir" || return
	done
}

hooks_dhcp() {
	local dir
	hook_install dhcp /etc/dhcp/dhclient-exit-hooks.d/bal || return
	for dir in "${DHCPCD_HOOKS[@]}"; do
		[ ! -d "$dir" ] || hook_install dhcp "$dir"/80-bal || return
	done
}

# dhcp_lacks: true, with the reason, if ifup has no client here.
dhcp_lacks() {
	lab_lacks dnsmasq && return
	lab_lacks dhclient >/dev/null || return
	lab_lacks dhcpcd && return
	! dhcpcd_may_run && echo "dhcpcd wants a user of its own"
}

# dhcp_serve K ROUTERS [OPTION...]: modem K leases the address of ethK; the
# lease is to be renewed after 4 s, from any server after 8 s.  DHCP_ADDRESS:
# another one.
dhcp_serve() {
	local k=$1 routers=$2 ns log address=${DHCP_ADDRESS:-$(lab_address "$1")}
	shift 2
	ns=$(lab_ns "$k")
	log=$LAB_DIR/log/dhcp.$k
	[ -z "${DHCP_SERVER[$k]-}" ] || lab_stop "${DHCP_SERVER[$k]}"
	lab_spawn "$ns" "$log.err" dnsmasq --no-daemon \
		--conf-file=/dev/null --port=0 --interface=lan \
		--bind-interfaces --user=root --pid-file= --no-hosts \
		--no-resolv --no-ping --dhcp-authoritative \
		--dhcp-leasefile="$LAB_DIR/leases.$k" --log-facility="$log" \
		--dhcp-range="$address,$address,2m" \
		--dhcp-option="option:router,$routers" \
		--dhcp-option=option:T1,4 --dhcp-option=option:T2,8 "$@"
	DHCP_SERVER[$k]=$LAB_PID
	wait_for 30 grep -qs "DHCP, IP range" "$log"
}

# dhcp_said K WORD: how often the server of modem K said so.
dhcp_said() {
	grep -c " $2(lan)" "$LAB_DIR/log/dhcp.$1"
}

# dhcp_says K WORD N: more than N times.
dhcp_says() {
	[ "$(dhcp_said "$1" "$2")" -gt "$3" ]
}

# In a namespace of one user only it cannot give up root.
dhcpcd_may_run() {
	awk '{ n += $3 } END { exit n < 2 }' /proc/self/uid_map
}

# udhcpc_private: busybox's client, from where ./bootstrap others has unpacked it
# if it is not installed, and the box's own copy of its script with our line.
udhcpc_private() {
	local others=${srcdir:?}/others script=/etc/udhcpc/default.script
	lab_inside || return
	rm -f /etc/udhcpc && mkdir /etc/udhcpc || return
	if command -v udhcpc >/dev/null; then
		cp "$LAB_DIR"/etc.real/udhcpc/default.script $script || return
	else
		mkdir "$LAB_DIR"/busybox &&
			cp "$others"/busybox/bin/busybox "$LAB_DIR"/busybox &&
			cp "$others"/busybox/bin/busybox \
				"$LAB_DIR"/busybox/udhcpc &&
			cp "$others"/udhcpc/etc/udhcpc/default.script $script &&
			lab_install "$LAB_DIR"/busybox || return
	fi
	# shellcheck disable=SC2016 # its script shall expand that
	grep -qx 'reason=$1 bal-up' "$srcdir"/man/bal-up.8.in &&
		printf '%s\n' 'reason=$1 bal-up' >>$script
} 2>>"$LAB_DIR"/log/udhcpc

# hide_program NAME...: for ifupdown there is no such program.
hide_program() {
	local name file
	: >"$LAB_DIR"/no_program
	for name; do
		for file in /sbin/"$name" /usr/sbin/"$name" \
			/usr/local/sbin/"$name"; do
			[ ! -x "$file" ] ||
				mount --bind "$LAB_DIR"/no_program "$file" || return
		done
	done
}
