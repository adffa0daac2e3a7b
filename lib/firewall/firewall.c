// SPDX-License-Identifier: GPL-2.0-or-later
/* firewall - what the kernel holds of ours, by whichever firewall. */
#include "firewall/firewall.h"

int
bal_fw_look(const struct bal_firewall *use, const struct bal_fw_scope *scope,
	    struct bal_arena *arena, struct bal_fw_seen *out,
	    struct bal_err *err)
{
	struct bal_fw_have *have;

	*out = (struct bal_fw_seen){ .use = use };
	if (!use)
		return 0;
	if (use->read(scope, arena, &have, err) < 0)
		return -1;
	out->v[out->n++] = (struct bal_fw_held){ use, have };
	return 0;
}

static const struct bal_fw_have *
in_use(const struct bal_fw_seen *seen)
{
	for (size_t i = 0; i < seen->n; i++)
		if (seen->v[i].by == seen->use)
			return seen->v[i].have;
	return NULL;
}

bool
bal_fw_holds_marks(const struct bal_fw_seen *seen)
{
	const struct bal_fw_have *have = in_use(seen);

	return have && have->known[0];
}

uint32_t
bal_fw_mark_of(const struct bal_fw_seen *seen, const char *dev)
{
	uint32_t mark = 0;

	for (size_t i = 0; !mark && i < seen->n; i++)
		mark = seen->v[i].by->mark_of(seen->v[i].have, dev);
	return mark;
}
