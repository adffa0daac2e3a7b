// SPDX-License-Identifier: GPL-2.0-or-later
/* policy_value - addresses, ports, protocols and marks of a rule. */
#include "config/policy_value.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define WORD_MAX (2 * BAL_ADDR_STRLEN)
#define PORT_MAX 65534 /* of a rule: the kernel refuses 65535 */

static const struct {
	const char *name;
	uint8_t number;
	bool ports;
} protocols[] = {
	{ "tcp", 6, true },	 { "udp", 17, true },
	{ "icmp", 1, false },	 { "icmpv6", 58, false },
	{ "sctp", 132, true },
	{ "dccp", 33, true },	 { "udplite", 136, true },
	{ "gre", 47, false },	 { "esp", 50, false },
	{ "ah", 51, false },
};

#define N_PROTOCOLS (sizeof(protocols) / sizeof(protocols[0]))

static uint32_t
number_of(const struct bal_addr *a)
{
	uint32_t n;

	memcpy(&n, a->bytes, sizeof(n));
	return ntohl(n);
}

static struct bal_addr
prefix_of(uint32_t first, unsigned len)
{
	const uint32_t n = htonl(first);

	return bal_addr_raw(AF_INET, &n, sizeof(n), len);
}

static int
add_addr(const struct bal_addr *a, struct bal_addr *list, size_t *n,
	 struct bal_err *err)
{
	for (size_t i = 0; i < *n; i++)
		if (!bal_addr_cmp(&list[i], a))
			return 0;
	if (*n == BAL_RULE_ADDRS_MAX)
		return bal_err(err, BAL_ECONF,
			       "has more than %d prefixes (a range counts as "
			       "the prefixes that cover it)",
			       BAL_RULE_ADDRS_MAX);
	bal_prefixes_add(list, n, a);
	return 0;
}

/* The longest step that begins at @first and ends at @last or before. */
static unsigned
step_of(uint64_t first, uint64_t last)
{
	unsigned bits = 0;

	while (bits < 32 && !(first & (UINT64_C(1) << bits)) &&
	       first + (UINT64_C(2) << bits) - 1 <= last)
		bits++;
	return bits;
}

static int
add_range(const struct bal_addr *low, const struct bal_addr *high,
	  struct bal_addr *list, size_t *n, struct bal_err *err)
{
	const uint64_t last = number_of(high);
	uint64_t first = number_of(low);

	while (first <= last) {
		const unsigned bits = step_of(first, last);
		const struct bal_addr part =
			prefix_of((uint32_t)first, 32 - bits);

		if (add_addr(&part, list, n, err) < 0)
			return -1;
		first += UINT64_C(1) << bits;
	}
	return 0;
}


static int
parse_range(const char *word, const char *dash, struct bal_addr *list,
	    size_t *n, struct bal_err *err)
{
	char low_text[WORD_MAX];
	struct bal_addr low, high;

	(void)bal_copy(low_text, sizeof(low_text), word);
	low_text[dash - word] = '\0';
	if (bal_addr_parse(low_text, &low, err) < 0 ||
	    bal_addr_parse(dash + 1, &high, err) < 0)
		return -1;
	if (low.family != AF_INET || high.family != AF_INET)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\": ranges are of IPv4 alone, IPv6 has "
			       "prefixes",
			       word);
	if (!bal_addr_is_host(&low) || !bal_addr_is_host(&high))
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is no range of two addresses", word);
	if (number_of(&low) > number_of(&high))
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" ends before it begins", word);
	return add_range(&low, &high, list, n, err);
}

static int
parse_one(const char *word, struct bal_addr *list, size_t *n,
	  struct bal_err *err)
{
	const char *dash = strchr(word, '-');
	struct bal_addr a;

	if (dash)
		return parse_range(word, dash, list, n, err);
	if (bal_prefix_parse(word, &a, err) < 0)
		return -1;
	if (!a.len)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is every address: leave the key out",
			       word);
	return add_addr(&a, list, n, err);
}

int
bal_policy_addrs(const char *text, struct bal_addr *list, size_t *n,
		 struct bal_err *err)
{
	char word[WORD_MAX];
	const char *rest = text;
	int more, found = 0;

	for (; (more = bal_next_word(&rest, word, sizeof(word))); found++)
		if (more < 0)
			return bal_err(err, BAL_ECONF,
				       "\"%.80s\" is not a list of prefixes "
				       "and ranges",
				       text);
		else if (parse_one(word, list, n, err) < 0)
			return -1;
	if (!found)
		return bal_err(err, BAL_ECONF, "\"\" names no address");
	return 0;
}

int
bal_policy_range(const char *text, uint32_t max, struct bal_range *out,
		 struct bal_err *err)
{
	const char *dash = strchr(text, '-');
	struct bal_range range;
	char first[16];

	if (!dash) {
		if (bal_parse_u32(text, 0, max, &range.first, err) < 0)
			return -1;
		range.last = range.first;
		*out = range;
		return 0;
	}
	(void)bal_copy(first, sizeof(first), "");
	if ((size_t)(dash - text) < sizeof(first))
		snprintf(first, sizeof(first), "%.*s", (int)(dash - text),
			 text);
	if (bal_parse_u32(first, 0, max, &range.first, err) < 0 ||
	    bal_parse_u32(dash + 1, 0, max, &range.last, err) < 0)
		return -1;
	if (range.first > range.last)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" ends before it begins", text);
	*out = range;
	return 0;
}

int
bal_policy_ports(const char *text, struct bal_range *list, size_t *n,
		 struct bal_err *err)
{
	const char *rest = text;
	int more, found = 0;
	char word[16];

	for (; (more = bal_next_word(&rest, word, sizeof(word))); found++) {
		if (*n == BAL_RULE_PORTS_MAX)
			return bal_err(err, BAL_ECONF,
				       "has more than %d ranges",
				       BAL_RULE_PORTS_MAX);
		if (more < 0 ||
		    bal_policy_range(word, PORT_MAX, &list[*n], err) < 0)
			return bal_err(err, BAL_ECONF,
				       "\"%.80s\" is not a list of ports and "
				       "ranges of 1 to %d, as the kernel has "
				       "them",
				       text, PORT_MAX);
		/* The kernel has no match for port 0. */
		if (!list[(*n)++].first)
			return bal_err(err, BAL_ECONF,
				       "\"%.80s\": 0 is no port", word);
	}
	if (!found)
		return bal_err(err, BAL_ECONF, "\"\" names no port");
	return 0;
}

int
bal_policy_proto(const char *text, uint8_t *out, struct bal_err *err)
{
	struct bal_err ignored;
	uint32_t n;

	for (size_t i = 0; i < N_PROTOCOLS; i++)
		if (!strcmp(text, protocols[i].name)) {
			*out = protocols[i].number;
			return 0;
		}
	if (bal_parse_u32(text, 1, 255, &n, &ignored) < 0)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is neither tcp, udp, icmp, "
			       "icmpv6, sctp, dccp, udplite, gre, esp, ah nor a number of 1 "
			       "to 255",
			       text);
	*out = (uint8_t)n;
	return 0;
}

bool
bal_policy_has_ports(uint8_t proto)
{
	for (size_t i = 0; i < N_PROTOCOLS; i++)
		if (protocols[i].number == proto)
			return protocols[i].ports;
	return !proto;
}

int
bal_policy_mark(const char *text, uint32_t *mark, uint32_t *mask,
		struct bal_err *err)
{
	const char *slash = strchr(text, '/');
	uint32_t value, bits = 0;
	char first[16];

	snprintf(first, sizeof(first), "%.*s",
		 slash ? (int)(slash - text) : (int)strlen(text), text);
	if (strlen(first) + 1 == sizeof(first) ||
	    bal_parse_u32(first, 0, UINT32_MAX, &value, err) < 0 ||
	    (slash && bal_parse_u32(slash + 1, 1, UINT32_MAX, &bits, err) < 0))
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is neither MARK nor MARK/MASK", text);
	if (slash && value & ~bits)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" has bits that are not in its mask",
			       text);
	*mark = value;
	*mask = bits;
	return 0;
}

int
bal_policy_check_name(const char *name, struct bal_err *err)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

	if (strlen(name) < BAL_IFNAMSIZ && !strchr("_.-", name[0]) &&
	    name[strspn(name, letters)] == '\0')
		return 0;
	return bal_err(err, BAL_ECONF,
		       "a name has 1 to %d letters, digits and \"-_.\", and "
		       "begins with a letter or a digit",
		       BAL_IFNAMSIZ - 1);
}

bool
bal_policy_is_reserved(const char *name)
{
	static const char *const words[] = {
		"next",	     "main",  "unreachable", "prohibit", "blackhole",
		"any",	     "local", "default",     "balancing", "lo",
		"underlay",
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(name, words[i]))
			return true;
	return false;
}
