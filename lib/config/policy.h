/* policy - [group NAME] and [rule NAME] of bal.conf: which traffic goes where. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_POLICY_H
#define BAL_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/text.h"
#include "config/destinations.h"
#include "config/mode.h"

/* The table of an uplink that rules lead to by itself: this, and its name. */
#define BAL_ONLY "only:"
/* The table of what carries tunnels over any line; over a group: and its name. */
#define BAL_UNDERLAY "underlay"
#define BAL_GROUP_TABLELEN 32

#define BAL_GROUPS_MAX 64
#define BAL_MEMBERS_MAX 64
#define BAL_RULES_MAX 256
#define BAL_RULE_ADDRS_MAX 64
#define BAL_RULE_PORTS_MAX 16
/* How many rules of the kernel one [rule] may be. */
#define BAL_RULE_PARTS_MAX 256
/* What stands before the name of a set of nftables, in `from` and `to`. */
#define BAL_RULE_SET "set:"
/* What the name of a sticky rule's map begins with, before the rule's. */
#define BAL_RULE_STICKY "sticky_"

/* What takes the traffic of a group that has no living member. */
enum bal_fallback {
	BAL_FALLBACK_NEXT, /* the rules behind, and then the rest */
	BAL_FALLBACK_GROUP,
	BAL_FALLBACK_MAIN,
	BAL_FALLBACK_UNREACHABLE,
	BAL_FALLBACK_PROHIBIT,
	BAL_FALLBACK_BLACKHOLE,
};

/* A [group NAME]. */
struct bal_conf_group {
	char name[BAL_IFNAMSIZ];
	char uplinks[BAL_MEMBERS_MAX][BAL_IFNAMSIZ]; /* in order, no twins */
	size_t n_uplinks;
	enum bal_mode mode;
	bool best; /* solo by the round trip, not by order */
	bool has_balance; /* else as [bal] has it */
	enum bal_balance balance;
	unsigned balance_line; /* of bal.conf */
	enum bal_fallback fallback;
	char fallback_group[BAL_IFNAMSIZ];
	/* What is left elsewhere when it can carry again: after so long. */
	bool has_drain; /* else it is with the rest's failback_drain */
	uint32_t drain_ms; /* 0 to a day, or BAL_DRAIN_NEVER */
	/* None: whatever rules lead there. */
	struct bal_addr destinations[BAL_DESTINATIONS_MAX];
	size_t n_destinations;
	bool everywhere; /* `default` was given, as the only one */
	/* lines of bal.conf; 0: not given */
	unsigned line, uplinks_line, fallback_line, destinations_line;
	unsigned drain_line;
};

/* From @first to @last, both included. */
struct bal_range {
	uint32_t first, last;
};

/* Where a [rule NAME] leads. */
enum bal_lead {
	BAL_LEAD_GROUP,
	BAL_LEAD_UPLINK,
	BAL_LEAD_MAIN,
	BAL_LEAD_UNREACHABLE,
};

/* A [rule NAME]: a packet has to match every key that was given. */
struct bal_conf_rule {
	char name[BAL_IFNAMSIZ];
	struct bal_addr from[BAL_RULE_ADDRS_MAX], to[BAL_RULE_ADDRS_MAX];
	size_t n_from, n_to; /* none: any; else one of them */
	/* Sets of nftables that the address is in; "": any.  Then no prefixes. */
	char from_set[BAL_IFNAMSIZ], to_set[BAL_IFNAMSIZ];
	char iif[BAL_IFNAMSIZ];
	uint8_t proto; /* 0: any */
	struct bal_range sport[BAL_RULE_PORTS_MAX], dport[BAL_RULE_PORTS_MAX];
	size_t n_sport, n_dport;
	bool has_uid;
	struct bal_range uid; /* of sockets of this box */
	bool has_mark;
	uint32_t mark, mask; /* @mask 0: all bits that are not bal's */
	bool has_dscp;
	uint8_t dscp; /* 0 to 63 */
	uint32_t sticky_ms; /* a source keeps to its uplink so long; 0: does not */
	enum bal_lead lead;
	char group[BAL_IFNAMSIZ]; /* of a group or an uplink; "": not given */
	unsigned line, group_line, mark_line, uid_line, port_line;
	unsigned sticky_line;
	unsigned nft_line; /* of the first key that only nftables can do */
	const char *nft_key; /* which that is; NULL: none */
	bool wrong; /* a fault was reported in its section */
};

/* Zero state: no groups, no rules.  Owned by struct bal_conf. */
struct bal_policy {
	struct bal_conf_group *groups;
	size_t n_groups;
	struct bal_conf_rule *rules; /* in file order */
	size_t n_rules;
};

/* Free what @policy owns: zero state again. */
void bal_policy_fini(struct bal_policy *policy);

/* The group @name, or NULL. */
const struct bal_conf_group *bal_policy_group(const struct bal_policy *policy,
					      const char *name);

/* Do rules lead to the uplink @name, by itself or as a member of a group? */
bool bal_policy_leads_to(const struct bal_policy *policy, const char *name);

/* Does a rule, or a group's destinations, lead to where nothing takes it? */
bool bal_policy_closes(const struct bal_policy *policy);

/* The first group whose own kind is `packet`, or NULL. */
const struct bal_conf_group *
bal_policy_of_packets(const struct bal_policy *policy);

/* The first rule that only nftables can carry out, or NULL. */
const struct bal_conf_rule *bal_policy_of_nft(const struct bal_policy *policy);

/*
 * Can `ip rule` say what @rule selects?  Else a mark of a class has to, which
 * nftables sets on what is forwarded.
 */
bool bal_policy_is_plain(const struct bal_conf_rule *rule);

/*
 * What @rule selects by and an established connection does not show: the key of
 * bal.conf, or NULL.  Such a connection cannot be distinguished from others.
 */
const char *bal_policy_hidden(const struct bal_conf_rule *rule);

/* How many rules, the first ones, can have a mark of a class within @mask. */
uint32_t bal_policy_classes(uint32_t mask);

/*
 * Can a packet of @family be what @rule selects?  Without addresses it is for
 * both, but sets of nftables hold addresses of IPv4.
 */
bool bal_policy_is_of(const struct bal_conf_rule *rule, int family);

/* How many rules of the kernel @rule is, in the family where they are more. */
size_t bal_policy_parts(const struct bal_conf_rule *rule);

#endif
