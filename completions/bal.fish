# SPDX-License-Identifier: GPL-2.0-or-later
# Completion for fish: options of every command from its --help, so that there is
# no second list of them; uplinks from bal-status, devices from the kernel.

# The options that the command has, one a line, a tab before the help about each.
function __bal_options
	$argv[1] --help 2>/dev/null </dev/null |
		sed -nE 's/^  (-., |    )(--[a-z][a-z0-9-]*)( [A-Z]+)? +(.*)/\2\t\4/p'
end

# The uplinks: first column of the table, between its head and the remarks.
function __bal_uplinks
	bal-status 2>/dev/null </dev/null | awk '
		/^[^ ]*:/ || NF < 2 { if (inside) exit; next }
		inside { print $1 }
		$1 == "UPLINK" { inside = 1 }'
end

function __bal_devices
	for path in /sys/class/net/*/
		set -l name (string replace -r '.*/([^/]+)/$' '$1' -- $path)
		test $name = lo; or echo $name
	end
end

# The next word of a packet, of bal-status --explain, behind those of $argv.
function __bal_packet
	switch $argv[-1]
		case proto
			string split ' ' 'tcp udp icmp sctp gre esp'
		case iif oif
			__bal_devices
		case to from sport dport mark uid
		case '*'
			for word in to from proto sport dport iif oif mark uid
				contains -- $word $argv; or echo $word
			end
	end
end

function __bal_complete
	set -l words (commandline -opc)
	set -l command (string replace -r '.*/' '' -- $words[1])
	set -l current (commandline -ct)
	switch $words[-1]
		case -c --config --conf
			__fish_complete_path $current
			return
		case --test-event
			string split ' ' 'up down alive degraded dead cap_75 cap_95 cap_100 ipv6_dead ipv6_alive mode revive tunnel_restarted all-dead last_resort balance online conf_wrong conf_right'
			return
		case --output
			__fish_complete_path $current
			return
		case --expect
			__bal_uplinks
			return
		case -o --over
			echo any
			__bal_uplinks
			return
		case --mptcp
			__fish_complete_command
			return
		case -g --gateway -w --weight -p --priority --interval --rounds --for --part \
				--url --upload --iperf3 --size --time
			return
	end
	if string match -q -- '-*' $current
		__bal_options $words[1]
		return
	end
	if contains -- --explain $words; or contains -- -e $words
		__bal_packet $words
		return
	end
	switch $command
		case bal-up
			__bal_devices
		case bal-try
			string split ' ' 'bal-mode bal-up bal-down'
		case bal-mode
			string split ' ' 'multi solo'
		case bal-down bal-status bal-exec bal-measure bal-ovpn
			__bal_uplinks
	end
end

for command in bal-addtable bal-check bal-doctor bal-down bal-exec \
		bal-measure bal-mode bal-ovpn bal-status bal-try bal-up
	complete -c $command -f -a '(__bal_complete)'
end
