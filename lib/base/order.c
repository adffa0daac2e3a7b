// SPDX-License-Identifier: GPL-2.0-or-later
/* order - sorting and finding, nearly free where things are in order already. */
#include "base/order.h"

#include <stdlib.h>
#include <string.h>

void
bal_sort(void *v, size_t n, size_t size, int (*cmp)(const void *, const void *))
{
	const char *at = v;

	for (size_t i = 1; i < n; i++, at += size)
		if (cmp(at, at + size) > 0) {
			qsort(v, n, size, cmp);
			return;
		}
}

size_t
bal_find_name(const void *records, size_t n, size_t size, const char *name,
	      size_t from)
{
	size_t at = from < n ? from : 0;

	for (size_t i = 0; i < n; i++) {
		if (strcmp((const char *)records + at * size, name) == 0)
			return at;
		if (++at == n)
			at = 0;
	}
	return n;
}
