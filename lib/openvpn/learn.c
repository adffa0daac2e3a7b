// SPDX-License-Identifier: GPL-2.0-or-later
/* learn - the uplink that a client's configuration binds it to. */
#include "openvpn/learn.h"

#include <string.h>

#include "openvpn/files.h"
#include "openvpn/socket.h"
#include "base/text.h"

struct learning {
	char *dev;
	struct bal_addr local;
};

/* Of several the last counts, as for OpenVPN before 2.7, which refuses them. */
static void
take(void *arg, const struct bal_ovpn_option *o)
{
	struct learning *l = arg;
	struct bal_addr local;
	struct bal_err why;

	if (o->n < 2 || o->in_connection)
		return;
	if (strcmp(o->words[0], "bind-dev") == 0 &&
	    bal_check_ifname(o->words[1], &why) == 0)
		(void)bal_copy(l->dev, BAL_IFNAMSIZ, o->words[1]);
	if (strcmp(o->words[0], "local") == 0 &&
	    bal_addr_parse(o->words[1], &local, &why) == 0 &&
	    bal_addr_is_host(&local))
		l->local = local;
}

static void
pass_over(void *arg, const char *msg)
{
	(void)arg;
	(void)msg;
}

void
bal_ovpn_learn(const char *config, const char *pid, char *dev,
	       struct bal_addr *local)
{
	struct learning l = { .dev = dev };
	const struct bal_ovpn_taker taker = { take, pass_over, &l };

	dev[0] = '\0';
	if (config && *config)
		bal_ovpn_read(config, ".", &taker);
	if (!dev[0])
		bal_ovpn_bound_dev(pid, dev);
	if (bal_addr_none(local))
		*local = l.local;
}
