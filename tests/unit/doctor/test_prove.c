// SPDX-License-Identifier: GPL-2.0-or-later
/* test_prove - what the plan promises of datagrams, and what was seen of them. */
#include "../doctoring.h"
#include "doctor/facts/prove.h"

static struct bal_proofs proofs;

/* Of this box, or by @iif; its promise is made. */
static struct bal_proof *
datagram(const char *from, const struct bal_link *iif)
{
	const struct bal_snapshot kernel =
		bal_prove_promised_kernel(&f, &w.arena);
	struct bal_proof *p = BAL_PUSH(&w.arena, &proofs.v);

	assert_non_null(p);
	*p = (struct bal_proof){ .what = "UDP", .asked = true };
	p->packet.iif = iif;
	assert_int_equal(bal_host_parse("192.0.2.1", &p->packet.dst, NULL), 0);
	if (*from)
		assert_int_equal(bal_host_parse(from, &p->packet.src, NULL), 0);
	bal_prove_promise(&f, &kernel, &w.arena, p);
	f.proofs = &proofs;
	return p;
}

static struct bal_proof *
sent(const char *from)
{
	return datagram(from, NULL);
}

static struct bal_proof *
come(const char *from)
{
	return datagram(from, device("lan0"));
}

static void
seen(struct bal_proof *p, const char *dev, const char *src)
{
	struct bal_proof_sight *s = BAL_PUSH(&w.arena, &p->sights);

	assert_non_null(s);
	*s = (struct bal_proof_sight){ .ifindex = link_of(dev)->ifindex };
	assert_int_equal(bal_host_parse(src, &s->src, NULL), 0);
}

static void
begin(void)
{
	memset(&proofs, 0, sizeof(proofs));
}

static const char *
own(const char *dev)
{
	static char text[BAL_ADDR_STRLEN];

	return bal_addr_host_str(&bal_facts_uplink(&f, dev)->v4.addrs[0]->addr,
				 text);
}

static const char *
worst(void)
{
	judge();
	return d.findings.n ? d.findings.v[0].id : "";
}

static void
by_any_that_shares(void **state)
{
	struct bal_proof *p;

	(void)state;
	begin();
	p = sent("");
	assert_int_equal(p->promised.n, 2);
	assert_int_equal(p->promised.v[0].percent, 50);
	seen(p, "eth2", own("eth2"));
	assert_string_equal(worst(), "proof-sent");
	/* From there by another one, too: a copy. */
	seen(p, "eth1", own("eth1"));
	assert_string_equal(worst(), "proof-sent");
}

static void
bound_by_its_own_alone(void **state)
{
	struct bal_proof *p;

	(void)state;
	begin();
	p = sent(own("eth1"));
	assert_int_equal(p->promised.n, 1);
	assert_string_equal(p->promised.v[0].link->name, "eth1");
	assert_string_equal(worst(), "proof-unseen");
	p->lenient = true;
	assert_string_equal(worst(), "proof-sent");
	seen(p, "eth1", own("eth2"));
	assert_string_equal(worst(), "proof-source");
	seen(p, "eth2", own("eth1"));
	assert_string_equal(worst(), "proof-elsewhere");
}

static void
who_asks_on_a_link(void **state)
{
	struct bal_proof *p;

	(void)state;
	begin();
	p = sent(own("eth1"));
	p->asks = true;
	p->promised.v[0].on_link = true;
	seen(p, "eth1", own("eth1"));
	p->sights.v[0].arp = true;
	assert_string_equal(worst(), "proof-sent");
	assert_int_equal(bal_host_parse(own("eth2"), &p->sights.v[0].src, NULL),
			 0);
	assert_string_equal(worst(), "proof-source");
}

static void
dropped_by_rp_filter(void **state)
{
	struct bal_proof *p;

	(void)state;
	begin();
	p = sent("");
	p->kind = BAL_PROOF_CAME;
	p->at = bal_facts_uplink(&f, "eth1")->link;
	p->lenient = true;
	/* Or a firewall drops it. */
	assert_string_equal(worst(), "proof-sent");
	p->reverse = true;
	assert_string_equal(worst(), "proof-reverse");
}

/* balance = packet: by any of them, untranslated; what is aside by none of that. */
static void
drawn_by_packet(void **state)
{
	struct bal_fw_draw draws[2] = { { .weight = 1 }, { .weight = 3 } };
	struct bal_fw_class class = { .draws = { draws, 2, 2 } };
	struct bal_fw_select all = { .src_set = "", .dst_set = "", .class = 1 };
	struct bal_fw_select aside = { .dst = addr("192.0.2.0/24") };
	struct bal_proof *p;

	(void)state;
	begin();
	for (int i = 0; i < 2; i++)
		draws[i].mark =
			bal_mark_of(bal_plan_inbound(&w.ups, &w.ups.v[i],
						     w.plan.firewall.mask),
				    w.plan.firewall.mask);
	f.plan.firewall.masquerade = true;
	f.plan.firewall.classes.v = &class;
	f.plan.firewall.selects.v = &all;
	f.plan.firewall.classes.n = f.plan.firewall.selects.n = 1;
	p = sent("");
	assert_false(p->drawn);
	p = come("10.9.8.7");
	assert_true(p->drawn);
	assert_int_equal(p->promised.n, 2);
	assert_int_equal(p->promised.v[0].percent, 25);
	assert_int_equal(p->promised.v[1].percent, 75);
	seen(p, "eth2", "10.9.8.7");
	assert_true(bal_prove_kept(&f, p));
	p->sights.n = 0;
	seen(p, "eth2", own("eth2"));
	assert_false(bal_prove_kept(&f, p));
	f.plan.firewall.aside.v = &aside;
	f.plan.firewall.aside.n = 1;
	assert_false(come("10.9.8.7")->drawn);
}

static void
shares_that_are_far_off(void **state)
{
	(void)state;
	begin();
	for (int i = 0; i < 128; i++) {
		struct bal_proof *p = sent("");

		p->share = true;
		/* 76 of 128 are within chance, 104 are not. */
		seen(p, i < 76 ? "eth1" : "eth2",
		     own(i < 76 ? "eth1" : "eth2"));
	}
	assert_string_equal(worst(), "proof-sent");
	for (int i = 76; i < 104; i++) {
		proofs.v.v[i].sights.v[0].ifindex = link_of("eth1")->ifindex;
		assert_int_equal(bal_host_parse(own("eth1"),
						&proofs.v.v[i].sights.v[0].src,
						NULL),
				 0);
	}
	assert_string_equal(worst(), "proof-share");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HEALTHY(by_any_that_shares), HEALTHY(bound_by_its_own_alone),
		HEALTHY(who_asks_on_a_link), HEALTHY(dropped_by_rp_filter),
		HEALTHY(drawn_by_packet),    HEALTHY(shares_that_are_far_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
