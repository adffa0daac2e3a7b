/* nft_line - the sum of one line of a listing of nftables; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NFT_LINE_H
#define BAL_NFT_LINE_H

#include <stdint.h>

/*
 * A line is not kept but summed (FNV-1a), since printing, copying and sorting
 * its text would cost more than all else that a pass without work does.  That two
 * lines have one sum is less likely than that memory errs.
 */
struct bal_nft_line {
	uint64_t sum;
};

/* @kind tells it from lines about other things. */
void bal_nft_line_begin(struct bal_nft_line *line, const char *kind);

/* A word. */
void bal_nft_put(struct bal_nft_line *line, const char *text);

/* A number. */
void bal_nft_put_u32(struct bal_nft_line *line, uint32_t value);

/*
 * Attribute @attr, the @len bytes of @data.  Nothing for no data, or a number 0:
 * what was not said is 0 to the kernel.
 */
void bal_nft_put_attr(struct bal_nft_line *line, uint16_t attr,
		      const void *data, uint32_t len);

#endif
