# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Getting into namespaces of one's own; a part of lab.sh.

# lab_refuse REASON: this machine cannot hold the lab.
lab_refuse() {
	if declare -F skip_all >/dev/null; then
		skip_all "$1"
	fi
	echo "${0##*/}: $1" >&2
	exit 77
}

# lab_cgroup: a cgroup v2 is there that can be written, as bal-exec needs one.
lab_cgroup() {
	local dir type
	while read -r _ dir type _; do
		[ "$type" != cgroup2 ] || [ ! -w "$dir" ] || return 0
	done </proc/mounts
	return 1
}

# lab_lacks WHAT...: true if one of these, commands, "tun" or "cgroup", cannot be
# used here; then the reason is printed.
lab_lacks() {
	local what
	for what; do
		if [ "$what" = cgroup ]; then
			lab_cgroup && continue
			echo "no cgroup v2 that could be written"
			return
		elif [ "$what" = tun ]; then
			if ! [ -e /dev/net/tun ]; then
				echo "there is no /dev/net/tun"
				return
			elif ! (: <>/dev/net/tun) 2>/dev/null; then
				echo "/dev/net/tun cannot be opened"
				return
			fi
		elif ! command -v "$what" >/dev/null; then
			echo "$what is not installed"
			return
		fi
	done
	return 1
}

# lab_kernel_since MAJOR MINOR: the kernel is that one or newer.
lab_kernel_since() {
	local major minor
	IFS=.- read -r major minor _ < <(uname -r)
	[ $((major * 1000 + minor)) -ge $(($1 * 1000 + $2)) ]
}

# What the lab consists of goes before what is tested in it: on a busy machine a
# tunnel or a flow that has to wait loses packets of its own.  Set by lab_enter;
# empty where that is not allowed.
# shellcheck disable=SC2034 # for lab.sh and openvpn.sh
LAB_FIRST=()

# shellcheck disable=SC2034 # likewise
lab_go_first() {
	local how=(nice -n -10)
	if [ "$("${how[@]}" nice 2>/dev/null)" -lt "$(nice)" ] 2>/dev/null; then
		LAB_FIRST=("${how[@]}")
	fi
}

# lab_own_cgroup "$@": this script and all that it starts see a cgroup of their own
# as the root: no program stays on that of the machine, whatever becomes of the
# test.  Returns there; false where there is no cgroup v2 that could be written.
lab_own_cgroup() {
	local dir type own=
	if [ "${LAB_CGROUP-}" ]; then
		[ "${LAB_INSIDE-}" = 1 ] || { umount "$LAB_CGROUP" &&
			mount -t cgroup2 lab "$LAB_CGROUP"; } || exit 99
		return
	fi
	while read -r _ dir type _; do
		[ "$type" = cgroup2 ] || continue
		own=$(mktemp -d "$dir$(sed -n 's/^0:://p' \
			/proc/self/cgroup)/bal-test.XXXXXX" 2>/dev/null) && break
	done </proc/mounts
	[ "$own" ] || return
	# shellcheck disable=SC2016 # they are of the inner shell
	LAB_CGROUP=$dir OWN=$own setpriv --pdeathsig KILL \
		"$BASH" -c 'echo 0 >"$OWN"/cgroup.procs && exec unshare --cgroup \
			--mount --propagation private "$BASH" "$0" "$@"' "$0" "$@"
	set -- $?
	wait_for 30 rmdir "$own" 2>/dev/null
	exit "$1"
}

# lab_enter "$@": run the calling script inside; returns there only.
lab_enter() {
	local how reason child
	case :$PATH: in
	*:$LAB_PATH:*) ;;
	*) export PATH=$LAB_PATH:$PATH ;;
	esac
	if [ "${LAB_INSIDE-}" = 1 ] && [ $$ -eq 1 ]; then
		lab_make_private || exit 99
		return
	fi
	# Before that, bal has a program at connect() unless told otherwise.
	lab_kernel_since 6 16 || [ "$(id -u)" -ne 0 ] || lab_own_cgroup "$@"
	reason=$(lab_lacks ip unshare nsenter setpriv "$LAB_IPTABLES" \
		"$LAB_IPTABLES-restore") && lab_refuse "$reason"
	how=(--mount --net --pid --fork --kill-child --mount-proc
		--propagation private)
	[ "$(id -u)" -eq 0 ] || how+=(--map-root-user)
	if ! reason=$(unshare "${how[@]}" true 2>&1); then
		lab_refuse "the kernel allows no namespaces here: $reason"
	fi

	# A shell's background commands ignore SIGINT, and unshare SIGTERM.
	LAB_INSIDE=1 env --default-signal=INT,QUIT \
		setpriv --pdeathsig KILL unshare "${how[@]}" \
		"$BASH" "$0" "$@" <&0 &
	child=$!
	# shellcheck disable=SC2064 # the child's number is known now
	for reason in HUP:129 INT:130 TERM:143; do
		trap "kill -KILL $child 2>/dev/null; exit ${reason#*:}" \
			"${reason%:*}"
	done
	wait "$child"
	exit
}

# lab_inside: false, with a message, where the network and /etc are those of the
# machine.  Whatever would change them asks first.
lab_inside() {
	if [ "${LAB_INSIDE-}" = 1 ] && [ /etc -ef "$LAB_DIR"/etc ] &&
		! [ /etc -ef "$LAB_DIR"/etc.real ]; then
		return
	fi
	echo "${0##*/}: not inside the lab: lab_enter comes first" >&2
	return 1
}

# What programs of the box write, and what the machine has configured for its
# real network, is kept apart: /run, and of /etc these folders.
lab_make_private() {
	local etc=/run/lab/etc real=/run/lab/etc.real name
	# Process 1 ignores every signal that it has no trap for.
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	umask 022
	mount -t tmpfs -o mode=755 lab /run &&
		mkdir -p /run/lock /run/netns /run/network "$etc" "$real" \
			"$LAB_DIR"/{log,openvpn,var} &&
		mount --rbind /etc "$real" || return
	# Who is not root cannot write there anyway, nor change the mount.
	mount -o remount,bind,ro "$real" 2>/dev/null || [ ! -w "$real" ] || return
	# Absolute links lead to the real files, relative ones stay as they are.
	find "$real" -mindepth 1 -maxdepth 1 ! -type l ! -name iproute2 \
		! -name network ! -name bal ! -name openvpn \
		! -name resolv.conf \
		-exec ln -s -t "$etc" {} + || return
	find "$real" -mindepth 1 -maxdepth 1 -type l ! -name resolv.conf \
		-exec cp -P -t "$etc" {} + || return
	mkdir -p "$etc"/{iproute2/rt_tables.d,bal,openvpn/client,network/interfaces.d} &&
		mkdir "$etc"/network/if-{pre-up,up,down,post-down}.d || return
	for name in /usr/share/iproute2 /usr/lib/iproute2 "$real"/iproute2; do
		if [ -d "$name" ]; then
			cp -r "$name"/. "$etc"/iproute2/ || return
		fi
	done
	printf 'auto lo\niface lo inet loopback\n' >"$etc"/network/interfaces
	: >"$etc"/resolv.conf
	mount --rbind "$etc" /etc || return
	[ -d /var/lib/bal ] || lab_own_var_lib || return
	mount --bind "$LAB_DIR"/var /var/lib/bal || return
	export BAL_LIBDIR=$LAB_DIR/var
	lab_inside || return
	lab_firewall || return
	lab_show_own_sys
	lab_go_first
	[ -z "${BAL_BIN-}" ] || lab_install "$BAL_BIN"
}

# Without the package there is no directory to mount the lab's on, and a command
# with an environment of its own must not make one of the machine.
lab_own_var_lib() {
	mkdir "$LAB_DIR"/{real_,}lib &&
		mount --rbind /var/lib "$LAB_DIR"/real_lib &&
		find "$LAB_DIR"/real_lib -mindepth 1 -maxdepth 1 \
			-exec ln -s -t "$LAB_DIR"/lib {} + &&
		mkdir "$LAB_DIR"/lib/bal &&
		mount --rbind "$LAB_DIR"/lib /var/lib
}

# Which firewall `firewall = auto` finds: that of an administrator who uses
# legacy tables, or, with FIREWALL=nft in the environment, that of a fresh box.
FIREWALL=${FIREWALL:-legacy}
export FIREWALL LAB_IPTABLES
lab_firewall() {
	case $FIREWALL in
	legacy) "$LAB_IPTABLES" -w -t mangle -S >/dev/null ;;
	nft) ! grep -qs . /proc/net/ip_tables_names ;;
	*)
		echo "FIREWALL is neither legacy nor nft: $FIREWALL" >&2
		return 1
		;;
	esac
}

# lab_marks: what that firewall holds in the namespace of the caller, ours and
# all else that is where ours is.
lab_marks() {
	if [ "$FIREWALL" = legacy ]; then
		"$LAB_IPTABLES" -t mangle -S
	else
		nft list table inet bal 2>/dev/null
	fi
}

# lab_break_marks: somebody takes away what is done to packets of the box.
lab_break_marks() {
	if [ "$FIREWALL" = legacy ]; then
		"$LAB_IPTABLES" -t mangle -F BAL_OUTPUT
	else
		nft flush chain inet bal output
	fi
}

# lab_translates: bal has rules there that change addresses, as `masquerade = yes`
# wants.
lab_translates() {
	if [ "$FIREWALL" = legacy ]; then
		"$LAB_IPTABLES" -t nat -S | grep -q BAL_
	else
		nft list chain inet bal translate >/dev/null 2>&1
	fi
}

# lab_is_marked: that firewall, and not the other one, has marks of bal's.
lab_is_marked() {
	lab_marks | grep -q -e 'BAL_' -e 'bal layout'
}
export -f lab_firewall lab_marks lab_break_marks lab_translates lab_is_marked

# lab_install FOLDER: its programs are in every hook's PATH, in front of all
# others.
lab_install() {
	local dir=/usr/local/sbin real all
	lab_inside || return
	real=$(mktemp -d "$LAB_DIR"/sbin.XXXXXX) &&
		all=$(mktemp -d "$LAB_DIR"/sbin.XXXXXX) &&
		chmod 755 "$all" && mount --bind "$dir" "$real" || return
	find "$real" -mindepth 1 -maxdepth 1 -exec ln -s -t "$all" {} + &&
		find "$1" -mindepth 1 -maxdepth 1 -type f -perm -u+x \
			-exec ln -sf -t "$all" {} + &&
		mount --bind "$all" "$dir"
}

# /sys/class/net shall list the devices of the box.  A kernel that does not
# allow it loses nothing else.
lab_show_own_sys() {
	mkdir "$LAB_DIR"/cgroup &&
		mount --rbind /sys/fs/cgroup "$LAB_DIR"/cgroup &&
		mount -t sysfs lab /sys &&
		mount --rbind "$LAB_DIR"/cgroup /sys/fs/cgroup
	return 0
} 2>/dev/null
