// SPDX-License-Identifier: GPL-2.0-or-later
/* arena - memory and lists that live as long as one pass. */
#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BLOCK ((size_t)8192)
#define LARGEST_BLOCK ((size_t)1 << 20) /* doubling ends here */
#define FIRST_CAP ((size_t)8)

struct bal_arena_block {
	struct bal_arena_block *next;
	size_t size, used; /* of data */
	max_align_t data[];
};

static struct bal_arena_block *
block_new(size_t before, size_t need)
{
	size_t size = before ? before * 2 : FIRST_BLOCK;
	struct bal_arena_block *block;

	if (size > LARGEST_BLOCK)
		size = LARGEST_BLOCK;
	if (size < need)
		size = need;
	/* Not calloc(): it touches all of it, and much is never used. */
	block = malloc(sizeof(*block) + size);
	if (block) {
		block->size = size;
		block->used = 0;
	}
	return block;
}

static size_t
aligned(size_t size)
{
	const size_t align = _Alignof(max_align_t);

	return size ? (size + align - 1) / align * align : align;
}

/* As bal_arena_alloc(), with whatever was there before. */
static void *
take(struct bal_arena *arena, size_t size)
{
	struct bal_arena_block *block = arena->blocks;
	void *p;

	if (arena->oom)
		return NULL;
	/* No object is larger; and now no sum below can overflow. */
	if (size >
	    (size_t)PTRDIFF_MAX - sizeof(*block) - _Alignof(max_align_t)) {
		arena->oom = true;
		return NULL;
	}
	size = aligned(size);
	if (!block || block->size - block->used < size) {
		block = block_new(block ? block->size : 0, size);
		if (!block) {
			arena->oom = true;
			return NULL;
		}
		block->next = arena->blocks;
		arena->blocks = block;
	}
	p = (char *)block->data + block->used;
	block->used += size;
	return p;
}

void *
bal_arena_alloc(struct bal_arena *arena, size_t size)
{
	void *p = take(arena, size);

	return p ? memset(p, 0, size) : NULL;
}

void *
bal_arena_copy(struct bal_arena *arena, const void *from, size_t size)
{
	void *p = take(arena, size);

	return p && size ? memcpy(p, from, size) : p;
}

void
bal_arena_fini(struct bal_arena *arena)
{
	struct bal_arena_block *block = arena->blocks;

	while (block) {
		struct bal_arena_block *next = block->next;

		free(block);
		block = next;
	}
	*arena = (struct bal_arena){ 0 };
}

/* Make @p of @size bytes @more bytes, if it is the newest and there is room. */
static bool
extend(struct bal_arena *arena, const void *p, size_t size, size_t more)
{
	struct bal_arena_block *block = arena->blocks;
	size_t grown;

	if (!p || more > LARGEST_BLOCK ||
	    (const char *)p + aligned(size) !=
		    (const char *)block->data + block->used)
		return false;
	grown = aligned(more) - aligned(size);
	if (block->size - block->used < grown)
		return false;
	block->used += grown;
	return true;
}

void *
bal_list_push(struct bal_arena *arena, void **v, size_t *n, size_t *cap,
	      size_t size)
{
	if (arena->oom)
		return NULL;
	if (*n == *cap) {
		size_t more = *cap ? *cap * 2 : FIRST_CAP;
		void *moved;

		if (more < *cap || more > SIZE_MAX / size) {
			arena->oom = true;
			return NULL;
		}
		if (!extend(arena, *v, *cap * size, more * size)) {
			moved = take(arena, more * size);
			if (!moved)
				return NULL;
			if (*n)
				memcpy(moved, *v, *n * size);
			*v = moved;
		}
		*cap = more;
	}
	return memset((char *)*v + (*n)++ * size, 0, size);
}
