// SPDX-License-Identifier: GPL-2.0-or-later
/* target - where a probe goes, and of which kind it is. */
#include "config/target.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "config/target_internal.h"

#define LABEL_MAX 63 /* RFC 1035, 2.3.4 */
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define LABEL_CHARACTERS LETTERS "0123456789-_"
#define NAME_CHARACTERS LABEL_CHARACTERS "."

/*
 * Every reader gets the text behind the prefix, and may leave @t half written
 * when it fails.
 */
typedef int reader(const char *rest, struct bal_target *t, struct bal_err *err);

/* An address has no letters, but for IPv6, which has colons. */
static bool
is_name(const char *text)
{
	return strpbrk(text, LETTERS) && !text[strspn(text, NAME_CHARACTERS)];
}

static int
parse_host(const char *text, struct bal_addr *out, struct bal_err *err)
{
	struct bal_err why = { 0 };

	if (bal_host_parse(text, out, &why) == 0)
		return 0;
	return bal_err(err, why.kind, "%s%s", why.msg,
		       is_name(text) ? ": names cannot be targets" : "");
}

/* Each modem is fe80::1: it proves nothing of what is behind it. */
static int
parse_host6(const char *text, struct bal_addr *out, struct bal_err *err)
{
	struct bal_addr a;

	if (bal_host6_parse(text, &a, err) < 0)
		return -1;
	if (bal_addr_is_link_local(&a))
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is an address of the link alone",
			       text);
	*out = a;
	return 0;
}

/*
 * The address at the start of @rest, which is moved behind it; in brackets it is
 * one of IPv6.
 */
static int
take_host(const char **rest, struct bal_addr *out, struct bal_err *err)
{
	const bool six = **rest == '[';
	const char *from = *rest + six;
	size_t len = strcspn(from, six ? "]" : ":/=");
	char host[BAL_ADDR_STRLEN];

	if (!len)
		return bal_err(err, BAL_ECONF, "names no address");
	if (len >= sizeof(host) || (six && !from[len]))
		return bal_err(err, BAL_ECONF, "\"%.80s\" is not an IP address",
			       *rest);
	memcpy(host, from, len);
	host[len] = '\0';
	*rest = from + len + six;
	return six ? parse_host6(host, out, err) : parse_host(host, out, err);
}

/* ":PORT" at the start of @rest, if it is there. */
static int
take_port(const char **rest, uint16_t *port, struct bal_err *err)
{
	size_t len = strcspn(*rest, "/=");
	struct bal_err why = { 0 };
	char word[16];
	uint32_t n;

	if (**rest && !strchr(":/=", **rest))
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" after the address means nothing",
			       *rest);
	if (**rest != ':')
		return 0;
	if (len >= sizeof(word))
		return bal_err(err, BAL_ECONF, "port \"%.80s\" is too long",
			       *rest + 1);
	memcpy(word, *rest + 1, len - 1);
	word[len - 1] = '\0';
	if (bal_parse_u32(word, 1, UINT16_MAX, &n, &why) < 0)
		return bal_err(err, why.kind, "port %s", why.msg);
	*rest += len;
	*port = (uint16_t)n;
	return 0;
}

static int
take_text(const char *what, const char *from, size_t len, struct bal_target *t,
	  struct bal_err *err)
{
	if (len >= sizeof(t->text))
		return bal_err(err, BAL_ECONF,
			       "the %s is longer than %zu characters", what,
			       sizeof(t->text) - 1);
	memcpy(t->text, from, len);
	t->text[len] = '\0';
	return 0;
}

static int
read_host(const char *rest, struct bal_target *t, struct bal_err *err)
{
	return strchr(rest, ':') ? parse_host6(rest, &t->addr, err) :
				   parse_host(rest, &t->addr, err);
}

static int
read_arp(const char *rest, struct bal_target *t, struct bal_err *err)
{
	return parse_host(rest, &t->addr, err);
}

static int
read_tcp(const char *rest, struct bal_target *t, struct bal_err *err)
{
	if (take_host(&rest, &t->addr, err) < 0 ||
	    take_port(&rest, &t->port, err) < 0)
		return -1;
	if (!t->port)
		return bal_err(err, BAL_ECONF, "names no port");
	if (*rest)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" after the port means nothing", rest);
	return 0;
}

/* A valid host name; a trailing dot is dropped. */
static int
take_name(const char *from, size_t len, struct bal_target *t,
	  struct bal_err *err)
{
	const char *label;

	if (len && from[len - 1] == '.')
		len--;
	if (take_text("name", from, len, t, err) < 0)
		return -1;
	for (label = t->text;; label++) {
		size_t n = strspn(label, LABEL_CHARACTERS);

		if (!n || n > LABEL_MAX || (label[n] && label[n] != '.'))
			return bal_err(err, BAL_ECONF,
				       "\"%s\" is not a name to ask for",
				       t->text);
		label += n;
		if (!*label)
			return 0;
	}
}

static int
take_expected(const char *text, struct bal_addr *out, struct bal_err *err)
{
	if (bal_addr_parse(text, out, err) < 0)
		return -1;
	if (out->family != AF_INET || strchr(text, '/'))
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is not an answer of type A", text);
	return 0;
}

static int
read_dns(const char *rest, struct bal_target *t, struct bal_err *err)
{
	size_t len;

	t->port = PORT_DNS;
	if (take_host(&rest, &t->addr, err) < 0 ||
	    take_port(&rest, &t->port, err) < 0)
		return -1;
	if (*rest != '/')
		return bal_err(err, BAL_ECONF,
			       "has no /NAME to ask for after the address");
	len = strcspn(++rest, "=");
	if (take_name(rest, len, t, err) < 0)
		return -1;
	return rest[len] ? take_expected(rest + len + 1, &t->expect, err) : 0;
}

size_t
bal_target_path_len(const char *path)
{
	size_t len = strlen(path);

	if (len >= 4 && path[len - 4] == '=' &&
	    strspn(path + len - 3, "0123456789") == 3)
		return len - 4;
	return len;
}

static int
read_http(const char *rest, struct bal_target *t, struct bal_err *err)
{
	struct bal_err why = { 0 };
	uint32_t status = STATUS_OK;
	size_t len;

	t->port = PORT_HTTP;
	if (take_host(&rest, &t->addr, err) < 0 ||
	    take_port(&rest, &t->port, err) < 0)
		return -1;
	len = bal_target_path_len(rest);
	if (rest[len] &&
	    bal_parse_u32(rest + len + 1, 100, 599, &status, &why) < 0)
		return bal_err(err, why.kind, "status %s", why.msg);
	if (len && *rest != '/')
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is not a status of three digits",
			       rest);
	for (const char *p = rest; *p; p++)
		if (*p < ' ' || *p > '~')
			return bal_err(err, BAL_ECONF,
				       "the path is not plain ASCII: "
				       "write %%%02X",
				       (unsigned char)*p);
	t->status = (uint16_t)status;
	return len ? take_text("path", rest, len, t, err) :
		     take_text("path", "/", 1, t, err);
}

static int
read_exec(const char *rest, struct bal_target *t, struct bal_err *err)
{
	size_t len = strlen(rest);

	if (*rest != '/')
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is not an absolute path", rest);
	if (rest[len - 1] == '/')
		return bal_err(err, BAL_ECONF, "names no program");
	return take_text("path", rest, len, t, err);
}

static const struct kind {
	const char *prefix;
	reader *read;
} kinds[] = {
	[BAL_TARGET_ICMP] = { "icmp:", read_host },
	[BAL_TARGET_TCP] = { "tcp:", read_tcp },
	[BAL_TARGET_DNS] = { "dns:", read_dns },
	[BAL_TARGET_HTTP] = { "http://", read_http },
	[BAL_TARGET_ARP] = { "arp:", read_arp },
	[BAL_TARGET_EXEC] = { "exec:", read_exec },
};

#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))

/* Characters that break a list or a terminal. */
static int
check_characters(const char *text, struct bal_err *err)
{
	for (const char *p = text; *p; p++) {
		unsigned char c = (unsigned char)*p;

		if (c < ' ' || c == 0x7f)
			return bal_err(err, BAL_ECONF,
				       "has a control character (0x%02x)", c);
		if (c == ' ' || c == ',')
			return bal_err(err, BAL_ECONF,
				       "\"%.80s\" has a blank or a comma",
				       text);
	}
	return 0;
}

/* "ftp://1.2.3.4", "ping:1.2.3.4": not meant as a host. */
static bool
has_prefix(const char *text)
{
	size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz");

	return len && text[len] == ':';
}

/* "tcp://1.2.3.4:80": as in a browser; the message gives bal's form. */
static int
tell_slashes(const char *text, struct bal_err *err)
{
	static const char *const like_url[] = { "tcp:", "dns:", "icmp:" };
	struct bal_target any;
	struct bal_err why;
	char meant[BAL_TARGET_STRLEN];

	for (size_t i = 0; i < sizeof(like_url) / sizeof(like_url[0]); i++) {
		const size_t len = strlen(like_url[i]);

		if (strncmp(text, like_url[i], len) != 0 ||
		    strncmp(text + len, "//", 2) != 0 ||
		    strlen(text) >= sizeof(meant))
			continue;
		snprintf(meant, sizeof(meant), "%s%s", like_url[i],
			 text + len + 2);
		if (bal_target_parse(meant, &any, &why) == 0)
			return bal_err(err, BAL_ECONF,
				       "\"%.80s\" has slashes, did you mean "
				       "\"%.80s\"?",
				       text, meant);
	}
	return 0;
}

/* "9.9.9.9:53" */
static bool
is_host_and_port(const char *text)
{
	struct bal_target any = { 0 };
	struct bal_err why = { 0 };

	return read_tcp(text, &any, &why) == 0;
}

static int
read_word(const char *text, struct bal_target *t, struct bal_err *err)
{
	struct bal_err why = { 0 };
	struct bal_addr any;

	if (tell_slashes(text, err) < 0)
		return -1;
	for (size_t i = 0; i < N_KINDS; i++) {
		size_t len = strlen(kinds[i].prefix);

		if (strncmp(text, kinds[i].prefix, len) != 0)
			continue;
		t->kind = (enum bal_target_kind)i;
		if (kinds[i].read(text + len, t, &why) == 0)
			return 0;
		return bal_err(err, why.kind, "\"%.80s\": %s", text, why.msg);
	}
	if (strcmp(text, "arp") == 0) {
		t->kind = BAL_TARGET_ARP;
		return 0;
	}
	if (has_prefix(text) && bal_addr_parse(text, &any, &why) < 0)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is neither an address nor one of "
			       "icmp: tcp: dns: http:// arp exec:",
			       text);
	if (is_host_and_port(text))
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is not an IP address, did you mean "
			       "\"tcp:%.80s\"?",
			       text, text);
	return read_host(text, t, err);
}

int
bal_target_parse(const char *text, struct bal_target *out, struct bal_err *err)
{
	struct bal_target t = { 0 };

	if (check_characters(text, err) < 0 || read_word(text, &t, err) < 0)
		return -1;
	*out = t;
	return 0;
}

bool
bal_target_same(const struct bal_target *a, const struct bal_target *b)
{
	return a->kind == b->kind && a->port == b->port &&
	       a->status == b->status && !bal_addr_cmp(&a->addr, &b->addr) &&
	       !bal_addr_cmp(&a->expect, &b->expect) &&
	       strcmp(a->text, b->text) == 0;
}
