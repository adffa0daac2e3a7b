// SPDX-License-Identifier: GPL-2.0-or-later
/* field - one key and value of the state file, read and written. */
#include "state/field.h"

#include <inttypes.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>

#include "base/show.h"
#include "state/line.h"

#define TOLD "told."
#define SAVED "saved"
#define JUDGE "judge"
#define TUNNEL "tunnel"
#define LEASE "lease."
#define FORMER "former"
#define FORMAT "format"
#define LATE BAL_STATE_LATE " "
/* Keys of bal_settings_key() that the first format has. */
#define N_TOLD 25

enum kind {
	KIND_ADMIN,
	KIND_BOOL,
	KIND_MODE, /* member is the state */
	KIND_HEALTH,
	KIND_HOST,   /* an address without its prefix length */
	KIND_PREFIX, /* and with it, which may be that of a host */
	KIND_IFNAME,
	KIND_REASON,
	KIND_TABLE,
	KIND_U32,
	KIND_U64,
	KIND_INT,    /* not negative */
	KIND_SYSCTL, /* -1: none */
};

struct field {
	const char *name;
	enum kind kind;
	size_t offset;
	uint64_t max;
	bool late; /* not of the first format */
};

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
static const struct field fields[] = {
	FIELD_AS("admin", KIND_ADMIN, admin_up, 0),
	FIELD(KIND_U32, slot, BAL_UPLINKS_MAX),
	FIELD(KIND_TABLE, table, 0),
	FIELD(KIND_INT, ifindex, INT_MAX),
	FIELD(KIND_INT, tun_ifindex, INT_MAX),
	FIELD(KIND_HOST, learned_gateway, 0),
	FIELD(KIND_PREFIX, learned_addr, 0),
	FIELD(KIND_IFNAME, learned_over, 0),
	FIELD(KIND_IFNAME, line_down, 0),
	FIELD_AS("health", KIND_HEALTH, judge.health, 0),
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

#define N_FIELDS (sizeof(fields) / sizeof(fields[0]))

#define OF_ALL(kind, member, max, late) \
	ROW(bal_state, #member, kind, member, max, late)

#define SYSCTL(name, which, late) \
	ROW(bal_state, name, KIND_SYSCTL, saved_sysctls.of[which], 0, late)

/* Of [bal], likewise. */
static const struct field of_all[] = {
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

_Static_assert(BAL_SET_FAILBACK_DRAIN == 1 << (N_TOLD - 1),
	       "a new key of an uplink goes behind the old ones");
_Static_assert(N_FIELDS <= 64 && N_OF_ALL <= 64,
	       "more keys than bal_state_seen has bits");

/* A table of our own is never one of the kernel's. */
static int
parse_table(const char *text, uint32_t *out, struct bal_err *err)
{
	uint32_t id;

	if (bal_parse_u32(text, 1, UINT32_MAX, &id, err) < 0)
		return -1;
	if (id >= BAL_TABLE_DEFAULT && id <= BAL_TABLE_LOCAL)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is a table of the kernel's", text);
	*out = id;
	return 0;
}

static int
parse_admin(const char *text, bool *out, struct bal_err *err)
{
	if (strcmp(text, "up") && strcmp(text, "down"))
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is neither up nor down", text);
	*out = *text == 'u';
	return 0;
}

static int
parse_text(const char *text, char *out, size_t size, struct bal_err *err)
{
	if (strlen(text) >= size)
		return bal_err(err, BAL_ECONF, "\"%.80s\" is too long", text);
	return bal_copy(out, size, text);
}

static int
parse_number(const struct field *field, const char *text, void *member,
	     struct bal_err *err)
{
	uint64_t min = field->max == BAL_UPLINKS_MAX, n;

	if (bal_state_u64(text, field->max, &n, err) < 0)
		return -1;
	if (n < min)
		return bal_err(err, BAL_ECONF, "\"%.80s\" is too small", text);
	if (field->kind == KIND_U64)
		*(uint64_t *)member = n;
	else if (field->kind == KIND_INT)
		*(int *)member = (int)n;
	else
		*(uint32_t *)member = (uint32_t)n;
	return 0;
}

static int
parse_mode(const char *text, struct bal_state *state, struct bal_err *err)
{
	if (bal_mode_parse(text, &state->mode, err) < 0)
		return -1;
	state->has_mode = true;
	return 0;
}

static int
parse_field(const struct field *field, const char *text, void *member,
	    struct bal_err *err)
{
	switch (field->kind) {
	case KIND_ADMIN:
		return parse_admin(text, member, err);
	case KIND_BOOL:
		return bal_parse_bool(text, member, err);
	case KIND_MODE:
		return parse_mode(text, member, err);
	case KIND_SYSCTL:
		return bal_state_i32(text, member, err);
	case KIND_HEALTH:
		if (bal_health_parse(text, member))
			return 0;
		return bal_err(err, BAL_ECONF, "\"%.80s\" is no health", text);
	case KIND_HOST:
	case KIND_PREFIX:
		if (field->kind == KIND_HOST && strchr(text, '/'))
			return bal_err(err, BAL_ECONF, "\"%.80s\" is no host",
				       text);
		return bal_addr_parse(text, member, err);
	case KIND_IFNAME:
		if (bal_check_ifname(text, err) < 0)
			return -1;
		return bal_copy(member, BAL_IFNAMSIZ, text);
	case KIND_REASON:
		return parse_text(
			text, member,
			sizeof(((struct bal_uplink_state *)0)->reason), err);
	case KIND_TABLE:
		return parse_table(text, member, err);
	case KIND_U32:
	case KIND_U64:
	case KIND_INT:
		return parse_number(field, text, member, err);
	}
	return -1;
}

/* The member that @field is about, of the record @of. */
static void *
member_of(const struct field *field, const void *of)
{
	size_t at = field->kind == KIND_MODE ? 0 : field->offset;

	return (char *)(uintptr_t)of + at;
}

/* As bal_state_set(), for the keys of a table, in the record @of. */
static int
set_field(const struct field *table, size_t n, void *of,
	  struct bal_state_seen *seen, const char *key, const char *text,
	  struct bal_err *err)
{
	size_t tried, i = 0;

	for (tried = 0; tried < n; tried++) {
		i = (seen->next + tried) % n;
		if (!strcmp(key, table[i].name))
			break;
	}
	if (tried == n)
		return 1;
	if (seen->fields & UINT64_C(1) << i)
		return bal_state_twice(key, err);
	seen->fields |= UINT64_C(1) << i;
	seen->next = i + 1;
	return parse_field(&table[i], text, member_of(&table[i], of), err);
}

static int
set_told(struct bal_settings *told, const char *key, const char *text,
	 struct bal_err *err)
{
	const int i = bal_settings_number(key);

	if (i < 0)
		return 1;
	/* `targets` has a line for each: eight of them fill no one line. */
	if (told->has & 1u << i && 1u << i != BAL_SET_TARGETS)
		return bal_state_twice(key, err);
	return bal_settings_set(told, ~0u, key, text, err);
}

int
bal_uplink_state_set(struct bal_uplink_state *u, struct bal_state_seen *seen,
		     const char *key, const char *text, struct bal_err *err)
{
	if (!strncmp(key, TOLD, strlen(TOLD)))
		return set_told(&u->told, key + strlen(TOLD), text, err);
	if (!strcmp(key, SAVED))
		return bal_saved_set(u, text, err);
	if (!strcmp(key, JUDGE))
		return bal_judge_set(&u->judge, text, err);
	return set_field(fields, N_FIELDS, u, seen, key, text, err);
}

static int
set_lease(struct bal_state *state, const char *dev, const char *text,
	  struct bal_err *err)
{
	struct bal_addr gateway;

	if (bal_state_lease(state, dev))
		return bal_state_twice(dev, err);
	if (bal_addr_parse(text, &gateway, err) < 0)
		return -1;
	return bal_state_set_lease(state, dev, &gateway, err);
}

int
bal_state_set(struct bal_state *state, struct bal_state_seen *seen,
	      const char *key, const char *text, struct bal_err *err)
{
	if (!strcmp(key, TUNNEL))
		return bal_tunnel_set(state, text, err);
	if (!strcmp(key, FORMER))
		return bal_former_set(state, text, err);
	if (!strncmp(key, LEASE, strlen(LEASE)))
		return set_lease(state, key + strlen(LEASE), text, err);
	if (!strcmp(key, FORMAT))
		return bal_parse_u32(text, 1, UINT32_MAX, &state->format, err);
	return set_field(of_all, N_OF_ALL, state, seen, key, text, err);
}

/* As the first format has it: it knows `balance`, of yes and no. */
static void
print_one(const struct bal_settings *told, size_t i, const char *value,
	  FILE *out)
{
	const bool older = 1u << i == BAL_SET_SHARE && told->share;
	const bool late = i >= N_TOLD || (1u << i == BAL_SET_SHARE && !older);

	fprintf(out, "%s" TOLD "%s = %s\n", late ? LATE : "",
		older ? "balance" : bal_settings_key(i), value);
}

static void
print_told(const struct bal_settings *told, FILE *out)
{
	char value[BAL_SETTING_STRLEN], target[BAL_TARGET_STRLEN];
	const char *rest;

	for (size_t i = 0; bal_settings_key(i); i++) {
		rest = bal_settings_get(told, i, value, sizeof(value));
		if (rest && 1u << i != BAL_SET_TARGETS) {
			print_one(told, i, rest, out);
			continue;
		}
		while (rest && bal_next_word(&rest, target, sizeof(target)) > 0)
			fprintf(out, TOLD "targets = %s\n", target);
	}
}

/* There is no way to write a comment's begin or a control character. */
static void
print_reason(const char *reason, FILE *out)
{
	char clean[sizeof(((struct bal_uplink_state *)0)->reason)];

	if (!*reason)
		return;
	snprintf(clean, sizeof(clean), "%s", reason);
	bal_clean(clean);
	for (char *c = clean; *c; c++)
		if (*c == ';')
			*c = ',';
	fprintf(out, "reason = %s\n", clean);
}

/* "KEY = ", as the format has it. */
static void
begin(const struct field *field, FILE *out)
{
	fprintf(out, "%s%s = ", field->late ? LATE : "", field->name);
}

static void
print_mode(const struct bal_state *state, FILE *out)
{
	if (state->has_mode)
		fprintf(out, "mode = %s\n", bal_mode_name(state->mode));
}

static void
print_sysctl(const struct field *field, int32_t value, FILE *out)
{
	if (value == -1)
		return;
	begin(field, out);
	fprintf(out, "%" PRId32 "\n", value);
}

static void
print_addr(const struct field *field, const struct bal_addr *a, FILE *out)
{
	char buf[BAL_ADDR_STRLEN];

	if (bal_addr_none(a))
		return;
	begin(field, out);
	fputs(bal_addr_host_str(a, buf), out);
	if (field->kind == KIND_PREFIX)
		fprintf(out, "/%u", a->len);
	fputc('\n', out);
}

static void
print_number(const struct field *field, const void *member, FILE *out)
{
	uint64_t n;

	if (field->kind == KIND_U64)
		n = *(const uint64_t *)member;
	else if (field->kind == KIND_INT)
		n = *(const int *)member > 0 ? *(const unsigned *)member : 0;
	else
		n = *(const uint32_t *)member;
	if (!n)
		return;
	begin(field, out);
	fprintf(out, "%" PRIu64 "\n", n);
}

/* What @field is as a word; NULL: as in the zero state, not written. */
static const char *
word_of(const struct field *field, const void *member)
{
	switch (field->kind) {
	case KIND_ADMIN:
		return *(const bool *)member ? "up" : "down";
	case KIND_BOOL:
		return *(const bool *)member ? "yes" : NULL;
	case KIND_HEALTH:
		return bal_health_name(*(const enum bal_health *)member);
	case KIND_IFNAME:
		return *(const char *)member ? member : NULL;
	default:
		return NULL;
	}
}

static void
print_word(const struct field *field, const void *member, FILE *out)
{
	const char *word = word_of(field, member);

	if (!word)
		return;
	begin(field, out);
	fprintf(out, "%s\n", word);
}

static void
print_field(const struct field *field, const void *member, FILE *out)
{
	switch (field->kind) {
	case KIND_ADMIN:
	case KIND_BOOL:
	case KIND_HEALTH:
	case KIND_IFNAME:
		print_word(field, member, out);
		break;
	case KIND_MODE:
		print_mode(member, out);
		break;
	case KIND_HOST:
	case KIND_PREFIX:
		print_addr(field, member, out);
		break;
	case KIND_REASON:
		print_reason(member, out);
		break;
	case KIND_SYSCTL:
		print_sysctl(field, *(const int32_t *)member, out);
		break;
	default:
		print_number(field, member, out);
	}
}

static void
print_fields(const struct field *table, size_t n, const void *of, FILE *out)
{
	for (size_t i = 0; i < n; i++)
		print_field(&table[i], member_of(&table[i], of), out);
}

void
bal_uplink_state_print(const struct bal_uplink_state *u, FILE *out)
{
	print_fields(fields, N_FIELDS, u, out);
	bal_judge_print(&u->judge, out);
	print_told(&u->told, out);
	bal_saved_print(u, out);
}

void
bal_state_print(const struct bal_state *state, FILE *out)
{
	char buf[BAL_ADDR_STRLEN];

	fprintf(out, LATE FORMAT " = %d\n", BAL_STATE_FORMAT);
	print_fields(of_all, N_OF_ALL, state, out);
	for (size_t i = 0; i < state->n_tunnels; i++)
		bal_tunnel_print(&state->tunnels[i], out);
	for (size_t i = 0; i < state->n_leases; i++)
		fprintf(out, LATE LEASE "%s = %s\n", state->leases[i].dev,
			bal_addr_host_str(&state->leases[i].gateway, buf));
	for (size_t i = 0; i < state->n_formers; i++) {
		fputs(LATE, out);
		bal_former_print(&state->formers[i], out);
	}
}
