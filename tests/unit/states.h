/* states - a state file and its content, for the tests of both. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_STATES_H
#define TEST_STATES_H

#include "files.h"

#include <sys/socket.h>

#include "state/state.h"
#include "state/read.h"
#include "state/write.h"

static struct bal_state state;

static inline int
give_back(void **unused)
{
	bal_state_fini(&state);
	return remove_directory(unused);
}

static inline const char *
path(void)
{
	return in_directory("state");
}

static inline struct bal_uplink_state *
add(const char *name)
{
	struct bal_err err = { 0 };
	struct bal_uplink_state *u = bal_state_add(&state, name, &err);

	if (!u)
		fail_msg("%s", err.msg);
	return u;
}

static inline void
write_good(const struct bal_state *s)
{
	struct bal_err err = { 0 };

	if (bal_state_write(s, path(), &err))
		fail_msg("%s", err.msg);
}

static inline int
read_into(struct bal_state *s)
{
	struct bal_err err = { 0 };

	*warnings = '\0';
	memset(s, 0x5a, sizeof(*s));
	return bal_state_read(s, path(), true, &err);
}

static inline void
assert_zero(const struct bal_state *s)
{
	assert_false(s->has_mode);
	assert_false(s->masquerading);
	assert_int_equal(s->balancing_table, 0);
	for (int i = 0; i < BAL_SYSCTL_MAX; i++)
		assert_int_equal(s->saved_sysctls.of[i], -1);
	assert_null(s->uplinks);
	assert_int_equal(s->n_uplinks, 0);
}

static inline void
tell(struct bal_uplink_state *u, const char *key, const char *text)
{
	struct bal_err err = { 0 };

	if (bal_settings_set(&u->options, UINT64_MAX, key, text, &err))
		fail_msg("%s", err.msg);
}

static inline void
fill_judged(struct bal_uplink_state *u)
{
	u->record = (struct bal_health_record){
		.health = BAL_HEALTH_DEAD,
		.good = UINT32_MAX,
		.bad = 7,
		.srtt_us = 80000,
		.rttvar_us = 20000,
		.rounds_q8 = 25600,
		.lost_q8 = 256,
		.worse = 11,
		.better = 12,
		.recent = UINT64_MAX,
		.n_recent = 64,
		.good_since_ms = UINT64_MAX,
		.flaps = 3,
		.flap_ms = 1,
		.again_q16 = 655,
	};
	u->condition = BAL_HEALTH_DEGRADED;
	u->drain_ms = 5;
	u->unreleased = 1;
	u->use = BAL_USE_FULL;
	u->heard_ms = 6;
	u->spent = UINT64_MAX;
	u->spent_saved = 4;
	u->spent_month = 202611;
	u->usage = (struct bal_usage){ .known = true,
				       .bytes = UINT64_MAX,
				       .saved = 4,
				       .saved_ms = 5,
				       .period = 202611,
				       .reported = 100,
				       .ifindex = INT_MAX,
				       .rx = 6,
				       .tx = 7,
				       .doubt_period = 202612,
				       .doubt_ms = 8 };
}

/* In order of the keys. */
static const char *const largest[] = {
	"auto", "no", "eth0", "255", "0", "a@b", "9.9.9.9 arp", "2", "10ms",
	"60s", "100", "1", "10s", "no", "99%", "98", "60s", "1ms", "1h",
	"24h", "1000000GB", "[a::b]:80", "a = [b] # c:d; e", "nothing",
	"never", "yes", "1000000GB", "31", "off", "yes", "manual", "block",
	"suspicion", "eth1, eth2, eth3, eth4", "65535",
	"fe80:1111:2222:3333:4444:5555:6666:7777",
	"ifdown_up, usb_reset, power, reboot", "24h", "168h",
	"3fff:1111:2222:3333::/64",
};

/* Every member with a value of its own, the largest where there is one. */
static inline void
fill_uplink(struct bal_uplink_state *u, unsigned n)
{
	static const uint8_t address[] = { 192, 168, 1, 101 };

	u->admin_up = n % 2;
	for (size_t i = 0; bal_settings_key(i); i++)
		tell(u, bal_settings_key(i), largest[i]);
	u->learned_gateway = bal_addr_raw(AF_INET, address, 4, 32);
	u->learned_addr = bal_addr_raw(AF_INET, address, 4, n % 33);
	u->used_addr = bal_addr_raw(AF_INET, address, 4, (n + 1) % 33);
	assert_int_equal(
		bal_copy(u->learned_over, BAL_IFNAMSIZ, "123456789012345"), 0);
	assert_int_equal(
		bal_copy(u->line_down, BAL_IFNAMSIZ, "123456789012346"), 0);
	u->slot = n;
	u->table = UINT32_MAX - n;
	u->ifindex = INT_MAX;
	fill_judged(u);
	u->since_ms = UINT64_MAX;
	memset(u->reason, 'r', sizeof(u->reason) - 1);
	u->rtt_us = UINT32_MAX;
	u->sent = UINT64_MAX - 1;
	u->answered = 3;
	u->rx_bytes = UINT64_MAX;
	u->tx_bytes = 5;
	u->counted_ms = 6;
	u->rx_rate = 7;
	u->tx_rate = 8;
	u->saved_ifindex = 9;
	u->ipv6_ifindex = 10;
	u->learned_local = bal_addr_raw(AF_INET, address, 4, 32);
	u->learned_port = UINT16_MAX;
	u->learned_proto = 17;
	u->smooth_told = true;
	u->saved6_ifindex = 11;
	for (uint32_t i = 0; i < BAL_DC6_MAX; i++)
		u->saved6[i] = i + 1;
	u->stanzas = 3;
	u->record6 = (struct bal_health_record){ .health = BAL_HEALTH_DEAD,
						 .good = 1,
						 .bad = 2,
						 .srtt_us = 3,
						 .rttvar_us = 4,
						 .good_since_ms = UINT64_MAX };
	(void)bal_copy(u->reason6, sizeof(u->reason6), "no answer");
	u->held6 = u->dead6 = true;
	u->told_ms = UINT64_MAX;
	u->saved_mask = (1u << BAL_DC_MAX) - 1;
	for (int i = 0; i < BAL_DC_MAX; i++)
		u->saved[i] = i ? i : INT32_MIN;
}

static inline void
fill_former(const char *name, unsigned n)
{
	struct bal_former *f = bal_state_former(&state, name);

	f->dead = n % 2;
	f->bad = n;
	f->flaps = UINT32_MAX;
	f->flap_ms = n % 2 ? UINT64_MAX : 0;
	f->slot = n % 3 ? BAL_UPLINKS_MAX : 0;
	f->ifindex = n % 5 ? INT_MAX : 0;
	if (n % 7)
		f->addr = bal_addr_raw(AF_INET, "\300\250\1\145", 4, n % 33);
}

static inline void
fill_state(unsigned uplinks)
{
	char name[BAL_IFNAMSIZ];

	state.has_mode = true;
	state.mode = BAL_MODE_SOLO;
	state.balancing_table = 1000;
	for (int i = 0; i < BAL_SYSCTL_MAX; i++)
		state.saved_sysctls.of[i] = i;
	state.masquerading = true;
	for (unsigned i = 1; i <= uplinks; i++) {
		snprintf(name, sizeof(name), "eth%u", i);
		fill_uplink(add(name), i);
		/* The oldest goes first. */
		fill_former(name, i);
	}
	for (unsigned i = 1; i <= BAL_GROUP_STATES_MAX; i++) {
		struct bal_group_state *g;

		snprintf(name, sizeof(name), "only:e%u", i);
		g = bal_state_group(&state, name);
		assert_non_null(g);
		g->table = 21400 + i;
		if (i % 2)
			snprintf(g->best, sizeof(g->best), "eth%u", i);
		if (i % 3 == 0)
			snprintf(g->drains[0].proven, BAL_IFNAMSIZ, "eth%u",
				 i + 1);
		if (i % 6 == 0)
			g->drains[0].ms = UINT64_MAX - i;
		if (i % 5 == 0)
			snprintf(g->drains[1].proven, BAL_IFNAMSIZ, "eth%u",
				 i + 2);
		if (i % 10 == 0)
			g->drains[1].ms = UINT64_MAX - i;
	}
}

#endif
