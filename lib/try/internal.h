/* internal - shared by the files of try. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_TRY_INTERNAL_H
#define BAL_TRY_INTERNAL_H

#include "try/try.h"

struct bal_try_path {
	char s[BAL_PATH_MAX + 16];
};

/* Files that others have changed: "; FILE was changed since, and stays". */
struct bal_try_left {
	char text[BAL_PATH_MAX + 64];
};

/* The path of file @name of the trial's directory. */
struct bal_try_path bal_try_file(const struct bal_paths *paths,
				 const char *name);

/* A unique id of a trial into @buf of BAL_TRY_ID.  -1 with @err. */
int bal_try_make_id(char *buf, struct bal_err *err);

/* Was @t begun in this boot? */
bool bal_try_of_this_boot(const struct bal_try *t);

/* Write the whole record: from then on the trial is pending.  -1 with @err. */
int bal_try_write(const struct bal_paths *paths, const struct bal_try *t,
		  struct bal_err *err);

/* 1: @id (NULL: any) is pending, in @out; 0: it is over; -1 with @err. */
int bal_try_read_own(const struct bal_paths *paths, const char *id,
		     struct bal_try *out, struct bal_err *err);

/* End the trial: its result is written, record and copies are removed. */
int bal_try_end(const struct bal_paths *paths, const char *how, const char *why,
		struct bal_err *err);

/* --- copies: files.c ------------------------------------------------------ */

/*
 * A copy is NAME in the trial's directory, or NAME.none where there was no such
 * file; where neither is there, nothing was copied.
 */

/* Copy the file @path, or its absence, as @name.  -1 with @err. */
int bal_try_save(const struct bal_paths *paths, const char *name,
		 const char *path, struct bal_err *err);

/* Is there a copy @name? */
bool bal_try_has(const struct bal_paths *paths, const char *name);

/* Let the copy @from, or its absence, be the copy @to. */
void bal_try_rename(const struct bal_paths *paths, const char *from,
		    const char *to);

/* Remove the copy @name. */
void bal_try_drop(const struct bal_paths *paths, const char *name);

/*
 * Restore @path from the copy @name, unless it differs from the copy @after
 * (where there is one): others have changed it, and it stays, which is added to
 * @left.  Once for a copy: NAME.done marks it.  -1 with @err: BAL_ECONF where
 * the copy is lost.
 */
int bal_try_put_back(const struct bal_paths *paths, const char *name,
		     const char *after, const char *path,
		     struct bal_try_left *left, struct bal_err *err);

/* --- cut.c ---------------------------------------------------------------- */

/*
 * Pure.  The uplink that has @own and goes down with @dev (NULL: any), or NULL.
 */
const struct bal_uplink *bal_try_cut_with(const struct bal_uplinks *ups,
					  const char *dev,
					  const struct bal_addr *own);

/* --- steps: step.c -------------------------------------------------------- */

/*
 * Undo what the commands of the trial have requested in the state, the last one
 * first, and remove their records; @mode was in force until now.  -1 with @err.
 */
int bal_try_undo_steps(const struct bal_paths *paths, enum bal_mode mode,
		       struct bal_err *err);

/*
 * Copy the state and the saved mode as they are before a command is run.  -1
 * with @err.
 */
int bal_try_save_start(const struct bal_paths *paths, struct bal_err *err);

/*
 * The command has ended.  Where it has recorded no step, because a wrapper has
 * cleared BAL_TRY, all that differs from the start is attributed to it.  -1 with
 * @err.
 */
int bal_try_adopt(const struct bal_paths *paths, struct bal_err *err);

/* Remove the records of all steps. */
void bal_try_drop_steps(const struct bal_paths *paths);

#endif
