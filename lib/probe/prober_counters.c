// SPDX-License-Identifier: GPL-2.0-or-later
/* prober_counters - the counters of lines that look at them together. */
#include "probe/prober_internal.h"

#define AT_ONCE 16

struct some {
	struct bal_counters_of v[AT_ONCE];
	struct traffic *whose[AT_ONCE];
	size_t n;
};

static void
read_some(struct bal_nl *nl, struct some *some)
{
	bal_counters_read_all(nl, some->v, some->n);
	for (size_t i = 0; i < some->n; i++) {
		some->whose[i]->ahead = some->v[i].now;
		some->whose[i]->is_ahead = some->v[i].there;
	}
	some->n = 0;
}

void
bal_prober_read_ahead(struct bal_prober *prober)
{
	struct some some;

	some.n = 0;
	for (struct line *l = prober->lines; l; l = l->next) {
		l->traffic.is_ahead = false;
		if (!l->traffic.looks)
			continue;
		some.v[some.n].ifindex = l->p.ifindex;
		some.whose[some.n++] = &l->traffic;
		if (some.n == AT_ONCE)
			read_some(prober->nl, &some);
	}
	if (some.n)
		read_some(prober->nl, &some);
}

int
bal_line_counters(struct line *l, struct bal_counters *out)
{
	struct traffic *t = &l->traffic;

	if (!t->is_ahead)
		return bal_counters_read(l->prober->nl, l->p.ifindex, out);
	*out = t->ahead;
	t->is_ahead = false;
	return 0;
}
