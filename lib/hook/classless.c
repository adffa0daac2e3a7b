// SPDX-License-Identifier: GPL-2.0-or-later
/* classless - reads the static routes of a lease, in either spelling; pure. */
#include "hook/classless.h"

#include <netinet/in.h>
#include <string.h>

#include "base/text.h"

#define WIDTH_MAX 32
#define HOST_OCTETS 4

/* The next word of @list, into @word of BAL_ADDR_STRLEN. */
static int
take_word(const char **list, char *word, struct bal_err *err)
{
	int got = bal_next_word(list, word, BAL_ADDR_STRLEN);

	if (got > 0)
		return 0;
	return bal_err(err, BAL_ECONF,
		       got ? "has a word that is too long" :
			     "ends within a route");
}

static int
take_number(const char **list, uint32_t max, uint32_t *out, struct bal_err *err)
{
	char word[BAL_ADDR_STRLEN];

	if (take_word(list, word, err) < 0)
		return -1;
	return bal_parse_u32(word, 0, max, out, err);
}

static int
take_octets(const char **list, unsigned n, unsigned char *out,
	    struct bal_err *err)
{
	uint32_t octet;

	for (unsigned i = 0; i < n; i++) {
		if (take_number(list, UINT8_MAX, &octet, err) < 0)
			return -1;
		out[i] = (unsigned char)octet;
	}
	return 0;
}

/* One route in octets. */
static int
take_octet_route(const char **list, bool *is_default, struct bal_addr *gateway,
		 struct bal_err *err)
{
	unsigned char prefix[HOST_OCTETS], host[HOST_OCTETS];
	uint32_t width;

	if (take_number(list, WIDTH_MAX, &width, err) < 0 ||
	    take_octets(list, (width + 7) / 8, prefix, err) < 0 ||
	    take_octets(list, HOST_OCTETS, host, err) < 0)
		return -1;
	*is_default = width == 0;
	*gateway = bal_addr_raw(AF_INET, host, HOST_OCTETS, WIDTH_MAX);
	return 0;
}

static int
take_host(const char **list, struct bal_addr *out, struct bal_err *err)
{
	char word[BAL_ADDR_STRLEN];

	if (take_word(list, word, err) < 0 ||
	    bal_addr_parse(word, out, err) < 0)
		return -1;
	if (out->family != AF_INET)
		return bal_err(err, BAL_ECONF, "\"%s\" is not IPv4", word);
	return 0;
}

/* One route as PREFIX GATEWAY. */
static int
take_pair(const char **list, bool *is_default, struct bal_addr *gateway,
	  struct bal_err *err)
{
	struct bal_addr prefix;

	if (take_host(list, &prefix, err) < 0 ||
	    take_host(list, gateway, err) < 0)
		return -1;
	*is_default = prefix.len == 0;
	return 0;
}

static bool
is_at_end(const char *list)
{
	char word[2];

	return bal_next_word(&list, word, sizeof(word)) == 0;
}

int
bal_classless_gateway(const char *text, struct bal_addr *gateway,
		      struct bal_err *err)
{
	static const unsigned char zeros[HOST_OCTETS];
	const struct bal_addr on_link =
		bal_addr_raw(AF_INET, zeros, HOST_OCTETS, WIDTH_MAX);
	const bool pairs = strchr(text, '.');
	struct bal_addr found = on_link, via;
	bool is_default, known = false;

	if (is_at_end(text))
		return bal_err(err, BAL_ECONF, "\"\" names no route");
	while (!is_at_end(text)) {
		int rc = pairs ? take_pair(&text, &is_default, &via, err) :
				 take_octet_route(&text, &is_default, &via,
						  err);

		if (rc < 0)
			return -1;
		if (is_default && !known)
			found = via;
		known |= is_default;
	}
	if (bal_addr_same_host(&found, &on_link))
		return 0;
	*gateway = found;
	return 1;
}
