// SPDX-License-Identifier: GPL-2.0-or-later
/* test_ask_http - pages as they should be, portals, and servers that dawdle. */
#include <netinet/tcp.h>

#include "../asks.h"

#define PORT 8080
#define MARK "it works"
#define OK "HTTP/1.1 200 OK\r\nServer: x\r\n\r\n"
#define BODY_MAX 65536

/* What the server does with a request. */
struct page {
	const char *bytes;
	size_t len;
	size_t piece;	    /* bytes at once, a pause between them; 0: all */
	const char *wanted; /* the request must be this one; NULL: any */
	bool stays;	    /* the connection is not closed behind it */
	bool resets;
	bool endless; /* the page again and again */
};

static bool
send_page(int fd, const struct page *page)
{
	size_t piece = page->piece ? page->piece : page->len, at = 0;

	while (at < page->len) {
		size_t left = page->len - at;
		ssize_t sent = send(fd, page->bytes + at,
				    left < piece ? left : piece, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		at += (size_t)sent;
		if (page->piece)
			usleep(500);
	}
	return true;
}

/* Read to the empty line; is it what is wanted? */
static bool
read_request(int fd, const char *wanted)
{
	char request[1024];
	size_t len = 0;
	ssize_t got;

	do {
		got = recv(fd, request + len, sizeof(request) - 1 - len, 0);
		if (got <= 0)
			return false;
		len += (size_t)got;
		request[len] = '\0';
	} while (!strstr(request, "\r\n\r\n"));
	return !wanted || strcmp(request, wanted) == 0;
}

static void
serve(int fd, const void *arg)
{
	static const struct page no = { .bytes = "HTTP/1.0 500 No\r\n\r\n",
					.len = 19 };
	const struct linger reset = { 1, 0 };
	const struct page *page = arg;
	int on = 1;

	for (;;) {
		int client = accept(fd, NULL, NULL);
		bool right;

		(void)setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on,
				 sizeof(on));
		right = read_request(client, page->wanted);
		while (send_page(client, right ? page : &no) && page->endless)
			;
		if (page->resets)
			(void)setsockopt(client, SOL_SOCKET, SO_LINGER, &reset,
					 sizeof(reset));
		if (!page->stays)
			close(client);
	}
}

static struct bal_target
page_at(int port, const char *path, uint16_t status)
{
	struct bal_target target = {
		.kind = BAL_TARGET_HTTP,
		.addr = host(1, 2),
		.port = (uint16_t)port,
		.status = status,
	};

	snprintf(target.text, sizeof(target.text), "%s", path);
	return target;
}

/* Ask for @page, in which @expect is looked for. */
static enum bal_asked
ask_page(const struct page *page, const char *expect, unsigned ms)
{
	const struct bal_target target = page_at(PORT, "/", 200);
	struct bal_ask_way way = way_by(1);
	enum bal_asked asked;

	snprintf(way.http_expect, sizeof(way.http_expect), "%s", expect);
	start_server(SOCK_STREAM, PORT, serve, page);
	asked = ask_by(&target, &way, ms);
	bal_ask_stop(&ask);
	return asked;
}

static enum bal_asked
ask_text(const char *text, size_t piece, const char *expect)
{
	const struct page page = {
		.bytes = text,
		.len = strlen(text),
		.piece = piece,
	};

	return ask_page(&page, expect, SOON);
}

/* --- status ------------------------------------------------------------- */

static void
the_status_decides(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ OK, NULL },
		{ "HTTP/1.0 200 \r\n", NULL },
		{ "HTTP/1.1 200", NULL },
		{ "HTTP/1.1 302 Found\r\nLocation: http://portal/\r\n\r\n",
		  "HTTP status 302" },
		{ "HTTP/1.1 204 No Content\r\n\r\n", "HTTP status 204" },
		{ "HTTP/1.1 511 Network Authentication Required\r\n\r\n",
		  "HTTP status 511" },
		{ "SSH-2.0-OpenSSH_9.2p1\r\n", "no HTTP answer" },
		{ "<html>\n", "no HTTP answer" },
		{ "ICAP/1.1 200 OK\r\n\r\n", "no HTTP answer" },
		{ "HTTP/1.1-200 OK\r\n\r\n", "no HTTP answer" },
		{ "HTTP/1.1 OK 200\r\n\r\n", "no HTTP answer" },

		{ "HTTP/1.1 20", "no HTTP answer" },
		{ "", "no HTTP answer" },
	};

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	for (size_t i = 0; i < N(cases); i++)
		for (size_t piece = 0; piece < 2; piece++) {
			enum bal_asked asked =
				ask_text(cases[i].text, piece, "");

			if (!cases[i].why)
				assert_int_equal(asked, BAL_ASKED_GOOD);
			else
				assert_bad(asked, cases[i].why);
			assert_int_equal(ask.error, 0);
		}
}

static void
another_status_may_be_the_good_one(void **state)
{
	const struct bal_target target = page_at(PORT, "/generate_204", 204);
	const struct page page = { .bytes = "HTTP/1.1 204 No Content\r\n\r\n",
				   .len = 27 };

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	start_server(SOCK_STREAM, PORT, serve, &page);
	assert_int_equal(ask_it(&target, SOON), BAL_ASKED_GOOD);
}

/* --- request ------------------------------------------------------------ */

#define REQUEST(path, host)                           \
	"GET " path " HTTP/1.0\r\nHost: " host "\r\n" \
	"User-Agent: bal-check\r\nAccept: */*\r\n"    \
	"Connection: close\r\n\r\n"

static void
the_request_names_host_and_path(void **state)
{
	static const struct {
		int port;
		const char *path, *host, *wanted;
	} cases[] = {
		{ 80, "/a?b=c", "", REQUEST("/a?b=c", "10.0.1.2") },
		{ PORT, "", "", REQUEST("/", "10.0.1.2:8080") },
		{ PORT, "/", "example.net", REQUEST("/", "example.net") },
	};

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	for (size_t i = 0; i < N(cases); i++) {
		const struct bal_target target =
			page_at(cases[i].port, cases[i].path, 200);
		const struct page page = {
			.bytes = OK,
			.len = strlen(OK),
			.wanted = cases[i].wanted,
		};
		struct bal_ask_way way = way_by(1);

		snprintf(way.http_host, sizeof(way.http_host), "%s",
			 cases[i].host);
		start_server(SOCK_STREAM, cases[i].port, serve, &page);
		assert_int_equal(ask_by(&target, &way, SOON), BAL_ASKED_GOOD);
		bal_ask_stop(&ask);
	}
}

/* --- body --------------------------------------------------------------- */

static void
the_body_decides_where_a_text_is_expected(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} cases[] = {
		{ OK "<h1>" MARK "!</h1>", true },
		{ OK MARK, true },
		{ OK "<h1>Log in to the portal</h1>", false },
		{ OK "<h1>it work it Works</h1>", false },
		{ OK "it workit work" MARK, true },
		{ "HTTP/1.1 200 OK\r\nX: " MARK "\r\n\r\nportal", false },
		{ "HTTP/1.1 200 " MARK "\r\n\r\nportal", false },
		{ OK "portal\r\n\r\n" MARK, true },
		{ "HTTP/1.1 200 OK\r\n\r\n", false },
		{ "HTTP/1.1 200 OK\r\n", false },
	};

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	for (size_t i = 0; i < N(cases); i++)
		for (size_t piece = 0; piece < 4; piece++) {
			enum bal_asked asked =
				ask_text(cases[i].text, piece, MARK);

			if (cases[i].good)
				assert_int_equal(asked, BAL_ASKED_GOOD);
			else
				assert_bad(asked, "HTTP: another body");
		}
	/* A portal's redirection is one, whatever its body. */
	assert_bad(ask_text("HTTP/1.1 302 Found\r\n\r\n" MARK, 0, MARK),
		   "HTTP status 302");
}

/* @head, @fill bytes of filler, @tail; malloc()ed. */
static char *
make_long(const char *head, size_t fill, const char *tail)
{
	const size_t size = strlen(head) + fill + strlen(tail) + 1;
	char *text = malloc(size);

	assert_non_null(text);
	memset(text, '.', size);
	memcpy(text, head, strlen(head));
	memcpy(text + strlen(head) + fill, tail, strlen(tail) + 1);
	return text;
}

static enum bal_asked
ask_long(const char *head, size_t fill, const char *tail, size_t piece)
{
	char *text = make_long(head, fill, tail);
	enum bal_asked asked = ask_text(text, piece, MARK);

	free(text);
	return asked;
}

/* Wherever the buffer's end is, the text is across it in one of these. */
static void
a_text_across_the_end_of_the_buffer_is_found(void **state)
{
	const size_t turn = sizeof(ask.buf) - strlen(MARK) + 1;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	for (size_t at = turn - 40; at < turn + 24; at++) {
		assert_int_equal(ask_long(OK, at, MARK " yes", 0),
				 BAL_ASKED_GOOD);
		assert_int_equal(ask_long(OK, at + 3 * turn, MARK, 0),
				 BAL_ASKED_GOOD);
	}
}

static void
a_huge_head_is_read_over(void **state)
{
	const size_t turn = sizeof(ask.buf) - 3;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	assert_int_equal(ask_long("HTTP/1.1 200 OK\r\nSet-Cookie: ", 30000,
				  "\r\n\r\n" MARK, 0),
			 BAL_ASKED_GOOD);
	for (size_t at = turn - 36; at < turn - 20; at++)
		assert_int_equal(ask_long("HTTP/1.1 200 OK\r\nSet-Cookie: ", at,
					  "\r\n\r\n" MARK, 0),
				 BAL_ASKED_GOOD);
	assert_bad(ask_long("HTTP/1.1 200 OK\r\nSet-Cookie: ", BODY_MAX,
			    "\r\n\r\n" MARK, 0),
		   "HTTP: endless head");
}

static void
a_body_is_read_so_far(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	assert_int_equal(ask_long(OK, BODY_MAX - strlen(MARK), MARK, 0),
			 BAL_ASKED_GOOD);
	assert_bad(ask_long(OK, BODY_MAX - strlen(MARK) + 1, MARK, 0),
		   "HTTP: another body");
}

/* --- time --------------------------------------------------------------- */

static void
an_endless_page_is_left_when_all_is_known(void **state)
{
	char *text = make_long(OK MARK, 10000, "");
	const struct page page = { .bytes = text,
				   .len = strlen(text),
				   .endless = true };

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	assert_int_equal(ask_page(&page, "", SOON), BAL_ASKED_GOOD);
	assert_int_equal(ask_page(&page, MARK, SOON), BAL_ASKED_GOOD);
	assert_bad(ask_page(&page, "else", SOON), "HTTP: another body");
	must("test $(wc -l </proc/self/net/tcp) = 1");
	free(text);
}

static void
silence_in_between_is_waited_for(void **state)
{
	static const char *const texts[] = {
		"",
		"HTTP/1.1 20",
		"HTTP/1.1 200 OK\r\n\r",
		OK "it wor",
	};

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	for (size_t i = 0; i < N(texts); i++) {
		const struct page page = { .bytes = texts[i],
					   .len = strlen(texts[i]),
					   .stays = true };

		assert_int_equal(ask_page(&page, MARK, SILENCE),
				 BAL_ASKED_WAIT);
		/* Asleep, and not writable all the time. */
		assert_in_range(turns, 1, 10);
	}
}

static void
what_cannot_become_http_is_not_waited_for(void **state)
{
	const struct page page = { .bytes = "220 hi\r\n",
				   .len = 8,
				   .stays = true };

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	assert_bad(ask_page(&page, "", SOON), "no HTTP answer");
}

static void
a_connection_may_end_badly(void **state)
{
	const struct bal_target target = page_at(PORT + 1, "/", 200);
	const struct page page = { .bytes = "", .resets = true };

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	assert_bad(ask_page(&page, "", SOON), "no HTTP answer");
	assert_bad(ask_it(&target, SOON), "refused");
	assert_int_equal(ask.error, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ASK_TEST(the_status_decides),
		ASK_TEST(another_status_may_be_the_good_one),
		ASK_TEST(the_request_names_host_and_path),
		ASK_TEST(the_body_decides_where_a_text_is_expected),
		ASK_TEST(a_text_across_the_end_of_the_buffer_is_found),
		ASK_TEST(a_huge_head_is_read_over),
		ASK_TEST(a_body_is_read_so_far),
		ASK_TEST(an_endless_page_is_left_when_all_is_known),
		ASK_TEST(silence_in_between_is_waited_for),
		ASK_TEST(what_cannot_become_http_is_not_waited_for),
		ASK_TEST(a_connection_may_end_badly),
	};

	make_uplink_namespace();
	return cmocka_run_group_tests_name("ask_http", tests, NULL, NULL);
}
