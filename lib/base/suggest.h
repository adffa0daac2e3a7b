/* suggest - the word that somebody may have meant. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_SUGGEST_H
#define BAL_SUGGEST_H

#include "base/error.h"

/*
 * The nearer to @typed of @best (a word, or NULL) and @word; NULL where neither
 * is near.  Called for one known word after the other it finds the nearest, of
 * equally near ones the first:
 *
 *	for (best = NULL, i = 0; (word = known(i)); i++)
 *		best = bal_suggest_nearer(typed, best, word);
 *
 * Near are words with one letter added, left out, another or swapped with its
 * neighbour; two such in words of 7 letters and more, none in those of 2.
 * Capitals are small letters, and "-" is "_".  Words of over 31 letters are
 * near nothing.
 */
const char *bal_suggest_nearer(const char *typed, const char *best, const char *word);

/* What is to be near where somebody typed `bal-weight` as in a stanza. */
const char *bal_suggest_bare(const char *key);

/*
 * -1, with `unknown key "gatway", did you mean "gateway"?` or, where @best is
 * NULL, the first half of it in @err; kind BAL_ECONF.
 */
int bal_suggest_unknown(const char *typed, const char *best, struct bal_err *err);

#endif
