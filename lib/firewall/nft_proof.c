// SPDX-License-Identifier: GPL-2.0-or-later
/* nft_proof - tells that our nftables table is as it was, without reading it. */
#include "config.h"

#include "firewall/nft_proof.h"

#include <sys/stat.h>

#include "base/boot.h"
#include "firewall/nft_line.h"
#include "firewall/nft_table.h"

#define MODULE "/sys/module/nf_tables"

/* A member that is not in the sum would be changed without a commit. */
_Static_assert(sizeof(struct bal_fw_uplink) == BAL_IFNAMSIZ + 12 &&
		       sizeof(struct bal_fw_model) ==
			       sizeof(void *) + 8 +
				       5 * sizeof(BAL_LIST(uint32_t)) &&
		       sizeof(struct bal_fw_prefix) == BAL_IFNAMSIZ + 36 &&
		       sizeof(struct bal_addr) == 18,
	       "a new member of a model goes into bal_nft_model_sum()");

/* The namespace's number is used again, its cookie is not. */
uint64_t
bal_nft_place(const struct bal_nl *nl)
{
	const uint64_t ns = bal_nl_namespace(nl);
	struct bal_nft_line line;
	char boot[BAL_BOOT_STRLEN];
	struct stat st = { 0 };

	bal_boot_id(boot, sizeof(boot));
	if (!ns || !boot[0])
		return 0;
	bal_nft_line_begin(&line, PACKAGE_VERSION);
	bal_nft_put_u32(&line, BAL_NFT_LAYOUT);
	bal_nft_put(&line, boot);
	bal_nft_put_attr(&line, 0, &ns, sizeof(ns));
	/* It counts from 1 again when it is loaded again; 0: built in. */
	(void)stat(MODULE, &st);
	bal_nft_put_attr(&line, 0, &st.st_ino, sizeof(st.st_ino));
	return line.sum;
}

bool
bal_nft_is_proven(const struct bal_fw_proof *proof, uint32_t generation,
		  const struct bal_nl *nl)
{
	return proof && proof->generation &&
	       proof->generation == generation &&
	       proof->place == bal_nft_place(nl);
}

static void
put_class(struct bal_nft_line *line, const struct bal_fw_class *c)
{
	bal_nft_put(line, c->rule);
	bal_nft_put_u32(line, c->mark);
	bal_nft_put_u32(line, c->sticky_ms);
	bal_nft_put_u32(line, c->tag);
	bal_nft_put_u32(line, c->refuses);
	for (size_t i = 0; i < c->members.n; i++)
		bal_nft_put_u32(line, c->members.v[i]);
	for (size_t i = 0; i < c->draws.n; i++) {
		bal_nft_put_u32(line, c->draws.v[i].mark);
		bal_nft_put_u32(line, c->draws.v[i].weight);
	}
}

static void
put_addr(struct bal_nft_line *line, const struct bal_addr *a)
{
	bal_nft_put_u32(line, a->family);
	bal_nft_put_u32(line, a->len);
	bal_nft_put_attr(line, 0, a->bytes, sizeof(a->bytes));
}

static void
put_ports(struct bal_nft_line *line, const struct bal_ports *ports)
{
	bal_nft_put_u32(line, ports->first);
	bal_nft_put_u32(line, ports->last);
}

static void
put_select(struct bal_nft_line *line, const struct bal_fw_select *s)
{
	bal_nft_put(line, s->iif);
	bal_nft_put_u32(line, s->proto);
	put_ports(line, &s->sport);
	put_ports(line, &s->dport);
	bal_nft_put_u32(line, s->has_mark);
	bal_nft_put_u32(line, s->mark);
	bal_nft_put_u32(line, s->mark_mask);
	bal_nft_put_u32(line, s->has_dscp);
	bal_nft_put_u32(line, s->dscp);
	bal_nft_put_u32(line, s->ipv6);
	put_addr(line, &s->src);
	put_addr(line, &s->dst);
	bal_nft_put(line, s->src_set ? s->src_set : "");
	bal_nft_put(line, s->dst_set ? s->dst_set : "");
	bal_nft_put_u32(line, (uint32_t)s->class);
}

uint64_t
bal_nft_model_sum(const struct bal_fw_model *model)
{
	struct bal_nft_line line;

	bal_nft_line_begin(&line, "model");
	for (size_t i = 0; i < model->classes.n; i++)
		put_class(&line, &model->classes.v[i]);
	for (size_t i = 0; i < model->selects.n; i++)
		put_select(&line, &model->selects.v[i]);
	for (size_t i = 0; i < model->aside.n; i++)
		put_select(&line, &model->aside.v[i]);
	bal_nft_put_u32(&line, model->mask);
	bal_nft_put_u32(&line, model->masquerade);
	bal_nft_put_u32(&line, model->masquerade6);
	for (size_t i = 0; i < model->prefixes.n; i++) {
		bal_nft_put(&line, model->prefixes.v[i].dev);
		put_addr(&line, &model->prefixes.v[i].prefix);
		put_addr(&line, &model->prefixes.v[i].becomes);
	}
	bal_nft_put_u32(&line, model->no_refusal);
	bal_nft_put_u32(&line, model->no_draws);
	bal_nft_put_u32(&line, model->mss_clamp);
	for (size_t i = 0; i < model->uplinks.n; i++) {
		bal_nft_put(&line, model->uplinks.v[i].dev);
		bal_nft_put_u32(&line, model->uplinks.v[i].mark);
		bal_nft_put_u32(&line, model->uplinks.v[i].inbound);
		bal_nft_put_u32(&line, model->uplinks.v[i].left);
	}
	return line.sum;
}

uint32_t
bal_nft_next(uint32_t generation)
{
	return generation + 1 ? generation + 1 : 1;
}
