/* libexec - where the programs are that only we start. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_LIBEXEC_H
#define BAL_LIBEXEC_H

/*
 * The path of @program into @path of BAL_PATH_MAX: in BAL_LIBEXECDIR (if that is
 * set, and we have no more privilege than our caller), beside our own program,
 * or where it is installed.
 */
void bal_libexec_find(const char *program, char *path);

#endif
