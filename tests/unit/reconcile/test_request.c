// SPDX-License-Identifier: GPL-2.0-or-later
/* test_request - what a request says, who is heard, and nothing else. */
#include "../world.h"

#include "reconcile/requests.h"

#define GOOD "verb = up\ndev = tun1\ngateway = 172.22.0.1\n"

static struct bal_request
read_back(const struct bal_request *r)
{
	char text[BAL_REQUEST_FILE_MAX];
	size_t len = bal_request_print(r, text);
	struct bal_request got = { 0 };

	assert_int_equal(strlen(text), len);
	if (bal_request_parse(text, len, &got, &w.err) < 0)
		fail_msg("%s in %s", w.err.msg, text);
	return got;
}

static void
test_round_trip(void **state)
{
	struct bal_request up = { .up = true, .dev = "tun1" }, got;
	struct bal_request down = { .dev = "abcdefghijklmno" };

	(void)state;
	got = read_back(&up);
	assert_memory_equal(&got, &up, sizeof(got));
	up.gateway = addr("172.22.0.1");
	up.transport = addr("192.168.111.101");
	up.server = addr("198.51.100.1");
	up.port = UINT16_MAX;
	up.proto = 17;
	up.restart = true;
	got = read_back(&up);
	assert_memory_equal(&got, &up, sizeof(got));
	got = read_back(&down);
	assert_memory_equal(&got, &down, sizeof(got));
	(void)bal_copy(down.signal, sizeof(down.signal), "connection-reset");
	got = read_back(&down);
	assert_memory_equal(&got, &down, sizeof(got));
}

static void
refused(const char *text, size_t len)
{
	struct bal_request r = { .dev = "kept" };

	assert_int_equal(bal_request_parse(text, len, &r, &w.err), -1);
	assert_int_equal(w.err.kind, BAL_ECONF);
	assert_null(strpbrk(w.err.msg, "\n\033"));
	assert_string_equal(r.dev, "kept");
}

static void
test_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"\n",
		"=\n",
		" = \n",
		"verb\n",
		"verb = up\n",
		"dev = tun1\n",
		"verb = up\ndev = tun1",
		"verb = up\ndev =\n",
		"verb = UP\ndev = tun1\n",
		"verb = up \ndev = tun1\n",
		"verb = up\r\ndev = tun1\r\n",
		"\nverb = up\ndev = tun1\n",
		"# x\n" GOOD,
		"[bal]\n" GOOD,
		GOOD "dev = tun1\n",
		GOOD "verb = up\n",
		GOOD "gateway = 172.22.0.1\n",
		GOOD "weight = 3\n",
		GOOD "told.weight = 3\n",
		GOOD "openvpn = x\n",
		GOOD "over = eth1\n",
		GOOD "all = yes\n",
		GOOD "signal = sigusr1\n",
		GOOD "transport = 127.0.0.1\n",
		GOOD "transport = 1.2.3.4/24\n",
		GOOD "transport = \n",
		GOOD "transport = ::1\n",
		GOOD "Transport = 1.2.3.4\n",
		"verb = down\ndev = tun1\ngateway = 172.22.0.1\n",
		GOOD "context = RESTART\n", GOOD "context = \n",
		"verb = down\ndev = tun1\ncontext = restart\n",
		"verb = down\ndev = tun1\nsignal = \n",
		"verb = down\ndev = tun1\nsignal = a b\n",
		"verb = down\ndev = tun1\nsignal = $(reboot)\n",
		"verb = down\ndev = tun1\nsignal = aaaaaaaaaaaaaaaaaaaaaaaa\n",
		"verb = down\ndev = ../tun1\n",
		"verb = down\ndev = main\n",
		"verb = down\ndev = tun1\033[2J\n",
		"verb = down\ndev = t n\n",
		"verb = down\ndev = abcdefghijklmnop\n",
	};
	static char large[BAL_REQUEST_FILE_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refused(bad[i], strlen(bad[i]));
	refused(GOOD "\0\n", sizeof(GOOD) + 1);
	refused("verb = up\ndev = tun1\0x\n", 23);
	/* Cut off anywhere but behind a line. */
	for (size_t len = 0; len < strlen("verb = up\ndev = tun1\n"); len++)
		refused(GOOD, len);
	memset(large, '\n', sizeof(large));
	refused(large, sizeof(large));
	memset(large, 'a', sizeof(large) - 1);
	refused(large, sizeof(large) - 1);
}

/* Bytes of every kind in place of each byte of a good one. */
static void
test_any_byte(void **state)
{
	char text[] = GOOD;
	struct bal_request r;

	(void)state;
	for (size_t at = 0; at < sizeof(text) - 1; at++) {
		for (int c = 0; c < 256; c++) {
			text[at] = (char)c;
			if (bal_request_parse(text, sizeof(text) - 1, &r,
					      &w.err) < 0)
				continue;
			assert_int_equal(bal_check_ifname(r.dev, &w.err), 0);
			assert_true(r.up);
		}
		text[at] = GOOD[at];
	}
}

static void
test_of_intent(void **state)
{
	struct bal_intent up = { .kind = BAL_INTENT_UP, .dev = "tun1" };
	struct bal_intent down = { .kind = BAL_INTENT_DOWN, .dev = "tun1" };
	struct bal_request r;

	(void)state;
	up.hook.gateway = addr("172.22.0.1");
	up.hook.signal = "sigterm";
	r = bal_request_of(&up);
	assert_true(r.up);
	assert_true(bal_addr_same_host(&r.gateway, &up.hook.gateway));
	assert_string_equal(r.signal, "");
	down.hook.signal = "ping-exit";
	r = bal_request_of(&down);
	assert_false(r.up);
	assert_string_equal(r.signal, "ping-exit");
	down.hook.signal = "sigterm\nverb = up";
	assert_string_equal(bal_request_of(&down).signal, "");
	down.hook.signal = NULL;
	assert_string_equal(bal_request_of(&down).signal, "");
}

static void
test_to_intent(void **state)
{
	struct bal_request r = { .up = true, .dev = "tun1" };
	struct bal_intent intent = bal_request_intent(&r);

	(void)state;
	assert_int_equal(intent.kind, BAL_INTENT_UP);
	assert_int_equal(intent.hook.caller, BAL_CALLER_OPENVPN);
	assert_true(intent.requested && intent.keep_options && !intent.all);
	assert_string_equal(intent.dev, "tun1");
	r.up = false;
	intent = bal_request_intent(&r);
	assert_int_equal(intent.kind, BAL_INTENT_DOWN);
	assert_true(intent.requested && !intent.all && !intent.hook.signal);
	(void)bal_copy(r.signal, sizeof(r.signal), "sigterm");
	intent = bal_request_intent(&r);
	assert_int_equal(intent.kind, BAL_INTENT_DOWN);
	assert_string_equal(intent.hook.signal, "sigterm");
	(void)bal_copy(r.signal, sizeof(r.signal), "sigusr1");
	assert_int_equal(bal_request_intent(&r).kind, BAL_INTENT_CHECK);
}

static int
permit(enum bal_intent_kind kind, const char *dev)
{
	struct bal_intent intent = { .kind = kind };

	(void)bal_copy(intent.dev, sizeof(intent.dev), dev);
	bal_snapshot_index(&w.snap, &w.arena);
	return bal_intent_authorize(&intent, &w.conf, &w.snap, &w.state, &w.err);
}

static void
both(const char *dev, int want)
{
	assert_int_equal(permit(BAL_INTENT_UP, dev), want);
	assert_int_equal(permit(BAL_INTENT_DOWN, dev), want);
	if (want < 0)
		assert_int_equal(w.err.kind, BAL_EPERM);
}

static void
record(const char *dev, int ifindex, int tun_ifindex)
{
	struct bal_uplink_state *us = bal_state_add(&w.state, dev, &w.err);

	assert_non_null(us);
	us->ifindex = ifindex;
	us->tun_ifindex = tun_ifindex;
}

static void
test_permitted(void **state)
{
	struct bal_intent all = { .kind = BAL_INTENT_DOWN, .all = true };

	(void)state;
	both("tun1", -1);
	device("tun1")->tun = true;
	both("tun1", -1); /* nobody knows it as an uplink */
	record("tun1", 0, 0);
	both("tun1", 0);
	configured("tun2", "weight", "2");
	both("tun2", -1); /* not there, and never was */
	configured("tun2", "openvpn", "eth2");
	both("tun2", 0);
	device("eth1");
	record("eth1", 5, 0);
	both("eth1", -1);
	configured("eth1", "openvpn", "eth1");
	configured("eth1", "over", "eth2");
	both("eth1", -1); /* whatever is said of it */
	unplug("eth1");
	both("eth1", -1); /* and when it is gone */
	record("tun3", 7, 7);
	both("tun3", 0);
	record("tun4", 8, 7);
	both("tun4", -1); /* the last of that name was none */
	assert_int_equal(permit(BAL_INTENT_MODE, "tun1"), -1);
	assert_int_equal(permit(BAL_INTENT_CHECK, "tun1"), -1);
	(void)bal_copy(all.dev, sizeof(all.dev), "tun1");
	assert_int_equal(
		bal_intent_authorize(&all, &w.conf, &w.snap, &w.state, &w.err),
		-1);
}

static struct bal_waiting_list list;

/* What had to go, "" where nothing had. */
static const char *
add(const char *dev, uint64_t ctime_ns, const char *name)
{
	static struct bal_waiting loser;
	struct bal_waiting one = { .ctime_ns = ctime_ns };
	size_t before = list.n;
	bool replaced;

	(void)snprintf(one.request.dev, sizeof(one.request.dev), "%s", dev);
	(void)snprintf(one.name, sizeof(one.name), "%s", name);
	loser = (struct bal_waiting){ 0 };
	replaced = bal_waiting_add(&list, &one, &loser);
	if (replaced || loser.name[0])
		assert_int_equal(list.n, before);
	return loser.name;
}

static void
holds(const char *names)
{
	char got[200] = "";

	for (size_t i = 0; i < list.n; i++)
		(void)snprintf(got + strlen(got), sizeof(got) - strlen(got),
			       "%s ", list.v[i].name);
	assert_string_equal(got, names);
}

/* One request a device: the last, in whatever order they are found. */
static void
test_last_wins(void **state)
{
	(void)state;
	list.n = 0;
	assert_string_equal(add("tun1", 5, "b"), "");
	assert_string_equal(add("tun2", 3, "a"), "");
	holds("a b ");
	assert_string_equal(add("tun1", 4, "z"), "z");
	assert_string_equal(add("tun1", 6, "c"), "b");
	holds("a c ");
	assert_string_equal(add("tun2", 7, "d"), "a");
	holds("c d ");
	assert_string_equal(add("tun3", 6, "b"), "");
	holds("b c d ");
	/* Of one moment the later name. */
	assert_string_equal(add("tun2", 7, "a"), "a");
	assert_string_equal(add("tun2", 7, "e"), "d");
	holds("b c e ");
}

/* More devices than uplinks can be: the others wait for the next look. */
static void
test_full(void **state)
{
	char name[16];

	(void)state;
	list.n = 0;
	for (unsigned i = 0; i < BAL_REQUESTS_DEVICES; i++) {
		(void)snprintf(name, sizeof(name), "d%u", i);
		assert_string_equal(add(name, 1000 - i, name), "");
	}
	assert_string_equal(add("tun1", 1, "x"), "x");
	assert_string_equal(add("d7", 2000, "y"), "d7");
	assert_int_equal(list.n, BAL_REQUESTS_DEVICES);
	assert_string_equal(list.v[BAL_REQUESTS_DEVICES - 1].name, "y");
	for (size_t i = 1; i < list.n; i++)
		assert_true(list.v[i].ctime_ns >= list.v[i - 1].ctime_ns);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_round_trip), TEST(test_refused),
		TEST(test_any_byte),   TEST(test_of_intent),
		TEST(test_to_intent),  TEST(test_permitted),
		TEST(test_last_wins),  TEST(test_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
