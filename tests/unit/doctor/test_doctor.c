// SPDX-License-Identifier: GPL-2.0-or-later
/* test_doctor - the kernel, its settings, bal's files; and how it is shown. */
#include "../doctoring.h"

static void
a_healthy_box_has_no_findings(void **state)
{
	(void)state;
	finds_nothing();
	assert_false(bal_doctor_problem(&d));
}

static void
nor_has_one_without_uplinks(void **state)
{
	struct bal_facts bare = { 0 };

	(void)state;
	bare = f;
	memset(&w.ups, 0, sizeof(w.ups));
	bare.watch = false;
	bare.release = 5010;
	w.snap.sysctls.of[BAL_SYSCTL_HASH_POLICY] = 0;
	bare.all[BAL_DC_ARP_FILTER] = 1;
	memset(&bare.plan, 0, sizeof(bare.plan));
	f = bare;
	finds_nothing();
}

static void
what_the_kernel_lacks(void **state)
{
	static const struct {
		enum bal_feature feature;
		enum bal_severity severity;
		const char *id;
	} lacks[] = {
		{ BAL_FEATURE_RULES, BROKEN, "no-rules" },
		{ BAL_FEATURE_MULTIPATH, BROKEN, "no-multipath" },
		{ BAL_FEATURE_NEXTHOPS, NOTE, "no-nexthops" },
		{ BAL_FEATURE_MANGLE, RISK, "no-mangle" },
		{ BAL_FEATURE_CONNTRACK, RISK, "no-conntrack-match" },
		{ BAL_FEATURE_CONNMARK, RISK, "no-connmark" },
		{ BAL_FEATURE_MARK, RISK, "no-mark" },
		{ BAL_FEATURE_CGROUP_BPF, NOTE, "no-cgroup-bpf" },
	};

	(void)state;
	assert_int_equal(N(lacks), BAL_FEATURE_MAX);
	for (size_t i = 0; i < N(lacks); i++) {
		f.features[lacks[i].feature] = BAL_NO;
		finds(lacks[i].severity, lacks[i].id, "");
		assert_int_equal(bal_doctor_problem(&d), lacks[i].severity != NOTE);
		/* Nobody knows: nothing is claimed. */
		f.features[lacks[i].feature] = BAL_UNKNOWN;
		finds_nothing();
	}
}

/* What was left out of a kernel cannot be loaded. */
static void
what_fixes_it(void **state)
{
	(void)state;
	f.features[BAL_FEATURE_MANGLE] = BAL_NO;
	assert_string_equal(finds(RISK, "no-mangle", "")->fix,
			    "modprobe iptable_mangle");
	f.left_out = 1u << BAL_FEATURE_MANGLE;
	assert_non_null(strstr(finds(RISK, "no-mangle", "")->fix,
			       "apt-get install linux-image"));
	f.features[BAL_FEATURE_MANGLE] = BAL_YES;
	f.features[BAL_FEATURE_MULTIPATH] = BAL_NO;
	assert_string_equal(finds(BROKEN, "no-multipath", "")->fix,
			    "bal-mode --save solo");
	f.mode = BAL_MODE_SOLO;
	finds_nothing();
}

static void
an_old_kernel(void **state)
{
	const struct bal_finding *found;

	(void)state;
	f.release = 6015;
	found = finds(NOTE, "old-kernel", "");
	assert_string_equal(found->what, "Linux 6.15 is older than 6.16");
	f.release = 6016;
	finds_nothing();
	f.release = 0;
	finds_nothing();
}

static void
too_old_for_exec(void **state)
{
	(void)state;
	f.release = 5011;
	judge();
	assert_int_equal(d.findings.n, 2);
	assert_string_equal(d.findings.v[1].id, "old-kernel-exec");
	assert_string_equal(d.findings.v[1].what,
			    "Linux 5.11 is older than 5.12");
	assert_false(bal_doctor_problem(&d));
	/* Said already. */
	f.features[BAL_FEATURE_CGROUP_BPF] = BAL_NO;
	judge();
	assert_int_equal(d.findings.n, 2);
	assert_string_equal(d.findings.v[0].id, "no-cgroup-bpf");
	f.features[BAL_FEATURE_CGROUP_BPF] = BAL_UNKNOWN;
	f.release = 5012;
	finds(NOTE, "old-kernel", "");
}

static void
settings_of_the_box(void **state)
{
	int32_t *policy = &w.snap.sysctls.of[BAL_SYSCTL_HASH_POLICY];
	int32_t *errors = &w.snap.sysctls.of[BAL_SYSCTL_ICMP_ERRORS];

	(void)state;
	*policy = 0;
	finds(RISK, "hash-policy", "");
	*policy = 3;
	finds_nothing();
	*policy = -1;
	finds_nothing();
	*errors = 0;
	finds(RISK, "icmp-errors", "");
	*errors = -1;
	finds_nothing();
}

static void
a_setting_of_a_device(void **state)
{
	const struct bal_finding *found;

	(void)state;
	link_of("eth2")->devconf[BAL_DC_ARP_FILTER] = 1;
	found = finds(RISK, "sysctl", "eth2");
	assert_string_equal(found->what,
			    "net.ipv4.conf.eth2.arp_filter is 1 instead of 0");
	link_of("eth1")->devconf[BAL_DC_ARP_FILTER] = 1;
	found = finds(RISK, "sysctl", "eth1 eth2");
	assert_string_equal(found->what,
			    "net.ipv4.conf.*.arp_filter is 1 instead of 0");
	link_of("eth1")->devconf[BAL_DC_ARP_FILTER] = 2;
	judge();
	assert_int_equal(d.findings.n, 2);
	link_of("eth1")->devconf[BAL_DC_ARP_FILTER] = 0;
	/* Devices whose settings cannot be seen, and no uplinks, are spared. */
	link_of("eth2")->has_devconf = false;
	finds_nothing();
	link_of("eth2")->has_devconf = true;
	known("eth2")->admin_up = false;
	see();
	finds_nothing();
}

static void
settings_of_all(void **state)
{
	(void)state;
	f.all[BAL_DC_ARP_FILTER] = 1;
	finds(RISK, "sysctl-all", "");
	f.all[BAL_DC_ARP_FILTER] = -1;
	f.all[BAL_DC_ARP_IGNORE] = 2;
	finds(RISK, "sysctl-all", "");
	f.all[BAL_DC_ARP_IGNORE] = 1;
	/* Of 1 and the device's 2 the kernel takes 2. */
	f.all[BAL_DC_RP_FILTER] = 1;
	finds_nothing();
}

static void
rp_filter_of_all_and_one_address(void **state)
{
	(void)state;
	w.snap.addrs.v[1].addr = w.snap.addrs.v[0].addr;
	see();
	obey_devconf();
	assert_string_equal(finds(NOTE, "same-address", "eth1 eth2")->what,
			    "they have the same address, 192.168.1.101");
	f.all[BAL_DC_RP_FILTER] = 1;
	judge();
	assert_int_equal(d.findings.n, 2);
	/* The worst comes first. */
	assert_string_equal(d.findings.v[0].id, "sysctl-all");
}

static void
connections(void **state)
{
	const struct bal_finding *found;

	(void)state;
	f.conntrack_max = 100000;
	f.conntrack_count = 79999;
	finds_nothing();
	f.conntrack_count = 80000;
	found = finds(RISK, "conntrack-full", "");
	assert_string_equal(found->what, "the connection table is full to 80 "
					 "per cent of 100000");
	assert_string_equal(found->fix,
			    "sysctl -w net.netfilter.nf_conntrack_max=200000");
	f.conntrack_count = 95000;
	finds(BROKEN, "conntrack-full", "");
	/* A small one is no fault as long as there is room for a burst. */
	f.conntrack_max = 7168;
	f.conntrack_count = 5168;
	finds_nothing();
	f.conntrack_count = 5169;
	found = finds(RISK, "conntrack-full", "");
	assert_string_equal(found->fix,
			    "sysctl -w net.netfilter.nf_conntrack_max=14336");
	f.conntrack_max = 1000;
	f.conntrack_count = 499;
	finds_nothing();
	f.conntrack_count = 500;
	finds(RISK, "conntrack-full", "");
	f.conntrack_max = INT32_MAX;
	f.conntrack_count = INT32_MAX;
	finds(BROKEN, "conntrack-full", "");
	f.conntrack_max = 0;
	finds_nothing();
}

static void
clocks(void **state)
{
	(void)state;
	f.year = 1970;
	assert_string_equal(finds(RISK, "clock", "")->fix,
			    "apt-get install chrony");
	f.systemd = true;
	assert_string_equal(finds(RISK, "clock", "")->fix,
			    "timedatectl set-ntp yes || "
			    "apt-get install systemd-timesyncd");
	f.year = 2024;
	finds_nothing();
	/* Certificates are OpenVPN's. */
	f.clock_synced = BAL_NO;
	finds_nothing();
	tunnel(1, 3);
	name_table("tun1");
	see();
	obey_devconf();
	finds(NOTE, "clock-free", "");
	f.clock_synced = BAL_UNKNOWN;
	finds_nothing();
}

static void
files_of_bal(void **state)
{
	const struct bal_finding *found;

	(void)state;
	break_conf(1);
	found = finds(BROKEN, "configuration", "");
	assert_string_equal(found->what,
			    "the configuration cannot be used: "
			    "/etc/bal/bal.conf:12: unknown key \"x\"");
	assert_string_equal(found->fix, "editor +12 /etc/bal/bal.conf");
	break_conf(3);
	trouble.line = 0;
	found = finds(BROKEN, "configuration", "");
	assert_non_null(strstr(found->what, "key \"x\" (and 2 more)"));
	assert_string_equal(found->fix, "editor /etc/bal/bal.conf");
	/* Who may not read it knows nothing of it. */
	trouble.why.kind = BAL_EPERM;
	finds_nothing();
	trouble.faults = 0;
	f.state_damaged = true;
	found = finds(RISK, "state", "");
	assert_string_equal(found->fix, "bal-check --no-probe");
}

/* Nothing is claimed that it could refute, no mend needs it. */
static void
a_wrong_configuration_comes_first(void **state)
{
	(void)state;
	/* Broken as well, and looked at before. */
	f.features[BAL_FEATURE_RULES] = BAL_NO;
	f.state_damaged = true;
	f.due = 3;
	link_of("eth2")->devconf[BAL_DC_ARP_FILTER] = 1;
	known("eth1")->options.n_targets = 0;
	known("eth1")->options.has &= ~(uint64_t)BAL_SET_TARGETS;
	f.names.n = 0;
	see();
	judge();
	assert_int_equal(d.findings.n, 7);
	break_conf(1);
	judge();
	assert_int_equal(d.findings.n, 3);
	assert_string_equal(d.findings.v[0].id, "configuration");
	assert_string_equal(d.findings.v[1].id, "no-rules");
	assert_string_equal(d.findings.v[2].id, "state");
	for (size_t i = 0; i < d.findings.n; i++)
		assert_null(strstr(d.findings.v[i].fix, "bal-"));
}

static void
tables_without_names(void **state)
{
	const struct bal_finding *found;

	(void)state;
	f.names.n = 1;
	found = finds(NOTE, "table-name", "eth2");
	assert_string_equal(found->fix, "bal-addtable eth2 2");
}

static void
a_kernel_that_cannot_be_read(void **state)
{
	(void)state;
	/* Nothing of it may be looked at. */
	f.looked = false;
	f.snap = NULL;
	f.uplinks = NULL;
	f.look_fault = "cannot open netlink: Permission denied";
	finds(BROKEN, "unreadable", "");
}

static void
memory_runs_out(void **state)
{
	(void)state;
	w.snap.sysctls.of[BAL_SYSCTL_HASH_POLICY] = 0;
	w.arena.oom = true;
	assert_int_equal(bal_doctor_check(&f, &w.arena, &d, &w.err), -1);
	w.arena.oom = false;
}

/* --- how it is shown ------------------------------------------------------- */

static const char *
printed(const struct bal_doctor_voice *voice)
{
	FILE *out;

	w.text[0] = '\0';
	out = fmemopen(w.text, sizeof(w.text), "w");
	assert_non_null(out);
	bal_doctor_print(&d, voice, out);
	assert_int_equal(fclose(out), 0);
	return w.text;
}

static void
unseen(const char *what)
{
	const char **slot = BAL_PUSH(&w.arena, &f.unseen);

	assert_non_null(slot);
	*slot = what;
}

static void
nothing_in_words(void **state)
{
	(void)state;
	judge();
	assert_string_equal(printed(&bal_doctor_text),
			    "nothing stands in the way\n");
	assert_string_equal(
		printed(&bal_doctor_json),
		"{\"version\":1,\"findings\":[],\"not_looked_at\":[],"
		"\"problem\":false}\n");
	unseen("iptables: root is needed");
	assert_string_equal(printed(&bal_doctor_text),
			    "nothing stands in the way\n\n"
			    "not looked at: iptables: root is needed\n");
	bal_doctor_hush(&d);
	assert_string_equal(printed(&bal_doctor_text), "");
}

static void
findings_in_words(void **state)
{
	(void)state;
	w.snap.sysctls.of[BAL_SYSCTL_HASH_POLICY] = 0;
	f.release = 6001;
	judge();
	assert_string_equal(
		printed(&bal_doctor_text),
		"risk: net.ipv4.fib_multipath_hash_policy is 0\n"
		"        All connections to one address share one uplink. "
		"bal-up sets it to 1;\n"
		"        it has been set back, or it could not be "
		"written.\n"
		"     -> sysctl -w net.ipv4.fib_multipath_hash_policy=1\n"
		"\n"
		"note: Linux 6.1 is older than 6.16\n"
		"        All TCP connections of this box's own to one address "
		"and port take the\n"
		"        same uplink. UDP, forwarded connections and those to "
		"different servers\n"
		"        are spread as they should.\n");
	bal_doctor_hush(&d);
	assert_int_equal(d.findings.n, 1);
	assert_true(bal_doctor_problem(&d));
}

static void
control_characters_are_not_shown(void **state)
{
	(void)state;
	f.look_fault = "a\033[2Jb\n";
	unseen("\177c\303\244");
	judge();
	printed(&bal_doctor_text);
	assert_non_null(strstr(w.text, "cannot be read: a?[2Jb?\n"));
	assert_non_null(strstr(w.text, "not looked at: ?c\303\244\n"));
}

static void
findings_in_json(void **state)
{
	(void)state;
	break_conf(1);
	unseen("a\nb");
	judge();
	printed(&bal_doctor_json);
	assert_non_null(strstr(
		w.text, "\"findings\":[{\"severity\":\"broken\",\"id\":"
			"\"configuration\",\"uplinks\":[],\"what\":\"the "
			"configuration cannot be used: /etc/bal/bal.conf:12: "
			"unknown key \\\"x\\\"\",\"why\":\"A command"));
	assert_non_null(strstr(
		w.text, "\"fix\":\"editor +12 /etc/bal/bal.conf\"}],"
			"\"not_looked_at\":[\"a\\u000ab\"],\"problem\":true}\n"));
}

static void
uplinks_in_words(void **state)
{
	(void)state;
	link_of("eth1")->devconf[BAL_DC_ARP_FILTER] = 1;
	link_of("eth2")->devconf[BAL_DC_ARP_FILTER] = 1;
	judge();
	printed(&bal_doctor_text);
	assert_non_null(strstr(w.text, "risk: eth1, eth2: net.ipv4.conf."));
	printed(&bal_doctor_json);
	assert_non_null(strstr(w.text, "\"uplinks\":[\"eth1\",\"eth2\"],"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HEALTHY(a_healthy_box_has_no_findings),
		HEALTHY(nor_has_one_without_uplinks),
		HEALTHY(what_the_kernel_lacks),
		HEALTHY(what_fixes_it),
		HEALTHY(an_old_kernel),
		HEALTHY(too_old_for_exec),
		HEALTHY(settings_of_the_box),
		HEALTHY(a_setting_of_a_device),
		HEALTHY(settings_of_all),
		HEALTHY(rp_filter_of_all_and_one_address),
		HEALTHY(connections),
		HEALTHY(clocks),
		HEALTHY(files_of_bal),
		HEALTHY(a_wrong_configuration_comes_first),
		HEALTHY(tables_without_names),
		HEALTHY(a_kernel_that_cannot_be_read),
		HEALTHY(memory_runs_out),
		HEALTHY(nothing_in_words),
		HEALTHY(findings_in_words),
		HEALTHY(control_characters_are_not_shown),
		HEALTHY(findings_in_json),
		HEALTHY(uplinks_in_words),
	};

	return cmocka_run_group_tests_name("doctor", tests, NULL, NULL);
}
