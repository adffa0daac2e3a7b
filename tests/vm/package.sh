# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# dpkg on a running system: upgrade, removal, purge, installation.

# quietly COMMAND...: what it says on an error; else nothing.
package() {
	dpkg "$@" >/run/lab/dpkg 2>&1 || {
		cat /run/lab/dpkg
		return 1
	}
}

# What is loaded, enabled or there of bal's, but the test's own.
rest_of_bal() {
	systemctl list-units --all --plain --no-legend 'bal-*'
	find /etc /run /var /lib/systemd /usr/lib/systemd /usr/sbin \
		/usr/share /usr/lib/udev -xdev -name '*bal[.-]*' -o -name bal
	getent group bal
} 2>/dev/null

not_the_test() {
	grep -vE 'bal-(world|guest)|\.dpkg-tmp|/run/lab|/var/lib/dpkg'
}

# In these minutes nothing but cron calls bal.
test_cron() {
	local line=/etc/cron.d/bal-always
	systemctl --quiet disable --now bal-check.timer
	is "who takes timer and service away has neither" \
		"$(systemctl is-active bal-check.timer bal-check.service |
			sort -u)" inactive
	sed 's/\[ -d [^]]*\] || //' /etc/cron.d/bal >$line
	since
	modem_kill 3
	next_minute
	systemctl restart cron
	soon "cron's pass finds a silent death" is_now eth3 dead
	soon "its words are in the log" said bal-check 'eth3: dead, no answer'
	is "once" "$(journal bal-check | grep -c 'eth3: dead')" 1
	ok "the package's own line has been read" said CRON \
		'command -v bal-check >/dev/null || bal-check'
	rm $line
	modem_mend 3
}

test_upgrade() {
	local pid
	systemctl --quiet enable --now bal-check.service
	pid=$(prop bal-check.service MainPID)
	ok "it upgrades" package -i "${srcdir:?}"/upgrade.deb
	soon "the service goes on with the new program" \
		another_process "$pid"
	is "which is the new one" "$(readlink "/proc/$(prop bal-check.service \
		MainPID)/exe")" /usr/sbin/bal-check
	is "the timer stays as it was" "$(systemctl is-enabled bal-check.timer) \
$(systemctl is-active bal-check.timer)" "disabled inactive"
	ok "the path unit goes on" is_active bal-requests.path
	soon "all are alive" all_alive
	ok "no unit has failed" none_failed
}

test_purge() {
	ok "it is removed" package -r bal
	is "nothing of it runs" "$(systemctl is-active bal-check.service \
		bal-check.timer bal-requests.path | sort -u)" inactive
	ok "the uplinks stay" in_group eth3
	ok "no unit has failed" none_failed
	rm -rf /etc/bal/event.d
	ok "it is purged" package -P bal
	systemctl daemon-reload
	is "nothing is left" "$(rest_of_bal | not_the_test)" ""
	ok "no unit has failed" none_failed
}

test_install() {
	ok "it is installed" package -i "${srcdir:?}"/bal.deb
	is "timer and path unit are active" "$(systemctl is-active \
		bal-check.timer bal-requests.path | paste -s -d ' ')" \
		"active active"
	is "and enabled" "$(systemctl is-enabled \
		bal-check.timer bal-requests.path | paste -s -d ' ')" \
		"enabled enabled"
	is "the service is neither" "$(systemctl is-active bal-check.service) \
$(systemctl is-enabled bal-check.service)" "inactive disabled"
	is "the folder of requests" "$(stat -c '%a %U:%G' /run/bal/requests)" \
		"3770 root:bal"
	next_minute
	soon "the timer has fired" test -e /run/bal/state
	soon "the pass is at its end" idle bal-check-once
	ok "all lines are known from the kernel" bal-status eth3
	ok "bal-down --all" bal-down --all
	is "nothing is left in the kernel" "$(ours)" ""
	ok "it is purged" package -P bal
	systemctl daemon-reload
	is "nothing is left" "$(rest_of_bal | not_the_test)" ""
	ok "no unit has failed" none_failed
}

test_cron
test_upgrade
test_purge
test_install
