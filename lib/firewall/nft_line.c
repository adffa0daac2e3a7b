// SPDX-License-Identifier: GPL-2.0-or-later
/* nft_line - the sums of the lines of a listing of nftables; pure. */
#include "firewall/nft_internal.h"

#include <stddef.h>
#include <string.h>

#define FNV_BASIS 0xcbf29ce484222325u
#define FNV_PRIME 0x100000001b3u

static void
add(struct bal_nft_line *line, const void *data, size_t len)
{
	const unsigned char *bytes = data;
	uint64_t sum = line->sum;

	for (size_t i = 0; i < len; i++)
		sum = (sum ^ bytes[i]) * FNV_PRIME;
	line->sum = sum;
}

void
bal_nft_line_begin(struct bal_nft_line *line, const char *kind)
{
	line->sum = FNV_BASIS;
	bal_nft_put(line, kind);
}

/* With its NUL, so that words do not run into each other. */
void
bal_nft_put(struct bal_nft_line *line, const char *text)
{
	add(line, text, strlen(text) + 1);
}

void
bal_nft_put_u32(struct bal_nft_line *line, uint32_t value)
{
	add(line, &value, sizeof(value));
}

void
bal_nft_put_attr(struct bal_nft_line *line, uint16_t attr, const void *data,
		 uint32_t len)
{
	static const uint32_t zero;

	if (!data || (len == sizeof(zero) && memcmp(data, &zero, len) == 0))
		return;
	bal_nft_put_u32(line, attr);
	bal_nft_put_u32(line, len);
	add(line, data, len);
}

void
bal_nft_say(struct bal_nft_lister *l, const struct bal_nft_line *line)
{
	uint64_t *slot = BAL_PUSH(l->arena, &l->out->lines);

	if (slot)
		*slot = line->sum;
}

bool
bal_nft_is_listed(const struct bal_nft_lister *l, const char *table)
{
	return table &&
	       strcmp(table, l->out->of ? l->out->of : BAL_NFT_TABLE) == 0;
}
