/* chain - iptables chains of ours, as data. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_CHAIN_H
#define BAL_CHAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/text.h"

enum bal_xtarget {
	BAL_XT_OTHER,        /* not one of ours */
	BAL_XT_RETURN,
	BAL_XT_JUMP,         /* to chain @chain */
	BAL_XT_SET_CONNMARK, /* connmark = (connmark & ~@mask) | @mark */
	BAL_XT_RESTORE_MARK, /* mark = (mark & ~@mask) | (connmark & @mask) */
	BAL_XT_MASQUERADE,
	BAL_XT_CLAMP_MSS, /* of TCP SYN packets, to what the way takes */
};

/* Marks are matched as `(mark & mask) == value`, or the opposite. */
struct bal_xmark {
	bool used, invert;
	uint32_t value, mask;
};

/* One rule of an iptables chain of ours: the few forms that we use. */
struct bal_xrule {
	char in[BAL_IFNAMSIZ], out[BAL_IFNAMSIZ];
	bool state_new; /* -m conntrack --ctstate NEW */
	struct bal_xmark mark, connmark;
	enum bal_xtarget target;
	uint32_t set_mark, set_mask; /* SET_CONNMARK and RESTORE_MARK */
	char chain[32];              /* JUMP */
};

typedef BAL_LIST(struct bal_xrule) bal_xrule_list;

enum bal_xtable { BAL_XTABLE_MANGLE, BAL_XTABLE_NAT, BAL_XTABLE_MAX };

/* A chain of ours, and the built-in chain that has one jump to it. */
struct bal_chain {
	enum bal_xtable table;
	char name[32];   /* BAL_... */
	char parent[32]; /* PREROUTING, OUTPUT, POSTROUTING */
	bool jump_first; /* the jump stands before foreign rules, else behind */
	unsigned n_jumps; /* as read: unconditional jumps in @parent */
	bal_xrule_list rules;
};

typedef BAL_LIST(struct bal_chain) bal_chain_list;

/* Does the kernel's @have hold exactly what @want says, with one jump? */
bool bal_chain_same(const struct bal_chain *want, const struct bal_chain *have);

/* The chain in @list with the table and name of @key, or NULL. */
const struct bal_chain *bal_chain_find(const bal_chain_list *list,
				       const struct bal_chain *key);

/* One rule in iptables' words, without the chain and without a newline. */
void bal_print_xrule(FILE *out, const struct bal_xrule *rule);

#endif
