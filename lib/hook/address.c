// SPDX-License-Identifier: GPL-2.0-or-later
/* address - addresses from a foreign program's environment. */
#include "hook/address.h"

#include <stdlib.h>

#include "base/servers.h"
#include "hook/internal.h"

int
bal_hook_addr(const char *text, struct bal_addr *out, struct bal_err *err)
{
	struct bal_settings check = { 0 };

	if (bal_settings_set(&check, BAL_SET_GATEWAY, "gateway", text, err) < 0)
		return -1;
	*out = check.gateway;
	return 0;
}

static struct bal_addr
parse_stranger(const char *variable, const char *text)
{
	struct bal_addr addr = { 0 };
	struct bal_err err;

	if (text && text[0] && bal_hook_addr(text, &addr, &err) < 0)
		bal_warn("%s is not usable: %.200s", variable, err.msg);
	return addr;
}

struct bal_addr
bal_hook_stranger_addr(const char *variable)
{
	return parse_stranger(variable, secure_getenv(variable));
}

struct bal_addr
bal_hook_stranger_first_addr(const char *variable)
{
	const char *text = secure_getenv(variable), *list = text;
	char first[BAL_ADDR_STRLEN];
	int got = list ? bal_next_word(&list, first, sizeof(first)) : 0;

	if (got == 0)
		return (struct bal_addr){ 0 };
	/*
	 * A word that does not fit is no address; the warning has the whole
	 * text.
	 */
	return parse_stranger(variable, got > 0 ? first : text);
}

void
bal_hook_stranger_servers(struct bal_hook *hook, const char *variable)
{
	const char *list = secure_getenv(variable);
	struct bal_err err;

	if (list && bal_servers_parse(&hook->servers, list, &err) < 0)
		bal_warn("%s is not usable: %.200s", variable, err.msg);
}

void
bal_hook_read_peer_dns(struct bal_hook *hook)
{
	bal_hook_stranger_servers(hook, "DNS1");
	bal_hook_stranger_servers(hook, "DNS2");
}
