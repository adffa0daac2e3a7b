/* destinations - prefixes of bal.conf, in it or in a file that it names. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_DESTINATIONS_H
#define BAL_DESTINATIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/addr.h"

struct bal_conf;

#define BAL_DESTINATIONS_MAX 256

/*
 * Add what @text lists to the @n of @list, of BAL_DESTINATIONS_MAX: prefixes,
 * each once; absolute paths of files with one prefix on each line; or `default`
 * alone, which sets @everywhere.  -1 with the reason, BAL_ECONF; of a file with
 * its name and line.
 */
int bal_destinations_add(const char *text, struct bal_addr *list, size_t *n,
			 bool *everywhere, struct bal_err *err);

/* Call @fn with each path that `destinations` name in @text, a bal.conf. */
void bal_destinations_files(const char *text,
			    void (*fn)(void *arg, const char *path), void *arg);

/*
 * Write @text, one of the files of @conf (or NULL), to @out with the prefixes in
 * place of lists in files: it stays right whatever becomes of those.
 */
void bal_destinations_expand(const struct bal_conf *conf, const char *text,
			     FILE *out);

#endif
