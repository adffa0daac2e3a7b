// SPDX-License-Identifier: GPL-2.0-or-later
/* text - an explained packet for people. */
#include "explain/text.h"

#include <inttypes.h>

#include "base/show.h"
#include "explain/internal.h"

static void
put_end(FILE *out, const char *preposition, const struct bal_addr *addr,
	uint16_t port)
{
	char buf[BAL_ADDR_STRLEN];

	fprintf(out, "%s %s", preposition,
		bal_addr_none(addr) ? "no address" : bal_addr_str(addr, buf));
	if (port)
		fprintf(out, " port %u", port);
}

static void
put_packet(const struct bal_explain_view *view, FILE *out)
{
	const struct bal_packet *p = view->packet;
	char proto[16];

	fprintf(out, "%s%s",
		p->proto ? bal_explain_proto(p->proto, proto) : "a packet",
		p->iif ? " that came by " : " of this box, user ");
	if (p->iif)
		bal_put_clean(out, p->iif->name);
	else
		fprintf(out, "%" PRIu32 ", bound to", p->uid);
	if (p->oif) {
		fputs(" the device ", out);
		bal_put_clean(out, p->oif->name);
		fputs(bal_addr_none(&p->src) ? "" : " and to", out);
	}
	if (!p->oif || !bal_addr_none(&p->src))
		put_end(out, p->iif ? " from" : "", &p->src, p->sport);
	put_end(out, " to", &p->dst, p->dport);
	if (p->mark)
		fprintf(out, ", marked 0x%" PRIx32, p->mark);
	fputs(":\n", out);
}

/* One [rule] is many of the kernel; so are those of one kind for all uplinks. */
static bool
is_alike(const struct bal_step *a, const struct bal_step *b)
{
	return a->end == BAL_STEP_MISFIT && b->end == BAL_STEP_MISFIT &&
	       a->rule->priority == b->rule->priority &&
	       a->rule->protocol == BAL_PROTO &&
	       b->rule->protocol == BAL_PROTO;
}

static void
put_step(const struct bal_explain_view *view, const struct bal_step *step,
	 size_t more, FILE *out)
{
	const char *word = step->end == BAL_STEP_TAKES ? "yes" :
			   step->end == BAL_STEP_GOTO  ? "yes, " :
							 "no, ";
	char buf[BAL_MEANING_LEN];

	if (step->end == BAL_STEP_NOP)
		return;
	fprintf(out, "%10" PRIu32 "  ", step->rule->priority);
	bal_put_clean(out, bal_explain_meaning(view, step->rule, buf));
	if (more)
		fprintf(out, " (and %zu more)", more);
	fprintf(out, ": %s", word);
	bal_put_clean(out, bal_explain_reason(view, step, buf));
	fputc('\n', out);
}

static void
put_steps(const struct bal_explain_view *view, FILE *out)
{
	const struct bal_explained *e = &view->explained;

	for (size_t i = 0, more; i < e->steps.n; i += more + 1) {
		const struct bal_step *step = &e->steps.v[i], *next = step;
		const struct bal_step *best = step;

		/* Why not: of the one that came closest. */
		for (more = 0; i + more + 1 < e->steps.n; more++) {
			next = &e->steps.v[i + more + 1];
			if (!is_alike(step, next))
				break;
			if (next->misfit > best->misfit)
				best = next;
		}
		put_step(view, best, more, out);
	}
}

static void
put_exit(const struct bal_explain_view *view, const struct bal_exit *exit,
	 FILE *out)
{
	const uint32_t mark = bal_explain_mark(view, exit);
	char buf[BAL_ADDR_STRLEN];

	fputs("  by ", out);
	bal_put_clean(out, exit->link ? exit->link->name : "?");
	if (!bal_explain_uplink(view, exit->link))
		fputs(", which is no uplink,", out);
	if (!bal_addr_none(&exit->hop->gateway))
		fprintf(out, " via %s", bal_addr_str(&exit->hop->gateway, buf));
	if (!bal_addr_none(&exit->src))
		fprintf(out, " from %s", bal_addr_str(&exit->src, buf));
	if (mark)
		fprintf(out, " mark 0x%" PRIx32, mark);
	if (view->explained.exits.n > 1 && !exit->by_gateway)
		fprintf(out, ", %u %% of them", exit->percent);
	fputc('\n', out);
}

static void
put_result(const struct bal_explain_view *view, FILE *out)
{
	const struct bal_explained *e = &view->explained;
	char buf[BAL_MEANING_LEN];

	fprintf(out, "%s", bal_explain_fate(e->fate));
	if (e->fate == BAL_FATE_ON_LINK)
		fputs(": no route, and it is bound to a device", out);
	else if (e->last) {
		fputs(", ", out);
		bal_put_clean(out,
			      bal_explain_meaning(view, e->last->rule, buf));
	}
	if (e->exits.n > 1)
		fputs(e->exits.v[0].by_gateway ?
			      ", by the first gateway that answers" :
			      ", by the hash of each connection",
		      out);
	fputc('\n', out);
	for (size_t i = 0; i < e->exits.n; i++)
		put_exit(view, &e->exits.v[i], out);
	if (view->due.ops.n)
		fprintf(out, "%zu changes are due: bal.conf may say more than "
			"the kernel does (bal-check)\n", view->due.ops.n);
}

void
bal_explain_text(const struct bal_explain_view *view, FILE *out)
{
	put_packet(view, out);
	put_steps(view, out);
	put_result(view, out);
}
