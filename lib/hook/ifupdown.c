// SPDX-License-Identifier: GPL-2.0-or-later
/* ifupdown - a device and its options, from ifupdown's environment. */
#include "hook/ifupdown.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/suggest.h"
#include "hook/internal.h"

/* ifupdown joins values by newline, also of an inherited option. */
#define TWICE "it is there twice, in its stanza or in one that this inherits"

bool
bal_hook_strict(void)
{
	const char *text = secure_getenv("IF_BAL_STRICT");
	struct bal_err err;
	bool strict = false;

	if (!text || bal_hook_caller() != BAL_CALLER_IFUPDOWN)
		return false;
	if (strchr(text, '\n'))
		bal_warn("option bal-strict of %.15s: " TWICE,
			 secure_getenv("IFACE"));
	else if (bal_parse_bool(text, &strict, &err) < 0)
		bal_warn("option bal-strict of %.15s: %.200s",
			 secure_getenv("IFACE"), err.msg);
	return strict;
}

int
bal_hook_family(void)
{
	const char *text = secure_getenv("ADDRFAM");

	if (!text || bal_hook_caller() != BAL_CALLER_IFUPDOWN)
		return 0;
	if (strcmp(text, "inet6") == 0)
		return AF_INET6;
	return strcmp(text, "inet") == 0 ? AF_INET : 0;
}

/* interfaces(5) has comments on lines of their own only. */
const char *
bal_hook_hint(const char *value)
{
	return bal_has_comment(value, "#;") ?
		       ": a comment needs a line of its own" :
		       "";
}

/* As spelt in the stanza, of which ifupdown makes capitals. */
static void
stanza_spelling(const char *key, size_t len, char *name, size_t size)
{
	size_t i;

	for (i = 0; i < len && i < size - 1; i++)
		name[i] = key[i] == '_' ? '-' :
					  (char)tolower((unsigned char)key[i]);
	name[i] = '\0';
}

static int
stanza_option(struct bal_hook *hook, const char *key, struct bal_err *err)
{
	char variable[48] = "IF_BAL_", name[48];
	size_t at = strlen(variable);
	struct bal_err why = { 0 };
	const char *text;

	for (const char *c = key; *c && at < sizeof(variable) - 1; c++)
		variable[at++] = (char)toupper((unsigned char)*c);
	variable[at] = '\0';
	text = secure_getenv(variable);
	if (!text)
		return 0;
	stanza_spelling(key, strlen(key), name, sizeof(name));
	if (strcmp(key, "targets") != 0 && strchr(text, '\n'))
		return bal_err(err, BAL_ECONF, "option bal-%s of %s: " TWICE,
			       name, hook->dev);
	if (bal_settings_set(&hook->options, UINT64_MAX, key, text, &why) == 0)
		return 0;
	return bal_err(err, BAL_ECONF, "option bal-%s of %s: %.200s%s", name,
		       hook->dev, why.msg, bal_hook_hint(text));
}

/* The options of an uplink, after those of the hooks. */
const char *
bal_hook_option(size_t i)
{
	size_t n = 0;

	if (!i--)
		return "strict";
	while (n < i && bal_settings_key(n))
		n++;
	return bal_settings_key(n) ? bal_settings_key(n) :
				     bal_settings_older_key(i - n);
}

/* Every fault is reported; the last one fails. */
static int
stanza_options(struct bal_hook *hook, struct bal_err *err)
{
	struct bal_err why;
	unsigned faults = 0;
	const char *key;

	/* From 1: the first is the hooks' own. */
	for (size_t i = 1; (key = bal_hook_option(i)); i++) {
		if (stanza_option(hook, key, &why) == 0)
			continue;
		if (faults++)
			bal_say(BAL_SAY_FAULT, "%s", err->msg);
		*err = why;
	}
	if (!faults && bal_settings_agree(&hook->options, err) < 0)
		return bal_err_wrap(err, "options of %s", hook->dev);
	return faults ? -1 : 0;
}

static bool
is_option(const char *key, size_t len)
{
	const char *name;

	for (size_t i = 0; (name = bal_hook_option(i)); i++)
		if (strlen(name) == len && strncasecmp(key, name, len) == 0)
			return true;
	return false;
}

static void
warn_of_option(const char *key, size_t len, const char *dev)
{
	char typed[48], meant[48];
	const char *near = NULL, *name;

	stanza_spelling(key, len, typed, sizeof(typed));
	for (size_t i = 0; (name = bal_hook_option(i)); i++)
		near = bal_suggest_nearer(typed, near, name);
	if (near)
		stanza_spelling(near, strlen(near), meant, sizeof(meant));
	bal_warn("unknown option bal-%s of %s is passed over%s%s%s", typed, dev,
		 near ? ", did you mean bal-" : "", near ? meant : "",
		 near ? "?" : "");
}

/* ifupdown passes any option, also a misspelt one. */
static void
warn_of_unknown_options(const struct bal_hook *hook)
{
	static const char prefix[] = "IF_BAL_";
	size_t len = strlen(prefix);

	for (char **e = environ; *e; e++) {
		const char *key = *e + len, *end = strchr(*e, '=');

		if (strncmp(*e, prefix, len) != 0 || !end)
			continue;
		if (!is_option(key, (size_t)(end - key)))
			warn_of_option(key, (size_t)(end - key), hook->dev);
	}
}

int
bal_hook_read_ifupdown(struct bal_hook *hook, bool options, struct bal_err *err)
{
	const char *iface = secure_getenv("IFACE");
	const char *method = secure_getenv("METHOD");
	const char *stanza = secure_getenv("LOGICAL");

	if (strcmp(iface, "--all") == 0) {
		hook->all = true;
		return 0;
	}
	if (bal_check_ifname(iface, err) < 0)
		return bal_err_wrap(err, "IFACE");
	(void)bal_copy(hook->dev, sizeof(hook->dev), iface);
	if (options) {
		warn_of_unknown_options(hook);
		if (stanza_options(hook, err) < 0)
			return -1;
	}
	/* That of IPv6 is where the kernel has it, in main. */
	if (bal_hook_family() != AF_INET6)
		hook->gateway = bal_hook_stranger_addr("IF_GATEWAY");
	bal_hook_stranger_servers(hook, "IF_DNS_NAMESERVERS");
	bal_hook_stranger_servers(hook, "IF_DNS_NAMESERVER");
	/* These dial in the background. */
	hook->comes_late = method && (strcmp(method, "ppp") == 0 ||
				      strcmp(method, "wvdial") == 0);
	if (hook->comes_late)
		bal_hook_read_peer_dns(hook);
	if (hook->comes_late && stanza && strcmp(stanza, iface) != 0)
		(void)bal_copy(hook->stanza, sizeof(hook->stanza), stanza);
	return 0;
}
