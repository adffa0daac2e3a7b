// SPDX-License-Identifier: GPL-2.0-or-later
/* record - the record of a trial, in a file. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/boot.h"
#include "kernel/snapshot.h"
#include "try/internal.h"

#define RECORD_MAX 4096
#define PRIVATE 0600
/* The last line: a truncated record lacks it. */
#define END "end"
/* The bits of every key and of that line. */
#define WHOLE ((1u << 7) - 1)

struct bal_try_path
bal_try_file(const struct bal_paths *paths, const char *name)
{
	struct bal_try_path p;

	snprintf(p.s, sizeof(p.s), "%s/%s", paths->trial, name);
	return p;
}

int
bal_try_make_id(char *buf, struct bal_err *err)
{
	uint64_t random;

	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		return bal_err_sys(err, errno, "cannot get random bytes");
	snprintf(buf, BAL_TRY_ID, "%016" PRIx64, random);
	return 0;
}

int
bal_try_write(const struct bal_paths *paths, const struct bal_try *t,
	      struct bal_err *err)
{
	char text[RECORD_MAX], own[BAL_ADDR_STRLEN], peer[BAL_ADDR_STRLEN];
	int len = snprintf(text, sizeof(text),
			   "id = %s\nboot = %s\nuntil = %" PRIu64
			   "\nmade = %" PRIu64 "\nconf = %s\n"
			   "session = %s %u %s %u\n" END "\n",
			   t->id, t->boot, t->until_ms, t->made_ms, t->conf,
			   bal_addr_host_str(&t->session.peer, peer),
			   t->session.peer_port,
			   bal_addr_host_str(&t->session.own, own),
			   t->session.own_port);

	if (len < 0 || (size_t)len >= sizeof(text))
		return bal_err(err, BAL_ESYS, "the trial's record is too long");
	return bal_write_file(bal_try_file(paths, "record").s, text, (size_t)len,
			      PRIVATE, err);
}

static void
parse_session(const char *value, struct bal_session *s)
{
	char peer[BAL_ADDR_STRLEN], own[BAL_ADDR_STRLEN];
	unsigned peer_port, own_port;
	struct bal_err ignored;

	if (sscanf(value, "%51s %u %51s %u", peer, &peer_port, own, &own_port) !=
		    4 ||
	    bal_addr_parse(own, &s->own, &ignored) < 0 ||
	    bal_addr_parse(peer, &s->peer, &ignored) < 0) {
		memset(s, 0, sizeof(*s));
		return;
	}
	s->peer_port = (uint16_t)peer_port;
	s->own_port = (uint16_t)own_port;
}

/* The bit of the key that the line sets; 0: an unknown line. */
static unsigned
parse_line(const char *line, struct bal_try *t)
{
	static const char *const keys[] = { "id", "boot", "until", "made",
					    "conf", "session" };
	const char *value = strstr(line, " = ");
	unsigned k;

	if (!value)
		return strcmp(line, END) == 0 ? 1u << 6 : 0;
	for (k = 0; k < 6; k++)
		if (strlen(keys[k]) == (size_t)(value - line) &&
		    strncmp(line, keys[k], (size_t)(value - line)) == 0)
			break;
	value += strlen(" = ");
	switch (k) {
	case 0:
		return bal_copy(t->id, sizeof(t->id), value) == 0;
	case 1:
		return (bal_copy(t->boot, sizeof(t->boot), value) == 0) << 1;
	case 2:
		t->until_ms = strtoull(value, NULL, 10);
		break;
	case 3:
		t->made_ms = strtoull(value, NULL, 10);
		break;
	case 4:
		return (bal_copy(t->conf, sizeof(t->conf), value) == 0) << 4;
	case 5:
		parse_session(value, &t->session);
		break;
	}
	return 1u << k;
}

/* Is it complete?  A power failure may leave it empty or truncated. */
static bool
parse(char *text, struct bal_try *t)
{
	char *end;
	unsigned seen = 0;

	for (char *line = text; *line; line = end + (*end == '\n')) {
		const char last = *(end = line + strcspn(line, "\n"));

		*end = '\0';
		seen |= parse_line(line, t);
		*end = last;
	}
	return (seen & WHOLE) == WHOLE && t->id[0] && t->conf[0];
}

int
bal_try_read(const struct bal_paths *paths, struct bal_try *out,
	     struct bal_err *err)
{
	const struct bal_try_path record = bal_try_file(paths, "record");
	char *text;
	size_t len;
	bool whole;

	memset(out, 0, sizeof(*out));
	/* Each pass checks, and there is hardly ever a trial. */
	if (access(record.s, F_OK) && (errno == ENOENT || errno == ENOTDIR))
		return 0;
	if (bal_check_private(paths->trial, err) < 0)
		return -1;
	if (bal_read_file(record.s, RECORD_MAX, &text, &len, err) < 0)
		return err->sys == ENOENT ? 0 : -1;
	whole = parse(text, out);
	free(text);
	if (whole)
		return 1;
	memset(out, 0, sizeof(*out));
	return bal_err(err, BAL_ECONF,
		       "%.120s is damaged; what the change replaced is kept "
		       "beside it: put that back by hand, and remove the record",
		       record.s);
}

int
bal_try_read_own(const struct bal_paths *paths, const char *id,
		 struct bal_try *out, struct bal_err *err)
{
	int rc = bal_try_read(paths, out, err);

	return rc > 0 && id && strcmp(id, out->id) != 0 ? 0 : rc;
}

bool
bal_try_of_this_boot(const struct bal_try *t)
{
	char boot[sizeof(t->boot)];

	bal_boot_id(boot, sizeof(boot));
	return strcmp(boot, t->boot) == 0;
}

bool
bal_try_expired(const struct bal_try *t)
{
	return bal_now_ms() >= t->until_ms || !bal_try_of_this_boot(t);
}
