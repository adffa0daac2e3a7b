// SPDX-License-Identifier: GPL-2.0-or-later
/* test_state - what bal remembers between two commands. */
#include "../states.h"
#include "state/write.h"

#include <signal.h>
#include <sys/resource.h>

/* With a slash before it the longest text of a target. */
#define TEN "abcdefghij"
#define LONG TEN TEN TEN TEN TEN TEN "ab"

static void
assert_same_six(const struct bal_uplink_state *a,
		const struct bal_uplink_state *b)
{
	assert_int_equal(a->saved6_ifindex, b->saved6_ifindex);
	assert_memory_equal(a->saved6, b->saved6, sizeof(a->saved6));
	assert_int_equal(a->stanzas, b->stanzas);
	assert_int_equal(a->record6.health, b->record6.health);
	assert_int_equal(a->record6.good, b->record6.good);
	assert_int_equal(a->record6.bad, b->record6.bad);
	assert_int_equal(a->record6.srtt_us, b->record6.srtt_us);
	assert_int_equal(a->record6.rttvar_us, b->record6.rttvar_us);
	assert_int_equal(a->record6.good_since_ms, b->record6.good_since_ms);
	assert_string_equal(a->reason6, b->reason6);
	assert_int_equal(a->held6, b->held6);
}

static void
assert_same_uplink(const struct bal_uplink_state *a,
		   const struct bal_uplink_state *b)
{
	char one[BAL_SETTING_STRLEN], other[BAL_SETTING_STRLEN];

	assert_string_equal(a->name, b->name);
	assert_int_equal(a->admin_up, b->admin_up);
	assert_int_equal(a->options.has, b->options.has);
	for (size_t i = 0; bal_settings_key(i); i++)
		if (bal_settings_get(&a->options, i, one, sizeof(one)))
			assert_string_equal(one,
					    bal_settings_get(&b->options, i, other,
							     sizeof(other)));
	assert_memory_equal(&a->learned_gateway, &b->learned_gateway,
			    sizeof(a->learned_gateway));
	assert_memory_equal(&a->learned_addr, &b->learned_addr,
			    sizeof(a->learned_addr));
	assert_string_equal(a->learned_over, b->learned_over);
	assert_string_equal(a->line_down, b->line_down);
	assert_int_equal(a->slot, b->slot);
	assert_int_equal(a->table, b->table);
	assert_int_equal(a->ifindex, b->ifindex);
	assert_memory_equal(&a->record, &b->record, sizeof(a->record));
	assert_int_equal(a->condition, b->condition);
	assert_int_equal(a->unreleased, b->unreleased);
	assert_int_equal(a->use, b->use);
	assert_memory_equal(&a->used_addr, &b->used_addr, sizeof(a->used_addr));
	assert_true(a->drain_ms == b->drain_ms && a->spent == b->spent &&
		    a->spent_saved == b->spent_saved &&
		    a->spent_month == b->spent_month);
	assert_true(a->usage.known == b->usage.known &&
		    a->usage.bytes == b->usage.bytes &&
		    a->usage.saved == b->usage.saved &&
		    a->usage.saved_ms == b->usage.saved_ms &&
		    a->usage.period == b->usage.period &&
		    a->usage.reported == b->usage.reported &&
		    a->usage.ifindex == b->usage.ifindex &&
		    a->usage.rx == b->usage.rx && a->usage.tx == b->usage.tx &&
		    a->usage.doubt_period == b->usage.doubt_period &&
		    a->usage.doubt_ms == b->usage.doubt_ms);
	assert_true(a->since_ms == b->since_ms);
	assert_string_equal(a->reason, b->reason);
	assert_int_equal(a->rtt_us, b->rtt_us);
	assert_true(a->sent == b->sent);
	assert_true(a->answered == b->answered);
	assert_true(a->rx_bytes == b->rx_bytes);
	assert_true(a->tx_bytes == b->tx_bytes);
	assert_true(a->counted_ms == b->counted_ms);
	assert_true(a->rx_rate == b->rx_rate && a->heard_ms == b->heard_ms);
	assert_true(a->tx_rate == b->tx_rate);
	assert_int_equal(a->saved_ifindex, b->saved_ifindex);
	assert_int_equal(a->ipv6_ifindex, b->ipv6_ifindex);
	assert_memory_equal(&a->learned_local, &b->learned_local,
			    sizeof(a->learned_local));
	assert_int_equal(a->learned_port, b->learned_port);
	assert_int_equal(a->learned_proto, b->learned_proto);
	assert_int_equal(a->smooth_told, b->smooth_told);
	assert_same_six(a, b);
	assert_int_equal(a->saved_mask, b->saved_mask);
	assert_memory_equal(a->saved, b->saved, sizeof(a->saved));
}

static void
assert_same_formers(const struct bal_state *a, const struct bal_state *b)
{
	assert_int_equal(a->n_formers, b->n_formers);
	for (size_t i = 0; i < a->n_formers; i++) {
		const struct bal_former *x = &a->formers[i];
		const struct bal_former *y = &b->formers[i];

		assert_string_equal(x->name, y->name);
		assert_int_equal(x->dead, y->dead);
		assert_int_equal(x->bad, y->bad);
		assert_int_equal(x->flaps, y->flaps);
		assert_true(x->flap_ms == y->flap_ms);
		assert_int_equal(x->slot, y->slot);
		assert_int_equal(x->ifindex, y->ifindex);
		assert_memory_equal(&x->addr, &y->addr, sizeof(x->addr));
	}
}

static void
test_round_trip(void **unused)
{
	struct bal_state s;

	(void)unused;
	fill_state(BAL_UPLINKS_MAX);
	write_good(&state);
	assert_int_equal(read_into(&s), 1);
	assert_string_equal(warnings, "");
	assert_true(s.has_mode);
	assert_int_equal(s.mode, BAL_MODE_SOLO);
	assert_int_equal(s.balancing_table, 1000);
	for (int i = 0; i < BAL_SYSCTL_MAX; i++)
		assert_int_equal(s.saved_sysctls.of[i], i);
	assert_true(s.masquerading);
	assert_int_equal(s.n_uplinks, BAL_UPLINKS_MAX);
	assert_int_equal(s.n_formers, BAL_FORMERS_MAX);
	assert_same_formers(&state, &s);
	assert_int_equal(s.n_groups, BAL_GROUP_STATES_MAX);
	assert_memory_equal(s.groups, state.groups,
			    s.n_groups * sizeof(*s.groups));
	for (size_t i = 0; i < state.n_uplinks; i++)
		assert_same_uplink(&state.uplinks[i],
				   bal_state_find(&s, state.uplinks[i].name));
	bal_state_fini(&s);
}

static void
test_zero_round_trip(void **unused)
{
	struct bal_uplink_state zero = { .name = "a" };
	struct bal_state s;

	(void)unused;
	state.saved_sysctls = bal_sysctl_none();
	write_good(&state);
	assert_int_equal(read_into(&s), 1);
	assert_zero(&s);
	add("a");
	write_good(&state);
	assert_int_equal(read_into(&s), 1);
	assert_int_equal(s.n_uplinks, 1);
	assert_same_uplink(&s.uplinks[0], &zero);
	bal_state_fini(&s);
}

static void
test_most_targets(void **unused)
{
	static const char *const targets[] = {
		"1.2.3.0",
		"tcp:1.2.3.1:65535",
		"arp",
		"dns:111.111.111.111:65535/" LONG "=222.222.222.222",
		"arp:1.2.3.5",
		"http://111.111.111.111:65535/" LONG "=599",
		"exec:/" LONG,
		"http://1.2.3.7/a?b;c=204=200",
	};
	struct bal_uplink_state *u = add("a");
	struct bal_state s;

	(void)unused;
	assert_int_equal(sizeof(targets) / sizeof(*targets), BAL_TARGETS_MAX);
	for (unsigned i = 0; i < BAL_TARGETS_MAX; i++)
		tell(u, "targets", targets[i]);
	write_good(&state);
	assert_int_equal(read_into(&s), 1);
	assert_same_uplink(&s.uplinks[0], &state.uplinks[0]);
	assert_int_equal(s.uplinks[0].options.n_targets, BAL_TARGETS_MAX);
	for (unsigned i = 0; i < BAL_TARGETS_MAX; i++)
		assert_true(bal_target_same(&s.uplinks[0].options.targets[i],
					    &state.uplinks[0].options.targets[i]));
	bal_state_fini(&s);
}

/* Nothing said, and that nothing is wanted, are not the same. */
static void
test_told_nothing(void **unused)
{
	struct bal_uplink_state *u = add("a");
	struct bal_state s;
	char *text;

	(void)unused;
	tell(u, "http_expect", "");
	tell(u, "passive", "no");
	tell(u, "failback_drain", "0");
	write_good(&state);
	text = get_text(path());
	assert_non_null(strstr(text, "\ntold.http_expect = \n"));
	assert_non_null(strstr(text, "\ntold.passive = no\n"));
	assert_non_null(strstr(text, "\ntold.failback_drain = 0s\n"));
	free(text);
	assert_int_equal(read_into(&s), 1);
	assert_same_uplink(&s.uplinks[0], u);
	bal_state_fini(&s);
}

static void
test_reason_is_free_text(void **unused)
{
	struct bal_state s;

	(void)unused;
	assert_int_equal(
		bal_copy(add("a")->reason, 64, "x = [end] ; a\nb\x1b[m # c"),
		0);
	write_good(&state);
	assert_int_equal(read_into(&s), 1);
	assert_string_equal(s.uplinks[0].reason, "x = [end] , a?b?[m # c");
	bal_state_fini(&s);
}

static void
test_file_is_canonical(void **unused)
{
	char *first, *second;

	(void)unused;
	fill_state(20);
	write_good(&state);
	first = get_text(path());
	/* The other order, with other stale bytes. */
	for (size_t i = 0; i < 10; i++) {
		struct bal_uplink_state swap = state.uplinks[i];

		state.uplinks[i] = state.uplinks[19 - i];
		state.uplinks[19 - i] = swap;
		memset(state.uplinks[i].learned_over + 15, 0, 1);
	}
	assert_int_equal(unlink(path()), 0);
	write_good(&state);
	second = get_text(path());
	assert_string_equal(first, second);
	free(first);
	free(second);
}

static void
test_unchanged_is_not_written(void **unused)
{
	struct stat before, after;
	char *text, longer[8192];

	(void)unused;
	fill_state(3);
	write_good(&state);
	assert_int_equal(stat(path(), &before), 0);
	assert_int_equal(before.st_mode & 07777, 0644);
	assert_int_equal(chmod(directory, 0555), 0);
	if (!geteuid() && seteuid(NOBODY))
		skip();
	write_good(&state); /* would fail if it tried */
	become_root();
	chmod(directory, 0755);
	assert_int_equal(stat(path(), &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	state.uplinks[0].sent = 1;
	write_good(&state);
	assert_int_equal(stat(path(), &after), 0);
	assert_int_not_equal(before.st_ino, after.st_ino);
	assert_int_equal(count_entries(directory), 1);
	/* The same and more is not the same. */
	text = get_text(path());
	snprintf(longer, sizeof(longer), "%sx", text);
	put_text(path(), longer);
	write_good(&state);
	assert_text(path(), text);
	free(text);
}

static void
test_write_fails(void **unused)
{
	struct rlimit old, small = { .rlim_cur = 64 };
	struct bal_err err = { 0 };
	char *before, *after;
	int ret;

	(void)unused;
	fill_state(2);
	write_good(&state);
	before = get_text(path());
	state.uplinks[0].sent = 1;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small.rlim_max = old.rlim_max;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	ret = bal_state_write(&state, path(), &err);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(ret, -1);
	assert_non_null(strstr(err.msg, path()));
	assert_int_equal(count_entries(directory), 1);
	after = get_text(path());
	assert_string_equal(before, after);
	free(before);
	free(after);
	assert_int_equal(bal_state_write(&state, in_directory("no/state"), &err),
			 -1);
	assert_int_equal(err.sys, ENOENT);
}

static void
test_there_is_none(void **unused)
{
	struct bal_state s;

	(void)unused;
	assert_int_equal(read_into(&s), 0);
	assert_zero(&s);
	assert_string_equal(warnings, "");
	assert_int_equal(count_entries(directory), 0);
}

static void
test_add_find_remove(void **unused)
{
	struct bal_err err = { 0 };
	char name[BAL_IFNAMSIZ];

	(void)unused;
	assert_null(bal_state_find(&state, "eth0"));
	for (int round = 0; round < 3; round++) {
		for (unsigned i = 0; i < BAL_UPLINKS_MAX; i++) {
			snprintf(name, sizeof(name), "eth%u", i);
			if (!bal_state_find(&state, name))
				add(name)->slot = i;
		}
		assert_int_equal(state.n_uplinks, BAL_UPLINKS_MAX);
		assert_null(bal_state_add(&state, "more", &err));
		assert_non_null(strstr(err.msg, "more"));
		assert_ptr_equal(add("eth7"), bal_state_find(&state, "eth7"));
		for (unsigned i = 0; i < BAL_UPLINKS_MAX; i++) {
			snprintf(name, sizeof(name), "eth%u", i);
			assert_int_equal(bal_state_find(&state, name)->slot, i);
			if ((i + (unsigned)round) % 3)
				bal_state_remove(&state, name);
		}
		bal_state_remove(&state, "none");
		assert_int_equal(state.n_uplinks, round ? 83 : 84);
	}
	assert_null(bal_state_add(&state, "a/b", &err));
	assert_null(bal_state_add(&state, "default", &err));
}

static void
test_fini(void **unused)
{
	(void)unused;
	fill_state(3);
	bal_state_fini(&state);
	assert_null(state.uplinks);
	assert_int_equal(state.n_uplinks, 0);
	bal_state_fini(&state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, give_back)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_round_trip),
		TEST(test_zero_round_trip),
		TEST(test_most_targets),
		TEST(test_told_nothing),
		TEST(test_reason_is_free_text),
		TEST(test_file_is_canonical),
		TEST(test_unchanged_is_not_written),
		TEST(test_write_fails),
		TEST(test_there_is_none),
		TEST(test_add_find_remove),
		TEST(test_fini),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
