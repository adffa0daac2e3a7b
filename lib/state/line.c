// SPDX-License-Identifier: GPL-2.0-or-later
/* line - lines of the state file that hold several numbers. */
#include "state/line.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <string.h>

int
bal_state_u64(const char *text, uint64_t max, uint64_t *out, struct bal_err *err)
{
	uint64_t n = 0;
	const char *p;

	for (p = text; *p >= '0' && *p <= '9'; p++) {
		unsigned digit = (unsigned)(*p - '0');

		if (digit > max || n > (max - digit) / 10)
			break;
		n = n * 10 + digit;
	}
	if (p == text || *p)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is not a number up to %" PRIu64, text,
			       max);
	*out = n;
	return 0;
}

bool
bal_state_next_u64(const char **line, uint64_t max, uint64_t *out)
{
	struct bal_err ignored;
	char word[32];

	return bal_next_word(line, word, sizeof(word)) > 0 &&
	       bal_state_u64(word, max, out, &ignored) == 0;
}

int
bal_state_i32(const char *text, int32_t *out, struct bal_err *err)
{
	bool negative = *text == '-';
	uint64_t n;

	if (bal_state_u64(text + negative, (uint64_t)INT32_MAX + negative, &n,
		      err) < 0)
		return -1;
	*out = (int32_t)(negative ? -(int64_t)n : (int64_t)n);
	return 0;
}

int
bal_state_twice(const char *key, struct bal_err *err)
{
	bal_err(err, BAL_ECONF, "%s is there twice", key);
	err->sys = EEXIST;
	return -1;
}

/*
 * The rows below keep the first format for good: a new value gets a key of its
 * own.  Values missing at the end of a row are unknown, and extra ones are
 * ignored.
 */
#define N_SAVED 6
_Static_assert(BAL_DC_MAX == N_SAVED, "a new sysctl needs a key of its own");

/* One line for all: `-` is an unknown value. */
int
bal_saved_set(struct bal_uplink_state *u, const char *text, struct bal_err *err)
{
	int32_t saved[N_SAVED] = { 0 };
	unsigned mask = 0;
	char word[16];
	int got = 0;

	for (int i = 0; i < N_SAVED; i++) {
		got = bal_next_word(&text, word, sizeof(word));
		if (got <= 0)
			break;
		if (strcmp(word, "-") == 0)
			continue;
		if (bal_state_i32(word, &saved[i], err) < 0)
			return -1;
		mask |= 1u << i;
	}
	if (got < 0 || u->saved_mask)
		return bal_err(err, BAL_ECONF,
			       "saved has a word that is too long, or is there "
			       "twice");
	memcpy(u->saved, saved, sizeof(u->saved));
	u->saved_mask = mask;
	return 0;
}

void
bal_saved_print(const struct bal_uplink_state *u, FILE *out)
{
	if (!u->saved_mask)
		return;
	fputs("saved =", out);
	for (int i = 0; i < BAL_DC_MAX; i++) {
		if (u->saved_mask & 1u << i)
			fprintf(out, " %" PRId32, u->saved[i]);
		else
			fputs(" -", out);
	}
	fputc('\n', out);
}

#define JUDGED(member, max) { offsetof(struct bal_health_record, member), max }

/* The health record without the health, in the order of its line. */
static const struct {
	size_t offset;
	uint64_t max; /* UINT64_MAX: it has 64 bits */
} judged[] = {
	JUDGED(good, UINT32_MAX),	JUDGED(bad, UINT32_MAX),
	JUDGED(srtt_us, UINT32_MAX),	JUDGED(rttvar_us, UINT32_MAX),
	JUDGED(rounds_q8, UINT32_MAX),	JUDGED(lost_q8, UINT32_MAX),
	JUDGED(worse, UINT32_MAX),	JUDGED(better, UINT32_MAX),
	JUDGED(recent, UINT64_MAX),	JUDGED(n_recent, 64),
	JUDGED(good_since_ms, UINT64_MAX), JUDGED(flaps, UINT32_MAX),
	JUDGED(flap_ms, UINT64_MAX),	JUDGED(again_q16, UINT32_MAX),
};

#define N_JUDGED (sizeof(judged) / sizeof(judged[0]))
_Static_assert(N_JUDGED == 14, "a new number needs a key of its own");

static uint64_t
get_judged(const struct bal_health_record *j, size_t i)
{
	const void *member = (const char *)j + judged[i].offset;

	return judged[i].max == UINT64_MAX ? *(const uint64_t *)member :
					     *(const uint32_t *)member;
}

/* One line for all: fourteen lines for each uplink take their time. */
int
bal_health_set(struct bal_health_record *j, const char *text, struct bal_err *err)
{
	struct bal_health_record new = *j;
	char word[24];
	uint64_t n;
	size_t i = 0;
	int got = 0;

	for (; i < N_JUDGED; i++) {
		void *member = (char *)&new + judged[i].offset;

		got = bal_next_word(&text, word, sizeof(word));
		if (got <= 0)
			break;
		if (bal_state_u64(word, judged[i].max, &n, err) < 0)
			return -1;
		if (judged[i].max == UINT64_MAX)
			*(uint64_t *)member = n;
		else
			*(uint32_t *)member = (uint32_t)n;
	}
	if (got < 0)
		return bal_err(err, BAL_ECONF,
			       "judge has a word that is too long");
	*j = new;
	return 0;
}

void
bal_health_print(const struct bal_health_record *j, const char *key, FILE *out)
{
	uint64_t any = 0;

	for (size_t i = 0; i < N_JUDGED; i++)
		any |= get_judged(j, i);
	if (!any)
		return;
	fprintf(out, "%s =", key);
	for (size_t i = 0; i < N_JUDGED; i++)
		fprintf(out, " %" PRIu64, get_judged(j, i));
	fputc('\n', out);
}

/*
 * "tun1 1000 2 0 0 0 eth1": name, at_ms, tries, missing_ms, starting, stop,
 * over.
 */
int
bal_tunnel_set(struct bal_state *state, const char *text, struct bal_err *err)
{
	static const uint64_t max[] = { UINT64_MAX, UINT32_MAX, UINT64_MAX, 1,
					BAL_TUNNEL_DOWN };
	char name[BAL_IFNAMSIZ], over[BAL_IFNAMSIZ] = "", word[24];
	struct bal_tunnel_try *t;
	uint64_t n[5] = { 0 };
	size_t before = state->n_tunnels;
	int got = 1;

	if (bal_next_word(&text, name, sizeof(name)) <= 0)
		return bal_err(err, BAL_ECONF, "tunnel has no name");
	for (size_t i = 0; i < 5 && got > 0; i++) {
		got = bal_next_word(&text, word, sizeof(word));
		if (got > 0 && bal_state_u64(word, max[i], &n[i], err) < 0)
			return -1;
	}
	if (got > 0)
		got = bal_next_word(&text, over, sizeof(over));
	if (got < 0)
		return bal_err(err, BAL_ECONF,
			       "tunnel has a word that is too long");
	if (over[0] && bal_check_ifname(over, err) < 0)
		return -1;
	t = bal_state_tunnel(state, name, err);
	if (!t)
		return -1;
	if (state->n_tunnels == before)
		return bal_err(err, BAL_ECONF, "tunnel %s is there twice",
			       name);
	t->at_ms = n[0];
	t->tries = (uint32_t)n[1];
	t->missing_ms = n[2];
	t->starting = n[3];
	t->stop = (enum bal_tunnel_stop)n[4];
	return bal_copy(t->over, sizeof(t->over), over);
}

void
bal_tunnel_print(const struct bal_tunnel_try *t, FILE *out)
{
	if (!t->at_ms && !t->tries && !t->missing_ms && !t->stop && !t->over[0])
		return;
	fprintf(out,
		"tunnel = %s %" PRIu64 " %" PRIu32 " %" PRIu64 " %d %d%s%s\n",
		t->name, t->at_ms, t->tries, t->missing_ms, t->starting,
		t->stop, t->over[0] ? " " : "", t->over);
}

#define FORMER(member, max) { #member, offsetof(struct bal_former, member), max }

/* The numbers of a former uplink. */
static const struct {
	const char *name;
	size_t offset;
	uint64_t max; /* UINT64_MAX: it has 64 bits */
} former[] = {
	FORMER(bad, UINT32_MAX),      FORMER(flaps, UINT32_MAX),
	FORMER(flap_ms, UINT64_MAX),  FORMER(slot, BAL_UPLINKS_MAX),
	FORMER(ifindex, INT32_MAX),
};

#define N_FORMER (sizeof(former) / sizeof(former[0]))

static int
set_former_number(struct bal_former *f, const char *word, const char *value,
		  struct bal_err *err)
{
	const size_t len = (size_t)(value - 1 - word);
	uint64_t n;

	for (size_t i = 0; i < N_FORMER; i++) {
		void *member = (char *)f + former[i].offset;

		if (strlen(former[i].name) != len ||
		    strncmp(word, former[i].name, len))
			continue;
		if (bal_state_u64(value, former[i].max, &n, err) < 0)
			return -1;
		if (former[i].max == UINT64_MAX)
			*(uint64_t *)member = n;
		else
			*(uint32_t *)member = (uint32_t)n;
	}
	return 0;
}

/* One "key=value" of a `former`; a key of a later version is ignored. */
static int
set_former_word(struct bal_former *f, const char *word, struct bal_err *err)
{
	const char *value = strchr(word, '=');

	if (!value)
		return bal_err(err, BAL_ECONF, "\"%.80s\" has no value", word);
	value++;
	if (strncmp(word, "addr=", 5) == 0)
		return bal_addr_parse(value, &f->addr, err);
	if (strncmp(word, "dead=", 5) == 0)
		return bal_parse_bool(value, &f->dead, err);
	return set_former_number(f, word, value, err);
}

/* "eth1 dead=yes slot=1 ifindex=3 addr=192.168.1.101/24", each optional. */
int
bal_former_set(struct bal_state *state, const char *text, struct bal_err *err)
{
	char name[BAL_IFNAMSIZ], word[80];
	struct bal_former f = { 0 };
	int got;

	if (bal_next_word(&text, name, sizeof(name)) <= 0 ||
	    bal_check_ifname(name, err) < 0)
		return bal_err(err, BAL_ECONF, "former has no name");
	while ((got = bal_next_word(&text, word, sizeof(word))) > 0)
		if (set_former_word(&f, word, err) < 0)
			return -1;
	if (got < 0)
		return bal_err(err, BAL_ECONF, "former has too long a word");
	(void)bal_copy(f.name, sizeof(f.name), name);
	*bal_state_former(state, name) = f;
	return 0;
}

void
bal_former_print(const struct bal_former *f, FILE *out)
{
	char buf[BAL_ADDR_STRLEN];

	fprintf(out, "former = %s dead=%s", f->name, f->dead ? "yes" : "no");
	for (size_t i = 0; i < N_FORMER; i++) {
		const void *member = (const char *)f + former[i].offset;
		const uint64_t n = former[i].max == UINT64_MAX ?
					   *(const uint64_t *)member :
					   *(const uint32_t *)member;

		if (n)
			fprintf(out, " %s=%" PRIu64, former[i].name, n);
	}
	if (!bal_addr_none(&f->addr))
		fprintf(out, " addr=%s/%u", bal_addr_host_str(&f->addr, buf),
			f->addr.len);
	fputc('\n', out);
}
