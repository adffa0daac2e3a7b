// SPDX-License-Identifier: GPL-2.0-or-later
/* mptcp - the path manager of MPTCP, by generic netlink. */
#include "netlink/mptcp.h"

#include <errno.h>
#include <linux/mptcp.h>
#include <string.h>
#include <sys/socket.h>

#include "netlink/genl.h"
#include "netlink/nl.h"
#include "netlink/sysctl.h"

static struct bal_addr
addr_of(struct rtattr **tb)
{
	const struct rtattr *four = tb[MPTCP_PM_ADDR_ATTR_ADDR4];
	const struct rtattr *six = tb[MPTCP_PM_ADDR_ATTR_ADDR6];

	if (four)
		return bal_addr_raw(AF_INET, RTA_DATA(four), RTA_PAYLOAD(four),
				    32);
	if (six)
		return bal_addr_raw(AF_INET6, RTA_DATA(six), RTA_PAYLOAD(six),
				    128);
	return (struct bal_addr){ 0 };
}

struct sink {
	struct bal_arena *arena;
	bal_mptcp_list *out;
};

static void
on_endpoint(const struct nlmsghdr *h, void *arg)
{
	struct rtattr *tb[MPTCP_PM_ATTR_MAX + 1];
	struct rtattr *of[MPTCP_PM_ADDR_ATTR_MAX + 1];
	struct sink *sink = arg;
	struct bal_mptcp_endpoint *e;

	bal_genl_parse(tb, MPTCP_PM_ATTR_MAX, h);
	if (!tb[MPTCP_PM_ATTR_ADDR])
		return;
	e = BAL_PUSH(sink->arena, sink->out);
	if (!e)
		return;
	bal_nl_parse(of, MPTCP_PM_ADDR_ATTR_MAX,
		     RTA_DATA(tb[MPTCP_PM_ATTR_ADDR]),
		     RTA_PAYLOAD(tb[MPTCP_PM_ATTR_ADDR]));
	e->id = bal_nl_u8(of[MPTCP_PM_ADDR_ATTR_ID]);
	e->ifindex = (int)bal_nl_u32(of[MPTCP_PM_ADDR_ATTR_IF_IDX]);
	e->addr = addr_of(of);
}

static void
on_limits(const struct nlmsghdr *h, void *arg)
{
	struct rtattr *tb[MPTCP_PM_ATTR_MAX + 1];

	bal_genl_parse(tb, MPTCP_PM_ATTR_MAX, h);
	*(uint32_t *)arg = bal_nl_u32(tb[MPTCP_PM_ATTR_SUBFLOWS]);
}

static void
begin(struct bal_nlmsg *m, uint16_t family, uint8_t command)
{
	bal_genl_begin(m, family, command, MPTCP_PM_VER);
}

static int
look(struct bal_nl *nl, struct bal_mptcp_seen *out, struct bal_arena *arena,
     struct bal_err *err)
{
	struct sink sink = { arena, &out->endpoints };
	struct bal_nlmsg m;
	uint16_t family;
	int rc;

	if (bal_genl_family(nl, MPTCP_PM_NAME, &family, err) < 0)
		return -1;
	if (!family)
		return 0;
	begin(&m, family, MPTCP_PM_CMD_GET_LIMITS);
	rc = bal_nl_get(nl, &m, on_limits, &out->subflows, err);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	begin(&m, family, MPTCP_PM_CMD_GET_ADDR);
	rc = bal_nl_dump(nl, &m, on_endpoint, &sink, &out->endpoints.n, err);
	if (rc < 0)
		return -1;
	out->there = rc == BAL_DUMP_DONE;
	out->enabled = bal_sysctl_read("net/mptcp/enabled") != 0;
	return arena->oom ? bal_err_nomem(err) : 0;
}

int
bal_mptcp_look(struct bal_mptcp_seen *out, struct bal_arena *arena,
	       struct bal_err *err)
{
	struct bal_err why = { 0 };
	struct bal_nl *nl = bal_nl_open_proto(NETLINK_GENERIC, &why);
	int rc;

	*out = (struct bal_mptcp_seen){ 0 };
	if (!nl && why.sys == EPROTONOSUPPORT)
		return 0;
	if (!nl) {
		*err = why;
		return -1;
	}
	rc = look(nl, out, arena, err);
	bal_nl_close(nl);
	return rc;
}

static void
put_endpoint(struct bal_nlmsg *m, const struct bal_mptcp_endpoint *e, bool whole)
{
	struct rtattr *nest =
		bal_nlmsg_nest(m, MPTCP_PM_ATTR_ADDR | NLA_F_NESTED);
	const uint16_t family = e->addr.family;

	bal_nlmsg_put(m, MPTCP_PM_ADDR_ATTR_FAMILY, &family, sizeof(family));
	bal_nlmsg_put_u8(m, MPTCP_PM_ADDR_ATTR_ID, e->id);
	bal_nlmsg_put(m,
		      family == AF_INET ? MPTCP_PM_ADDR_ATTR_ADDR4 :
					  MPTCP_PM_ADDR_ATTR_ADDR6,
		      e->addr.bytes, bal_addr_bits(family) / 8);
	if (whole) {
		bal_nlmsg_put_u32(m, MPTCP_PM_ADDR_ATTR_FLAGS,
				  MPTCP_PM_ADDR_FLAG_SUBFLOW);
		bal_nlmsg_put_u32(m, MPTCP_PM_ADDR_ATTR_IF_IDX,
				  (uint32_t)e->ifindex);
	}
	bal_nlmsg_nest_end(m, nest);
}

/* Numbers of changes: removals, the limit, and behind it what is added. */
struct committing {
	const struct bal_mptcp_change *change;
	struct bal_err *err;
	bool failed;
};

static void
on_failure(size_t number, int eno, const char *why, void *arg)
{
	struct committing *c = arg;
	const size_t gone = c->change->gone.n;
	char buf[BAL_ADDR_STRLEN];

	if (number < gone && (eno == ENOENT || eno == EINVAL))
		return; /* another one was faster */
	if (number > gone) {
		const struct bal_mptcp_endpoint *e =
			&c->change->added.v[number - gone - 1];

		bal_warn("%s: cannot add the MPTCP endpoint %s: %s%s%s%s",
			 e->dev, bal_addr_str(&e->addr, buf), strerror(eno),
			 why[0] ? " (" : "", why, why[0] ? ")" : "");
		return;
	}
	c->failed = true;
	if (number < gone)
		bal_err_sys(c->err, eno, "cannot remove an MPTCP endpoint");
	else
		bal_err_sys(c->err, eno,
			    "cannot set the limit of MPTCP subflows");
}

static int
queue(struct bal_nl *nl, uint16_t family, const struct bal_mptcp_change *change,
      struct bal_err *err)
{
	struct bal_nlmsg m;
	size_t number = 0;
	int rc = 0;

	for (size_t i = 0; i < change->gone.n && rc == 0; i++) {
		begin(&m, family, MPTCP_PM_CMD_DEL_ADDR);
		put_endpoint(&m, &change->gone.v[i], false);
		rc = bal_nl_queue(nl, &m, number++, err);
	}
	if (change->subflows >= 0 && rc == 0) {
		begin(&m, family, MPTCP_PM_CMD_SET_LIMITS);
		bal_nlmsg_put_u32(&m, MPTCP_PM_ATTR_SUBFLOWS,
				  (uint32_t)change->subflows);
		rc = bal_nl_queue(nl, &m, number, err);
	}
	number++;
	for (size_t i = 0; i < change->added.n && rc == 0; i++) {
		begin(&m, family, MPTCP_PM_CMD_ADD_ADDR);
		put_endpoint(&m, &change->added.v[i], true);
		rc = bal_nl_queue(nl, &m, number++, err);
	}
	return rc < 0 ? -1 : bal_nl_flush(nl, err);
}

int
bal_mptcp_commit(const struct bal_mptcp_change *change, struct bal_err *err)
{
	struct committing c = { .change = change, .err = err };
	struct bal_nl *nl = bal_nl_open_proto(NETLINK_GENERIC, err);
	uint16_t family;
	int rc;

	if (!nl)
		return -1;
	bal_nl_on_failure(nl, on_failure, &c);
	rc = bal_genl_family(nl, MPTCP_PM_NAME, &family, err);
	if (rc == 0 && family)
		rc = queue(nl, family, change, err);
	bal_nl_close(nl);
	return c.failed ? -1 : rc;
}
