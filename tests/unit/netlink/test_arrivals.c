// SPDX-License-Identifier: GPL-2.0-or-later
/* test_arrivals - who is counted as coming from beyond the link. */
#include "netlink/arrivals.h"
#include "../beyond.h"

#define N_PACKETS 5

static int
open_on_u1(bool with_link)
{
	const struct bal_addr link = link_of(1);
	const struct bal_addr none = { 0 };
	int fd = bal_arrivals_open((int)if_nametoindex("u1"),
				   with_link ? &link : &none, &err);

	if (fd < 0)
		fail_msg("%s", err.msg);
	return fd;
}

/* How many are counted of those that @from sent; all have come by then. */
static uint32_t
counted(int fd, const char *from)
{
	int sender = peer_socket(from, 9999), here = receiver(9999);
	char byte;

	(void)bal_arrivals_count(fd);
	for (int i = 0; i < N_PACKETS; i++)
		assert_int_equal(send(sender, "", 1, 0), 1);
	for (int i = 0; i < N_PACKETS; i++)
		assert_int_equal(recv(here, &byte, 1, 0), 1);
	close(sender);
	close(here);
	return bal_arrivals_count(fd);
}

static void
what_comes_from_beyond_is_counted(void **state)
{
	int fd;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	make_beyond(1);
	fd = open_on_u1(true);
	assert_int_equal(counted(fd, BEYOND), N_PACKETS);
	/* It begins anew, and lack of room is no reason not to count. */
	assert_int_equal(bal_arrivals_count(fd), 0);
	for (int i = 0; i < 100; i++)
		assert_int_equal(counted(fd, BEYOND), N_PACKETS);
	close(fd);
}

static void
the_modem_itself_is_not(void **state)
{
	int fd;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	make_beyond(1);
	fd = open_on_u1(true);
	assert_int_equal(counted(fd, "10.0.1.2"), 0);
	assert_int_equal(counted(fd, BEYOND), N_PACKETS);
	close(fd);
	/* In a tunnel there is nobody nearer than its end. */
	fd = open_on_u1(false);
	assert_int_equal(counted(fd, "10.0.1.2"), N_PACKETS);
	close(fd);
}

static void
errors_and_echoes_are_not(void **state)
{
	int fd;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	make_beyond(1);
	fd = open_on_u1(true);
	peer_does("ping -q -c 3 -W 10 -I " BEYOND " 10.0.1.1");
	assert_int_equal(bal_arrivals_count(fd), 0);
	/* By another device, or by this one outwards. */
	must("ping -q -c 3 -W 10 " BEYOND);
	assert_int_equal(bal_arrivals_count(fd), 0);
	assert_int_equal(counted(fd, BEYOND), N_PACKETS);
	close(fd);
}

static void
a_device_that_is_not_there_is_refused(void **state)
{
	const struct bal_addr none = { 0 };

	(void)state;
	NEED_NAMESPACE();
	assert_int_equal(bal_arrivals_open(77777, &none, &err), -1);
	assert_int_equal(err.sys, ENODEV);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_comes_from_beyond_is_counted),
		TEST(the_modem_itself_is_not),
		TEST(errors_and_echoes_are_not),
		TEST(a_device_that_is_not_there_is_refused),
	};

	make_uplink_namespace();
	return cmocka_run_group_tests_name("arrivals", tests, NULL, NULL);
}
