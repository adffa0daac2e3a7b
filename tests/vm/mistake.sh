# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The machine has booted with a mistake in bal.conf, and nobody is near to mend
# it.

# told REGEX: since boot, under whatever name.
told() {
	journalctl -b -o cat | grep -q -e "$1"
}

for dev in eth3 tun1 tun2; do
	soon "$dev is an uplink" routed $dev
done
is "its right lines count" "$(bal-status --json tun2 2>/dev/null |
	grep -o '"over":"[^"]*"')" '"over":"eth2"'
ok "hooks tell the mistake" told 'bal-up: .*bal.conf:[0-9]*: unknown key "gatway"'
ok "and what counts" told 'bal-up: .*; its wrong lines are left out'
not_ok "a pass of the timer tells it, too" pass
is "by its status" "$(prop bal-check-once ExecMainStatus)" 78
modem_kill 3
pass
ok "it finds a death all the same" is_now eth3 dead
ok "and acts upon it" not_in_group eth3
modem_mend 3
is "--watch begins with it" "$(systemctl start "$WATCH" 2>&1)" ""
soon "and notices the return" in_group eth3
systemctl stop "$WATCH"
sed -i '$d' /etc/bal/bal.conf
ok "mended: a pass" pass
ok "nothing is due" is_settled
ok "no unit has failed" none_failed
echo nonsense >>/etc/bal/bal.conf
since
not_ok "the next mistake" pass
ok "what was right before stays" said bal-check \
	'the configuration from before stays'
