// SPDX-License-Identifier: GPL-2.0-or-later
/* firewall_lack - what a firewall cannot do here, kept and reported once. */
#include <string.h>

#include "base/text.h"
#include "firewall/firewall.h"

int
bal_fw_lacks(struct bal_fw_have *have, unsigned part, struct bal_arena *arena,
	     struct bal_err *err)
{
	have->why[part] = bal_arena_copy(arena, err->msg, strlen(err->msg) + 1);
	if (!have->why[part])
		return bal_err_nomem(err);
	*err = (struct bal_err){ 0 };
	return 0;
}

void
bal_fw_warn_once(const char *text)
{
	static char last[sizeof(((struct bal_err *)0)->msg)];

	if (strcmp(text, last) == 0)
		return;
	bal_warn("%s", text);
	(void)bal_copy(last, sizeof(last), text);
}
