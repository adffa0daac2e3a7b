// SPDX-License-Identifier: GPL-2.0-or-later
/* iperf3_read - what iperf3 says in JSON; pure. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "measure/iperf3.h"

#define US_PER_S 1e6
/* A day of terabits: what is more is no figure. */
#define FIGURE_MAX 1e18

/* Behind `"NAME":` in @text, before @end, NULL: its end; NULL: it is not there. */
static const char *
behind(const char *text, const char *end, const char *name)
{
	char key[40];
	const char *at;

	snprintf(key, sizeof(key), "\"%s\":", name);
	at = text ? strstr(text, key) : NULL;
	return at && (!end || at < end) ? at + strlen(key) : NULL;
}

/* 0 where there is none, or nothing that can be counted. */
static uint64_t
figure(const char *text, const char *end, const char *name, double unit)
{
	const char *at = behind(text, end, name);
	const double n = at ? strtod(at, NULL) * unit : 0;

	return n > 0 && n < FIGURE_MAX ? (uint64_t)n : 0;
}

/* One interval from @at, an object without others in it. */
static void
take_interval(const char *at, uint64_t *bytes, struct bal_measured *out)
{
	const char *close = strchr(at, '}');

	*bytes += figure(at, close, "bytes", 1);
	bal_measured_note(out, *bytes, figure(at, close, "end", US_PER_S));
}

static void
take_intervals(const char *text, const char *end, struct bal_measured *out)
{
	uint64_t bytes = 0;
	const char *at = text;
	uint32_t rtt;

	while ((at = behind(at, end, "sum")))
		take_interval(at, &bytes, out);
	for (at = text; (at = behind(at, end, "rtt"));) {
		rtt = (uint32_t)strtoul(at, NULL, 10);
		if (rtt)
			bal_measured_rtt(out, rtt);
	}
}

/* What has arrived at the other end; false: it does not say. */
static bool
take_received(const char *end, struct bal_measured *out)
{
	const char *at = behind(end, NULL, "sum_received");
	const char *close = at ? strchr(at, '}') : NULL;
	const uint64_t bytes = figure(at, close, "bytes", 1);
	const uint64_t us = figure(at, close, "seconds", US_PER_S);

	if (!bytes || !us)
		return false;
	out->begin = out->first = (struct bal_progress){ 0 };
	out->last = (struct bal_progress){ bytes, us };
	return true;
}

static int
fail(const char *text, struct bal_err *err)
{
	const char *at = behind(text, NULL, "error"), *close;

	at = at ? strchr(at, '"') : NULL;
	close = at ? strchr(at + 1, '"') : NULL;
	if (!close)
		return bal_err(err, BAL_EUNAVAIL,
			       "iperf3 has measured nothing");
	return bal_err(err, BAL_EUNAVAIL, "iperf3: %.*s",
		       (int)(close - at - 1 < 160 ? close - at - 1 : 160),
		       at + 1);
}

int
bal_iperf3_read(const char *text, bool upload, struct bal_measured *out,
		struct bal_err *err)
{
	const char *intervals = behind(text, NULL, "intervals");
	const char *end = behind(intervals, NULL, "sum_sent");
	struct bal_measured found = { 0 };

	if (intervals)
		take_intervals(intervals, end, &found);
	if (upload)
		(void)take_received(end, &found);
	if (!found.last.bytes)
		return fail(text, err);
	*out = found;
	return 0;
}

int
bal_iperf3_server(const char *server, char *host, size_t size, char port[6],
		  struct bal_err *err)
{
	const char *colon = strchr(server, ':');
	const size_t len = colon ? (size_t)(colon - server) : strlen(server);
	uint32_t number = 5201;

	if (!len || len >= size || *server == '-' ||
	    (colon && bal_parse_u32(colon + 1, 1, 65535, &number, err) < 0))
		return bal_err(err, BAL_EUSAGE, "\"%.80s\" is not HOST[:PORT]",
			       server);
	memcpy(host, server, len);
	host[len] = '\0';
	snprintf(port, 6, "%u", number);
	return 0;
}
