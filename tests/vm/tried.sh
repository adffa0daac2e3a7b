# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The machine has booted while a change was on trial: it is reverted by the first
# hook, before that reads bal.conf.

# by_hook REGEX: what a hook of ifup has said in this boot.
by_hook() {
	journalctl -b -o cat -u networking -u ifup@eth3 | grep -e "$1"
}

is "the system has come up" "$(timeout 120 systemctl is-system-running --wait)" \
	running
not_ok "nothing is on trial" test -e /var/lib/bal/try/record
ok "bal.conf is as before" cmp /etc/bal/bal.conf \
	"${srcdir:?}"/conf.before
ok "which ifup's first hook has seen to" by_hook \
	'^bal-[a-z]*: a change by bal-try was not confirmed in time, and is reverted'
is "how it ended" "$(cat /run/bal/tried)" "reverted: it was not confirmed in time"
for dev in eth1 eth2 eth3 tun1 tun2; do
	soon "$dev is an uplink" bal-status $dev
done
ok "the weight is as before" grep -q '"weight":1[,}]' \
	<<<"$(bal-status --json eth3)"
soon "each has what it should have" is_settled
ok "no unit has failed" none_failed
rm "$srcdir"/conf.before
