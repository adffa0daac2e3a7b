// SPDX-License-Identifier: GPL-2.0-or-later
/* match - does a rule select a packet?  As fib_rule_match() and fib4_... do. */
#include <string.h>

#include "explain/internal.h"

/* What a packet of this box comes by. */
#define LOOPBACK "lo"

static bool
is_in(const struct bal_addr *addr, const struct bal_addr *net)
{
	/* An unbound socket looks its route up from 0.0.0.0. */
	const struct bal_addr none = { .family = net->family };

	if (bal_addr_none(net))
		return true;
	return bal_addr_in(bal_addr_none(addr) ? &none : addr, net);
}

static bool
is_among(uint16_t port, const struct bal_ports *ports)
{
	return !ports->first || (port >= ports->first && port <= ports->last);
}

static bool
is_by(const struct bal_link *link, const char *otherwise, const char *name)
{
	return !name[0] || !strcmp(link ? link->name : otherwise, name);
}

static enum bal_misfit
misfit(const struct bal_rule *r, const struct bal_packet *p)
{
	if (!is_by(p->iif, LOOPBACK, r->iif))
		return BAL_MISFIT_IIF;
	if (!is_in(&p->src, &r->src))
		return BAL_MISFIT_FROM;
	if (!is_in(&p->dst, &r->dst))
		return BAL_MISFIT_TO;
	if (r->ip_proto && r->ip_proto != p->proto)
		return BAL_MISFIT_PROTO;
	if (!is_among(p->sport, &r->sport))
		return BAL_MISFIT_SPORT;
	if (!is_among(p->dport, &r->dport))
		return BAL_MISFIT_DPORT;
	if (r->has_uid && (p->uid < r->uid_first || p->uid > r->uid_last))
		return BAL_MISFIT_UID;
	if (r->has_mark && ((p->mark ^ r->mark) & r->mask))
		return BAL_MISFIT_MARK;
	return is_by(p->oif, "", r->oif) ? BAL_FITS : BAL_MISFIT_OIF;
}

enum bal_misfit
bal_explain_match(const struct bal_rule *rule, const struct bal_packet *packet)
{
	const enum bal_misfit why = misfit(rule, packet);

	/* Whatever else it asks for may differ: no word can be given. */
	if (rule->obscure && !why)
		return BAL_MISFIT_OTHER;
	if (!rule->invert)
		return why;
	return why ? BAL_FITS : BAL_MISFIT_NOT;
}
