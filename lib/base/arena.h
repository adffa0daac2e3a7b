/* arena - memory and lists that live as long as one pass. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_ARENA_H
#define BAL_ARENA_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A pass reads the kernel, thinks and writes; everything it allocates dies
 * together.  Zero state: { 0 }.  When memory runs out @oom stays set and
 * every later push is dropped, so that only the end of a step has to ask.
 */
struct bal_arena {
	struct bal_arena_block *blocks;
	bool oom;
};

/* Zeroed memory for any type, or NULL with @oom set. */
void *bal_arena_alloc(struct bal_arena *arena, size_t size);

/* The @size bytes at @from, which may be NULL where there are none; likewise. */
void *bal_arena_copy(struct bal_arena *arena, const void *from, size_t size);

/* Free all memory; the arena is in its zero state again. */
void bal_arena_fini(struct bal_arena *arena);

/* A list of T: zero state { 0 }, elements v[0] to v[n - 1]. */
#define BAL_LIST(T)            \
	struct {               \
		T *v;          \
		size_t n, cap; \
	}

/*
 * A new zeroed element at the end of @list, or NULL when memory ran out.
 * Pointers to earlier elements are stale afterwards: the list may have moved.
 */
#define BAL_PUSH(arena, list)                                               \
	((__typeof__((list)->v))bal_list_push((arena), (void **)&(list)->v, \
					      &(list)->n, &(list)->cap,     \
					      sizeof(*(list)->v)))

/* What BAL_PUSH calls: list at *@v of *@n elements of @size bytes. */
void *bal_list_push(struct bal_arena *arena, void **v, size_t *n, size_t *cap,
		    size_t size);

#endif
