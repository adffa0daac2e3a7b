/* settings - the settings of one uplink, from whatever source. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_SETTINGS_H
#define BAL_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "config/target.h"
#include "base/text.h"

#define BAL_WEIGHT_MAX 255
#define BAL_PRIORITY_MAX 999
/* The longest value: targets, each with ", " or NUL behind it. */
#define BAL_SETTING_STRLEN (BAL_TARGETS_MAX * (BAL_TARGET_STRLEN + 1))
#define BAL_HTTP_TEXT 64
#define BAL_DRAIN_NEVER UINT32_MAX

/* What is flushed or closed of a dead uplink once others have its traffic. */
enum bal_on_dead {
	BAL_ON_DEAD_SOCKETS = 1 << 0,
	BAL_ON_DEAD_CONNTRACK = 1 << 1,
};

/* Does it get a share of new connections? */
enum bal_share {
	BAL_SHARE_AUTO, /* unless another uplink with a share goes over it */
	BAL_SHARE_YES,
	BAL_SHARE_NO,
};

enum bal_all_dead { BAL_ALL_DEAD_KEEP, BAL_ALL_DEAD_UNREACHABLE };

/* One bit per key: set in @has where the key was given. */
enum bal_setting {
	BAL_SET_GATEWAY = 1 << 0,
	BAL_SET_SHARE = 1 << 1,
	BAL_SET_OVER = 1 << 2,
	BAL_SET_WEIGHT = 1 << 3,
	BAL_SET_PRIORITY = 1 << 4,
	BAL_SET_OPENVPN = 1 << 5,
	BAL_SET_TARGETS = 1 << 6,
	BAL_SET_NEED = 1 << 7,
	BAL_SET_INTERVAL = 1 << 8,
	BAL_SET_TIMEOUT = 1 << 9,
	BAL_SET_DOWN = 1 << 10,
	BAL_SET_UP = 1 << 11,
	BAL_SET_TIMEOUT_MIN = 1 << 12,
	BAL_SET_PASSIVE = 1 << 13,
	BAL_SET_DEGRADED_LOSS = 1 << 14,
	BAL_SET_RECOVERED_LOSS = 1 << 15,
	BAL_SET_DEGRADED_RTT = 1 << 16,
	BAL_SET_RECOVERED_RTT = 1 << 17,
	BAL_SET_STABLE = 1 << 18,
	BAL_SET_STABLE_MAX = 1 << 19,
	BAL_SET_BUDGET = 1 << 20,
	BAL_SET_HTTP_HOST = 1 << 21,
	BAL_SET_HTTP_EXPECT = 1 << 22,
	BAL_SET_ON_DEAD = 1 << 23,
	BAL_SET_FAILBACK_DRAIN = 1 << 24,
	BAL_SET_REQUIRED = 1 << 25,
};

/* Plain values; a member means something only with its bit in @has. */
struct bal_settings {
	unsigned has;
	struct bal_addr gateway; /* "auto": given, and none */
	enum bal_share share; /* bal_uplinks_resolve() decides what auto is */
	char over[BAL_IFNAMSIZ];
	uint32_t weight;   /* 1 to BAL_WEIGHT_MAX, default 1 */
	uint32_t priority; /* 0 to BAL_PRIORITY_MAX, default 100 */
	char openvpn[64];  /* client configuration: letters, digits, -_.@ */
	struct bal_target targets[BAL_TARGETS_MAX]; /* no two the same */
	size_t n_targets;
	uint32_t need;		 /* targets that must answer, default 1 */
	uint32_t interval_ms;	 /* 10 to 3600000, default 1000 */
	uint32_t timeout_ms;	 /* 10 to 60000, default 2000 */
	uint32_t down, up;	 /* rounds, 1 to 100, default 3 and 2 */
	uint32_t timeout_min_ms; /* 10 to 10000, default 20 */
	/*
	 * Bytes received within an interval that prove life; 0: none do.
	 * Up to 1000000, default 2000.
	 */
	uint32_t passive;
	uint32_t degraded_loss;	   /* per cent, 0 (never) to 99, default 45 */
	uint32_t recovered_loss;   /* 0 to 98, default 20 */
	uint32_t degraded_rtt_ms;  /* to 60000; 0: never, the default */
	uint32_t recovered_rtt_ms; /* likewise; see bal_settings_recovered() */
	uint32_t stable_ms;	   /* 0 to an hour, default 1000 */
	uint32_t stable_max_ms;	   /* 0 to a day, default 300000 */
	uint64_t budget; /* bytes a month; 100000 to 10^15; 0: any, default */
	/* Both "" where not given: the address as Host:, and any body. */
	char http_host[BAL_HTTP_TEXT];
	char http_expect[BAL_HTTP_TEXT];
	unsigned on_dead;	    /* of enum bal_on_dead; default both */
	uint32_t failback_drain_ms; /* 0 to a day; default BAL_DRAIN_NEVER */
	bool required; /* of bal.conf: a problem where it is not up */
};

/* The degraded and recovered thresholds: a pair may contradict itself. */
#define BAL_SET_THRESHOLDS                                \
	(BAL_SET_DEGRADED_LOSS | BAL_SET_RECOVERED_LOSS | \
	 BAL_SET_DEGRADED_RTT | BAL_SET_RECOVERED_RTT)

/* The keys that each source allows. */
#define BAL_SET_CHECK                                                          \
	(BAL_SET_TARGETS | BAL_SET_NEED | BAL_SET_INTERVAL | BAL_SET_TIMEOUT | \
	 BAL_SET_DOWN | BAL_SET_UP | BAL_SET_TIMEOUT_MIN | BAL_SET_PASSIVE |   \
	 BAL_SET_DEGRADED_LOSS | BAL_SET_RECOVERED_LOSS |                      \
	 BAL_SET_DEGRADED_RTT | BAL_SET_RECOVERED_RTT | BAL_SET_STABLE |       \
	 BAL_SET_STABLE_MAX | BAL_SET_BUDGET | BAL_SET_HTTP_HOST |             \
	 BAL_SET_HTTP_EXPECT | BAL_SET_ON_DEAD | BAL_SET_FAILBACK_DRAIN)

/*
 * The built-in values, every key but gateway, over, openvpn, targets,
 * http_host and http_expect.
 */
struct bal_settings bal_settings_default(void);

/*
 * Set @key, which may be an older name, to @text.  A repeated `targets` adds to
 * the list; a target that is there already is not added twice.  Keys outside
 * @allowed are unknown.  -1 with the reason (`unknown key "gatway"`, `weight
 * "0" is not between 1 and 255`) and @s untouched.
 */
int bal_settings_set(struct bal_settings *s, unsigned allowed, const char *key,
		     const char *text, struct bal_err *err);

/*
 * Do the given keys agree with each other?  -1 with the reason: need is more
 * than there are targets.
 */
int bal_settings_agree(const struct bal_settings *s, struct bal_err *err);

/* Keys given in @over replace those of @base. */
void bal_settings_merge(struct bal_settings *base,
			const struct bal_settings *over);

/*
 * The round trip in ms that is normal again: three quarters of degraded_rtt
 * where not given; 0: any.
 */
uint32_t bal_settings_recovered(const struct bal_settings *s);

/* The name of each key in order of its bit; NULL after the last. */
const char *bal_settings_key(size_t i);

/* Older names of keys that are still read; NULL after the last. */
const char *bal_settings_older_key(size_t i);

/* The number of @key by its name, also an older one; -1: unknown. */
int bal_settings_number(const char *key);

/*
 * The value of key number @i as bal_settings_set() reads it, into @buf of
 * @size; NULL where it was not given or does not fit (BAL_SETTING_STRLEN always
 * does).  Returns @buf.
 */
const char *bal_settings_get(const struct bal_settings *s, size_t i, char *buf,
			     size_t size);

#endif
