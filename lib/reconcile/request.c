// SPDX-License-Identifier: GPL-2.0-or-later
/* request - parses and prints a request; pure but for reading our privilege. */
#include "reconcile/request.h"

#include <fcntl.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LINE_MAX_LEN 128
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

static bool
has_net_admin(void)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3] = { 0 };

	if (syscall(SYS_capget, &head, caps) < 0)
		return false;
	return caps[CAP_TO_INDEX(CAP_NET_ADMIN)].effective &
	       CAP_TO_MASK(CAP_NET_ADMIN);
}

bool
bal_request_needed(const struct bal_paths *paths, enum bal_caller caller)
{
	if (caller != BAL_CALLER_OPENVPN || geteuid() == 0)
		return false;
	return !has_net_admin() ||
	       faccessat(AT_FDCWD, paths->rundir, W_OK, AT_EACCESS) < 0;
}

/* OpenVPN's are "sigterm", "ping-restart", "UNKNOWN". */
static bool
is_signal(const char *text)
{
	size_t len = strspn(text, LETTERS "0123456789-_");

	return len > 0 && len < BAL_REQUEST_SIGNAL_MAX && !text[len];
}

struct bal_request
bal_request_of(const struct bal_intent *intent)
{
	struct bal_request r = { .up = intent->kind == BAL_INTENT_UP };

	memcpy(r.dev, intent->dev, sizeof(r.dev));
	if (r.up) {
		r.gateway = intent->hook.gateway;
		r.transport = intent->hook.transport;
		r.server = intent->hook.server;
		r.port = intent->hook.port;
		r.proto = intent->hook.proto;
		r.restart = intent->hook.restart;
	} else if (intent->hook.signal && is_signal(intent->hook.signal)) {
		(void)bal_copy(r.signal, sizeof(r.signal), intent->hook.signal);
	}
	return r;
}

struct bal_intent
bal_request_intent(const struct bal_request *request)
{
	struct bal_intent intent = {
		.kind = request->up ? BAL_INTENT_UP : BAL_INTENT_DOWN,
		.hook.caller = BAL_CALLER_OPENVPN,
		.requested = true,
		.keep_options = request->up,
		.hook.gateway = request->gateway,
		.hook.transport = request->transport,
		.hook.server = request->server,
		.hook.port = request->port,
		.hook.proto = request->proto,
		.hook.restart = request->restart,
		.hook.signal = request->signal[0] ? request->signal : NULL,
	};

	memcpy(intent.dev, request->dev, sizeof(intent.dev));
	bal_intent_apply_signal(&intent);
	return intent;
}

/* Append a line, unless @value is empty: each is short, so that all fit. */
static size_t
add_line(char *buf, size_t len, const char *key, const char *value)
{
	int more;

	if (!*value)
		return len;
	more = snprintf(buf + len, BAL_REQUEST_FILE_MAX - len, "%s = %s\n", key,
			value);
	return more < 0 ? len : len + (size_t)more;
}

static size_t
add_number(char *buf, size_t len, const char *key, uint32_t number)
{
	char text[16];

	snprintf(text, sizeof(text), "%" PRIu32, number);
	return add_line(buf, len, key, number ? text : "");
}

static const char *
host_or_nothing(const struct bal_addr *a, char *buf)
{
	return bal_addr_none(a) ? "" : bal_addr_host_str(a, buf);
}

size_t
bal_request_print(const struct bal_request *request, char *buf)
{
	char host[BAL_ADDR_STRLEN];
	size_t len = 0;

	len = add_line(buf, len, "verb", request->up ? "up" : "down");
	len = add_line(buf, len, "dev", request->dev);
	len = add_line(buf, len, "gateway",
		       host_or_nothing(&request->gateway, host));
	len = add_line(buf, len, "transport",
		       host_or_nothing(&request->transport, host));
	len = add_line(buf, len, "server",
		       host_or_nothing(&request->server, host));
	len = add_number(buf, len, "port", request->port);
	len = add_number(buf, len, "proto", request->proto);
	len = add_line(buf, len, "context", request->restart ? "restart" : "");
	return add_line(buf, len, "signal", request->signal);
}

/* --- reading -------------------------------------------------------------- */

enum key {
	KEY_VERB,
	KEY_DEV,
	KEY_GATEWAY,
	KEY_TRANSPORT,
	KEY_SERVER,
	KEY_PORT,
	KEY_PROTO,
	KEY_CONTEXT,
	KEY_SIGNAL,
	KEYS
};

static const char *const keys[KEYS] = { "verb",	     "dev",    "gateway",
					"transport", "server", "port",
					"proto",     "context", "signal" };

struct reading {
	struct bal_request request;
	bool seen[KEYS];
};

static int
set_verb(struct bal_request *r, const char *value, struct bal_err *err)
{
	r->up = strcmp(value, "up") == 0;
	if (!r->up && strcmp(value, "down") != 0)
		return bal_err(err, BAL_ECONF, "verb is neither up nor down");
	return 0;
}

static int
set_signal(struct bal_request *r, const char *value, struct bal_err *err)
{
	if (!is_signal(value))
		return bal_err(err, BAL_ECONF, "signal is none of OpenVPN's");
	return bal_copy(r->signal, sizeof(r->signal), value);
}

static int
set_context(struct bal_request *r, const char *value, struct bal_err *err)
{
	r->restart = strcmp(value, "restart") == 0;
	if (!r->restart && strcmp(value, "init") != 0)
		return bal_err(err, BAL_ECONF,
			       "context is neither init nor restart");
	return 0;
}

static int
set_dev(struct bal_request *r, const char *value, struct bal_err *err)
{
	if (bal_check_ifname(value, err) < 0)
		return -1;
	return bal_copy(r->dev, sizeof(r->dev), value);
}

static int
set_value(struct bal_request *r, enum key key, const char *value,
	  struct bal_err *err)
{
	switch (key) {
	case KEY_VERB:
		return set_verb(r, value, err);
	case KEY_DEV:
		return set_dev(r, value, err);
	case KEY_GATEWAY:
		return bal_hook_addr(value, &r->gateway, err);
	case KEY_TRANSPORT:
		return bal_hook_addr(value, &r->transport, err);
	case KEY_SERVER:
		return bal_hook_addr(value, &r->server, err);
	case KEY_PORT:
		return bal_parse_u32(value, 1, UINT16_MAX, &r->port, err);
	case KEY_PROTO:
		return bal_parse_u32(value, 1, UINT8_MAX, &r->proto, err);
	case KEY_CONTEXT:
		return set_context(r, value, err);
	case KEY_SIGNAL:
		return set_signal(r, value, err);
	case KEYS:
		break;
	}
	return bal_err(err, BAL_ECONF, "a key is unknown");
}

/* Blanks around the sign belong to neither side. */
static int
read_line(struct reading *rd, char *line, struct bal_err *err)
{
	char *sign = strchr(line, '='), *value;
	size_t len;
	int key;

	if (!sign)
		return bal_err(err, BAL_ECONF, "a line has no =");
	for (len = (size_t)(sign - line); len && line[len - 1] == ' '; len--)
		;
	line[len] = '\0';
	value = sign + 1 + strspn(sign + 1, " ");
	for (key = 0; key < KEYS && strcmp(line, keys[key]) != 0; key++)
		;
	if (key < KEYS && rd->seen[key])
		return bal_err(err, BAL_ECONF, "%s is there twice", keys[key]);
	if (set_value(&rd->request, (enum key)key, value, err) < 0)
		return -1;
	rd->seen[key] = true;
	return 0;
}

static int
check_whole(const struct reading *rd, struct bal_err *err)
{
	if (!rd->seen[KEY_VERB] || !rd->seen[KEY_DEV])
		return bal_err(err, BAL_ECONF, "verb or dev is missing");
	if (rd->request.up ? rd->seen[KEY_SIGNAL] :
			     rd->seen[KEY_GATEWAY] || rd->seen[KEY_TRANSPORT] ||
				     rd->seen[KEY_CONTEXT] || rd->seen[KEY_PORT] ||
				     rd->seen[KEY_PROTO])
		return bal_err(err, BAL_ECONF, "a key is the other verb's");
	return 0;
}

int
bal_request_parse(const char *text, size_t len, struct bal_request *out,
		  struct bal_err *err)
{
	struct reading rd = { 0 };
	const char *end = text + len;

	if (len > BAL_REQUEST_FILE_MAX)
		return bal_err(err, BAL_ECONF, "it is larger than %d bytes",
			       BAL_REQUEST_FILE_MAX);
	if (memchr(text, '\0', len))
		return bal_err(err, BAL_ECONF, "it has a NUL character");
	while (text < end) {
		const char *eol = memchr(text, '\n', (size_t)(end - text));
		char line[LINE_MAX_LEN];
		size_t n = eol ? (size_t)(eol - text) : sizeof(line);

		if (n >= sizeof(line))
			return bal_err(err, BAL_ECONF,
				       "a line is too long or cut off");
		memcpy(line, text, n);
		line[n] = '\0';
		if (read_line(&rd, line, err) < 0)
			return -1;
		text = eol + 1;
	}
	if (check_whole(&rd, err) < 0)
		return -1;
	*out = rd.request;
	return 0;
}
