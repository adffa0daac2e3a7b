# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What bal-doctor finds of the clock and of the size of the connection table: these
# are one for a machine, so the fixes are carried out here alone.
# shellcheck source-path=SCRIPTDIR source=../netns/doctor.sh
. "${srcdir:?}"/tests/netns/doctor.sh

is_found() {
	found | grep -qx "$1"
}

not_found() {
	! is_found "$1"
}

# A server of the time that goes by what has passed since boot, whatever this
# machine's clock shows.
time_server() {
	cat >/run/lab/time.pl <<-'END'
		use Socket;
		my ($address, $now) = @ARGV;
		sub passed { open(my $f, "<", "/proc/uptime"); (split " ", <$f>)[0] }
		my $begun = passed();
		socket(my $s, PF_INET, SOCK_DGRAM, 0) or die;
		bind($s, sockaddr_in(123, inet_aton($address))) or die;
		$| = 1;
		print "ready\n";
		while (my $from = recv($s, my $asked, 512, 0)) {
			my $t = $now + passed() - $begun + 2208988800;
			my $stamp = pack("N2", int $t, ($t - int $t) * 4294967296);
			send($s, pack("C4 N2 a4", 0x24, 1, 6, 0xec, 0, 0, "LOCL") .
				$stamp . substr($asked, 40, 8) . $stamp . $stamp,
				0, $from);
		}
	END
	lab_spawn server /run/lab/log/time perl /run/lab/time.pl "$LAB_SERVER" \
		"$(date +%s)"
	TIME_SERVER=$LAB_PID
	wait_for "$PATIENCE" grep -qsx ready /run/lab/log/time
}

# begin_clock: nothing sets it.  A client of OpenVPN goes by it.
begin_clock() {
	systemctl stop openvpn@client-eth1 "$CLIENT" bal-check.timer
	mkdir -p /etc/systemd/timesyncd.conf.d
	printf '[Time]\nNTP=%s\nFallbackNTP=\n' "$LAB_SERVER" \
		>/etc/systemd/timesyncd.conf.d/test.conf
	timedatectl set-ntp no
}

end_clock() {
	kill "$TIME_SERVER"
	timedatectl set-ntp no
	systemctl start openvpn@client-eth1 "$CLIENT" bal-check.timer
}

year() {
	[ "$(date +%Y)" -eq "$1" ]
}

test_clock() {
	local this
	this=$(date +%Y)
	ok "a server of the time" time_server
	begin_clock
	ok "nothing sets the clock" is_found clock-free
	is "its fix is systemd's" "$(mend clock-free)" \
		"timedatectl set-ntp yes || apt-get install systemd-timesyncd"
	ok "its fix works" fix clock-free
	soon "the clock is set" not_found clock-free
	timedatectl set-ntp no
	rm -f /var/lib/systemd/timesync/clock
	date -s "1990-05-06 07:08:09" >/dev/null
	ok "a clock that begins anew" is_found clock
	not_ok "no more is said of it" is_found clock-free
	ok "its fix works" fix clock
	soon "it shows this year" year "$this"
	soon "and bal-doctor finds nothing" not_found clock
	end_clock
	soon "tunnels come back" all_alive tun1 tun2
}

test_conntrack() {
	local max=net.netfilter.nf_conntrack_max was
	was=$(sysctl -n $max)
	not_ok "a table with room" is_found conntrack-full
	sysctl -qw "$max=$(sysctl -n net.netfilter.nf_conntrack_count)"
	ok "a table that is full" is_found conntrack-full
	ok "its fix works" fix conntrack-full
	# Half full is much for so small a table.
	ok "once more" fix conntrack-full
	ok "there is room" not_found conntrack-full
	sysctl -qw "$max=$was"
}

test_clock
test_conntrack
ok "no unit has failed" none_failed
