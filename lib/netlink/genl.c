// SPDX-License-Identifier: GPL-2.0-or-later
/* genl - families of generic netlink, which the kernel numbers as they come. */
#include "netlink/genl.h"

#include <linux/genetlink.h>
#include <string.h>

void
bal_genl_begin(struct bal_nlmsg *m, uint16_t family, uint8_t command,
	       uint8_t version)
{
	const struct genlmsghdr head = { .cmd = command, .version = version };

	bal_nlmsg_init(m, family, 0, &head, sizeof(head));
}

void
bal_genl_parse(struct rtattr **tb, int max, const struct nlmsghdr *h)
{
	const char *attrs = (const char *)NLMSG_DATA(h) + GENL_HDRLEN;

	bal_nl_parse(tb, max, (const struct rtattr *)attrs,
		     NLMSG_PAYLOAD(h, GENL_HDRLEN));
}

static void
on_family(const struct nlmsghdr *h, void *arg)
{
	struct rtattr *tb[CTRL_ATTR_MAX + 1];
	const struct rtattr *id;

	bal_genl_parse(tb, CTRL_ATTR_MAX, h);
	id = tb[CTRL_ATTR_FAMILY_ID];
	if (id && RTA_PAYLOAD(id) >= sizeof(uint16_t))
		memcpy(arg, RTA_DATA(id), sizeof(uint16_t));
}

int
bal_genl_family(struct bal_nl *nl, const char *name, uint16_t *family,
		struct bal_err *err)
{
	struct bal_nlmsg m;

	*family = 0;
	bal_genl_begin(&m, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, 1);
	bal_nlmsg_put_str(&m, CTRL_ATTR_FAMILY_NAME, name);
	return bal_nl_get(nl, &m, on_family, family, err) < 0 ? -1 : 0;
}
