// SPDX-License-Identifier: GPL-2.0-or-later
/* target_keep - lists of targets: few differ, and many settings refer to them. */
#include "config/target_keep.h"

#include <stdlib.h>
#include <string.h>

struct kept {
	struct kept *next;
	size_t n;
	struct bal_target v[];
};

const struct bal_target *
bal_targets_keep(const struct bal_target *v, size_t n)
{
	static struct kept *all;
	struct kept *k;

	for (k = all; k; k = k->next)
		if (k->n == n && memcmp(k->v, v, n * sizeof(*v)) == 0)
			return k->v;
	k = malloc(sizeof(*k) + n * sizeof(*v));
	if (!k)
		return NULL;
	k->next = all;
	k->n = n;
	memcpy(k->v, v, n * sizeof(*v));
	all = k;
	return k->v;
}
