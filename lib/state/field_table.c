// SPDX-License-Identifier: GPL-2.0-or-later
/* field_table - keys of the state file and their members. */
#include <limits.h>

#include "netlink/mptcp.h"
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
#define CAPACITY(name, kind, member, max) \
	ROW(bal_uplink_state, name, kind, capacity.member, max, true)
#define USAGE(name, kind, member, max) \
	ROW(bal_uplink_state, name, kind, usage.member, max, true)

#define SAVED6(name, which) \
	ROW(bal_uplink_state, name, KIND_U32, saved6[which], INT_MAX, true)

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
	FIELD_LATE(KIND_HOST, learned_local, 0),
	FIELD_LATE(KIND_U32, learned_port, UINT16_MAX),
	FIELD_LATE(KIND_U32, learned_proto, UINT8_MAX),
	FIELD_LATE(KIND_BOOL, smooth_told, 0),
	FIELD(KIND_U64, spent, UINT64_MAX),
	FIELD(KIND_U64, spent_saved, UINT64_MAX),
	FIELD(KIND_U32, spent_month, UINT32_MAX),
	USAGE("used_known", KIND_BOOL, known, 0),
	USAGE("used", KIND_U64, bytes, UINT64_MAX),
	USAGE("used_saved", KIND_U64, saved, UINT64_MAX),
	USAGE("used_saved_ms", KIND_U64, saved_ms, UINT64_MAX),
	USAGE("used_period", KIND_U32, period, UINT32_MAX),
	USAGE("used_reported", KIND_U32, reported, 100),
	USAGE("used_ifindex", KIND_INT, ifindex, INT_MAX),
	USAGE("used_rx", KIND_U64, rx, UINT64_MAX),
	USAGE("used_tx", KIND_U64, tx, UINT64_MAX),
	USAGE("used_doubt_period", KIND_U32, doubt_period, UINT32_MAX),
	USAGE("used_doubt_ms", KIND_U64, doubt_ms, UINT64_MAX),
	CAPACITY("capacity", KIND_U64, rate, UINT64_MAX / 4096),
	CAPACITY("capacity_boost", KIND_U32, boost, 1024),
	CAPACITY("capacity_full_ms", KIND_U64, full_ms, UINT64_MAX),
	CAPACITY("capacity_look_ms", KIND_U64, look_ms, UINT64_MAX),
	CAPACITY("auto_weight", KIND_U32, weight, BAL_CAPACITY_WEIGHT),
	FIELD_LATE(KIND_U64, capacity_saved, UINT64_MAX),
	FIELD(KIND_U64, rx_bytes, UINT64_MAX),
	FIELD(KIND_U64, tx_bytes, UINT64_MAX),
	FIELD(KIND_U64, counted_ms, UINT64_MAX),
	FIELD(KIND_U64, rx_rate, UINT64_MAX),
	FIELD(KIND_U64, tx_rate, UINT64_MAX),
	FIELD(KIND_U64, heard_ms, UINT64_MAX),
	FIELD(KIND_INT, saved_ifindex, INT_MAX),
	FIELD_LATE(KIND_INT, ipv6_ifindex, INT_MAX),
	FIELD_LATE(KIND_U32, mptcp_id, BAL_MPTCP_ID_MAX),
	FIELD_LATE(KIND_HOST, mptcp_addr, 0),
	FIELD_LATE(KIND_U64, deaths, UINT64_MAX),
	FIELD_LATE(KIND_U32, stanzas, 3),
	FIELD_LATE(KIND_INT, saved6_ifindex, INT_MAX),
	SAVED6("saved_accept_ra", BAL_DC6_ACCEPT_RA),
	SAVED6("saved_oif_addrs", BAL_DC6_OIF_ADDRS),
	SAVED6("saved_ignore_linkdown6", BAL_DC6_IGNORE_LINKDOWN),
	ROW(bal_uplink_state, "health6", KIND_U32, record6.health,
	    BAL_HEALTH_DEGRADED, true),
	FIELD_LATE(KIND_REASON, reason6, 0),
	FIELD_LATE(KIND_BOOL, held6, 0),
	FIELD_LATE(KIND_BOOL, dead6, 0),
	FIELD_LATE(KIND_U64, told_ms, UINT64_MAX),
};

#define N_OF_UPLINK (sizeof(of_uplink) / sizeof(of_uplink[0]))

#define OF_ALL(kind, member, max, late) \
	ROW(bal_state, #member, kind, member, max, late)

#define SYSCTL(name, which, late) \
	ROW(bal_state, name, KIND_SYSCTL, saved_sysctls.of[which], 0, late)

#define NFT(name, kind, member, max) \
	ROW(bal_state, name, kind, nft.member, max, true)

#define SMOOTH(name, kind, member, max) \
	ROW(bal_state, name, kind, smooth.member, max, true)

/* Of [bal], likewise. */
static const struct bal_field of_all[] = {
	OF_ALL(KIND_MODE, mode, 0, false),
	OF_ALL(KIND_TABLE, balancing_table, 0, false),
	SYSCTL("saved_hash_policy", BAL_SYSCTL_HASH_POLICY, false),
	OF_ALL(KIND_BOOL, masquerading, 0, false),
	OF_ALL(KIND_U32, saved_mode, 1 + BAL_MODE_SOLO, true),
	OF_ALL(KIND_U32, clock_month, UINT32_MAX, true),
	OF_ALL(KIND_U64, clock_since_ms, UINT64_MAX, true),
	OF_ALL(KIND_U64, believed_boot_s, UINT64_MAX, true),
	SYSCTL("saved_icmp_errors", BAL_SYSCTL_ICMP_ERRORS, true),
	OF_ALL(KIND_IFNAME, last_resort, 0, true),
	OF_ALL(KIND_BOOL, nothing_leaves, 0, true),
	OF_ALL(KIND_U64, offline_ms, UINT64_MAX, true),
	OF_ALL(KIND_U64, told_ms, UINT64_MAX, true),
	OF_ALL(KIND_BOOL, conf_wrong, 0, true),
	OF_ALL(KIND_BOOL, uses_nft, 0, true),
	NFT("nft_place", KIND_U64, place, UINT64_MAX),
	NFT("nft_model", KIND_U64, model, UINT64_MAX),
	NFT("nft_generation", KIND_U32, generation, UINT32_MAX),
	NFT("nft_translates", KIND_BOOL, translates, 0),
	NFT("nft_refuses", KIND_BOOL, refuses, 0),
	NFT("nft_draws", KIND_BOOL, draws, 0),
	OF_ALL(KIND_U32, balance, 1 + BAL_BALANCE_PACKET, true),
	OF_ALL(KIND_U32, saved_balance, 1 + BAL_BALANCE_PACKET, true),
	OF_ALL(KIND_U32, seed, UINT32_MAX, true),
	SYSCTL("saved_hash_fields", BAL_SYSCTL_HASH_FIELDS, true),
	OF_ALL(KIND_BOOL, rules6, 0, true),
	OF_ALL(KIND_BOOL, routes6, 0, true),
	SYSCTL("saved_hash_policy6", BAL_SYSCTL_HASH_POLICY6, true),
	OF_ALL(KIND_BOOL, steered, 0, true),
	OF_ALL(KIND_BOOL, mptcp, 0, true),
	OF_ALL(KIND_U32, saved_mptcp, 1 + BAL_MPTCP_MAX, true),
	OF_ALL(KIND_BOOL, smoothed, 0, true),
	SMOOTH("smooth_place", KIND_U64, place, UINT64_MAX),
	SMOOTH("smooth_model", KIND_U64, model, UINT64_MAX),
	SMOOTH("smooth_generation", KIND_U32, generation, UINT32_MAX),
	OF_ALL(KIND_U64, pass_ms, UINT64_MAX, true),
	OF_ALL(KIND_U64, pass_us, UINT64_MAX, true),
};

#define N_OF_ALL (sizeof(of_all) / sizeof(of_all[0]))

_Static_assert(N_OF_UPLINK <= BAL_STATE_KEYS_MAX &&
		       N_OF_ALL <= BAL_STATE_KEYS_MAX,
	       "more keys than bal_state_seen has room for");

const struct bal_field_table bal_fields_of_uplink = { of_uplink, N_OF_UPLINK };
const struct bal_field_table bal_fields_of_all = { of_all, N_OF_ALL };
