/* doctoring - a healthy box, and what the doctor says when it is not. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_DOCTORING_H
#define TEST_DOCTORING_H

#include "doctor/doctor.h"
#include "world.h"

static struct bal_facts f;
static struct bal_diagnosis d;
static struct bal_conf_trouble trouble;

/* As the plan wants them. */
static inline void
obey_devconf(void)
{
	for (size_t i = 0; i < w.plan.devconf.n; i++) {
		const struct bal_devconf_set *set = &w.plan.devconf.v[i];

		memcpy(link_of(set->dev)->devconf, set->value,
		       sizeof(set->value));
	}
}

/* Plan anew what the test has changed of the world. */
static inline void
see(void)
{
	memset(&w.plan, 0, sizeof(w.plan));
	make_plan();
	f.plan = w.plan;
}

static inline void
name_table(const char *dev)
{
	struct bal_table_name *name = BAL_PUSH(&w.arena, &f.names);

	assert_non_null(name);
	name->id = known(dev)->table;
	assert_int_equal(bal_copy(name->name, sizeof(name->name), dev), 0);
}

/* As the kernel itself makes them. */
static inline struct bal_rule *
kernel_rule(uint32_t priority, uint32_t table)
{
	struct bal_rule *r = BAL_PUSH(&w.arena, &w.snap.rules);

	assert_non_null(r);
	*r = (struct bal_rule){ .priority = priority,
				.protocol = 2,
				.action = BAL_RULE_LOOKUP,
				.table = table,
				.suppress_prefixlen = -1 };
	return r;
}

/* Two modems, everything in order. */
static inline int
healthy(void **state)
{
	setup(state);
	memset(&f, 0, sizeof(f));
	memset(&trouble, 0, sizeof(trouble));
	f.conf = &w.conf;
	f.trouble = &trouble;
	f.state = &w.state;
	f.snap = &w.snap;
	f.uplinks = &w.ups;
	f.looked = f.privileged = f.mangle_loaded = f.watch = true;
	f.conf_path = "/etc/bal/bal.conf";
	w.conf.paths = calloc(1, sizeof(*w.conf.paths));
	w.conf.paths[0] = strdup(f.conf_path);
	f.state_path = "/run/bal/state";
	f.release = 6018;
	f.year = 2026;
	f.clock_synced = BAL_YES;
	f.conntrack_count = f.conntrack_max = -1;
	for (int i = 0; i < BAL_FEATURE_MAX; i++)
		f.features[i] = BAL_YES;
	for (int i = 0; i < BAL_SYSCTL_MAX; i++)
		w.snap.sysctls.of[i] = bal_sysctls[i].ours;
	kernel_rule(0, BAL_TABLE_LOCAL);
	kernel_rule(32766, BAL_TABLE_MAIN);
	kernel_rule(32767, BAL_TABLE_DEFAULT);
	global("rule_priority", "10000");
	for (unsigned i = 1; i <= 2; i++) {
		char dev[16];

		modem(i);
		snprintf(dev, sizeof(dev), "eth%u", i);
		told(dev, "targets", "9.9.9.9");
		name_table(dev);
	}
	see();
	obey_devconf();
	return 0;
}

#define HEALTHY(name) cmocka_unit_test_setup_teardown(name, healthy, teardown)

static inline void
judge(void)
{
	memset(&d, 0, sizeof(d));
	assert_int_equal(bal_doctor_check(&f, &w.arena, &d, &w.err), 0);
}

static inline void
finds_nothing(void)
{
	judge();
	if (d.findings.n)
		fail_msg("found %s: %s", d.findings.v[0].id,
			 d.findings.v[0].what);
}

/* As the configuration is when @faults are in it. */
static inline void
break_conf(unsigned faults)
{
	trouble.why.kind = BAL_ECONF;
	trouble.faults = faults;
	trouble.line = 12;
	(void)bal_copy(trouble.file, sizeof(trouble.file), f.conf_path);
	assert_int_equal(bal_copy(trouble.first, sizeof(trouble.first),
				  "/etc/bal/bal.conf:12: unknown key \"x\""),
			 0);
}

/* Whom it is about: "eth1 eth2". */
static inline const char *
devs_of(const struct bal_finding *found)
{
	static char text[256];

	text[0] = '\0';
	for (size_t i = 0; i < found->devs.n; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "%s%s", i ? " " : "", found->devs.v[i]);
	return text;
}

/* This finding, and no other, about these uplinks. */
static inline const struct bal_finding *
finds(enum bal_severity severity, const char *id, const char *devs)
{
	const struct bal_finding *found;

	judge();
	for (size_t i = 0; i < d.findings.n; i++)
		if (strcmp(d.findings.v[i].id, id) != 0)
			fail_msg("found %s, too: %s", d.findings.v[i].id,
				 d.findings.v[i].what);
	assert_int_equal(d.findings.n, 1);
	found = &d.findings.v[0];
	assert_int_equal(found->severity, severity);
	assert_string_equal(devs_of(found), devs);
	assert_true(found->what[0] && found->why[0]);
	return found;
}

static inline struct bal_stanza *
stanza(const char *name)
{
	struct bal_stanza *s = BAL_PUSH(&w.arena, &f.stanzas);

	assert_non_null(s);
	assert_int_equal(bal_copy(s->name, sizeof(s->name), name), 0);
	s->path = "/etc/network/interfaces";
	s->line = s->last = 1;
	return s;
}

static inline void
says(struct bal_stanza *s, const char *name, const char *value)
{
	struct bal_stanza_option *o = BAL_PUSH(&w.arena, &s->options);

	assert_non_null(o);
	*o = (struct bal_stanza_option){ name, value, s->path,
					 s->line + (unsigned)s->options.n };
}

static inline void
configured_as(const char *dev, const char *name)
{
	struct bal_configured *c = BAL_PUSH(&w.arena, &f.configured);

	assert_non_null(c);
	assert_int_equal(bal_copy(c->dev, sizeof(c->dev), dev), 0);
	assert_int_equal(bal_copy(c->stanza, sizeof(c->stanza), name), 0);
}

/* One that is no uplink. */
static inline struct bal_link *
other_device(const char *name)
{
	device(name);
	/* The uplinks' devices have moved. */
	see();
	return link_of(name);
}

/* Of tun1 over eth1, and all is well. */
static inline struct bal_client *
client(void)
{
	struct bal_client *c;

	tunnel(1, 3);
	name_table("tun1");
	see();
	obey_devconf();
	c = BAL_PUSH(&w.arena, &f.clients);
	assert_non_null(c);
	c->path = "/etc/openvpn/client/eth1.conf";
	assert_int_equal(bal_copy(c->dev, sizeof(c->dev), "tun1"), 0);
	c->has_local = c->looked_up = true;
	c->local = addr("192.168.1.101");
	c->remote = addr("198.51.100.1");
	assert_int_equal(bal_copy(c->leaves, sizeof(c->leaves), "eth1"), 0);
	return c;
}

#define NOTE BAL_SEVERITY_NOTE
#define RISK BAL_SEVERITY_RISK
#define BROKEN BAL_SEVERITY_BROKEN

#endif
