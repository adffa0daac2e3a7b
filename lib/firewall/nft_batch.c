// SPDX-License-Identifier: GPL-2.0-or-later
/* nft_batch - messages of nftables that are sent together. */
#include "firewall/nft_batch.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <libnftnl/batch.h>
#include <libnftnl/common.h>
#include <libnftnl/set.h>
#include <libnftnl/udata.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdlib.h>

/* The longest message: the elements of a set of 250, with 72 bytes each. */
#define MESSAGE_MAX 65536

/* Room for one more, or NULL. */
static void *
room(struct bal_nft_batch *b)
{
	unsigned char *bytes;

	if (b->oom)
		return NULL;
	if (b->cap - b->len < MESSAGE_MAX) {
		bytes = realloc(b->bytes, b->cap * 2 + MESSAGE_MAX);
		b->oom = !bytes;
		if (b->oom)
			return NULL;
		b->bytes = bytes;
		b->cap = b->cap * 2 + MESSAGE_MAX;
	}
	return b->bytes + b->len;
}

struct nlmsghdr *
bal_nft_begin(struct bal_nft_batch *b, uint16_t type, uint16_t flags)
{
	void *at = room(b);

	return at ? nftnl_nlmsg_build_hdr(at, type,
					  b->family ? b->family : NFPROTO_INET,
					  flags, 0) :
		    NULL;
}

void
bal_nft_finish(struct bal_nft_batch *b, const struct nlmsghdr *h)
{
	b->len += MNL_ALIGN(h->nlmsg_len);
}

void
bal_nft_batch_begin(struct bal_nft_batch *b, uint32_t generation)
{
	void *at = room(b);
	struct nlmsghdr *h;

	if (!at)
		return;
	h = nftnl_batch_begin(at, 0);
	if (generation)
		mnl_attr_put_u32(h, NFNL_BATCH_GENID, htonl(generation));
	bal_nft_finish(b, h);
}

void
bal_nft_batch_end(struct bal_nft_batch *b)
{
	void *at = room(b);

	if (at)
		bal_nft_finish(b, nftnl_batch_end(at, 0));
}

void
bal_nft_batch_fini(struct bal_nft_batch *b)
{
	free(b->bytes);
	*b = (struct bal_nft_batch){ 0 };
}

void
bal_nft_set_bytes(struct nftnl_set *s, uint32_t keys, uint32_t data)
{
	struct nftnl_udata_buf *u = nftnl_udata_buf_alloc(64);

	if (!u)
		return;
	nftnl_udata_put_u32(u, NFTNL_UDATA_SET_KEYBYTEORDER, keys);
	if (data)
		nftnl_udata_put_u32(u, NFTNL_UDATA_SET_DATABYTEORDER, data);
	nftnl_set_set_data(s, NFTNL_SET_USERDATA, nftnl_udata_buf_data(u),
			   nftnl_udata_buf_len(u));
	nftnl_udata_buf_free(u);
}
