// SPDX-License-Identifier: GPL-2.0-or-later
/* state_field - one key and value of the state file, read and written. */
#include "state_field.h"

#include <inttypes.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>

#include "state_line.h"

#define TOLD "told."
#define SAVED "saved"
#define JUDGE "judge"

enum kind {
	KIND_ADMIN,
	KIND_HEALTH,
	KIND_HOST,   /* an address without its prefix length */
	KIND_PREFIX, /* and with it, which may be that of a host */
	KIND_IFNAME,
	KIND_REASON,
	KIND_TABLE,
	KIND_U32,
	KIND_U64,
	KIND_INT, /* not negative */
};

struct field {
	const char *name;
	enum kind kind;
	size_t offset;
	uint64_t max;
};

#define FIELD(kind, member, max)                                              \
	{                                                                     \
#member, kind, offsetof(struct bal_uplink_state, member), max \
	}
#define FIELD_AS(name, kind, member, max)                                  \
	{                                                                  \
		name, kind, offsetof(struct bal_uplink_state, member), max \
	}

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

/* A table of our own is never one of the kernel's. */
static int
parse_table(const char *text, uint32_t *out, struct bal_err *err)
{
	uint32_t id;

	if (bal_parse_u32(text, 1, UINT32_MAX, &id, err) < 0)
		return -1;
	if (id >= BAL_TABLE_DEFAULT && id <= BAL_TABLE_LOCAL)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is a table of the "
			       "kernel's",
			       text);
	*out = id;
	return 0;
}

static int
parse_admin(const char *text, bool *out, struct bal_err *err)
{
	if (strcmp(text, "up") && strcmp(text, "down"))
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is neither up nor "
			       "down",
			       text);
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
parse_field(const struct field *field, const char *text, void *member,
	    struct bal_err *err)
{
	switch (field->kind) {
	case KIND_ADMIN:
		return parse_admin(text, member, err);
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

static int
set_told(struct bal_settings *told, const char *key, const char *text,
	 struct bal_err *err)
{
	const char *name;
	size_t i;

	/* `targets` has a line for each: eight of them fill no one line. */
	for (i = 0; (name = bal_settings_key(i)); i++)
		if (told->has & 1u << i && 1u << i != BAL_SET_TARGETS &&
		    !strcmp(name, key))
			return bal_err(err, BAL_ECONF, "%s is there twice",
				       key);
	return bal_settings_set(told, ~0u, key, text, err);
}

int
bal_uplink_state_set(struct bal_uplink_state *u, struct bal_state_seen *seen,
		     const char *key, const char *text, struct bal_err *err)
{
	size_t tried, i = 0;

	if (!strncmp(key, TOLD, strlen(TOLD)))
		return set_told(&u->told, key + strlen(TOLD), text, err);
	if (!strcmp(key, SAVED))
		return bal_saved_set(u, text, err);
	if (!strcmp(key, JUDGE))
		return bal_judge_set(&u->judge, text, err);
	for (tried = 0; tried < N_FIELDS; tried++) {
		i = (seen->next + tried) % N_FIELDS;
		if (!strcmp(key, fields[i].name))
			break;
	}
	if (tried == N_FIELDS || seen->fields & 1u << i)
		return bal_err(err, BAL_ECONF,
			       "key \"%.80s\" is unknown or "
			       "there twice",
			       key);
	seen->fields |= 1u << i;
	seen->next = i + 1;
	return parse_field(&fields[i], text, (char *)u + fields[i].offset, err);
}

int
bal_state_set(struct bal_state *state, struct bal_state_seen *seen,
	      const char *key, const char *text, struct bal_err *err)
{
	static const char *const keys[] = { "mode", "balancing_table",
					    "saved_hash_policy",
					    "masquerading" };
	const size_t n = sizeof(keys) / sizeof(keys[0]);
	size_t i;

	if (!strcmp(key, "tunnel"))
		return bal_tunnel_set(state, text, err);
	for (i = 0; i < n; i++)
		if (!strcmp(key, keys[i]))
			break;
	if (i == n || seen->fields & 1u << i)
		return bal_err(err, BAL_ECONF,
			       "key \"%.80s\" is unknown or "
			       "there twice",
			       key);
	seen->fields |= 1u << i;
	if (i == 1)
		return parse_table(text, &state->balancing_table, err);
	if (i == 2)
		return bal_state_i32(text, &state->saved_hash_policy, err);
	if (i == 3)
		return bal_parse_bool(text, &state->masquerading, err);
	if (bal_mode_parse(text, &state->mode, err) < 0)
		return -1;
	state->has_mode = true;
	return 0;
}

void
bal_state_print(const struct bal_state *state, FILE *out)
{
	if (state->has_mode)
		fprintf(out, "mode = %s\n", bal_mode_name(state->mode));
	if (state->balancing_table)
		fprintf(out, "balancing_table = %" PRIu32 "\n",
			state->balancing_table);
	if (state->saved_hash_policy != -1)
		fprintf(out, "saved_hash_policy = %" PRId32 "\n",
			state->saved_hash_policy);
	if (state->masquerading)
		fputs("masquerading = yes\n", out);
	for (size_t i = 0; i < state->n_tunnels; i++)
		bal_tunnel_print(&state->tunnels[i], out);
}

static void
print_told(const struct bal_settings *told, FILE *out)
{
	char value[BAL_SETTING_STRLEN], target[BAL_TARGET_STRLEN];
	const char *name, *rest;
	size_t i;

	for (i = 0; (name = bal_settings_key(i)); i++) {
		rest = bal_settings_get(told, i, value, sizeof(value));
		if (rest && 1u << i != BAL_SET_TARGETS) {
			fprintf(out, TOLD "%s = %s\n", name, rest);
			continue;
		}
		while (rest && bal_next_word(&rest, target, sizeof(target)) > 0)
			fprintf(out, TOLD "%s = %s\n", name, target);
	}
}

/* INI has no way to write a comment's begin or a control character. */
static void
print_reason(const char *reason, FILE *out)
{
	fputs("reason = ", out);
	for (; *reason; reason++) {
		unsigned char c = (unsigned char)*reason;

		fputc(c < ' ' || c == 0x7f ? '?' : c == ';' ? ',' : c, out);
	}
	fputc('\n', out);
}

static void
print_addr(const struct field *field, const struct bal_addr *a, FILE *out)
{
	char buf[BAL_ADDR_STRLEN];

	if (bal_addr_none(a))
		return;
	fprintf(out, "%s = %s", field->name, bal_addr_host_str(a, buf));
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
	if (n)
		fprintf(out, "%s = %" PRIu64 "\n", field->name, n);
}

static void
print_field(const struct field *field, const void *member, FILE *out)
{
	const char *text = member;

	switch (field->kind) {
	case KIND_ADMIN:
		fprintf(out, "%s = %s\n", field->name,
			*(const bool *)member ? "up" : "down");
		break;
	case KIND_HEALTH:
		fprintf(out, "%s = %s\n", field->name,
			bal_health_name(*(const enum bal_health *)member));
		break;
	case KIND_HOST:
	case KIND_PREFIX:
		print_addr(field, member, out);
		break;
	case KIND_IFNAME:
		if (*text)
			fprintf(out, "%s = %s\n", field->name, text);
		break;
	case KIND_REASON:
		if (*text)
			print_reason(text, out);
		break;
	default:
		print_number(field, member, out);
	}
}

void
bal_uplink_state_print(const struct bal_uplink_state *u, FILE *out)
{
	size_t i;

	for (i = 0; i < N_FIELDS; i++)
		print_field(&fields[i], (const char *)u + fields[i].offset,
			    out);
	bal_judge_print(&u->judge, out);
	print_told(&u->told, out);
	bal_saved_print(u, out);
}
