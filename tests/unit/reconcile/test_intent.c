// SPDX-License-Identifier: GPL-2.0-or-later
/* test_intent - what commands want and what the kernel shows, in the state. */
#include "../world.h"

static bal_table_list names, fresh;
static bal_rule_list rules;

static int
begin(void **state)
{
	memset(&names, 0, sizeof(names));
	memset(&fresh, 0, sizeof(fresh));
	memset(&rules, 0, sizeof(rules));
	setup(state);
	w.state.balancing_table = 0;
	return 0;
}

#define FRESH(name) cmocka_unit_test_setup_teardown(name, begin, teardown)

static void
table(uint32_t id, const char *name)
{
	struct bal_table_name *t = BAL_PUSH(&w.arena, &names);

	assert_non_null(t);
	t->id = id;
	assert_int_equal(bal_copy(t->name, sizeof(t->name), name), 0);
}

static struct bal_intent
intent_of(enum bal_intent_kind kind, const char *dev)
{
	struct bal_intent intent = { .kind = kind };

	assert_int_equal(bal_copy(intent.dev, sizeof(intent.dev), dev), 0);
	return intent;
}

static int
try_admit(const char *dev)
{
	struct bal_intent intent = intent_of(BAL_INTENT_UP, dev);

	return bal_intent_admit(&intent, &w.conf.globals, &names, &rules,
				&w.state, &w.arena, &fresh, &w.err);
}

static struct bal_uplink_state *
admit(const char *dev)
{
	if (try_admit(dev) < 0)
		fail_msg("%s", w.err.msg);
	return known(dev);
}

static void
apply(const struct bal_intent *intent)
{
	bal_snapshot_index(&w.snap, &w.arena);
	if (bal_intent_apply(intent, &w.conf, &w.snap, &w.state, &w.arena,
			     &w.err) < 0)
		fail_msg("%s", w.err.msg);
}

/* Far from the numbers that scripts use, and each with its slot. */
static void
tables_and_slots_of_new_ones(void **state)
{
	(void)state;
	table(21401, "isp");
	assert_int_equal(admit("eth1")->table, 21402);
	assert_int_equal(known("eth1")->slot, 2);
	assert_int_equal(w.state.balancing_table, 21400);
	assert_int_equal(fresh.n, 2);
	assert_string_equal(fresh.v[0].name, "balancing");
	assert_int_equal(fresh.v[0].id, 21400);
	assert_string_equal(fresh.v[1].name, "eth1");
	assert_int_equal(fresh.v[1].id, 21402);
	assert_int_equal(admit("eth2")->table, 21403);
	assert_int_equal(known("eth2")->slot, 3);
}

static void
tables_that_have_names(void **state)
{
	(void)state;
	table(101, "eth1");
	table(1000, "eth2");
	table(77, "balancing");
	assert_int_equal(admit("eth1")->table, 101);
	assert_int_equal(known("eth1")->slot, 1);
	assert_int_equal(admit("eth2")->table, 1000);
	assert_int_equal(known("eth2")->slot, 2);
	assert_int_equal(w.state.balancing_table, 77);
	assert_int_equal(fresh.n, 0);
}

/* Above the slots that leave room for an inbound value only in need. */
static void
slots_with_an_inbound_value(void **state)
{
	char dev[16];

	(void)state;
	table(63, "eth1");
	table(64, "eth2");
	assert_int_equal(admit("eth1")->slot, 63);
	assert_int_equal(admit("eth2")->table, 64);
	assert_int_equal(known("eth2")->slot, 1);
	for (uint32_t i = 3; i <= 63; i++) {
		snprintf(dev, sizeof(dev), "eth%u", i);
		assert_int_equal(admit(dev)->slot, i - 1);
	}
	assert_int_equal(admit("eth64")->slot, 64);
}

/* Once more is the same, and a name that came later is followed. */
static void
admitted_again(void **state)
{
	(void)state;
	admit("eth1");
	admit("eth1");
	assert_int_equal(w.state.n_uplinks, 1);
	assert_int_equal(known("eth1")->table, 21401);
	assert_int_equal(known("eth1")->slot, 1);
	table(9, "eth1");
	admit("eth1");
	assert_int_equal(known("eth1")->table, 9);
	assert_int_equal(known("eth1")->slot, 1);
}

/* What an old state has not said is chosen now. */
static void
a_record_without_a_slot(void **state)
{
	(void)state;
	assert_non_null(bal_state_add(&w.state, "eth1", &w.err));
	admit("eth1");
	assert_int_equal(known("eth1")->slot, 1);
}

static void
slot_of_another(void **state)
{
	(void)state;
	table(5, "eth2");
	admit("eth1")->slot = 5;
	assert_int_equal(admit("eth2")->table, 5);
	assert_int_equal(known("eth2")->slot, 1);
}

/* Ids that somebody's rules look up, though they have no name. */
static void
tables_in_use(void **state)
{
	(void)state;
	for (uint32_t id = 21400; id <= 21402; id++) {
		struct bal_rule *r = BAL_PUSH(&w.arena, &rules);

		assert_non_null(r);
		r->table = id;
		r->action = BAL_RULE_LOOKUP;
	}
	assert_int_equal(admit("eth1")->table, 21403);
	assert_int_equal(w.state.balancing_table, 31399);
}

/* What has an id of a package before keeps it, and its slot. */
static void
tables_of_a_package_before(void **state)
{
	(void)state;
	w.state.balancing_table = 252;
	table(1, "eth1");
	table(252, "balancing");
	assert_int_equal(admit("eth1")->table, 1);
	assert_int_equal(known("eth1")->slot, 1);
	assert_int_equal(admit("eth2")->table, 21401);
	assert_int_equal(known("eth2")->slot, 2);
	assert_int_equal(w.state.balancing_table, 252);
}

static void
tables_that_cannot_be(void **state)
{
	(void)state;
	table(254, "eth1");
	assert_int_equal(try_admit("eth1"), -1);
	assert_int_equal(w.err.kind, BAL_ECONF);
	assert_string_equal(w.err.msg,
			    "table eth1 has the id of a table of the "
			    "kernel's, 254");
	table(7, "eth2");
	table(7, "eth3");
	admit("eth2");
	assert_int_equal(try_admit("eth3"), -1);
	assert_int_equal(w.err.kind, BAL_ECONF);
	assert_string_equal(w.err.msg, "tables eth3 and eth2 have one id, 7");
	table(w.state.balancing_table, "eth4");
	assert_int_equal(try_admit("eth4"), -1);
	assert_int_equal(w.err.kind, BAL_ECONF);
	assert_null(bal_state_find(&w.state, "eth4"));
	table(255, "balancing");
	assert_int_equal(try_admit("eth5"), -1);
	assert_int_equal(w.err.kind, BAL_ECONF);
}

/* A damaged state may have any id: it locks out neither of the two. */
static void
registered_id_of_another(void **state)
{
	(void)state;
	table(1, "eth1");
	table(2, "eth2");
	admit("eth1")->table = 2;
	assert_non_null(bal_state_add(&w.state, "eth2", &w.err));
	assert_int_equal(admit("eth2")->table, 21401);
	assert_int_equal(admit("eth2")->table, 21401);
	bal_state_remove(&w.state, "eth2");
	assert_int_equal(admit("eth2")->table, 21401);
	bal_state_remove(&w.state, "eth2");
	memcpy(known("eth1")->name, "eth0", 5);
	assert_int_equal(admit("eth2")->table, 21401);
	memcpy(known("eth0")->name, "eth1", 5);
	assert_int_equal(admit("eth1")->table, 1);
	assert_int_equal(admit("eth2")->table, 2);
	table(9, "balancing");
	known("eth1")->table = 9;
	admit("eth2");
	assert_int_not_equal(w.state.balancing_table, 9);
	w.state.balancing_table = 0;
	admit("eth2");
	assert_int_not_equal(w.state.balancing_table, 9);
}

static void
no_room_in_the_mask(void **state)
{
	(void)state;
	global("mark_mask", "0x3");
	table(200, "eth1");
	assert_int_equal(admit("eth1")->slot, 1);
	admit("eth2");
	assert_int_equal(admit("eth3")->slot, 3);
	assert_int_equal(try_admit("eth4"), -1);
	assert_int_equal(w.err.kind, BAL_ECONF);
	assert_non_null(strstr(w.err.msg, "mark_mask 0x3"));
	assert_int_equal(w.state.n_uplinks, 3);
	admit("eth2");
}

static void
room_for_250(void **state)
{
	char dev[16];

	(void)state;
	for (int i = 1; i <= 250; i++) {
		snprintf(dev, sizeof(dev), "eth%d", i);
		admit(dev);
		assert_int_equal(known(dev)->slot, i);
	}
	assert_int_equal(try_admit("eth251"), -1);
	assert_int_equal(w.state.n_uplinks, 250);
}

static void
up(void **state)
{
	struct bal_intent intent = intent_of(BAL_INTENT_UP, "eth1");

	(void)state;
	admit("eth1");
	assert_int_equal(bal_intent_apply(&intent, &w.conf, &w.snap, &w.state,
					  &w.arena, &w.err),
			 -1);
	assert_int_equal(w.err.kind, BAL_EUNAVAIL);
	assert_string_equal(w.err.msg, "eth1: no such device");
	assert_false(known("eth1")->admin_up);
	device("eth1")->devconf[BAL_DC_RP_FILTER] = 1;
	intent.options.has = BAL_SET_WEIGHT;
	intent.options.weight = 9;
	intent.hook.gateway = addr("192.168.1.1");
	apply(&intent);
	assert_true(known("eth1")->admin_up);
	assert_int_equal(known("eth1")->options.weight, 9);
	assert_int_equal(known("eth1")->since_ms, NOW);
	assert_int_equal(known("eth1")->ifindex, link_of("eth1")->ifindex);
	assert_true(bal_addr_same_host(&known("eth1")->learned_gateway,
				       &intent.hook.gateway));
	assert_int_equal(known("eth1")->saved[BAL_DC_RP_FILTER], 1);
	assert_int_equal(known("eth1")->saved_mask, (1 << BAL_DC_MAX) - 1);
	/* The second time our own values are not those from before us. */
	link_of("eth1")->devconf[BAL_DC_RP_FILTER] = 2;
	w.snap.now_ms += 5;
	health("eth1", BAL_HEALTH_DEAD);
	apply(&intent);
	assert_int_equal(known("eth1")->saved[BAL_DC_RP_FILTER], 1);
	assert_int_equal(known("eth1")->since_ms, NOW);
	assert_int_equal(known("eth1")->record.health, BAL_HEALTH_DEAD);
}

static void
over_by_the_address_that_it_sends_from(void **state)
{
	struct bal_intent intent = intent_of(BAL_INTENT_UP, "tun1");

	(void)state;
	modem(1);
	modem(2);
	device("br0");
	address("br0", "10.0.0.1/8");
	tunnel(1, 11);
	intent.hook.transport = addr("192.168.1.102");
	apply(&intent);
	assert_string_equal(known("tun1")->learned_over, "eth2");
	intent.hook.transport = addr("10.0.0.1");
	apply(&intent);
	assert_string_equal(known("tun1")->learned_over, "");
	intent.hook.transport = addr("172.22.0.11");
	apply(&intent);
	assert_string_equal(known("tun1")->learned_over, "");
	address("eth1", "192.168.1.102/32");
	intent.hook.transport = addr("192.168.1.102");
	apply(&intent);
	assert_string_equal(known("tun1")->learned_over, "");
	intent.hook.transport = (struct bal_addr){ 0 };
	apply(&intent);
	assert_string_equal(known("tun1")->learned_over, "");
}

static void
down_and_mode(void **state)
{
	struct bal_intent intent = intent_of(BAL_INTENT_DOWN, "eth1");

	(void)state;
	modem(1);
	modem(2);
	unplug("eth1");
	apply(&intent);
	assert_false(known("eth1")->admin_up);
	assert_true(known("eth2")->admin_up);
	intent = intent_of(BAL_INTENT_DOWN, "never");
	apply(&intent);
	assert_int_equal(w.state.n_uplinks, 2);
	intent = intent_of(BAL_INTENT_MODE, "");
	intent.has_mode = true;
	intent.mode = BAL_MODE_SOLO;
	apply(&intent);
	assert_true(w.state.has_mode);
	assert_int_equal(w.state.mode, BAL_MODE_SOLO);
}

/* Who is over a line hears of its end, and of its return. */
static void
a_line_under_tunnels(void **state)
{
	struct bal_intent down = intent_of(BAL_INTENT_DOWN, "eth1");
	struct bal_intent up = intent_of(BAL_INTENT_UP, "eth1");

	(void)state;
	modem(1);
	modem(2);
	tunnel(1, 11);
	tunnel(2, 12);
	apply(&down);
	assert_string_equal(known("tun1")->line_down, "eth1");
	assert_string_equal(known("tun2")->line_down, "");
	apply(&up);
	assert_string_equal(known("tun1")->line_down, "");
	/* By what was learned, too; the tunnel itself may know better. */
	known("tun1")->options.has &= ~(uint64_t)BAL_SET_OVER;
	assert_int_equal(
		bal_copy(known("tun1")->learned_over, BAL_IFNAMSIZ, "eth1"), 0);
	apply(&down);
	assert_string_equal(known("tun1")->line_down, "eth1");
	up = intent_of(BAL_INTENT_UP, "tun1");
	apply(&up);
	assert_string_equal(known("tun1")->line_down, "");
	/* What never was an uplink was not taken away. */
	configured("tun2", "over", "br0");
	known("tun2")->options.has &= ~(uint64_t)BAL_SET_OVER;
	down = intent_of(BAL_INTENT_DOWN, "br0");
	apply(&down);
	assert_string_equal(known("tun2")->line_down, "");
}

static struct bal_probe
result(const char *dev, enum bal_health verdict)
{
	struct bal_probe p = { .sent = 3, .answered = 1, .rtt_us = 8000 };

	memcpy(p.dev, known(dev)->name, sizeof(p.dev));
	p.ifindex = link_of(dev)->ifindex;
	for (size_t i = 0; i < w.snap.addrs.n; i++)
		if (w.snap.addrs.v[i].ifindex == p.ifindex)
			p.source = w.snap.addrs.v[i].addr;
	p.record.health = verdict;
	p.record.bad = verdict == BAL_HEALTH_DEAD ? 3 : 0;
	if (p.record.bad)
		snprintf(p.reason, sizeof(p.reason), "no answer from 9.9.9.9");
	return p;
}

static void
check(const struct bal_probe *p)
{
	struct bal_intent intent = { .probes = p, .n_probes = 1 };

	apply(&intent);
}

static void
probe_results(void **state)
{
	struct bal_probe p;

	(void)state;
	modem(1);
	p = result("eth1", BAL_HEALTH_ALIVE);
	p.spent = 88;
	check(&p);
	assert_int_equal(known("eth1")->sent, 3);
	assert_string_equal(known("eth1")->reason, "");
	p = result("eth1", BAL_HEALTH_DEAD);
	p.rtt_us = 0;
	check(&p);
	assert_int_equal(known("eth1")->record.health, BAL_HEALTH_DEAD);
	assert_int_equal(known("eth1")->record.bad, 3);
	assert_int_equal(known("eth1")->spent, 88);
	assert_int_equal(known("eth1")->sent, 6);
	assert_int_equal(known("eth1")->answered, 2);
	assert_int_equal(known("eth1")->rtt_us, 8000);
	assert_string_equal(known("eth1")->reason, "no answer from 9.9.9.9");
}

/* A result counts for what was probed, and for nothing else. */
static void
results_of_another_world(void **state)
{
	struct bal_probe p;

	(void)state;
	modem(1);
	p = result("eth1", BAL_HEALTH_DEAD);
	p.ifindex++;
	check(&p);
	p = result("eth1", BAL_HEALTH_DEAD);
	p.source = addr("192.168.1.77");
	check(&p);
	p = result("eth1", BAL_HEALTH_DEAD);
	known("eth1")->admin_up = false;
	check(&p);
	known("eth1")->admin_up = true;
	unplug("eth1");
	check(&p);
	assert_int_equal(known("eth1")->record.health, BAL_HEALTH_ALIVE);
	assert_int_equal(known("eth1")->sent, 0);
	bal_state_remove(&w.state, "eth1");
	check(&p);
	assert_int_equal(w.state.n_uplinks, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FRESH(tables_and_slots_of_new_ones),
		FRESH(tables_that_have_names),
		FRESH(slots_with_an_inbound_value),
		FRESH(admitted_again),
		FRESH(a_record_without_a_slot),
		FRESH(slot_of_another),
		FRESH(tables_in_use),
		FRESH(tables_of_a_package_before),
		FRESH(tables_that_cannot_be),
		FRESH(registered_id_of_another),
		FRESH(no_room_in_the_mask),
		FRESH(room_for_250),
		FRESH(up),
		FRESH(over_by_the_address_that_it_sends_from),
		FRESH(down_and_mode),
		FRESH(a_line_under_tunnels),
		FRESH(probe_results),
		FRESH(results_of_another_world),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
