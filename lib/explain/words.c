// SPDX-License-Identifier: GPL-2.0-or-later
/* words - a packet as ip route get takes it. */
#include "explain/words.h"

#include <string.h>

#include "base/text.h"
#include "config/policy_value.h"

struct reader {
	const struct bal_snapshot *snap;
	struct bal_packet packet;
	bool has_uid;
};

static int
host(const char *text, struct bal_addr *out, struct bal_err *err)
{
	struct bal_addr addr;

	if (bal_addr_parse(text, &addr, err) < 0)
		return -1;
	if (!bal_addr_is_host(&addr) || bal_addr_bits(addr.family) != 32)
		return bal_err(err, BAL_EUSAGE, "%.60s is no IPv4 host", text);
	*out = addr;
	return 0;
}

static int
device(const struct reader *r, const char *text, const struct bal_link **out,
       struct bal_err *err)
{
	*out = bal_snapshot_link(r->snap, text);
	if (!*out)
		return bal_err(err, BAL_EUSAGE, "there is no device %.60s",
			       text);
	return 0;
}

static int
port(const char *text, uint16_t *out, struct bal_err *err)
{
	uint32_t value;

	if (bal_parse_u32(text, 1, UINT16_MAX, &value, err) < 0)
		return -1;
	*out = (uint16_t)value;
	return 0;
}

static int
word(struct reader *r, const char *key, const char *text, struct bal_err *err)
{
	struct bal_packet *p = &r->packet;

	if (!strcmp(key, "to"))
		return host(text, &p->dst, err);
	if (!strcmp(key, "from"))
		return host(text, &p->src, err);
	if (!strcmp(key, "proto"))
		return bal_policy_proto(text, &p->proto, err);
	if (!strcmp(key, "sport"))
		return port(text, &p->sport, err);
	if (!strcmp(key, "dport"))
		return port(text, &p->dport, err);
	if (!strcmp(key, "iif"))
		return device(r, text, &p->iif, err);
	if (!strcmp(key, "oif"))
		return device(r, text, &p->oif, err);
	if (!strcmp(key, "mark"))
		return bal_parse_u32(text, 0, UINT32_MAX, &p->mark, err);
	if (strcmp(key, "uid"))
		return bal_err(err, BAL_EUSAGE, "unknown word %.60s", key);
	r->has_uid = true;
	return bal_parse_u32(text, 0, UINT32_MAX - 1, &p->uid, err);
}

static bool
is_own(const struct bal_snapshot *snap, const struct bal_addr *addr)
{
	for (size_t i = 0; i < snap->addrs.n; i++)
		if (bal_addr_same_host(&snap->addrs.v[i].addr, addr))
			return true;
	return false;
}

/* What cannot be, as the kernel itself would say. */
static int
check(const struct reader *r, struct bal_err *err)
{
	const struct bal_packet *p = &r->packet;
	char buf[BAL_ADDR_STRLEN];

	if (bal_addr_none(&p->dst))
		return bal_err(err, BAL_EUSAGE, "where to?  to ADDR");
	if ((p->sport || p->dport) && !bal_policy_has_ports(p->proto))
		return bal_err(err, BAL_EUSAGE,
			       "a port needs a protocol that has ports: proto");
	if (p->iif && (p->oif || r->has_uid))
		return bal_err(err, BAL_EUSAGE,
			       "what came by a device has no socket here: no "
			       "oif, no uid");
	if (p->iif && bal_addr_none(&p->src))
		return bal_err(err, BAL_EUSAGE, "who sent it?  from ADDR");
	if (!p->iif && !bal_addr_none(&p->src) && !is_own(r->snap, &p->src))
		return bal_err(err, BAL_EUSAGE,
			       "%s is no address of this box: what is "
			       "forwarded came by a device, iif DEV",
			       bal_addr_str(&p->src, buf));
	return 0;
}

int
bal_packet_parse(int argc, char **argv, uint32_t uid,
		 const struct bal_snapshot *snap, struct bal_packet *out,
		 struct bal_err *err)
{
	struct reader r = { .snap = snap };
	int rc = 0;

	for (int i = 0; rc == 0 && i < argc; i += 2) {
		if (i + 1 == argc)
			rc = bal_err(err, BAL_EUSAGE, "\"%.60s\": words come in pairs, as in: "
				     "to 9.9.9.9", argv[i]);
		else
			rc = word(&r, argv[i], argv[i + 1], err);
	}
	if (rc == 0)
		rc = check(&r, err);
	if (rc < 0) {
		err->kind = BAL_EUSAGE;
		return -1;
	}
	if (!r.has_uid && !r.packet.iif)
		r.packet.uid = uid;
	*out = r.packet;
	return 0;
}
