// SPDX-License-Identifier: GPL-2.0-or-later
/* test_flush_entries - real conntrack entries go; and what may be lacking. */
#include "../flush_scene.h"

#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "actions/flush_msg.h"

/* --- Conntrack ----------------------------------------------------------- */

static void
entry_refused(size_t number, int eno, const char *why, void *arg)
{
	(void)number;
	*(int *)arg = eno;
	if (eno != ENOENT)
		print_message("# %s: %s\n", strerror(eno), why);
}

static void
make(const struct entry *e)
{
	int eno = 0;

	bal_nl_on_failure(nl, entry_refused, &eno);
	assert_int_equal(entry_make(nl, e, &err), 0);
	assert_int_equal(bal_nl_flush(nl, &err), 0);
	assert_int_equal(eno, 0);
}

/* Identity and mark of all entries; the timeout runs. */
struct listing {
	size_t n;
	struct {
		uint32_t id, mark;
		char tuple[64];
	} v[64];
};

static void
list_one(const struct nlmsghdr *h, void *arg)
{
	const size_t skipped = NLMSG_SPACE(sizeof(struct nfgenmsg));
	struct rtattr *tb[CTA_MAX + 1];
	struct listing *l = arg;

	bal_nl_parse(tb, CTA_MAX, (const void *)((const char *)h + skipped),
		     h->nlmsg_len - skipped);
	assert_true(l->n < N(l->v));
	l->v[l->n].id = bal_nl_u32(tb[CTA_ID]);
	l->v[l->n].mark = ntohl(bal_nl_u32(tb[CTA_MARK]));
	assert_in_range(RTA_PAYLOAD(tb[CTA_TUPLE_ORIG]), 1, 64);
	memcpy(l->v[l->n].tuple, RTA_DATA(tb[CTA_TUPLE_ORIG]),
	       RTA_PAYLOAD(tb[CTA_TUPLE_ORIG]));
	l->n++;
}

static int
by_id(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(uint32_t));
}

static struct listing
list(void)
{
	const struct nfgenmsg head = { .nfgen_family = AF_UNSPEC };
	struct listing l = { 0 };
	struct bal_nlmsg m;

	bal_nlmsg_init(&m, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET, 0,
		       &head, sizeof(head));
	assert_int_equal(bal_nl_dump(nl, &m, list_one, &l, &l.n, &err),
			 BAL_DUMP_DONE);
	qsort(l.v, l.n, sizeof(l.v[0]), by_id);
	return l;
}

static size_t
count_all(void)
{
	const struct nfgenmsg head = { .nfgen_family = AF_UNSPEC };
	struct bal_nlmsg m;
	size_t n = 0;

	bal_nlmsg_init(&m, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET, 0,
		       &head, sizeof(head));
	assert_int_equal(bal_nl_dump(nl, &m, count, &n, &n, &err),
			 BAL_DUMP_DONE);
	return n;
}

static const struct entry some = { 0xc0a84d0a, 0xc6336401, 4000,
				   53,	       0x1000000,  0 };

static void
entries_of_that_mark_only(void **state)
{
	static const uint32_t marks[] = { 0x1000000,  0x1000005, 0x2000000,
					  0x3000006,  0,	 0x11000000,
					  0xff000000, 5,	 0x1ffffff };
	struct listing before, after;
	unsigned expected = 0, seen = 0;
	size_t told = 0;
	struct bal_nlmsg m;

	(void)state;
	NEED_NAMESPACE();
	for (size_t i = 0; i < 54; i++) {
		struct entry e = some;

		e.sport = (uint16_t)(4000 + i);
		e.mark = marks[i % N(marks)];
		e.zone = i % 5 == 0 ? 9 : 0;
		make(&e);
	}
	before = list();
	assert_int_equal(before.n, 54);
	bal_flush_ask_entries(&m, AF_INET, 0x1000000, MASK);
	assert_int_equal(bal_nl_dump(nl, &m, count, &told, &told, &err),
			 BAL_DUMP_DONE);
	assert_int_equal(told, 18);
	what.source.family = 0;
	what.mark = 0x1000000;
	what.mask = MASK;
	let_go();
	assert_int_equal(gone.connections, 18);
	assert_int_equal(gone.sockets, 0);
	after = list();
	for (size_t i = 0; i < before.n; i++) {
		if ((before.v[i].mark & MASK) == 0x1000000)
			continue;
		expected++;
		for (size_t k = 0; k < after.n; k++)
			if (memcmp(&before.v[i], &after.v[k],
				   sizeof(after.v[k])) == 0)
				seen++;
	}
	assert_int_equal(after.n, expected);
	assert_int_equal(seen, expected);
	let_go();
	assert_int_equal(gone.connections, 0);
	assert_int_equal(warnings, 0);
}

/* A rule that leads packets with @mark to @table, as for a living uplink. */
static void
hold(uint32_t mark, int table)
{
	must("ip rule add fwmark %#x/0xff000000 lookup %d protocol 214", mark,
	     table);
}

/* What is there may be newer than the return. */
static void
not_of_one_that_is_back(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	for (uint16_t i = 0; i < 200; i++) {
		struct entry e = some;

		e.sport += i;
		make(&e);
	}
	what.source.family = 0;
	what.mark = 0x1000000;
	what.mask = what.held_mask = MASK;
	what.dev = "d0";
	hold(0x1000000, 77);
	let_go();
	assert_int_equal(gone.connections, 0);
	assert_int_equal(count_all(), 200);
	/* A drained one holds its flows, too, and is to lose them. */
	what.held_mask = 0;
	let_go();
	assert_int_equal(gone.connections, 200);
	assert_int_equal(count_all(), 0);
}

static void
of_one_while_another_is_back(void **state)
{
	struct entry e = some;

	(void)state;
	NEED_NAMESPACE();
	make(&e);
	what.source.family = 0;
	what.mark = 0x1000000;
	what.mask = what.held_mask = MASK;
	what.dev = "d0";
	hold(0x2000000, 78);
	must("ip rule add fwmark 0x1000000/0xff000000 lookup 77");
	must("ip rule add oif d0 lookup 77 protocol 214");
	let_go();
	assert_int_equal(gone.connections, 1);
}

/* The same tuple once in each zone: one of them is meant. */
static void
zones(void **state)
{
	struct entry e = some;
	struct listing after;

	(void)state;
	NEED_NAMESPACE();
	for (uint16_t zone = 0; zone < 4; zone++) {
		e.zone = zone;
		e.mark = zone == 2 ? 0x1000000 : 0x2000000;
		make(&e);
	}
	what.mark = 0x1000000;
	what.mask = MASK;
	let_go();
	assert_int_equal(gone.connections, 1);
	after = list();
	assert_int_equal(after.n, 3);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(after.v[i].mark, 0x2000000);
}

static void
no_mark_is_nobody_s(void **state)
{
	struct entry e = some;

	(void)state;
	NEED_NAMESPACE();
	e.mark = 0;
	make(&e);
	what.mask = MASK;
	let_go();
	what.mask = 0;
	what.mark = 0x1000000;
	let_go();
	what.mask = MASK;
	what.mark = 7;
	let_go();
	assert_int_equal(gone.connections, 0);
	assert_int_equal(list().n, 1);
}

/* --- What may be lacking ------------------------------------------------- */

static bool
drop_net_admin(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &head, data) < 0)
		return false;
	data[0].effective &= ~(1u << CAP_NET_ADMIN);
	return syscall(SYS_capset, &head, data) == 0;
}

/* From here on the kernel has no netfilter netlink. */
static bool
drop_netfilter(void)
{
	const uint32_t here = offsetof(struct seccomp_data, args[2]) +
			      (htonl(1) == 1 ? 4 : 0);
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, here),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NETLINK_NETFILTER, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPROTONOSUPPORT),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { N(code), code };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) == 0;
}

static int dead_socket;

/* Twice, and each lack is told of once. */
static int
without_privilege(void *arg)
{
	(void)arg;
	if (!drop_net_admin())
		return 77;
	for (int i = 0; i < 2; i++)
		if (bal_flush_uplink(&what, &gone, &err) < 0 || gone.sockets != 0 ||
		    gone.connections != 0)
			return 1;
	if (error_of(dead_socket))
		return 2;
	return warnings == 2 ? 0 : 3;
}

static int
without_netfilter(void *arg)
{
	(void)arg;
	if (!drop_netfilter())
		return 77;
	for (unsigned i = 0; i < 2; i++)
		if (bal_flush_uplink(&what, &gone, &err) < 0 ||
		    gone.sockets != 1 - i || gone.connections != 0)
			return 1;
	if (error_of(dead_socket) != ECONNABORTED)
		return 2;
	return warnings == 1 && strstr(warning, "ctnetlink") ? 0 : 3;
}

static void
told_once_and_the_rest_done(void **state)
{
	static int (*const lacks[])(void *) = { without_privilege,
						without_netfilter };

	(void)state;
	NEED_NAMESPACE();
	make(&some);
	what.mark = 0x1000000;
	what.mask = MASK;
	for (size_t i = 0; i < N(lacks); i++) {
		int status;

		dead_socket = client(SOCK_DGRAM, DEAD, SERVER, 53);
		status = apart(lacks[i], NULL);
		close(dead_socket);
		if (status == 77)
			skip();
		assert_int_equal(status, 0);
		assert_int_equal(list().n, 1);
	}
}

/* Whose sockets are whose is a secret: none is touched. */
static int
without_insight(void *arg)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct data[2];

	(void)arg;
	if (syscall(SYS_capget, &head, data) < 0)
		return 77;
	data[0].effective = 1u << CAP_NET_ADMIN;
	data[0].permitted = data[0].effective;
	if (setfsuid(65534) < 0 || syscall(SYS_capset, &head, data) < 0)
		return 77;
	if (bal_flush_uplink(&what, &gone, &err) < 0)
		return 1;
	if (gone.sockets != 0 || gone.connections != 1)
		return 2;
	return warnings == 1 && error_of(dead_socket) == 0 ? 0 : 3;
}

static void
a_process_that_is_secret(void **state)
{
	pid_t pid;
	int fds[2];

	(void)state;
	NEED_NAMESPACE();
	make(&some);
	what.mark = 0x1000000;
	what.mask = MASK;
	dead_socket = client(SOCK_DGRAM, DEAD, SERVER, 53);
	pid = holder(fds, -1);
	what.spared = &pid;
	what.n_spared = 1;
	assert_int_equal(apart(without_insight, NULL), 0);
	close(fds[1]);
	assert_int_equal(ended(pid), 1);
	close(dead_socket);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(entries_of_that_mark_only),
		TEST(not_of_one_that_is_back),
		TEST(of_one_while_another_is_back),
		TEST(zones),
		TEST(no_mark_is_nobody_s),
		TEST(told_once_and_the_rest_done),
		TEST(a_process_that_is_secret),
	};

	make_veth_namespace();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
