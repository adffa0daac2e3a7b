// SPDX-License-Identifier: GPL-2.0-or-later
/* journal_line - a transition as a line of text, and back; pure. */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "actions/journal_internal.h"

#define MS_PER_S 1000
#define LAST_SECOND UINT64_C(253402300799) /* of the year 9999 */
#define SPAN_DIGITS 10			   /* 300 years: nothing overflows */
#define SPAN_STRLEN 32
#define REASON "reason="

const char *
bal_journal_time_str(uint64_t at, char *buf)
{
	time_t t = (time_t)(at < LAST_SECOND ? at : LAST_SECOND);
	struct tm tm;

	if (!gmtime_r(&t, &tm) ||
	    !strftime(buf, BAL_TIME_STRLEN, "%Y-%m-%dT%H:%M:%SZ", &tm))
		*buf = '\0';
	return buf;
}

/* "312.400s"; "-" where it is unknown. */
static const char *
span_str(uint64_t ms, char *buf)
{
	if (ms)
		snprintf(buf, SPAN_STRLEN, "%" PRIu64 ".%03us", ms / MS_PER_S,
			 (unsigned)(ms % MS_PER_S));
	else
		memcpy(buf, "-", sizeof("-"));
	return buf;
}

/* Fields end at a blank: none may contain one, and none may be empty. */
static const char *
word(char *text)
{
	for (char *p = text; *p; p++)
		if (*p == ' ')
			*p = '_';
	return *text ? text : "-";
}

size_t
bal_journal_line(const struct bal_event *event, char *buf)
{
	char at[BAL_TIME_STRLEN], lasted[SPAN_STRLEN], boot[SPAN_STRLEN];
	struct bal_event e = *event;
	int len;

	bal_event_clean(&e);
	len = snprintf(buf, BAL_JOURNAL_LINE,
		       "%s %s %s was=%s for=%s mode=%s uptime=%s " REASON
		       "%s\n",
		       bal_journal_time_str(e.at, at), word(e.uplink),
		       bal_event_name(e.kind), word(e.before),
		       span_str(e.lasted_ms, lasted), word(e.mode),
		       span_str(e.boot_ms, boot), e.reason);
	return len > 0 ? (size_t)len : 0;
}

/* Copy the value of the field @key into @buf; *@line moves behind it. */
static bool
take(const char **line, const char *key, char *buf, size_t size)
{
	size_t skip = strlen(key), len;
	const char *at = *line + skip;

	if (strncmp(*line, key, skip) != 0)
		return false;
	len = strcspn(at, " ");
	if (!len || at[len] != ' ' || len >= size)
		return false;
	memcpy(buf, at, len);
	buf[len] = '\0';
	*line = at + len + 1;
	return true;
}

/* The same, where "-" means empty. */
static bool
take_or_none(const char **line, const char *key, char *buf, size_t size)
{
	if (!take(line, key, buf, size))
		return false;
	if (strcmp(buf, "-") == 0)
		*buf = '\0';
	return true;
}

static bool
take_time(const char **line, uint64_t *out)
{
	char text[BAL_TIME_STRLEN], again[BAL_TIME_STRLEN];
	struct tm tm = { 0 };
	const char *end;
	time_t at;

	if (!take(line, "", text, sizeof(text)))
		return false;
	end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	if (!end || *end)
		return false;
	at = timegm(&tm);
	if (at < 0)
		return false;
	*out = (uint64_t)at;
	/* strptime() accepts too much: February 31, " 1". */
	return strcmp(bal_journal_time_str(*out, again), text) == 0;
}

static bool
take_span(const char **line, const char *key, uint64_t *out)
{
	char text[SPAN_STRLEN];
	size_t digits, decimals;
	uint64_t ms = 0;

	if (!take_or_none(line, key, text, sizeof(text)))
		return false;
	*out = 0;
	if (!*text)
		return true;
	digits = strspn(text, "0123456789");
	if (!digits || digits > SPAN_DIGITS || text[digits] != '.')
		return false;
	decimals = strspn(text + digits + 1, "0123456789");
	if (decimals != 3 || strcmp(text + digits + 1 + decimals, "s") != 0)
		return false;
	for (const char *p = text; *p != 's'; p++)
		if (*p != '.')
			ms = ms * 10 + (uint64_t)(*p - '0');
	*out = ms;
	return true;
}

static bool
is_printable(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			return false;
	return true;
}

bool
bal_journal_parse(const char *line, struct bal_event *out)
{
	struct bal_event e = { 0 };
	struct bal_err ignored;
	char kind[24];

	if (!is_printable(line) || !take_time(&line, &e.at) ||
	    !take(&line, "", e.uplink, sizeof(e.uplink)) ||
	    !take(&line, "", kind, sizeof(kind)) ||
	    !bal_event_parse(kind, &e.kind) ||
	    !take_or_none(&line, "was=", e.before, sizeof(e.before)) ||
	    !take_span(&line, "for=", &e.lasted_ms) ||
	    !take_or_none(&line, "mode=", e.mode, sizeof(e.mode)) ||
	    !take_span(&line, "uptime=", &e.boot_ms) ||
	    strncmp(line, REASON, strlen(REASON)) != 0)
		return false;
	if (bal_event_is_of_all(e.kind))
		memset(e.uplink, 0, sizeof(e.uplink));
	else if (bal_check_ifname(e.uplink, &ignored) < 0)
		return false;
	/* Nothing is older than the boot. */
	if (e.boot_ms && e.lasted_ms > e.boot_ms)
		e.lasted_ms = 0;
	snprintf(e.reason, sizeof(e.reason), "%s", line + strlen(REASON));
	*out = e;
	return true;
}
