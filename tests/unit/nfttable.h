/* nfttable - models, and what a firewall makes of them, for the tests of both. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_NFTTABLE_H
#define TEST_NFTTABLE_H

#include "untouched.h"

#include "firewall/firewall.h"

static struct bal_fw_have *have; /* of the last look_at() */

/* eth1 to ethN, slots 1 to N, of a mask whose inbound values begin at @q. */
static inline struct bal_fw_model
model_of(unsigned n, uint32_t mask, uint32_t q)
{
	struct bal_fw_model m = { .mask = mask };
	const int shift = __builtin_ctz(mask);

	for (unsigned i = 1; i <= n; i++) {
		struct bal_fw_uplink *up = BAL_PUSH(&arena, &m.uplinks);

		assert_non_null(up);
		snprintf(up->dev, sizeof(up->dev), "eth%u", i);
		up->mark = i << shift;
		up->inbound = (q + i) << shift;
	}
	return m;
}

static inline struct bal_fw_model
small(unsigned n)
{
	return model_of(n, MASK, 64);
}

static inline struct bal_fw_model
full(unsigned n)
{
	struct bal_fw_model m = small(n);

	m.masquerade = m.mss_clamp = true;
	return m;
}

/* What leaves by the first one with @prefix keeps it, or has it exchanged. */
static inline void
with_prefix(struct bal_fw_model *m, const char *prefix, const char *becomes)
{
	struct bal_fw_prefix *p = BAL_PUSH(&arena, &m->prefixes);

	assert_non_null(p);
	(void)bal_copy(p->dev, sizeof(p->dev), m->uplinks.v[0].dev);
	assert_int_equal(bal_prefix_parse(prefix, &p->prefix, NULL), 0);
	if (becomes)
		assert_int_equal(bal_prefix_parse(becomes, &p->becomes, NULL),
				 0);
}

/* One selector of each kind, to @class. */
static inline struct bal_fw_select *
selecting(struct bal_fw_model *m, size_t class)
{
	struct bal_fw_select *s = BAL_PUSH(&arena, &m->selects);

	assert_non_null(s);
	*s = (struct bal_fw_select){ .src_set = "", .dst_set = "",
				     .class = class };
	return s;
}

static inline struct bal_fw_class *
class_of(struct bal_fw_model *m, uint32_t value, const char *rule)
{
	struct bal_fw_class *c = BAL_PUSH(&arena, &m->classes);

	assert_non_null(c);
	*c = (struct bal_fw_class){ .mark = value << __builtin_ctz(m->mask) };
	snprintf(c->rule, sizeof(c->rule), "%s", rule);
	return c;
}

static inline void
keeps_to(struct bal_fw_class *c, uint32_t mark)
{
	uint32_t *slot = BAL_PUSH(&arena, &c->members);

	assert_non_null(slot);
	*slot = mark;
}

/* Each packet by one of @m's uplinks, but for addresses that they share. */
static inline void
draws(struct bal_fw_model *m, size_t class)
{
	static const uint32_t weights[] = { 7, 3, 1 };
	struct bal_fw_class *c = class_of(m, 133, "packets");
	struct bal_fw_select *s = BAL_PUSH(&arena, &m->aside);
	struct bal_err ignored;

	assert_non_null(s);
	*s = (struct bal_fw_select){ .src_set = "", .dst_set = "" };
	assert_int_equal(bal_addr_parse("192.168.1.0/24", &s->dst, &ignored), 0);
	for (size_t i = 0; i < m->uplinks.n; i++) {
		struct bal_fw_draw *draw = BAL_PUSH(&arena, &c->draws);

		assert_non_null(draw);
		*draw = (struct bal_fw_draw){ m->uplinks.v[i].inbound,
					      weights[i % 3] };
	}
	(void)selecting(m, class);
}

/* All that classes can be, over @n uplinks; eth2 has been left. */
static inline struct bal_fw_model
classed(unsigned n)
{
	struct bal_fw_model m = small(n);
	struct bal_fw_class *c;
	struct bal_fw_select *s;
	struct bal_err ignored;

	c = class_of(&m, 129, "voip");
	c->sticky_ms = 600000;
	c->tag = 0x191;
	c->refuses = true;
	keeps_to(c, m.uplinks.v[0].mark);
	c = class_of(&m, 130, "again");
	c->sticky_ms = 1000;
	c->tag = 0x191;
	keeps_to(c, m.uplinks.v[0].mark);
	c = class_of(&m, 131, "shut");
	c->refuses = true;
	c = class_of(&m, 132, "none-lives");
	c->sticky_ms = 86400000;
	c->tag = 0x192;
	s = selecting(&m, 0);
	assert_int_equal(bal_addr_parse("203.0.113.32/28", &s->dst, &ignored), 0);
	assert_int_equal(bal_addr_parse("10.0.0.0/8", &s->src, &ignored), 0);
	s = selecting(&m, 1);
	s->proto = 6;
	s->dport = (struct bal_ports){ 873, 873 };
	s->sport = (struct bal_ports){ 1024, 65534 };
	memcpy(s->iif, "lan0", sizeof("lan0"));
	s = selecting(&m, 2);
	s->dst_set = "video";
	s->src_set = "kids";
	s->has_dscp = true;
	s->dscp = 46;
	s = selecting(&m, 3);
	s->has_mark = true;
	s->mark = 0x10;
	s->mark_mask = 0xf0;
	s = selecting(&m, 0);
	s->has_mark = true;
	s->mark = 0x11;
	s->mark_mask = UINT32_MAX;
	s = selecting(&m, 4);
	s->src_set = "kids";
	assert_int_equal(bal_addr_parse("198.51.100.7", &s->dst, &ignored), 0);
	s = selecting(&m, 3);
	assert_int_equal(bal_addr_parse("192.168.77.0/24", &s->src, &ignored), 0);
	draws(&m, m.classes.n + 1);
	if (n > 1)
		m.uplinks.v[1].left = true;
	return m;
}

static inline void
look_at(const struct bal_firewall *by)
{
	const struct bal_fw_scope scope = { .masquerade = true };

	if (by->read(&scope, &arena, &have, &err) < 0)
		fail_msg("%s", err.msg);
}

static inline bool
holds(const struct bal_firewall *by, const struct bal_fw_model *want)
{
	bool same = true;

	look_at(by);
	for (unsigned part = 0; part < by->n_parts; part++)
		same &= have->known[part] && by->same(want, have, part);
	return same;
}

static inline int
try_commit(const struct bal_firewall *by, const struct bal_fw_model *want)
{
	int rc = 0;

	look_at(by);
	for (unsigned part = 0; part < by->n_parts && rc == 0; part++)
		rc = by->commit(want, have, part, 5000, &err);
	return rc;
}

static inline void
commit(const struct bal_firewall *by, const struct bal_fw_model *want)
{
	if (try_commit(by, want) < 0)
		fail_msg("%s", err.msg);
	assert_true(holds(by, want));
}

#endif
