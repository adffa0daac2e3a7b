# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Debian's kernels for tests/vm/kernels, unpacked in kernels/VERSION; a part of
# bootstrap, to be sourced by it alone.
# shellcheck disable=SC2154 # tmp and build are bootstrap's

# kernel_release VERSION: the Debian release whose kernel it is.
kernel_release() {
	case $1 in
	6.1) echo bookworm ;;
	6.12) echo trixie ;;
	*) return 1 ;;
	esac
}

# release_sources RELEASE FILE: from the mirror that the system uses.
release_sources() {
	for keys in /usr/share/keyrings/debian-archive-keyring.*; do
		[ ! -f "$keys" ] || signed="[signed-by=$keys] "
	done
	# shellcheck disable=SC2016 # for the inner shell
	bash -c '. tests/run/system.sh && system_release "$1"' release "$1" |
		sed "s|^deb |&${signed-}|" >"$2"
	[ -s "$2" ] || {
		echo "the distribution's own sources are not known to apt"
		return 1
	}
}

# kernel_package VERSION: the package's name with its whole version, which the
# one that is always the newest depends on.
kernel_package() {
	kernel=$(apt-cache depends linux-image-amd64 2>/dev/null |
		sed -n 's/.*Depends: *\(linux-image-[0-9]\)/\1/p' | head -n 1)
	case $kernel in
	"linux-image-$1."*) echo "$kernel" ;;
	*)
		echo "no Linux $1, but ${kernel:-none}" >&2
		return 1 ;;
	esac
}

# unpack_kernel DEB DIR: the kernel, and the modules that tests can need, which
# are not packed any more: the emulated machine would be slow at that.
unpack_kernel() {
	dpkg-deb --fsys-tarfile "$1" | tar -x -C "$2" --exclude='./usr/share/*' \
		--exclude='*/kernel/sound/*'
	mv "$2"/boot/vmlinuz-* "$2/vmlinuz"
	[ -d "$2/lib" ] || mv "$2/usr/lib" "$2/lib"
	rm -rf "${2:?}/boot" "${2:?}/usr"
	for drivers in "$2"/lib/modules/*/kernel/drivers; do
		mkdir "$drivers.some" "$drivers.some/net"
		mv "$drivers"/net/*.ko* "$drivers"/net/ppp \
			"$drivers"/net/wireguard "$drivers.some/net/"
		mv "$drivers/virtio" "$drivers.some/"
		rm -rf "$drivers"
		mv "$drivers.some" "$drivers"
	done
	find "$2/lib/modules" -name '*.ko.xz' -exec unxz {} +
}

# fetch_kernel VERSION RELEASE DIR: apt checks the signatures.
fetch_kernel() {
	apt=$tmp/apt-$2
	mkdir -p "$apt/sources" "$apt/deb"
	release_sources "$2" "$apt/sources/only.list"
	private_apt "$apt" deb amd64
	kernel=$(kernel_package "$1")
	(cd "$apt/deb" && apt-get -q download "$kernel")
	rm -rf "$3" "$3.new"
	mkdir -p "$3.new"
	unpack_kernel "$apt/deb"/*.deb "$3.new"
	mv "$3.new" "$3"
}

# do_kernel VERSION: the one that cannot be had is not an error: what is run on
# it is skipped.
do_kernel() {
	if [ -d "kernels/$1" ]; then
		step "Linux $1: there already" true
	elif ! release=$(kernel_release "$1"); then
		say "Linux $1: in no release of Debian that is known here"
	elif ! command -v apt-get >/dev/null; then
		say "Linux $1: no apt-get here"
	else
		(step "Linux $1: the package of $release" \
			fetch_kernel "$1" "$release" "kernels/$1") || :
	fi
}

# known_tests [VERSION]... [TEST]...: before anything is fetched for them.
known_tests() {
	for word; do
		case $word in
		[0-9]*) ;;
		*) [ -f "tests/netns/$word.test" ] || {
			echo "bootstrap: no test tests/netns/$word.test" >&2
			exit 64
		} ;;
		esac
	done
}

# do_kernels [VERSION]... [TEST]...
do_kernels() {
	case " $*" in
	*" "[0-9]*) ;;
	*) set -- 6.1 6.12 "$@" ;;
	esac
	for word; do
		case $word in
		[0-9]*) do_kernel "$word" ;;
		esac
	done
	bash tests/vm/kernels "$build" "$@"
}
