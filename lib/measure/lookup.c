// SPDX-License-Identifier: GPL-2.0-or-later
/* lookup - the address of a name, asked of a name server through one uplink. */
#include "measure/lookup.h"

#include <string.h>

#define DNS_PORT 53
#define TRIES 3
#define TRY_NS (1000 * BAL_NS_PER_MS)

static void
on_answer(struct bal_ask *ask, void *arg)
{
	(void)ask;
	*(bool *)arg = true;
}

/* 1: *@out is the answer; 0: none came in time. */
static int
try(struct bal_loop *loop, const struct bal_ask_way *way,
    const struct bal_target *question, struct bal_addr *out,
    struct bal_err *err)
{
	const uint64_t end = bal_clock_ns() + TRY_NS;
	bool over = false;
	struct bal_ask ask = { .done = on_answer, .arg = &over };
	int rc = bal_ask_start(&ask, loop, question, way, err);

	while (rc == 0 && ask.asked == BAL_ASKED_WAIT && !over &&
	       bal_clock_ns() < end)
		rc = bal_loop_wait(loop, end, err);
	if (rc == 0 && ask.asked == BAL_ASKED_BAD)
		rc = bal_err(err, BAL_EUNAVAIL, "%s", ask.why);
	if (rc == 0 && ask.asked == BAL_ASKED_GOOD) {
		*out = ask.found;
		rc = 1;
	}
	bal_ask_stop(&ask);
	return rc;
}

int
bal_lookup(const struct bal_ask_way *way, const struct bal_addr *server,
	   const char *name, struct bal_addr *out, struct bal_err *err)
{
	struct bal_target question = { .kind = BAL_TARGET_DNS,
				       .addr = *server,
				       .port = DNS_PORT };
	struct bal_loop *loop;
	int rc = 0;

	if (bal_copy(question.text, sizeof(question.text), name) < 0)
		return bal_err(err, BAL_EUNAVAIL, "the name is too long");
	loop = bal_loop_open(err);
	if (!loop)
		return -1;
	for (int i = 0; rc == 0 && i < TRIES; i++)
		rc = try(loop, way, &question, out, err);
	bal_loop_close(loop);
	if (rc == 0)
		return bal_err(err, BAL_EUNAVAIL, "no answer");
	return rc < 0 ? -1 : 0;
}
