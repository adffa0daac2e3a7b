// SPDX-License-Identifier: GPL-2.0-or-later
/* flush_entries - conntrack entries with the mark of an uplink. */
#include <sys/socket.h>

#include "actions/flush_internal.h"

static void
warn_of_entries(int eno)
{
	static bool warned;

	bal_flush_warn("connections cannot be flushed", eno,
		       "the kernel has no ctnetlink (CONFIG_NF_CT_NETLINK)",
		       &warned);
}

/* What it is of is not known: it stays. */
static bool
is_sought(const struct flushing *l, const struct nlmsghdr *h)
{
	struct bal_flow flow;

	if (!l->what->whose)
		return true;
	return bal_flush_entry_flow(h, &flow) &&
	       bal_whose_has(l->what->whose, &flow);
}

static void
delete_entry(const struct nlmsghdr *h, void *arg)
{
	struct flushing *l = arg;
	struct bal_nlmsg m;

	if (bal_flush_delete_entry(&m, h, l->what->mark, l->what->mask) &&
	    is_sought(l, h))
		bal_flush_tell(l, &m);
}

/*
 * Entry by entry, however many there are: newer kernels could delete them all
 * by one request with a mark, but one before 4.0 would ignore the mark and
 * flush everything.  The dump continues while its entries vanish: the kernel
 * keeps its place.
 *
 * The box's own flows are among them, such as those of an OpenVPN client over
 * the uplink.  They are not disturbed: the next packet makes a new entry.
 */
int
bal_flush_entries(struct flushing *l, unsigned *n)
{
	struct bal_nlmsg m;
	int rc = bal_flush_open(l, NETLINK_NETFILTER);

	bal_flush_ask_entries(&m, l->what->six ? AF_INET6 : AF_INET,
			      l->what->mark, l->what->mask);
	if (rc == 0)
		rc = bal_flush_ask(l, &m, delete_entry);
	if (rc == 0)
		rc = bal_flush_tell_last(l);
	bal_flush_close(l);
	if (rc > 0)
		warn_of_entries(l->err->sys);
	if (rc != 0)
		return rc < 0 ? -1 : 0;
	if (l->why)
		warn_of_entries(l->why);
	*n = l->sent - l->refused;
	return 0;
}

static void
count_entry(const struct nlmsghdr *h, void *arg)
{
	struct flushing *l = arg;
	struct bal_nlmsg unsent;

	l->n_ids += bal_flush_delete_entry(&unsent, h, l->what->mark,
					   l->what->mask);
}

bool
bal_flush_is_marked(uint32_t mark, uint32_t mask)
{
	const struct bal_flush_what what = { .mark = mark, .mask = mask };
	struct bal_err why = { 0 };
	struct flushing l = { .what = &what, .err = &why };
	struct bal_nlmsg m;
	int rc = 0;

	l.asking = bal_nl_open_proto(NETLINK_NETFILTER, &why);
	/* Of both families. */
	bal_flush_ask_entries(&m, AF_UNSPEC, mark, mask);
	if (l.asking)
		rc = bal_flush_ask(&l, &m, count_entry);
	else
		rc = -1;
	bal_flush_close(&l);
	return rc != 0 || l.n_ids > 0;
}
