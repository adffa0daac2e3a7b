// SPDX-License-Identifier: GPL-2.0-or-later
/* smooth_form - which rules the table that copies has, and names in it; pure. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "firewall/nft_line.h"
#include "firewall/nft_table.h"
#include "firewall/smooth_internal.h"

/* P_CONTROL_HARD_RESET_CLIENT_V1, _V2 and _V3 of OpenVPN's ssl_pkt.h. */
const uint8_t bal_smooth_resets[BAL_SMOOTH_RESETS] = { 1, 7, 10 };

const char *
bal_smooth_chain(enum bal_smooth_form form)
{
	switch (form) {
	case BAL_SMOOTH_SOURCE:
		return "source";
	case BAL_SMOOTH_OWN:
		return "own";
	case BAL_SMOOTH_SETTLE_LINE:
	case BAL_SMOOTH_SETTLE_COPY:
		return "settle";
	case BAL_SMOOTH_LEARN:
	case BAL_SMOOTH_COPY:
		return "out";
	case BAL_SMOOTH_LEAVE:
		return "post";
	case BAL_SMOOTH_HEAR:
	case BAL_SMOOTH_REPLY:
	case BAL_SMOOTH_RETURN:
	case BAL_SMOOTH_FORMS:
		break;
	}
	return "pre";
}

/* One rule hears a line, for all tunnels over it. */
static bool
is_heard_first(const bal_smooth_model *model, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (model->v[k].silence_ms &&
		    strcmp(model->v[k].line, model->v[i].line) == 0)
			return false;
	return true;
}

bool
bal_smooth_has(const bal_smooth_model *model, size_t i,
	       enum bal_smooth_form form)
{
	if (form == BAL_SMOOTH_SOURCE)
		return model->v[i].own_port;
	if (form != BAL_SMOOTH_HEAR)
		return true;
	return model->v[i].silence_ms && is_heard_first(model, i);
}

void
bal_smooth_set_name(char buf[BAL_SMOOTH_NAMELEN], const char *what,
		    const struct bal_smooth_flow *flow)
{
	snprintf(buf, BAL_SMOOTH_NAMELEN, "%s_%" PRIu32, what, flow->id);
}

void
bal_smooth_comment(char buf[BAL_SMOOTH_COMMENT_LEN],
		   const bal_smooth_model *model)
{
	snprintf(buf, BAL_SMOOTH_COMMENT_LEN,
		 BAL_NFT_COMMENT "%d, protocol %d, %016" PRIx64, BAL_NFT_LAYOUT,
		 BAL_PROTO, bal_smooth_sum(model));
}

void
bal_smooth_remark(char buf[BAL_SMOOTH_NAMELEN],
		  const struct bal_smooth_flow *flow, enum bal_smooth_form form)
{
	const bool own = form == BAL_SMOOTH_REPLY;

	if (own || form == BAL_SMOOTH_RETURN)
		snprintf(buf, BAL_SMOOTH_NAMELEN, "%.15s %.15s", flow->tun,
			 own ? flow->line : flow->copy);
	else
		snprintf(buf, BAL_SMOOTH_NAMELEN, "%.15s", flow->tun);
}

/* A member that is not in the sum would be changed without a commit. */
_Static_assert(sizeof(struct bal_smooth_flow) ==
		       3 * BAL_IFNAMSIZ + 5 * sizeof(struct bal_addr) + 26,
	       "a new member of a flow goes into bal_smooth_sum()");

static void
put_addr(struct bal_nft_line *line, const struct bal_addr *a)
{
	bal_nft_put_u32(line, a->family);
	bal_nft_put_u32(line, a->len);
	bal_nft_put_attr(line, 1, a->bytes, sizeof(a->bytes));
}

uint64_t
bal_smooth_sum(const bal_smooth_model *model)
{
	struct bal_nft_line line;

	bal_nft_line_begin(&line, BAL_SMOOTH_TABLE);
	for (size_t i = 0; i < model->n; i++) {
		const struct bal_smooth_flow *f = &model->v[i];

		bal_nft_put(&line, f->tun);
		bal_nft_put_u32(&line, f->id);
		bal_nft_put(&line, f->line);
		bal_nft_put(&line, f->copy);
		bal_nft_put_u32(&line, (uint32_t)f->copy_ifindex);
		put_addr(&line, &f->source);
		put_addr(&line, &f->server);
		put_addr(&line, &f->copy_source);
		put_addr(&line, &f->next_hop);
		put_addr(&line, &f->near);
		bal_nft_put_u32(&line, f->port);
		bal_nft_put_u32(&line, f->copy_port);
		bal_nft_put_u32(&line, f->own_port);
		bal_nft_put_u32(&line, f->silence_ms);
		bal_nft_put_u32(&line, f->mark);
		bal_nft_put_u32(&line, f->mask);
	}
	return line.sum;
}
