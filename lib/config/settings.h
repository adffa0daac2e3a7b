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
#include "health/revive.h"

#define BAL_WEIGHT_MAX 256
#define BAL_WEIGHT_AUTO 0
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

/* What becomes of an uplink that has used its cap. */
enum bal_cap_action {
	BAL_CAP_LAST_RESORT, /* behind all others, degraded ones too */
	BAL_CAP_OFF, /* no share while another one is alive */
};

/* When its cap begins anew. */
enum bal_cap_reset { BAL_CAP_MONTHLY, BAL_CAP_MANUAL };

/* What becomes of IPv6 while there is an uplink; of a device, by that one. */
enum bal_ipv6 {
	BAL_IPV6_IGNORE, /* nothing of it is looked at, nor changed */
	BAL_IPV6_BLOCK, /* it leaves by no default route; the device has none */
	BAL_IPV6_BALANCE, /* of [bal] alone: it is balanced as IPv4 */
};

/* When are a tunnel's datagrams copied to a second line? */
enum bal_smooth {
	BAL_SMOOTH_NO,
	BAL_SMOOTH_SUSPICION, /* while its own line is silent */
	BAL_SMOOTH_ALWAYS,
};

#define BAL_SMOOTH_OVER_MAX 4 /* lines that copies may leave by */

enum bal_all_dead { BAL_ALL_DEAD_KEEP, BAL_ALL_DEAD_UNREACHABLE };

/* One bit per key: set in @has where the key was given. */
enum bal_setting {
	BAL_SET_GATEWAY = UINT64_C(1) << 0,
	BAL_SET_SHARE = UINT64_C(1) << 1,
	BAL_SET_OVER = UINT64_C(1) << 2,
	BAL_SET_WEIGHT = UINT64_C(1) << 3,
	BAL_SET_PRIORITY = UINT64_C(1) << 4,
	BAL_SET_OPENVPN = UINT64_C(1) << 5,
	BAL_SET_TARGETS = UINT64_C(1) << 6,
	BAL_SET_NEED = UINT64_C(1) << 7,
	BAL_SET_INTERVAL = UINT64_C(1) << 8,
	BAL_SET_TIMEOUT = UINT64_C(1) << 9,
	BAL_SET_DOWN = UINT64_C(1) << 10,
	BAL_SET_UP = UINT64_C(1) << 11,
	BAL_SET_TIMEOUT_MIN = UINT64_C(1) << 12,
	BAL_SET_PASSIVE = UINT64_C(1) << 13,
	BAL_SET_DEGRADED_LOSS = UINT64_C(1) << 14,
	BAL_SET_RECOVERED_LOSS = UINT64_C(1) << 15,
	BAL_SET_DEGRADED_RTT = UINT64_C(1) << 16,
	BAL_SET_RECOVERED_RTT = UINT64_C(1) << 17,
	BAL_SET_STABLE = UINT64_C(1) << 18,
	BAL_SET_STABLE_MAX = UINT64_C(1) << 19,
	BAL_SET_BUDGET = UINT64_C(1) << 20,
	BAL_SET_HTTP_HOST = UINT64_C(1) << 21,
	BAL_SET_HTTP_EXPECT = UINT64_C(1) << 22,
	BAL_SET_ON_DEAD = UINT64_C(1) << 23,
	BAL_SET_FAILBACK_DRAIN = UINT64_C(1) << 24,
	BAL_SET_REQUIRED = UINT64_C(1) << 25,
	BAL_SET_CAP = UINT64_C(1) << 26,
	BAL_SET_CAP_DAY = UINT64_C(1) << 27,
	BAL_SET_CAP_ACTION = UINT64_C(1) << 28,
	BAL_SET_CAP_HARD = UINT64_C(1) << 29,
	BAL_SET_CAP_RESET = UINT64_C(1) << 30,
	BAL_SET_IPV6 = UINT64_C(1) << 31,
	BAL_SET_SMOOTH = UINT64_C(1) << 32,
	BAL_SET_SMOOTH_OVER = UINT64_C(1) << 33,
	BAL_SET_SMOOTH_PORT = UINT64_C(1) << 34,
	BAL_SET_GATEWAY6 = UINT64_C(1) << 35,
	BAL_SET_REVIVE = UINT64_C(1) << 36,
	BAL_SET_REVIVE_AFTER = UINT64_C(1) << 37,
	BAL_SET_REVIVE_REBOOT = UINT64_C(1) << 38,
	BAL_SET_PREFIX6 = UINT64_C(1) << 39,
};

/* Plain values; a member means something only with its bit in @has. */
struct bal_settings {
	uint64_t has;
	struct bal_addr gateway; /* "auto": given, and none */
	enum bal_share share; /* bal_uplinks_resolve() decides what auto is */
	char over[BAL_IFNAMSIZ];
	uint32_t weight; /* 1 to BAL_WEIGHT_MAX, default 1; BAL_WEIGHT_AUTO */
	uint32_t priority; /* 0 to BAL_PRIORITY_MAX, default 100 */
	char openvpn[64];  /* client configuration: letters, digits, -_.@ */
	const struct bal_target *targets; /* no two the same; see target_keep.h */
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
	uint64_t cap;  /* bytes a period, as budget; 0: none, default */
	uint32_t cap_day; /* of the month, 1 to 31, default 1 */
	enum bal_cap_action cap_action;
	bool cap_hard; /* off even where no other one is alive */
	enum bal_cap_reset cap_reset;
	enum bal_ipv6 ipv6; /* default ignore */
	enum bal_smooth smooth; /* default no */
	/* In order of preference, "" behind the last; none: auto. */
	char smooth_over[BAL_SMOOTH_OVER_MAX][BAL_IFNAMSIZ];
	uint32_t smooth_port; /* of the server, for copies; 0: that of the rest */
	struct bal_addr gateway6; /* of IPv6; "auto": given, and none */
	struct bal_addr prefix6; /* delegated by the provider; likewise */
	/* enum bal_revive_step, in order; BAL_REVIVE_NONE behind the last */
	uint8_t revive[BAL_REVIVE_MAX];
	uint32_t revive_after_ms;  /* 1000 to a day, default 300000 */
	uint32_t revive_reboot_ms; /* 0 (never) to a week, default a day */
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
int bal_settings_set(struct bal_settings *s, uint64_t allowed, const char *key,
		     const char *text, struct bal_err *err);

/*
 * Do the given keys agree with each other?  -1 with the reason: need is more
 * than there are targets.
 */
int bal_settings_agree(const struct bal_settings *s, struct bal_err *err);

/*
 * Those of the given keys that say no more than their default, `auto`, as a
 * stanza does merely to make its line an uplink.  Not gateways: theirs says that
 * what bal.conf names is not to be used.
 */
uint64_t bal_settings_auto(const struct bal_settings *s);

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
