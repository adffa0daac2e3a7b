// SPDX-License-Identifier: GPL-2.0-or-later
/* field_table - keys of the state file and their members. */
#include <limits.h>

#include "state/field_internal.h"

#define ROW(record, name, kind, member, max, late)                     \
	{                                                              \
		name, kind, offsetof(struct record, member), max, late \
	}
#define FIELD_AS(name, kind, member, max) \
	ROW(bal_uplink_state, name, kind, member, max, false)
#define FIELD(kind, member, max) FIELD_AS(#member, kind, member, max)
/* For a key that is new since the first format. */
#define FIELD_LATE(kind, member, max) \
	ROW(bal_uplink_state, #member, kind, member, max, true)

/* In the order in which they are written. */
static const struct bal_field of_uplink[] = {
	FIELD_AS("admin", KIND_ADMIN, admin_up, 0),
	FIELD(KIND_U32, slot, BAL_UPLINKS_MAX),
	FIELD(KIND_TABLE, table, 0),
	FIELD(KIND_INT, ifindex, INT_MAX),
	FIELD(KIND_INT, tun_ifindex, INT_MAX),
	FIELD(KIND_HOST, learned_gateway, 0),
	FIELD(KIND_PREFIX, learned_addr, 0),
	FIELD(KIND_IFNAME, learned_over, 0),
	FIELD(KIND_IFNAME, line_down, 0),
	FIELD_AS("health", KIND_HEALTH, record.health, 0),
	FIELD(KIND_HEALTH, condition, 0),
	FIELD(KIND_U64, since_ms, UINT64_MAX),
	FIELD(KIND_REASON, reason, 0),
	FIELD(KIND_U32, rtt_us, UINT32_MAX),
	FIELD(KIND_U64, sent, UINT64_MAX),
	FIELD(KIND_U64, answered, UINT64_MAX),
	FIELD(KIND_U64, drain_ms, UINT64_MAX),
	FIELD(KIND_U32, unreleased, 1),
	FIELD_LATE(KIND_U32, use, BAL_USE_FULL),
	FIELD_LATE(KIND_PREFIX, used_addr, 0),
	FIELD_LATE(KIND_IFNAME, stanza, 0),
	FIELD_LATE(KIND_HOST, learned_server, 0),
	FIELD(KIND_U64, spent, UINT64_MAX),
	FIELD(KIND_U64, spent_saved, UINT64_MAX),
	FIELD(KIND_U32, spent_month, UINT32_MAX),
	FIELD(KIND_U64, rx_bytes, UINT64_MAX),
	FIELD(KIND_U64, tx_bytes, UINT64_MAX),
	FIELD(KIND_U64, counted_ms, UINT64_MAX),
	FIELD(KIND_U64, rx_rate, UINT64_MAX),
	FIELD(KIND_U64, tx_rate, UINT64_MAX),
	FIELD(KIND_U64, heard_ms, UINT64_MAX),
	FIELD(KIND_INT, saved_ifindex, INT_MAX),
};

#define N_OF_UPLINK (sizeof(of_uplink) / sizeof(of_uplink[0]))

#define OF_ALL(kind, member, max, late) \
	ROW(bal_state, #member, kind, member, max, late)

#define SYSCTL(name, which, late) \
	ROW(bal_state, name, KIND_SYSCTL, saved_sysctls.of[which], 0, late)

/* Of [bal], likewise. */
static const struct bal_field of_all[] = {
	OF_ALL(KIND_MODE, mode, 0, false),
	OF_ALL(KIND_TABLE, balancing_table, 0, false),
	SYSCTL("saved_hash_policy", BAL_SYSCTL_HASH_POLICY, false),
	OF_ALL(KIND_BOOL, masquerading, 0, false),
	OF_ALL(KIND_U32, saved_mode, 1 + BAL_MODE_SOLO, true),
	OF_ALL(KIND_U32, clock_month, UINT32_MAX, true),
	OF_ALL(KIND_U64, clock_since_ms, UINT64_MAX, true),
	SYSCTL("saved_icmp_errors", BAL_SYSCTL_ICMP_ERRORS, true),
	OF_ALL(KIND_IFNAME, last_resort, 0, true),
	OF_ALL(KIND_BOOL, nothing_leaves, 0, true),
};

#define N_OF_ALL (sizeof(of_all) / sizeof(of_all[0]))

_Static_assert(N_OF_UPLINK <= 64 && N_OF_ALL <= 64,
	       "more keys than bal_state_seen has bits");

const struct bal_field_table bal_fields_of_uplink = { of_uplink, N_OF_UPLINK };
const struct bal_field_table bal_fields_of_all = { of_all, N_OF_ALL };
