/* suggest - the known word that a misspelt one was meant for. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_SUGGEST_H
#define BAL_SUGGEST_H

#include "base/error.h"

/*
 * The closer to @typed of @best (a word, or NULL) and @word; NULL where neither
 * is close.  Called for one known word after the other it finds the closest, of
 * equally close ones the first:
 *
 * 	for (best = NULL, i = 0; (word = known(i)); i++)
 * 		best = bal_suggest_nearer(typed, best, word);
 *
 * Close are words with one letter added, left out, another or swapped with its
 * neighbour; two such in words of 7 letters and more, none in those of 2.
 * Case is ignored, and "-" equals "_".  Words of over 31 letters are close to
 * nothing.
 */
const char *bal_suggest_nearer(const char *typed, const char *best, const char *word);

/* @key without the "bal-" that it has in a stanza, for bal_suggest_nearer(). */
const char *bal_suggest_bare(const char *key);

/*
 * -1, with `unknown key "gatway", did you mean "gateway"?` or, where @best is
 * NULL, the first half of it in @err; kind BAL_ECONF.
 */
int bal_suggest_unknown(const char *typed, const char *best, struct bal_err *err);

#endif
