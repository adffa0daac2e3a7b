// SPDX-License-Identifier: GPL-2.0-or-later
/* xentry - one rule of ours as the kernel's ip_tables entry, and back. */
#include "firewall/xentry.h"

#include <linux/netfilter/nf_nat.h>
#include <linux/netfilter/xt_CONNMARK.h>
#include <linux/netfilter/xt_TCPMSS.h>
#include <linux/netfilter/xt_conntrack.h>
#include <linux/netfilter/xt_mark.h>
#include <linux/netfilter/xt_tcpudp.h>
#include <netinet/tcp.h>
#include <string.h>

/* Matches and targets have one header layout: size, name, revision. */
#define ELEMENT_SIZE(data_size) \
	(XT_ALIGN(sizeof(struct xt_entry_match)) + XT_ALIGN(data_size))

_Static_assert(
	sizeof(union bal_xentry) >=
		sizeof(struct ipt_entry) +
			ELEMENT_SIZE(sizeof(struct xt_conntrack_mtinfo3)) +
			ELEMENT_SIZE(sizeof(struct xt_mark_mtinfo1)) +
			ELEMENT_SIZE(sizeof(struct xt_connmark_mtinfo1)) +
			ELEMENT_SIZE(
				sizeof(struct nf_nat_ipv4_multi_range_compat)),
	"three matches and the largest target must fit");

static void
add_element(union bal_xentry *out, const char *name, int revision,
	    const void *data, size_t size)
{
	struct xt_entry_match *m = (void *)(out->bytes + out->e.next_offset);

	m->u.match_size = (uint16_t)ELEMENT_SIZE(size);
	memcpy(m->u.user.name, name, strnlen(name, sizeof(m->u.user.name) - 1));
	m->u.user.revision = (uint8_t)revision;
	if (size)
		memcpy(m->data, data, size);
	out->e.next_offset += m->u.match_size;
}

/* The NUL takes part in the match: without it "eth1" would be "eth1+". */
static void
set_device(const char *dev, char *name, unsigned char *mask)
{
	size_t len = strnlen(dev, IFNAMSIZ - 1);

	if (len == 0)
		return;
	memcpy(name, dev, len);
	memset(mask, 0xff, len + 1);
}

static void
add_connmark(union bal_xentry *out, const struct bal_xrule *rule, int revision)
{
	struct xt_connmark_tginfo2 two = {
		.ctmark = rule->set_mark,
		.ctmask = rule->set_mask,
		.nfmask =
			UINT32_MAX, /* as iptables leaves it for --set-xmark */
		.mode = XT_CONNMARK_SET,
	};
	struct xt_connmark_tginfo1 one;

	if (rule->target == BAL_XT_RESTORE_MARK) {
		two.ctmark = 0;
		two.nfmask = rule->set_mask;
		two.mode = XT_CONNMARK_RESTORE;
	}
	if (revision == 2) {
		add_element(out, "CONNMARK", 2, &two, sizeof(two));
		return;
	}
	memset(&one, 0, sizeof(one));
	one.ctmark = two.ctmark;
	one.ctmask = two.ctmask;
	one.nfmask = two.nfmask;
	one.mode = two.mode;
	add_element(out, "CONNMARK", 1, &one, sizeof(one));
}

static bool
add_target(union bal_xentry *out, const struct bal_xrule *rule,
	   int connmark_revision)
{
	struct nf_nat_ipv4_multi_range_compat range = { .rangesize = 1 };
	const struct xt_tcpmss_info mss = { .mss = XT_TCPMSS_CLAMP_PMTU };
	const int verdict = 0; /* libiptc puts it in by the name */

	switch (rule->target) {
	case BAL_XT_RETURN:
		add_element(out, "RETURN", 0, &verdict, sizeof(verdict));
		return true;
	case BAL_XT_JUMP:
		add_element(out, rule->chain, 0, &verdict, sizeof(verdict));
		return true;
	case BAL_XT_SET_CONNMARK:
	case BAL_XT_RESTORE_MARK:
		add_connmark(out, rule, connmark_revision);
		return true;
	case BAL_XT_MASQUERADE:
		add_element(out, "MASQUERADE", 0, &range, sizeof(range));
		return true;
	case BAL_XT_CLAMP_MSS:
		add_element(out, "TCPMSS", 0, &mss, sizeof(mss));
		return true;
	default:
		return false;
	}
}

/* -p tcp -m tcp --tcp-flags SYN,RST SYN */
static void
add_syn(union bal_xentry *out)
{
	const struct xt_tcp syn = {
		.spts = { 0, 0xffff },
		.dpts = { 0, 0xffff },
		.flg_mask = TH_SYN | TH_RST,
		.flg_cmp = TH_SYN,
	};

	out->e.ip.proto = IPPROTO_TCP;
	add_element(out, "tcp", 0, &syn, sizeof(syn));
}

bool
bal_xentry_encode(const struct bal_xrule *rule, int connmark_revision,
		  union bal_xentry *out)
{
	struct xt_conntrack_mtinfo3 ct = {
		.match_flags = XT_CONNTRACK_STATE,
		.state_mask = XT_CONNTRACK_STATE_BIT(IP_CT_NEW),
	};
	struct xt_mark_mtinfo1 mark = { 0 };
	struct xt_connmark_mtinfo1 connmark = { 0 };

	memset(out, 0, sizeof(*out));
	out->e.next_offset = sizeof(out->e);
	set_device(rule->in, out->e.ip.iniface, out->e.ip.iniface_mask);
	set_device(rule->out, out->e.ip.outiface, out->e.ip.outiface_mask);
	if (rule->target == BAL_XT_CLAMP_MSS)
		add_syn(out);
	if (rule->state_new)
		add_element(out, "conntrack", 3, &ct, sizeof(ct));
	if (rule->mark.used) {
		mark.mark = rule->mark.value;
		mark.mask = rule->mark.mask;
		mark.invert = rule->mark.invert;
		add_element(out, "mark", 1, &mark, sizeof(mark));
	}
	if (rule->connmark.used) {
		connmark.mark = rule->connmark.value;
		connmark.mask = rule->connmark.mask;
		connmark.invert = rule->connmark.invert;
		add_element(out, "connmark", 1, &connmark, sizeof(connmark));
	}
	out->e.target_offset = out->e.next_offset;
	return add_target(out, rule, connmark_revision);
}

static const struct xt_entry_match *
element_at(const struct ipt_entry *e, size_t offset)
{
	return (const void *)((const unsigned char *)e + offset);
}

bool
bal_xentry_same(const struct ipt_entry *e, const char *target,
		const union bal_xentry *want)
{
	const struct xt_entry_match *a, *b;

	if (memcmp(&e->ip, &want->e.ip, sizeof(e->ip)) != 0 ||
	    e->target_offset != want->e.target_offset ||
	    e->next_offset != want->e.next_offset)
		return false;
	for (size_t at = sizeof(*e); at < e->next_offset;
	     at += b->u.match_size) {
		a = element_at(e, at);
		b = element_at(&want->e, at);
		if (a->u.match_size != b->u.match_size ||
		    a->u.user.revision != b->u.user.revision)
			return false;
		/* A standard target has a verdict instead of a name. */
		if (at == e->target_offset && !a->u.user.name[0])
			return strcmp(target, b->u.user.name) == 0;
		if (strncmp(a->u.user.name, b->u.user.name,
			    sizeof(a->u.user.name)) != 0 ||
		    memcmp(a->data, b->data, b->u.match_size - sizeof(*b)) != 0)
			return false;
	}
	return true;
}

/* What @m seems to say; bal_xentry_same() has the last word. */
static void
guess_match(const struct xt_entry_match *m, struct bal_xrule *rule)
{
	struct xt_connmark_mtinfo1 info; /* xt_mark_mtinfo1 is the same */
	struct bal_xmark *mark;

	if (strcmp(m->u.user.name, "conntrack") == 0) {
		rule->state_new = true;
		return;
	}
	if (m->u.match_size != ELEMENT_SIZE(sizeof(info)) ||
	    strcmp(m->u.user.name, "tcp") == 0)
		return;
	mark = strcmp(m->u.user.name, "mark") == 0 ? &rule->mark :
						     &rule->connmark;
	memcpy(&info, m->data, sizeof(info));
	mark->used = true;
	mark->invert = info.invert;
	mark->value = info.mark;
	mark->mask = info.mask;
}

static void
guess_connmark(const struct xt_entry_match *t, struct bal_xrule *rule)
{
	struct xt_connmark_tginfo2 two;
	struct xt_connmark_tginfo1 one;

	if (t->u.user.revision == 2 &&
	    t->u.match_size == ELEMENT_SIZE(sizeof(two))) {
		memcpy(&two, t->data, sizeof(two));
		one.ctmark = two.ctmark;
		one.ctmask = two.ctmask;
		one.mode = two.mode;
	} else if (t->u.match_size == ELEMENT_SIZE(sizeof(one))) {
		memcpy(&one, t->data, sizeof(one));
	} else {
		return;
	}
	rule->target = one.mode == XT_CONNMARK_SET ? BAL_XT_SET_CONNMARK :
						     BAL_XT_RESTORE_MARK;
	rule->set_mark = one.mode == XT_CONNMARK_SET ? one.ctmark : 0;
	rule->set_mask = one.ctmask;
}

/* Names that a standard target has without being a jump. */
static bool
is_verdict(const char *target)
{
	static const char *const verdicts[] = { "", "ACCEPT", "DROP", "QUEUE" };

	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
		if (strcmp(target, verdicts[i]) == 0)
			return true;
	return false;
}

static void
guess_target(const struct xt_entry_match *t, const char *target,
	     struct bal_xrule *rule)
{
	if (t->u.user.name[0]) {
		if (strcmp(target, "CONNMARK") == 0)
			guess_connmark(t, rule);
		else if (strcmp(target, "MASQUERADE") == 0)
			rule->target = BAL_XT_MASQUERADE;
		else if (strcmp(target, "TCPMSS") == 0)
			rule->target = BAL_XT_CLAMP_MSS;
	} else if (strcmp(target, "RETURN") == 0) {
		rule->target = BAL_XT_RETURN;
	} else if (!is_verdict(target) &&
		   bal_copy(rule->chain, sizeof(rule->chain), target) == 0) {
		rule->target = BAL_XT_JUMP;
	}
}

/*
 * Guess the rule from its entry, then see whether we would have written the
 * same entry: so nothing that was overlooked can pass for ours.
 */
int
bal_xentry_decode(const struct ipt_entry *e, const char *target,
		  struct bal_xrule *out)
{
	struct bal_xrule rule = { .target = BAL_XT_OTHER };
	const struct xt_entry_match *m;
	union bal_xentry again;

	*out = rule;
	memcpy(rule.in, e->ip.iniface, sizeof(rule.in) - 1);
	memcpy(rule.out, e->ip.outiface, sizeof(rule.out) - 1);
	for (size_t at = sizeof(*e); at < e->target_offset;
	     at += m->u.match_size) {
		m = element_at(e, at);
		if (m->u.match_size < sizeof(*m))
			return 0;
		guess_match(m, &rule);
	}
	m = element_at(e, e->target_offset);
	guess_target(m, target, &rule);
	if (!bal_xentry_encode(&rule, m->u.user.revision, &again) ||
	    !bal_xentry_same(e, target, &again))
		return 0;
	*out = rule;
	return strcmp(target, "CONNMARK") == 0 ? m->u.user.revision : 0;
}
