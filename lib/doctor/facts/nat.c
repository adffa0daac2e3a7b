// SPDX-License-Identifier: GPL-2.0-or-later
/* nat - rules that give forwarded packets an address of this box. */
#include <errno.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "doctor/facts/internal.h"

#define ENTRIES_MAX ((socklen_t)16 << 20)

static bool
is_nat(const char *target)
{
	return strcmp(target, "MASQUERADE") == 0 ||
	       strcmp(target, "SNAT") == 0 || strcmp(target, "NETMAP") == 0;
}

/* A mask that ends before the NUL is that of a name with a "+" at its end. */
static void
note_entry(struct bal_facts *f, const struct ipt_ip *ip)
{
	struct bal_nat_rule *rule = BAL_PUSH(&f->arena, &f->nat);
	size_t len = strnlen(ip->outiface, IFNAMSIZ - 1);

	if (!rule || !len)
		return;
	memcpy(rule->out, ip->outiface, len);
	if (!ip->outiface_mask[len] && len < sizeof(rule->out) - 1)
		rule->out[len] = '+';
	rule->invert = ip->invflags & IPT_INV_VIA_OUT;
}

static void
note_entries(struct bal_facts *f, const struct ipt_get_entries *all)
{
	const char *bytes = (const char *)all->entrytable;

	for (size_t at = 0; at + sizeof(struct ipt_entry) <= all->size;) {
		const struct ipt_entry *e = (const void *)(bytes + at);
		const struct xt_entry_target *t;

		if (e->next_offset < sizeof(*e) ||
		    e->next_offset > all->size - at ||
		    e->target_offset + sizeof(*t) > e->next_offset)
			return;
		t = (const void *)(bytes + at + e->target_offset);
		if (is_nat(t->u.user.name))
			note_entry(f, &e->ip);
		at += e->next_offset;
	}
}

/* The table as the kernel has it: one system call each, and no lock. */
static bool
read_legacy(struct bal_facts *f)
{
	struct ipt_getinfo info = { .name = "nat" };
	struct ipt_get_entries *all = NULL;
	socklen_t len = sizeof(info);
	int fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	bool ok = false;

	if (fd < 0)
		return false;
	if (getsockopt(fd, IPPROTO_IP, IPT_SO_GET_INFO, &info, &len) == 0 &&
	    info.size <= ENTRIES_MAX) {
		len = (socklen_t)sizeof(*all) + info.size;
		all = calloc(1, len);
	}
	if (all) {
		memcpy(all->name, "nat", sizeof("nat"));
		all->size = info.size;
		ok = getsockopt(fd, IPPROTO_IP, IPT_SO_GET_ENTRIES, all,
				&len) == 0;
	}
	if (ok)
		note_entries(f, all);
	free(all);
	close(fd);
	return ok;
}

/* Of `oifname "eth1"` and `oifname { "eth1", "tun*" }` each name. */
static void
note_nft_devices(struct bal_facts *f, const char *at, bool invert)
{
	const char *end = strpbrk(at, "{\"");

	end = end && *end == '{' ? strchr(end, '}') : NULL;
	while ((at = strchr(at, '"')) && (!end || at < end)) {
		struct bal_nat_rule *rule = BAL_PUSH(&f->arena, &f->nat);
		size_t len = strcspn(++at, "\"");

		if (!rule || len >= sizeof(rule->out))
			return;
		memcpy(rule->out, at, len);
		if (len && at[len - 1] == '*')
			rule->out[len - 1] = '+';
		rule->invert = invert;
		at += len + 1;
		if (!end)
			return;
	}
}

/* One line of nft's listing with address translation. */
static void
note_nft(struct bal_facts *f, const char *line)
{
	const char *out = strstr(line, "oifname ");

	if (!out)
		out = strstr(line, "oif ");
	if (out)
		note_nft_devices(f, out, strstr(out, "!= ") != NULL);
	else
		(void)BAL_PUSH(&f->arena, &f->nat);
}

static bool
read_nft(struct bal_facts *f)
{
	char *line, *text;

	text = bal_facts_run(f, (char *[]){ "nft", "list", "ruleset", NULL });
	if (!text)
		return false;
	while ((line = bal_facts_line(&text)))
		if (strstr(line, "masquerade") || strstr(line, "snat ") ||
		    strstr(line, "\"MASQUERADE\"") || strstr(line, "\"SNAT\""))
			note_nft(f, line);
	return true;
}

static void
count(const struct nlmsghdr *h, void *arg)
{
	(void)h;
	++*(size_t *)arg;
}

bool
bal_facts_uses_nft(void)
{
	const struct nfgenmsg nfg = { .nfgen_family = AF_UNSPEC,
				      .version = NFNETLINK_V0 };
	struct bal_err why = { 0 };
	struct bal_nl *nl = bal_nl_open_proto(NETLINK_NETFILTER, &why);
	struct bal_nlmsg req;
	size_t tables = 0;
	int rc;

	if (!nl)
		return why.sys != EPROTONOSUPPORT;
	bal_nlmsg_init(&req, NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETTABLE, 0,
		       &nfg, sizeof(nfg));
	rc = bal_nl_dump(nl, &req, count, &tables, &tables, &why);
	bal_nl_close(nl);
	/*
	 * Without the subsystem there are no tables; other failures prove
	 * nothing.
	 */
	return tables || (rc < 0 && why.sys != EINVAL);
}

void
bal_facts_nat(struct bal_facts *f)
{
	const enum bal_known there = f->xtable[BAL_XTABLE_NAT];

	/* Without forwarding it does not matter. */
	if (!f->privileged || f->ip_forward != 1)
		return;
	/* A missing table has no rules; reading it would load it. */
	if (there == BAL_UNKNOWN || (there == BAL_YES && !read_legacy(f)))
		bal_facts_unseen(f, "the nat table of iptables");
	else if (bal_facts_uses_nft() && !read_nft(f))
		bal_facts_unseen(f, "the tables of nftables: nft list ruleset "
				    "does not work here");
	else
		f->nat_known = BAL_YES;
}
