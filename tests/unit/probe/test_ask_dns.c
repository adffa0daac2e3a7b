// SPDX-License-Identifier: GPL-2.0-or-later
/* test_ask_dns - servers that answer, lie, and send what is no DNS. */
#include "../asks.h"
#include "probe/ask_internal.h"

#define PORT 5353
#define NAME "www.example.net"
#define HEADER 12
#define ROUNDS 20000

/* How an answer is wrong; the first ones do not end the waiting. */
enum lie {
	ID,
	QUESTION,
	QUESTION_TYPE,
	NO_QUESTION,
	NOT_AN_ANSWER,
	OPCODE,
	SHORT,
	SOURCE, /* right in itself, by somebody else */
	N_WAITS,
	NXDOMAIN = N_WAITS,
	SERVFAIL,
	EMPTY,
	ONLY_AN_ALIAS,
	ADDRESS_CUT,
	LENGTH_LIES,
	COUNT_LIES,
	NOT_INTERNET,
	OTHER_TYPE,
	HONEST,
	ALIAS,
	OTHER_CASE,
	CUT_SHORT, /* TC */
	LOOP,
};

static const uint8_t record_a[] = {
	0xc0, HEADER, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 80,
};
static const uint8_t record_cname[] = {
	0xc0, HEADER, 0, 5, 0, 1, 0, 0, 0, 60, 0, 6, 3, 'c', 'd', 'n', 0xc0, 16,
};

static size_t
append(uint8_t *out, size_t len, const void *bytes, size_t size)
{
	memcpy(out + len, bytes, size);
	return len + size;
}

static void
spoil_record(uint8_t *record, enum lie lie)
{
	if (lie == LENGTH_LIES)
		record[10] = 0xff;
	if (lie == NOT_INTERNET)
		record[5] = 3;
	if (lie == OTHER_TYPE)
		record[3] = 16;
	if (lie == LOOP) /* a name that points to itself */
		record[1] = (uint8_t)(HEADER + strlen(NAME) + 6);
}

static size_t
append_records(uint8_t *out, size_t len, enum lie lie)
{
	size_t begin = len;

	if (lie == EMPTY || lie == NXDOMAIN || lie == SERVFAIL)
		return len;
	if (lie == ALIAS || lie == ONLY_AN_ALIAS) {
		len = append(out, len, record_cname, sizeof(record_cname));
		out[7]++;
		begin = len;
	}
	if (lie == ONLY_AN_ALIAS)
		return len;
	out[7]++;
	if (lie == COUNT_LIES)
		return len;
	len = append(out, len, record_a, sizeof(record_a));
	spoil_record(out + begin, lie);
	return lie == ADDRESS_CUT ? len - 1 : len;
}

static void
spoil_head(uint8_t *out, size_t len, enum lie lie)
{
	if (lie == ID)
		out[1] ^= 1;
	if (lie == QUESTION)
		out[HEADER + 1] ^= 2;
	if (lie == QUESTION_TYPE)
		out[len - 3] = 28;
	if (lie == NO_QUESTION)
		out[5] = 0;
	if (lie == NOT_AN_ANSWER)
		out[2] &= 0x7f;
	if (lie == OPCODE)
		out[2] |= 0x28;
	if (lie == OTHER_CASE)
		out[HEADER + 1] ^= 0x20;
	if (lie == CUT_SHORT)
		out[2] |= 2;
	if (lie == NXDOMAIN)
		out[3] |= 3;
	if (lie == SERVFAIL)
		out[3] |= 2;
}

/* The answer to @query of @len bytes into @out; its length. */
static size_t
make_answer(const uint8_t *query, size_t len, enum lie lie, uint8_t *out)
{
	memcpy(out, query, len);
	out[2] |= 0x80;
	spoil_head(out, len, lie);
	if (lie == SHORT)
		return len - 1;
	return append_records(out, len, lie);
}

/* --- over the wire ------------------------------------------------------ */

struct script {
	enum lie lies[4];
	size_t n;
};

static void
serve(int fd, const void *arg)
{
	const struct script *script = arg;
	uint8_t query[512], answer[1024];
	struct sockaddr_in from;
	int other = open_server(SOCK_DGRAM, PORT + 1);

	for (;;) {
		socklen_t from_len = sizeof(from);
		ssize_t len = recvfrom(fd, query, sizeof(query), 0,
				       (struct sockaddr *)&from, &from_len);

		/* Without being asked to, a resolver looks nowhere else. */
		if (len <= HEADER || query[2] != 1)
			continue;
		for (size_t i = 0; i < script->n; i++) {
			size_t n = make_answer(query, (size_t)len,
					       script->lies[i], answer);

			(void)sendto(script->lies[i] == SOURCE ? other : fd,
				     answer, n, 0, (struct sockaddr *)&from,
				     from_len);
		}
	}
}

static struct bal_target
name_at(int port)
{
	return (struct bal_target){
		.kind = BAL_TARGET_DNS,
		.addr = host(1, 2),
		.port = (uint16_t)port,
		.text = NAME,
	};
}

/* What comes of it when the server answers with @n lies, one by one. */
static enum bal_asked
ask_server(const struct script *script, const struct bal_addr *expect,
	   unsigned ms)
{
	struct bal_target target = name_at(PORT);

	if (expect)
		target.expect = *expect;
	start_server(SOCK_DGRAM, PORT, serve, script);
	return ask_it(&target, ms);
}

static void
an_address_is_good(void **state)
{
	static const enum lie good[] = {
		HONEST, ALIAS, OTHER_CASE, CUT_SHORT, LOOP,
	};

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	for (size_t i = 0; i < N(good); i++) {
		const struct script script = { { good[i] }, 1 };

		assert_int_equal(ask_server(&script, NULL, SOON),
				 BAL_ASKED_GOOD);
	}
}

static void
what_is_no_answer_is_not_taken(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	for (enum lie lie = 0; lie < N_WAITS; lie++) {
		const struct script alone = { { lie }, 1 };
		const struct script first = { { lie, lie, HONEST }, 3 };

		print_message("# lie %d\n", lie);
		assert_int_equal(ask_server(&alone, NULL, SILENCE),
				 BAL_ASKED_WAIT);
		assert_int_equal(ask_server(&first, NULL, SOON),
				 BAL_ASKED_GOOD);
	}
}

static void
an_answer_without_address_is_bad(void **state)
{
	static const struct {
		enum lie lie;
		const char *why;
	} cases[] = {
		{ NXDOMAIN, "DNS error 3" },
		{ SERVFAIL, "DNS error 2" },
		{ EMPTY, "DNS: no address" },
		{ ONLY_AN_ALIAS, "DNS: no address" },
		{ ADDRESS_CUT, "DNS: no address" },
		{ LENGTH_LIES, "DNS: no address" },
		{ COUNT_LIES, "DNS: no address" },
		{ NOT_INTERNET, "DNS: no address" },
		{ OTHER_TYPE, "DNS: no address" },
	};

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	for (size_t i = 0; i < N(cases); i++) {
		const struct script script = { { cases[i].lie }, 1 };

		assert_bad(ask_server(&script, NULL, SOON), cases[i].why);
	}
}

static void
the_expected_address_must_be_there(void **state)
{
	const struct script script = { { ALIAS }, 1 };
	const struct script empty = { { EMPTY }, 1 };
	const uint8_t right[] = { 192, 0, 2, 80 }, wrong[] = { 192, 0, 2, 81 };
	struct bal_addr expect = bal_addr_raw(AF_INET, right, 4, 32);

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	assert_int_equal(ask_server(&script, &expect, SOON), BAL_ASKED_GOOD);
	expect = bal_addr_raw(AF_INET, wrong, 4, 32);
	assert_bad(ask_server(&script, &expect, SOON), "DNS: another address");
	assert_bad(ask_server(&empty, &expect, SOON), "DNS: no address");
}

static void
nobody_at_the_port_is_bad(void **state)
{
	const struct bal_target target = name_at(PORT + 7);

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	assert_bad(ask_it(&target, SOON), "refused");
	assert_int_equal(ask.error, 0);
}

static void
no_two_questions_are_alike(void **state)
{
	const struct bal_target target = name_at(PORT);
	unsigned same = 0;
	char before[2];

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	start_server(SOCK_DGRAM, PORT, serve, &(struct script){ .n = 0 });
	for (int i = 0; i < 8; i++) {
		const struct bal_ask_way now = way_by(1);

		assert_int_equal(ask_by(&target, &now, 0), BAL_ASKED_WAIT);
		same += i && memcmp(before, ask.buf, 2) == 0;
		memcpy(before, ask.buf, 2);
		bal_ask_stop(&ask);
	}
	assert_in_range(same, 0, 1);
}

/* --- pure --------------------------------------------------------------- */

/* A question as it was sent, without a socket. */
static size_t
make_query(uint8_t *query)
{
	static const uint8_t name[] = "\3www\7example\3net\0\0\1\0\1";
	static const uint8_t head[HEADER] = { 0x12, 0x34, 1, 0, 0, 1 };
	size_t len = append(query, 0, head, sizeof(head));

	len = append(query, len, name, sizeof(name) - 1);
	memset(&ask, 0, sizeof(ask));
	memcpy(ask.buf, query, len);
	ask.n = (uint32_t)len;
	return len;
}

/* In a piece of memory of just that size, so that no byte behind is read. */
static enum bal_asked
judge_exactly(const uint8_t *answer, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);
	enum bal_asked asked;

	assert_non_null(copy);
	memcpy(copy, answer, len);
	asked = bal_ask_dns_judge(&ask, copy, len);
	free(copy);
	return asked;
}

static void
an_answer_may_be_cut_anywhere(void **state)
{
	uint8_t query[512], answer[1024];
	size_t asked = make_query(query);
	size_t len = make_answer(query, asked, ALIAS, answer);

	(void)state;
	for (size_t cut = 0; cut < len; cut++)
		assert_int_equal(judge_exactly(answer, cut),
				 cut < asked ? BAL_ASKED_WAIT : BAL_ASKED_BAD);
	assert_int_equal(judge_exactly(answer, len), BAL_ASKED_GOOD);
}

static uint32_t
next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static void
no_damage_does_harm(void **state)
{
	uint8_t query[512], answer[1024];
	size_t asked = make_query(query);
	unsigned verdicts[3] = { 0 };
	uint32_t seed = 1;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		size_t len = make_answer(
			query, asked, next_random(&seed) % (LOOP + 1), answer);

		for (uint32_t n = next_random(&seed) % 4; n; n--)
			answer[next_random(&seed) % len] =
				(uint8_t)next_random(&seed);
		if (next_random(&seed) % 4 == 0)
			len -= next_random(&seed) % len;
		verdicts[judge_exactly(answer, len)]++;
	}
	for (size_t i = 0; i < N(verdicts); i++)
		assert_true(verdicts[i] > ROUNDS / 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ASK_TEST(an_address_is_good),
		ASK_TEST(what_is_no_answer_is_not_taken),
		ASK_TEST(an_answer_without_address_is_bad),
		ASK_TEST(the_expected_address_must_be_there),
		ASK_TEST(nobody_at_the_port_is_bad),
		ASK_TEST(no_two_questions_are_alike),
		cmocka_unit_test(an_answer_may_be_cut_anywhere),
		cmocka_unit_test(no_damage_does_harm),
	};

	make_uplink_namespace();
	return cmocka_run_group_tests_name("ask_dns", tests, NULL, NULL);
}
