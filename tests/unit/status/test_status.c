// SPDX-License-Identifier: GPL-2.0-or-later
/* test_status - the table and the JSON of what is known. */
#include "../world.h"

#include "status/printer.h"

static struct bal_pass pass;

/* A pass that has looked at the world of the test. */
static int
looked(void **state)
{
	setup(state);
	modem(1);
	told("eth1", "targets", "9.9.9.9");
	return 0;
}

#define LOOKED(name) cmocka_unit_test_setup_teardown(name, looked, teardown)

static void
show_by(const struct bal_status_printer *printer, size_t columns)
{
	const struct bal_status_look look = { .columns = columns };
	struct bal_status status;
	FILE *out = fmemopen(w.text, sizeof(w.text), "w");

	assert_non_null(out);
	resolve();
	memset(&pass, 0, sizeof(pass));
	pass.in.conf = w.conf;
	pass.in.state = w.state;
	pass.snap = w.snap;
	pass.uplinks = w.ups;
	assert_int_equal(bal_status_make(&pass, &w.arena, &status, &w.err), 0);
	bal_status_print(printer, &status, &look, out);
	assert_int_equal(fclose(out), 0);
}

static void
show_json(void)
{
	show_by(bal_status_printers[BAL_STATUS_JSON], 0);
}

/* No wider than @columns; 0: however wide. */
static void
show_text(size_t columns)
{
	show_by(bal_status_printers[BAL_STATUS_TEXT], columns);
}

static void
shows(const char *text)
{
	if (!strstr(w.text, text))
		fail_msg("no %s in: %s", text, w.text);
}

/* What stands in the only row under @title, which is flush right there. */
static void
column_is(const char *title, const char *cell)
{
	const char *head, *row, *at;
	size_t end, len = strlen(cell);

	show_text(0);
	head = strstr(w.text, "UPLINK");
	assert_non_null(head);
	at = strstr(head, title);
	row = strchr(head, '\n');
	assert_non_null(at);
	assert_non_null(row);
	end = (size_t)(at - head) + strlen(title);
	assert_true(end > len && strlen(row + 1) >= end);
	if (strncmp(row + 1 + end - len - 1, " ", 1) != 0 ||
	    strncmp(row + 1 + end - len, cell, len) != 0)
		fail_msg("no %s below %s: %s", cell, title, w.text);
}

static void
probes(uint32_t rounds, uint64_t lost)
{
	struct bal_uplink_state *us = known("eth1");

	us->record.n_recent = rounds;
	us->record.recent = lost;
}

static void
loss_is_of_the_last_rounds(void **state)
{
	(void)state;
	/* A night without a network, and all is well since. */
	known("eth1")->sent = 40000;
	known("eth1")->answered = 10000;
	probes(64, 0);
	column_is("LOSS", "0%");
	show_json();
	shows("\"loss_percent\":0,\"recent_rounds\":64,\"recent_lost\":0,");
	shows("\"total_sent\":40000,\"total_answered\":10000,");
	probes(64, 1);
	column_is("LOSS", "2%");
	probes(3, 5);
	column_is("LOSS", "67%");
	probes(64, UINT64_MAX);
	column_is("LOSS", "100%");
	show_json();
	shows("\"loss_percent\":100,\"recent_rounds\":64,\"recent_lost\":64,");
}

static void
no_round_no_loss(void **state)
{
	(void)state;
	known("eth1")->sent = 4;
	probes(0, 0);
	column_is("LOSS", "-");
	show_json();
	shows("\"loss_percent\":null,\"recent_rounds\":0,\"recent_lost\":0,");
}

/* An outage is over with the first answer. */
static void
an_outage_does_not_stay(void **state)
{
	const struct bal_health_rule rule = { .down = 3,
					     .up = 2,
					     .interval_ms = 1000,
					     .timeout_ms = 2000,
					     .timeout_min_ms = 20 };
	struct bal_health_record *j = &known("eth1")->record;
	uint64_t now = 1000;

	(void)state;
	for (int i = 0; i < 100; i++, now += 1000)
		bal_health_good(j, &rule, now, 5000);
	for (int i = 0; i < 5000; i++, now += 1000)
		bal_health_bad(j, &rule, now);
	assert_int_equal(j->health, BAL_HEALTH_DEAD);
	column_is("LOSS", "100%");
	bal_health_good(j, &rule, now, 5000);
	column_is("LOSS", "0%");
}

/* share_is(DEV, SHARE): in the row of @dev; in JSON, that needs no columns. */
static void
share_is(const char *dev, unsigned share)
{
	char name[40], text[40];
	const char *row;

	snprintf(name, sizeof(name), "{\"name\":\"%s\",", dev);
	snprintf(text, sizeof(text), "\"share_percent\":%u,", share);
	row = strstr(w.text, name);
	assert_non_null(row);
	row = strstr(row, "\"share_percent\":");
	assert_non_null(row);
	if (strncmp(row, text, strlen(text)) != 0)
		fail_msg("%s has not %u: %.30s", dev, share, row);
}

static void
shares_are(const char *const *weights, const unsigned *shares, unsigned n)
{
	char dev[8];

	for (unsigned i = 0; i < n; i++) {
		if (i)
			modem(i + 1);
		snprintf(dev, sizeof(dev), "eth%u", i + 1);
		told(dev, "weight", weights[i]);
	}
	show_json();
	for (unsigned i = 0; i < n; i++) {
		snprintf(dev, sizeof(dev), "eth%u", i + 1);
		share_is(dev, shares[i]);
	}
}

static void
two_shares_add_up(void **state)
{
	(void)state;
	/* 62.5 and 37.5. */
	shares_are((const char *[]){ "5", "3" }, (unsigned[]){ 63, 37 }, 2);
}

static void
three_shares_add_up(void **state)
{
	(void)state;
	shares_are((const char *[]){ "1", "1", "1" },
		   (unsigned[]){ 34, 33, 33 }, 3);
}

static void
seven_shares_add_up(void **state)
{
	(void)state;
	/* 3.57, 10.71 thrice, 17.86, 21.43, 25. */
	shares_are((const char *[]){ "1", "3", "3", "3", "5", "6", "7" },
		   (unsigned[]){ 3, 11, 11, 11, 18, 21, 25 }, 7);
}

/* One that is in use is told from one that is not, however small it is. */
static void
a_small_share_is_one(void **state)
{
	(void)state;
	shares_are((const char *[]){ "255", "1" }, (unsigned[]){ 100, 0 }, 2);
	show_text(0);
	shows("mode multi, 2 of 2 uplinks in use\n");
	shows(" 0% ");
}

static void
in_solo_one_is_used(void **state)
{
	(void)state;
	modem(2);
	modem(3);
	known("eth3")->record.health = BAL_HEALTH_DEAD;
	show_text(0);
	shows("mode multi, 2 of 3 uplinks in use\n");
	global("mode", "solo");
	show_text(0);
	shows("mode solo, 1 of 3 uplinks in use, 1 ready\n");
	show_json();
	share_is("eth1", 100);
	share_is("eth2", 0);
	shows("\"alive\":2,");
	/* One without a share is in use while it carries a tunnel that lives. */
	told("eth2", "balance", "no");
	show_text(0);
	shows("mode solo, 1 of 3 uplinks in use\n");
	told("eth1", "over", "eth2");
	show_text(0);
	shows("mode solo, 2 of 3 uplinks in use\n");
}

/* What is amiss with all of them is in the first line. */
static void
all_dead_and_kept(void **state)
{
	(void)state;
	modem(2);
	known("eth1")->record.health = BAL_HEALTH_DEAD;
	known("eth2")->record.health = BAL_HEALTH_DEAD;
	show_text(0);
	shows("mode multi, ALL DEAD: used all the same (when_all_dead = keep)\n");
	known("eth2")->record.health = BAL_HEALTH_ALIVE;
	show_text(0);
	shows("mode multi, 1 of 2 uplinks in use\n");
}

static void
no_uplink_is_up(void **state)
{
	(void)state;
	configured("tun1", "weight", "3");
	show_text(0);
	shows("mode multi, 1 of 2 uplinks in use\n");
	known("eth1")->admin_up = false;
	show_text(0);
	shows("mode multi, NO UPLINK IS UP: main has its way, as without bal\n");
}

static void
assert_fits(void)
{
	for (const char *line = w.text; *line; line += strcspn(line, "\n") + 1)
		if (strcspn(line, "\n") > 80)
			fail_msg("too wide: %s", line);
}

/* What is left out is what says least. */
static void
a_terminal_is_narrow(void **state)
{
	(void)state;
	known("eth1")->since_ms = 1;
	known("eth1")->rtt_us = 999900;
	known("eth1")->counted_ms = 1;
	known("eth1")->rx_rate = known("eth1")->tx_rate = 98700;
	told("eth1", "over", "enp0s20f0u4u1i2");
	known("eth1")->record.n_recent = 4;
	known("eth1")->record.recent = 15;
	show_text(0);
	shows("GATEWAY");
	show_text(80);
	assert_null(strstr(w.text, "GATEWAY"));
	assert_null(strstr(w.text, "PRIO"));
	shows("STATE");
	shows("ADDRESS");
	shows("FOR");
	assert_fits();
	global("mode", "solo");
	show_text(80);
	assert_null(strstr(w.text, "WEIGHT"));
	assert_fits();
}

static void
what_has_no_device(void **state)
{
	(void)state;
	device("eth8");
	configured("eth8", "weight", "2");
	configured("eht1", "weight", "2");
	show_json();
	shows("{\"name\":\"eht1\",\"state\":\"no device\",");
	shows("{\"name\":\"eth8\",\"state\":\"down\",");
	known("eth1")->admin_up = false;
	show_json();
	shows("{\"name\":\"eth1\",\"state\":\"down\",");
	unplug("eth1");
	show_json();
	shows("{\"name\":\"eth1\",\"state\":\"no device\",");
}

/* A form of its own: key=value, with a prefix for each uplink. */
static void
pairs_begin(struct bal_status_print *p)
{
	fprintf(p->out, "mode=%s\n", bal_mode_name(p->status->mode));
}

static void
pairs_uplink(struct bal_status_print *p, const struct bal_status_row *row)
{
	fprintf(p->out, "%zu.name=%s\n%zu.state=%s\n%zu.share=%u\n", p->n,
		row->name, p->n, row->state, p->n, row->share);
}

static void
pairs_end(struct bal_status_print *p)
{
	fprintf(p->out, "uplinks=%zu\n", p->n);
}

static const struct bal_status_printer pairs = { pairs_begin, pairs_uplink,
						 pairs_end };

static void
a_form_of_its_own(void **state)
{
	(void)state;
	modem(2);
	known("eth2")->record.health = BAL_HEALTH_DEAD;
	show_by(&pairs, 0);
	assert_string_equal(w.text, "mode=multi\n"
				    "0.name=eth1\n0.state=alive\n0.share=100\n"
				    "1.name=eth2\n1.state=dead\n1.share=0\n"
				    "uplinks=2\n");
}

static void
group(const char *name, const char *a, const char *b)
{
	struct bal_policy *p = &w.conf.policy;
	struct bal_conf_group *g;

	p->groups = realloc(p->groups, (p->n_groups + 1) * sizeof(*g));
	assert_non_null(p->groups);
	g = &p->groups[p->n_groups++];
	*g = (struct bal_conf_group){ .n_uplinks = 2 };
	snprintf(g->name, sizeof(g->name), "%s", name);
	snprintf(g->uplinks[0], BAL_IFNAMSIZ, "%s", a);
	snprintf(g->uplinks[1], BAL_IFNAMSIZ, "%s", b);
	bal_state_group(&w.state, name)->table = 400 + (uint32_t)p->n_groups;
}

static void
groups_and_what_they_use(void **state)
{
	(void)state;
	modem(2);
	modem(3);
	known("eth2")->record.health = BAL_HEALTH_DEAD;
	group("all", "eth1", "eth3");
	group("one", "eth3", "eth1");
	w.conf.policy.groups[1].mode = BAL_MODE_SOLO;
	group("none", "eth2", "eth9");
	w.conf.policy.groups[2].fallback = BAL_FALLBACK_PROHIBIT;
	show_text(0);
	shows("\ngroup all, multi: by eth1, eth3\n"
	      "group one, solo: by eth3\n"
	      "group none, multi: no uplink of it can be used, fallback is "
	      "prohibit\n");
	show_json();
	shows(",\"groups\":[{\"name\":\"all\",\"mode\":\"multi\",\"table\":401,"
	      "\"members\":[\"eth1\",\"eth3\"],\"in_use\":[\"eth1\",\"eth3\"],"
	      "\"fallback\":\"next\"},{\"name\":\"one\",");
	shows("\"members\":[\"eth2\",\"eth9\"],\"in_use\":[],"
	      "\"fallback\":\"prohibit\"}],\"rules\":[],\"uplinks\":[");
	w.conf.policy.groups[0].has_drain = true;
	w.conf.policy.groups[0].drain_ms = 3000;
	w.conf.policy.groups[1].has_drain = true;
	w.conf.policy.groups[1].drain_ms = BAL_DRAIN_NEVER;
	show_json();
	shows("\"fallback\":\"next\",\"failback_drain_ms\":3000},");
	shows("\"fallback\":\"next\",\"failback_drain_ms\":null},");
}

/* Every form has its beginning and its end, whatever is between. */
static void
no_uplink_is_shown_too(void **state)
{
	(void)state;
	w.state.n_uplinks = 0;
	show_by(&pairs, 0);
	assert_string_equal(w.text, "mode=multi\nuplinks=0\n");
	show_json();
	shows(",\"uplinks\":[]}\n");
	show_text(0);
	shows("(no uplink: bal-doctor says what makes one)\n");
	assert_null(strstr(w.text, "UPLINK"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LOOKED(loss_is_of_the_last_rounds),
		LOOKED(groups_and_what_they_use),
		LOOKED(no_round_no_loss),
		LOOKED(an_outage_does_not_stay),
		LOOKED(two_shares_add_up),
		LOOKED(three_shares_add_up),
		LOOKED(seven_shares_add_up),
		LOOKED(a_small_share_is_one),
		LOOKED(in_solo_one_is_used),
		LOOKED(all_dead_and_kept),
		LOOKED(no_uplink_is_up),
		LOOKED(a_terminal_is_narrow),
		LOOKED(what_has_no_device),
		LOOKED(a_form_of_its_own),
		LOOKED(no_uplink_is_shown_too),
	};

	return cmocka_run_group_tests_name("status", tests, NULL, NULL);
}
