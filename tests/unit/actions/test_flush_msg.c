// SPDX-License-Identifier: GPL-2.0-or-later
/* test_flush_msg - only what is understood to the last byte is let go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../entries.h"
#include "actions/flush_msg.h"

#define MARK 0x1000000
#define MASK 0xff000000

static const struct entry flow = {
	0xc0a80165, 0xc6336401, 4000, 53, MARK | 5, 7
};

/* What the kernel tells of @e, with @id behind the rest. */
static void
told(struct bal_nlmsg *m, const struct entry *e)
{
	const uint32_t id = 0x12345678;

	entry_message(m, IPCTNL_MSG_CT_NEW, 0, e);
	bal_nlmsg_put(m, CTA_ID, &id, sizeof(id));
	assert_false(m->overflow);
}

/* Attributes of a deletion. */
static void
attributes(struct bal_nlmsg *m, struct rtattr **tb)
{
	const size_t head = NLMSG_LENGTH(sizeof(struct nfgenmsg));

	assert_in_range(m->h.nlmsg_len, head, sizeof(m->bytes));
	bal_nl_parse(tb, CTA_MAX, (void *)(m->bytes + head),
		     m->h.nlmsg_len - head);
}

/* Without a tuple it would be a flush. */
static void
assert_is_deletion(struct bal_nlmsg *m)
{
	struct rtattr *tb[CTA_MAX + 1];

	assert_int_equal(m->h.nlmsg_type,
			 NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE);
	attributes(m, tb);
	assert_non_null(tb[CTA_TUPLE_ORIG]);
	assert_true(RTA_PAYLOAD(tb[CTA_TUPLE_ORIG]) > 0);
	assert_non_null(tb[CTA_ID]);
	assert_null(tb[CTA_MARK]);
}

static void
an_entry_is_deleted_as_it_is(void **state)
{
	struct rtattr *was[CTA_MAX + 1], *now[CTA_MAX + 1];
	static const int kept[] = { CTA_TUPLE_ORIG, CTA_ID, CTA_ZONE };
	struct bal_nlmsg entry, m;

	(void)state;
	told(&entry, &flow);
	assert_true(bal_flush_delete_entry(&m, &entry.h, MARK, MASK));
	assert_is_deletion(&m);
	attributes(&entry, was);
	attributes(&m, now);
	for (size_t i = 0; i < 3; i++) {
		const struct rtattr *a = was[kept[i]], *b = now[kept[i]];

		assert_non_null(b);
		assert_int_equal(a->rta_type, b->rta_type);
		assert_int_equal(a->rta_len, b->rta_len);
		assert_memory_equal(RTA_DATA(a), RTA_DATA(b), RTA_PAYLOAD(a));
	}
}

static void
of_another_mark(void **state)
{
	struct entry e = flow;
	struct bal_nlmsg entry, m;

	(void)state;
	told(&entry, &e);
	assert_false(bal_flush_delete_entry(&m, &entry.h, 2 * MARK, MASK));
	assert_false(bal_flush_delete_entry(&m, &entry.h, MARK, 0xffffffff));
	assert_true(bal_flush_delete_entry(&m, &entry.h, MARK | 5, 0xffffffff));
	/* Bits of the mark outside the mask mean nothing. */
	assert_true(bal_flush_delete_entry(&m, &entry.h, MARK | 9, MASK));
	e.mark = 0;
	told(&entry, &e);
	assert_false(bal_flush_delete_entry(&m, &entry.h, MARK, MASK));
	e.mark = 0x11000000;
	told(&entry, &e);
	assert_false(bal_flush_delete_entry(&m, &entry.h, MARK, MASK));
}

static void
another_message(void **state)
{
	struct bal_nlmsg entry, m;

	(void)state;
	told(&entry, &flow);
	entry.h.nlmsg_type = NFNL_SUBSYS_CTNETLINK_EXP << 8;
	assert_false(bal_flush_delete_entry(&m, &entry.h, MARK, MASK));
	entry.h.nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE;
	assert_false(bal_flush_delete_entry(&m, &entry.h, MARK, MASK));
	told(&entry, &flow);
	((struct nfgenmsg *)NLMSG_DATA(&entry.h))->nfgen_family = AF_BRIDGE;
	assert_false(bal_flush_delete_entry(&m, &entry.h, MARK, MASK));
}

/* Each of them alone is missing, too short or empty. */
static void
damaged_attributes(void **state)
{
	static const int needed[] = { CTA_TUPLE_ORIG, CTA_MARK, CTA_ID };
	struct rtattr *tb[CTA_MAX + 1];
	struct bal_nlmsg entry, m;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		told(&entry, &flow);
		attributes(&entry, tb);
		tb[needed[i]]->rta_type = CTA_SECMARK;
		assert_false(bal_flush_delete_entry(&m, &entry.h, MARK, MASK));
	}
	told(&entry, &flow);
	attributes(&entry, tb);
	tb[CTA_MARK]->rta_len = RTA_LENGTH(3);
	assert_false(bal_flush_delete_entry(&m, &entry.h, MARK, MASK));
	entry_message(&entry, IPCTNL_MSG_CT_NEW, 0, &flow);
	attributes(&entry, tb);
	tb[CTA_TUPLE_ORIG]->rta_type = CTA_SECMARK;
	bal_nlmsg_put(&entry, CTA_TUPLE_ORIG, "", 0);
	bal_nlmsg_put_u32(&entry, CTA_ID, 1);
	assert_false(bal_flush_delete_entry(&m, &entry.h, MARK, MASK));
}

static void
a_tuple_that_does_not_fit(void **state)
{
	static char tuple[5000];
	struct bal_nlmsg m;
	union {
		struct bal_nlmsg msg;
		char room[2 * sizeof(struct bal_nlmsg)];
	} big;
	struct rtattr *last;

	(void)state;
	entry_message(&big.msg, IPCTNL_MSG_CT_NEW, 0, &flow);
	bal_nlmsg_put_u32(&big.msg, CTA_ID, 1);
	((struct rtattr *)(big.room + NLMSG_LENGTH(sizeof(struct nfgenmsg))))
		->rta_type = CTA_SECMARK;
	last = (void *)(big.room + big.msg.h.nlmsg_len);
	last->rta_type = CTA_TUPLE_ORIG;
	last->rta_len = RTA_LENGTH(sizeof(tuple) + 200);
	memset(RTA_DATA(last), 1, sizeof(tuple) + 200);
	big.msg.h.nlmsg_len += last->rta_len;
	assert_false(bal_flush_delete_entry(&m, &big.msg.h, MARK, MASK));
}

/* --- Sockets ------------------------------------------------------------- */

static struct bal_addr
addr(const char *text)
{
	struct bal_err err;
	struct bal_addr a;

	if (bal_addr_parse(text, &a, &err) < 0)
		fail_msg("%s", err.msg);
	return a;
}

struct socket_told {
	struct nlmsghdr h;
	struct inet_diag_msg s;
};

/* IPv4, inside IPv6 where @mapped. */
static struct socket_told
a_socket(const char *own, const char *peer, bool mapped)
{
	struct socket_told t = { .h = { .nlmsg_len = sizeof(t),
					.nlmsg_type = SOCK_DIAG_BY_FAMILY } };
	struct bal_addr a = addr(own), b = addr(peer);

	t.s.idiag_family = mapped ? AF_INET6 : AF_INET;
	t.s.idiag_state = TCP_ESTABLISHED;
	t.s.idiag_inode = 77;
	memcpy(&t.s.id.idiag_src[mapped ? 3 : 0], a.bytes, 4);
	memcpy(&t.s.id.idiag_dst[mapped ? 3 : 0], b.bytes, 4);
	t.s.id.idiag_src[2] = t.s.id.idiag_dst[2] = mapped ? htonl(0xffff) : 0;
	t.s.id.idiag_cookie[0] = 4711;
	return t;
}

static struct bal_flush_what what;
static struct bal_flush_sought sought;
static struct inet_diag_sockid id;

static int
look_for(void **state)
{
	(void)state;
	what = (struct bal_flush_what){ .source = addr("192.168.1.101/24") };
	sought = (struct bal_flush_sought){ .what = &what,
					    .protocol = IPPROTO_TCP };
	return 0;
}

static bool
is_socket(const struct socket_told *t)
{
	return bal_flush_is_socket(&t->h, &sought, &id);
}

static void
whose_sockets(void **state)
{
	struct socket_told t;

	(void)state;
	for (int mapped = 0; mapped < 2; mapped++) {
		t = a_socket("192.168.1.101", "198.51.100.1", mapped);
		memset(&id, 0, sizeof(id));
		assert_true(is_socket(&t));
		assert_memory_equal(&id, &t.s.id, sizeof(id));
		t = a_socket("192.168.1.102", "198.51.100.1", mapped);
		assert_false(is_socket(&t));
		t = a_socket("192.168.1.101", "192.168.1.1", mapped);
		assert_false(is_socket(&t));
		t = a_socket("198.51.100.1", "192.168.1.101", mapped);
		assert_false(is_socket(&t));
	}
	/* The same bytes, but not an IPv4 address. */
	t = a_socket("192.168.1.101", "198.51.100.1", true);
	t.s.id.idiag_src[2] = htonl(0xfffe);
	assert_false(is_socket(&t));
	t.s.idiag_family = AF_UNIX;
	assert_false(is_socket(&t));
}

/* A subnet is the tunnel's whole world where the source is given as a host. */
static void
a_host_spares_no_peer(void **state)
{
	struct socket_told t = a_socket("172.22.0.2", "172.22.0.1", false);

	(void)state;
	what.source = addr("172.22.0.2/16");
	assert_false(is_socket(&t));
	what.source = addr("172.22.0.2");
	assert_true(is_socket(&t));
}

static void
states_of_sockets(void **state)
{
	struct socket_told t = a_socket("192.168.1.101", "198.51.100.1", false);

	(void)state;
	for (int s = 0; s < 256; s++) {
		const bool tcp = s == TCP_ESTABLISHED || s == TCP_SYN_SENT ||
				 s == TCP_FIN_WAIT1 || s == TCP_FIN_WAIT2 ||
				 s == TCP_CLOSE_WAIT || s == TCP_LAST_ACK ||
				 s == TCP_CLOSING;

		t.s.idiag_state = (uint8_t)s;
		sought.protocol = IPPROTO_TCP;
		assert_int_equal(is_socket(&t), tcp);
		sought.protocol = IPPROTO_UDP;
		assert_int_equal(is_socket(&t), s == TCP_ESTABLISHED);
	}
}

static void
devices_and_owners(void **state)
{
	struct socket_told t = a_socket("192.168.1.101", "198.51.100.1", false);
	uint32_t inodes[] = { 76, 78 };

	(void)state;
	t.s.id.idiag_if = 3;
	what.ifindex = 4;
	assert_true(is_socket(&t));
	what.dev_only = true;
	assert_false(is_socket(&t));
	what.ifindex = 3;
	assert_true(is_socket(&t));
	sought.inodes = inodes;
	sought.n_inodes = 2;
	assert_true(is_socket(&t));
	inodes[1] = 77;
	assert_false(is_socket(&t));
	inodes[1] = 78;
	t.s.idiag_inode = 0;
	assert_false(is_socket(&t));
}

static void
short_sockets(void **state)
{
	struct socket_told t = a_socket("192.168.1.101", "198.51.100.1", false);

	(void)state;
	for (uint32_t len = sizeof(t.h); len < sizeof(t); len++) {
		struct nlmsghdr *cut = malloc(len);

		assert_non_null(cut);
		memcpy(cut, &t, len);
		cut->nlmsg_len = len;
		assert_false(bal_flush_is_socket(cut, &sought, &id));
		free(cut);
	}
	t.h.nlmsg_type = SOCK_DESTROY;
	assert_false(is_socket(&t));
}

/* --- Anything ------------------------------------------------------------ */

/* What @len random changes made of @from, at exactly its length. */
static struct nlmsghdr *
damaged(const struct nlmsghdr *from, uint32_t least)
{
	uint32_t len = from->nlmsg_len;
	unsigned char *bytes;

	if (rand() % 2)
		len = least + (uint32_t)rand() % (len - least + 1);
	bytes = malloc(len);
	assert_non_null(bytes);
	memcpy(bytes, from, len);
	for (int k = rand() % 6; k > 0 && len > least; k--)
		bytes[least + (uint32_t)rand() % (len - least)] =
			(unsigned char)rand();
	((struct nlmsghdr *)bytes)->nlmsg_len = len;
	return (struct nlmsghdr *)bytes;
}

static void
random_damage(void **state)
{
	const int quiet = open("/dev/null", O_WRONLY | O_CLOEXEC);
	const int was = dup(2);
	struct bal_nlmsg entry, m;
	struct socket_told t = a_socket("192.168.1.101", "198.51.100.1", true);
	unsigned deletions = 0;

	(void)state;
	/* libnetlink tells of what is left over. */
	dup2(quiet, 2);
	srand(1);
	told(&entry, &flow);
	for (int i = 0; i < 200000; i++) {
		struct nlmsghdr *h = damaged(&entry.h, sizeof(entry.h));

		if (bal_flush_delete_entry(&m, h, MARK, MASK)) {
			assert_is_deletion(&m);
			deletions++;
		}
		free(h);
		h = damaged(&t.h, sizeof(t.h));
		(void)bal_flush_is_socket(h, &sought, &id);
		free(h);
	}
	dup2(was, 2);
	close(was);
	close(quiet);
	assert_true(deletions > 1000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_is_deleted_as_it_is),
		cmocka_unit_test(of_another_mark),
		cmocka_unit_test(another_message),
		cmocka_unit_test(damaged_attributes),
		cmocka_unit_test(a_tuple_that_does_not_fit),
		cmocka_unit_test_setup(whose_sockets, look_for),
		cmocka_unit_test_setup(a_host_spares_no_peer, look_for),
		cmocka_unit_test_setup(states_of_sockets, look_for),
		cmocka_unit_test_setup(devices_and_owners, look_for),
		cmocka_unit_test_setup(short_sockets, look_for),
		cmocka_unit_test_setup(random_damage, look_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
