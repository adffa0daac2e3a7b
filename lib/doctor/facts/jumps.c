// SPDX-License-Identifier: GPL-2.0-or-later
/* jumps - which chains of a firewall lead to which; pure. */
#include "doctor/facts/jumps.h"

#include <stdlib.h>
#include <string.h>

static int
by_from(const void *a, const void *b)
{
	return strcmp(((const struct bal_jump *)a)->from,
		      ((const struct bal_jump *)b)->from);
}

/* Jumps that were walked come first. */
static int
by_to(const void *a, const void *b)
{
	const struct bal_jump *x = a, *y = b;

	if (x->walked != y->walked)
		return y->walked - x->walked;
	return strcmp(x->to, y->to);
}

/* The first jump of @chain in @v, which is by_from(); @n: it has none. */
static size_t
first_of(const struct bal_jump *v, size_t n, const char *chain)
{
	size_t low = 0, high = n;

	while (low < high) {
		const size_t mid = low + (high - low) / 2;

		if (strcmp(v[mid].from, chain) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The jumps of @chain in front of @todo, unless that was done before. */
static struct bal_jump *
enter(struct bal_jump *v, size_t n, const char *chain, struct bal_jump *todo)
{
	for (size_t i = first_of(v, n, chain);
	     i < n && !v[i].walked && strcmp(v[i].from, chain) == 0; i++) {
		v[i].walked = true;
		v[i].next = todo;
		todo = &v[i];
	}
	return todo;
}

void
bal_jumps_walk(struct bal_jump *v, size_t n, const char *const *starts,
	       size_t n_starts)
{
	struct bal_jump *todo = NULL;

	if (!n)
		return;
	qsort(v, n, sizeof(*v), by_from);
	for (size_t i = 0; i < n_starts; i++)
		todo = enter(v, n, starts[i], todo);
	while (todo)
		todo = enter(v, n, todo->to, todo->next);
	qsort(v, n, sizeof(*v), by_to);
}

bool
bal_jumps_reach(const struct bal_jump *v, size_t n, const char *chain)
{
	struct bal_jump key = { .walked = true };

	if (!n || strlen(chain) >= sizeof(key.to))
		return false;
	memcpy(key.to, chain, strlen(chain) + 1);
	return bsearch(&key, v, n, sizeof(*v), by_to) != NULL;
}
