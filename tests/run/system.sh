# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A fresh system in a folder, of the packages that apt of this machine has
# sources for.  To be sourced.

# The distribution's own sources.
system_sources() {
	# shellcheck disable=SC2016 # apt expands them
	apt-get indextargets --format \
		'deb $(REPO_URI) $(RELEASE) $(COMPONENT) #$(CREATED_BY) $(ORIGIN)' |
		sed -n -E 's/ #Packages (Debian|Ubuntu)$//p' | sort -u
}

# system_release RELEASE: its source, from the mirror of the distribution's own.
system_release() {
	system_sources | awk -v release="$1" '
		$1 == "deb" && $3 !~ /-/ { print "deb", $2, release, $4; exit }'
}

# system_needs DEB: what the package depends on, of alternatives the first.
system_needs() {
	dpkg-deb -f "$1" Depends |
		sed -E 's/ *\([^)]*\)//g; s/ *\|[^,]*//g; s/, /,/g'
}

# system_make ROOT PACKAGES [OPTION]...: what is essential and PACKAGES, by
# mmdebstrap with more OPTIONs; ROOT.* are files on the way.
system_make() {
	local root=$1 packages=$2
	shift 2
	apt-config dump | grep -E '^Acquire::.*Proxy' >"$root".apt
	system_sources >"$root".list
	mmdebstrap --quiet --mode=root --variant=minbase \
		--aptopt="$root".apt --include="$packages" \
		--keyring=/usr/share/keyrings "$@" \
		'' "$root" "$root".list </dev/null
}

# system_run ROOT COMMAND...: there.
system_run() {
	local root=$1
	shift
	chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C \
		DEBIAN_FRONTEND=noninteractive "$@" </dev/null
}

# system_upgrade DEB FILE FOLDER: the same package with a higher version;
# FOLDER is used on the way.
system_upgrade() {
	dpkg-deb -R "$1" "$3" &&
		sed -i 's/^Version: .*/&+upgrade/' "$3"/DEBIAN/control &&
		dpkg-deb -b "$3" "$2" >/dev/null
}
