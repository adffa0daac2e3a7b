// SPDX-License-Identifier: GPL-2.0-or-later
/* chain - what makes two chains the same, and a rule in iptables' words. */
#include "firewall/chain.h"

#include <inttypes.h>
#include <string.h>

#include "base/show.h"

static bool
same_xmark(const struct bal_xmark *a, const struct bal_xmark *b)
{
	return a->used == b->used && a->invert == b->invert &&
	       a->value == b->value && a->mask == b->mask;
}

static bool
same_xrule(const struct bal_xrule *a, const struct bal_xrule *b)
{
	return a->target == b->target && strcmp(a->in, b->in) == 0 &&
	       strcmp(a->out, b->out) == 0 && a->state_new == b->state_new &&
	       same_xmark(&a->mark, &b->mark) &&
	       same_xmark(&a->connmark, &b->connmark) &&
	       a->set_mark == b->set_mark && a->set_mask == b->set_mask &&
	       strcmp(a->chain, b->chain) == 0;
}

bool
bal_chain_same(const struct bal_chain *want, const struct bal_chain *have)
{
	if (have->n_jumps != 1 || strcmp(want->parent, have->parent) != 0 ||
	    want->rules.n != have->rules.n)
		return false;
	for (size_t i = 0; i < want->rules.n; i++)
		if (!same_xrule(&want->rules.v[i], &have->rules.v[i]))
			return false;
	return true;
}

const struct bal_chain *
bal_chain_find(const bal_chain_list *list, const struct bal_chain *key)
{
	for (size_t i = 0; i < list->n; i++)
		if (list->v[i].table == key->table &&
		    strcmp(list->v[i].name, key->name) == 0)
			return &list->v[i];
	return NULL;
}

static void
print_xmark(FILE *out, const char *match, const struct bal_xmark *x)
{
	if (x->used)
		fprintf(out, " -m %s%s --mark 0x%" PRIx32 "/0x%" PRIx32, match,
			x->invert ? " !" : "", x->value, x->mask);
}

/* As iptables-restore reads it, which is no shell. */
static void
print_device(FILE *out, const char *which, const char *dev)
{
	if (!*dev)
		return;
	if (bal_is_plain(dev)) {
		fprintf(out, " %s %s", which, dev);
		return;
	}
	fprintf(out, " %s \"", which);
	for (; *dev; dev++)
		fprintf(out, "%s%c", strchr("\"\\", *dev) ? "\\" : "", *dev);
	fputc('"', out);
}

void
bal_print_xrule(FILE *out, const struct bal_xrule *r)
{
	print_device(out, "-i", r->in);
	print_device(out, "-o", r->out);
	if (r->state_new)
		fputs(" -m conntrack --ctstate NEW", out);
	if (r->target == BAL_XT_CLAMP_MSS)
		fputs(" -p tcp -m tcp --tcp-flags SYN,RST SYN", out);
	print_xmark(out, "mark", &r->mark);
	print_xmark(out, "connmark", &r->connmark);
	switch (r->target) {
	case BAL_XT_RETURN:
		fputs(" -j RETURN", out);
		break;
	case BAL_XT_JUMP:
		fprintf(out, " -j %s", r->chain);
		break;
	case BAL_XT_SET_CONNMARK:
		fprintf(out,
			" -j CONNMARK --set-xmark 0x%" PRIx32 "/0x%" PRIx32,
			r->set_mark, r->set_mask);
		break;
	case BAL_XT_RESTORE_MARK:
		fprintf(out,
			" -j CONNMARK --restore-mark --nfmask 0x%" PRIx32
			" --ctmask 0x%" PRIx32,
			r->set_mask, r->set_mask);
		break;
	case BAL_XT_MASQUERADE:
		fputs(" -j MASQUERADE", out);
		break;
	case BAL_XT_CLAMP_MSS:
		fputs(" -j TCPMSS --clamp-mss-to-pmtu", out);
		break;
	case BAL_XT_OTHER:
		fputs(" (not one of ours)", out);
		break;
	}
}
