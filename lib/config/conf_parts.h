/* conf_parts - the files of the folder bal.conf.d. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_CONF_PARTS_H
#define BAL_CONF_PARTS_H

#include "config/conf.h"

/* At most so many files; a folder with more is a fault. */
#define BAL_CONF_PARTS_MAX 200

/*
 * Read all of @dir that end with .conf and do not begin with a dot, in the order
 * of their bytes, into @conf->parts.  No folder, or NULL: none.  -1 with @err at
 * the first that cannot be read; what was read stays.
 */
int bal_conf_parts_read(struct bal_conf *conf, const char *dir,
			struct bal_err *err);

/* Call @fn for each file that bal_conf_parts_read() would read. */
int bal_conf_parts_list(const char *dir,
			int (*fn)(void *arg, const char *path,
				  struct bal_err *err),
			void *arg, struct bal_err *err);

/*
 * A configuration of several files as one text, as it is kept; its lists
 * in files are expanded.  @len bytes, to be freed; NULL: no memory.
 */
char *bal_conf_parts_join(const struct bal_conf *conf, size_t *len);

/*
 * Cut the first of such parts off *@text of *@len bytes: its length.  *@text is
 * the rest; NULL behind the last.
 */
size_t bal_conf_parts_cut(const char **text, size_t *len);

/*
 * The file of @conf that is empty and was not in @kept of @len bytes, which
 * bal_conf_parts_join() made: @path for bal.conf itself, which is not missing;
 * NULL: none.  Which part is which shows in their number alone: with another
 * number, any part that is empty.
 */
const char *bal_conf_parts_emptied(const struct bal_conf *conf, const char *path,
				   const char *kept, size_t len);

#endif
