/* order - sorting and finding, nearly free where things are in order already. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_BASE_ORDER_H
#define BAL_BASE_ORDER_H

#include <stddef.h>

/*
 * As qsort().  What is in order already costs n - 1 comparisons: lists of the
 * kernel and of the plan mostly are.  @v may be NULL where @n is 0.
 */
void bal_sort(void *v, size_t n, size_t size,
	      int (*cmp)(const void *a, const void *b));

/*
 * The place of the first of @n records of @size that begins with the string
 * @name, or @n; names are unique.  The search begins at @from and goes round:
 * one that asks in the order of the records finds each at once.
 */
size_t bal_find_name(const void *records, size_t n, size_t size,
		     const char *name, size_t from);

#endif
