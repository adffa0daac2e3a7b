/* internal - what the files of try share. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_TRY_INTERNAL_H
#define BAL_TRY_INTERNAL_H

#include "try/try.h"

struct bal_try_path {
	char s[BAL_PATH_MAX + 16];
};

/* Files that others have changed since: "; FILE was changed since, and stays". */
struct bal_try_left {
	char text[BAL_PATH_MAX + 64];
};

/* File @name of the trial's directory. */
struct bal_try_path bal_try_file(const struct bal_paths *paths,
				 const char *name);

/* The kernel's id of this boot into @buf of @size; "" where it has none. */
void bal_try_boot_id(char *buf, size_t size);

/* An id that no other trial has, into @buf of BAL_TRY_ID. */
int bal_try_make_id(char *buf, struct bal_err *err);

bool bal_try_of_this_boot(const struct bal_try *t);

/* Write the record as a whole: from then on the trial is pending. */
int bal_try_write(const struct bal_paths *paths, const struct bal_try *t,
		  struct bal_err *err);

/* 1: @id (NULL: any) is pending, into @out; 0: it is over; -1. */
int bal_try_read_own(const struct bal_paths *paths, const char *id,
		     struct bal_try *out, struct bal_err *err);

/* It is over: the result is told, record and copies are removed. */
int bal_try_end(const struct bal_paths *paths, const char *how, const char *why,
		struct bal_err *err);

/* --- copies: files.c -------------------------------------------------------- */

/*
 * A copy is NAME in the trial's directory, or NAME.none where there was no such
 * file; where neither is there, nothing was copied.
 */

/* Copy the file @path, or that there is none, as @name. */
int bal_try_save(const struct bal_paths *paths, const char *name,
		 const char *path, struct bal_err *err);

/* Is there such a copy? */
bool bal_try_has(const struct bal_paths *paths, const char *name);

/* Remove it. */
void bal_try_drop(const struct bal_paths *paths, const char *name);

/*
 * Make @path what the copy @name is, unless it is no longer what the copy
 * @after is (where there is one): others have changed it, and it stays, which
 * goes to @left.  Once for a copy: NAME.done says that it was.  BAL_ECONF: the
 * copy is lost.
 */
int bal_try_put_back(const struct bal_paths *paths, const char *name,
		     const char *after, const char *path,
		     struct bal_try_left *left, struct bal_err *err);

/* --- cut.c ------------------------------------------------------------------ */

/* Pure.  The uplink that holds @own and goes down with @dev (NULL: any), or NULL. */
const struct bal_uplink *bal_try_cut_with(const struct bal_uplinks *ups,
					  const char *dev,
					  const struct bal_addr *own);

/* --- steps: step.c ---------------------------------------------------------- */

/*
 * Undo what the commands of the trial have requested of the state, the last
 * one first, and forget their records.
 */
int bal_try_undo_steps(const struct bal_paths *paths, struct bal_err *err);

/* Forget them. */
void bal_try_drop_steps(const struct bal_paths *paths);

#endif
