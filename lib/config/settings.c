// SPDX-License-Identifier: GPL-2.0-or-later
/* settings - the settings of one uplink, from whatever source. */
#include "config/settings.h"

#include <stddef.h>
#include <string.h>

#include "base/suggest.h"
#include "config/settings_value.h"

#define HOUR_MS 3600000
#define DAY_MS (24 * HOUR_MS)

#define MEMBER(member) offsetof(struct bal_settings, member)

/* In order of enum bal_setting: number i is bit 1 << i. */
static const struct bal_settings_spec keys[] = {
	{ "gateway", BAL_KIND_GATEWAY, MEMBER(gateway), 0, 0, NULL, 0 },
	{ "share", BAL_KIND_SHARE, MEMBER(share), 0, 0, NULL, 0 },
	{ "over", BAL_KIND_IFNAME, MEMBER(over), 0, 0, NULL, 0 },
	{ "weight", BAL_KIND_U32, MEMBER(weight), 1, BAL_WEIGHT_MAX, "auto",
	  BAL_WEIGHT_AUTO },
	{ "priority", BAL_KIND_U32, MEMBER(priority), 0, BAL_PRIORITY_MAX, NULL,
	  0 },
	{ "openvpn", BAL_KIND_OPENVPN, MEMBER(openvpn), 0, 0, NULL, 0 },
	{ "targets", BAL_KIND_TARGETS, MEMBER(targets), 0, 0, NULL, 0 },
	{ "need", BAL_KIND_U32, MEMBER(need), 1, BAL_TARGETS_MAX, NULL, 0 },
	{ "interval", BAL_KIND_INTERVAL, MEMBER(interval_ms), 10, HOUR_MS, NULL,
	  0 },
	{ "timeout", BAL_KIND_MS, MEMBER(timeout_ms), 10, 60000, NULL, 0 },
	{ "down", BAL_KIND_U32, MEMBER(down), 1, 100, NULL, 0 },
	{ "up", BAL_KIND_U32, MEMBER(up), 1, 100, NULL, 0 },
	{ "timeout_min", BAL_KIND_MS, MEMBER(timeout_min_ms), 10, 10000, NULL,
	  0 },
	{ "passive", BAL_KIND_BYTES, MEMBER(passive), 0, 1000000, "no", 0 },
	{ "degraded_loss", BAL_KIND_PERCENT, MEMBER(degraded_loss), 0, 99, "no",
	  0 },
	{ "recovered_loss", BAL_KIND_PERCENT, MEMBER(recovered_loss), 0, 98,
	  NULL, 0 },
	{ "degraded_rtt", BAL_KIND_MS, MEMBER(degraded_rtt_ms), 0, 60000, "no",
	  0 },
	{ "recovered_rtt", BAL_KIND_MS, MEMBER(recovered_rtt_ms), 0, 60000,
	  "no", 0 },
	{ "stable", BAL_KIND_MS, MEMBER(stable_ms), 0, HOUR_MS, NULL, 0 },
	{ "stable_max", BAL_KIND_MS, MEMBER(stable_max_ms), 0, DAY_MS, NULL,
	  0 },
	{ "budget", BAL_KIND_BUDGET, MEMBER(budget), 0, 0, NULL, 0 },
	{ "http_host", BAL_KIND_HTTP_HOST, MEMBER(http_host), 0, 0, NULL, 0 },
	{ "http_expect", BAL_KIND_HTTP_EXPECT, MEMBER(http_expect), 0, 0, NULL,
	  0 },
	{ "on_dead", BAL_KIND_ON_DEAD, MEMBER(on_dead), 0, 0, NULL, 0 },
	{ "failback_drain", BAL_KIND_MS, MEMBER(failback_drain_ms), 0, DAY_MS,
	  "never", BAL_DRAIN_NEVER },
	{ "required", BAL_KIND_BOOL, MEMBER(required), 0, 0, NULL, 0 },
	{ "cap", BAL_KIND_BUDGET, MEMBER(cap), 0, 0, NULL, 0 },
	{ "cap_day", BAL_KIND_U32, MEMBER(cap_day), 1, 31, NULL, 0 },
	{ "cap_action", BAL_KIND_CAP_ACTION, MEMBER(cap_action), 0, 0, NULL,
	  0 },
	{ "cap_hard", BAL_KIND_BOOL, MEMBER(cap_hard), 0, 0, NULL, 0 },
	{ "cap_reset", BAL_KIND_CAP_RESET, MEMBER(cap_reset), 0, 0, NULL, 0 },
	{ "ipv6", BAL_KIND_IPV6, MEMBER(ipv6), 0, 0, NULL, 0 },
	{ "smooth", BAL_KIND_SMOOTH, MEMBER(smooth), 0, 0, NULL, 0 },
	{ "smooth_over", BAL_KIND_SMOOTH_OVER, MEMBER(smooth_over), 0, 0, NULL,
	  0 },
	{ "smooth_port", BAL_KIND_U32, MEMBER(smooth_port), 1, UINT16_MAX,
	  "same", 0 },
	{ "gateway6", BAL_KIND_GATEWAY6, MEMBER(gateway6), 0, 0, NULL, 0 },
	{ "revive", BAL_KIND_REVIVE, MEMBER(revive), 0, 0, NULL, 0 },
	{ "revive_after", BAL_KIND_MS, MEMBER(revive_after_ms), 1000, DAY_MS,
	  NULL, 0 },
	{ "revive_reboot", BAL_KIND_MS, MEMBER(revive_reboot_ms), HOUR_MS,
	  7 * DAY_MS, "no", 0 },
	{ "prefix6", BAL_KIND_PREFIX6, MEMBER(prefix6), 0, 0, NULL, 0 },
};

#define N_KEYS (sizeof(keys) / sizeof(keys[0]))
_Static_assert(N_KEYS <= 8 * sizeof(((struct bal_settings *)0)->has),
	       "more keys than bits");

/* The older name of `share`. */
static const char older_key[] = "balance";

struct bal_settings
bal_settings_default(void)
{
	return (struct bal_settings){
		.has = BAL_SET_SHARE | BAL_SET_WEIGHT | BAL_SET_PRIORITY |
		       (BAL_SET_CHECK &
			~(uint64_t)(BAL_SET_TARGETS | BAL_SET_HTTP_HOST |
				    BAL_SET_HTTP_EXPECT)),
		.share = BAL_SHARE_AUTO,
		.weight = 1,
		.priority = 100,
		.need = 1,
		.interval_ms = 1000,
		.timeout_ms = 2000,
		.down = 3,
		.up = 2,
		.timeout_min_ms = 20,
		.passive = 2000,
		.degraded_loss = 45,
		.recovered_loss = 20,
		.stable_ms = 1000,
		.stable_max_ms = 300000,
		.on_dead = BAL_ON_DEAD_SOCKETS | BAL_ON_DEAD_CONNTRACK,
		.failback_drain_ms = BAL_DRAIN_NEVER,
		.cap_day = 1,
		.revive_after_ms = 300000,
		.revive_reboot_ms = DAY_MS,
	};
}

uint32_t
bal_settings_recovered(const struct bal_settings *s)
{
	uint32_t ms = s->recovered_rtt_ms;

	if (!s->degraded_rtt_ms)
		return 0;
	if (!ms)
		ms = s->degraded_rtt_ms * 3 / 4;
	return ms ? ms : 1;
}

const char *
bal_settings_key(size_t i)
{
	return i < N_KEYS ? keys[i].name : NULL;
}

const char *
bal_settings_older_key(size_t i)
{
	return i ? NULL : older_key;
}

int
bal_settings_number(const char *key)
{
	if (!strcmp(key, older_key))
		return __builtin_ctzll(BAL_SET_SHARE);
	for (size_t i = 0; i < N_KEYS; i++)
		if (!strcmp(key, keys[i].name))
			return (int)i;
	return -1;
}

/* The key that @key is meant for, or NULL. */
static const char *
near_key(uint64_t allowed, const char *key)
{
	const char *near = NULL;

	for (size_t i = 0; i < N_KEYS; i++)
		if (allowed & UINT64_C(1) << i)
			near = bal_suggest_nearer(bal_suggest_bare(key), near,
					  keys[i].name);
	return near;
}

int
bal_settings_set(struct bal_settings *s, uint64_t allowed, const char *key,
		 const char *text, struct bal_err *err)
{
	const int i = bal_settings_number(key);
	struct bal_err why = { 0 };

	if (i < 0 || !(allowed & UINT64_C(1) << i))
		return bal_suggest_unknown(key, near_key(allowed, key), err);
	if (bal_settings_parse(s, &keys[i], text, &why) < 0)
		return bal_err(err, why.kind, "%s %s", key, why.msg);
	s->has |= UINT64_C(1) << i;
	return 0;
}

int
bal_settings_agree(const struct bal_settings *s, struct bal_err *err)
{
	const uint64_t both = BAL_SET_NEED | BAL_SET_TARGETS;

	if ((s->has & both) == both && s->need > s->n_targets)
		return bal_err(err, BAL_ECONF,
			       "need \"%u\" is more than there are targets",
			       s->need);
	return 0;
}

uint64_t
bal_settings_auto(const struct bal_settings *s)
{
	uint64_t autos = 0;

	if (s->share == BAL_SHARE_AUTO)
		autos |= BAL_SET_SHARE;
	if (!s->smooth_over[0][0])
		autos |= BAL_SET_SMOOTH_OVER;
	return s->has & autos;
}

void
bal_settings_merge(struct bal_settings *base, const struct bal_settings *over)
{
	uint64_t left;

	for (left = over->has; left; left &= left - 1) {
		const struct bal_settings_spec *key =
			&keys[__builtin_ctzll(left)];

		memcpy((char *)base + key->offset,
		       (const char *)over + key->offset,
		       bal_settings_size(over, key));
	}
	if (over->has & BAL_SET_TARGETS)
		base->n_targets = over->n_targets;
	base->has |= over->has;
}

const char *
bal_settings_get(const struct bal_settings *s, size_t i, char *buf, size_t size)
{
	int len;

	if (i >= N_KEYS || !size || !(s->has & UINT64_C(1) << i))
		return NULL;
	len = bal_settings_print(s, &keys[i], buf, size);
	if (len < 0 || (size_t)len >= size)
		return NULL;
	return buf;
}
