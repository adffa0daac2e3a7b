// SPDX-License-Identifier: GPL-2.0-or-later
/* event_test - runs the event programs with example values. */
#include "actions/event_test.h"

#include <stdio.h>
#include <string.h>

#include "actions/event.h"
#include "state/state.h"
#include "state/read.h"
#include "actions/unit.h"

#define MADE_UP_MS 60000

/* An unreadable state or configuration leaves its values empty. */
static void
make_up_uplink(struct bal_event *e, const struct bal_state *state,
	       const struct bal_conf *conf)
{
	const char *name = "eth0";

	if (state->n_uplinks)
		name = state->uplinks[0].name;
	else if (conf->n_uplinks)
		name = conf->uplinks[0].name;
	if (!bal_event_is_of_all(e->kind))
		snprintf(e->uplink, sizeof(e->uplink), "%s", name);
}

/* Its previous health: a change, so that no program ignores it. */
static const char *
before(enum bal_event_kind kind, enum bal_mode mode)
{
	switch (kind) {
	case BAL_EVENT_ALIVE:
	case BAL_EVENT_IPV6_ALIVE:
	case BAL_EVENT_REVIVE:
		return bal_health_name(BAL_HEALTH_DEAD);
	case BAL_EVENT_DOWN:
	case BAL_EVENT_DEGRADED:
	case BAL_EVENT_DEAD:
	case BAL_EVENT_IPV6_DEAD:
		return bal_health_name(BAL_HEALTH_ALIVE);
	case BAL_EVENT_MODE:
		return bal_mode_name(mode == BAL_MODE_MULTI ? BAL_MODE_SOLO :
							      BAL_MODE_MULTI);
	case BAL_EVENT_ONLINE:
		return bal_event_name(BAL_EVENT_ALL_DEAD);
	default:
		return "";
	}
}

static void
make_up(struct bal_event *e, const struct bal_paths *paths,
	const struct bal_conf *conf)
{
	struct bal_state state = { 0 };
	enum bal_mode mode = conf->globals.mode;
	struct bal_err why;

	if (bal_state_read(&state, paths->state, false, &why) >= 0 &&
	    state.has_mode)
		mode = state.mode;
	make_up_uplink(e, &state, conf);
	bal_state_fini(&state);
	snprintf(e->reason, sizeof(e->reason), "%s",
		 e->kind == BAL_EVENT_REVIVE ?
			 bal_revive_name(BAL_REVIVE_IFDOWN_UP) :
			 "a test");
	snprintf(e->before, sizeof(e->before), "%s", before(e->kind, mode));
	if (e->before[0])
		e->lasted_ms = MADE_UP_MS;
	snprintf(e->mode, sizeof(e->mode), "%s", bal_mode_name(mode));
}

static int
run(const struct bal_event *e, const struct bal_event_how *how, bool *well,
    struct bal_err *err)
{
	struct bal_loop *loop = bal_loop_open(err);
	struct bal_runner *runner = loop ? bal_runner_open(loop, err) : NULL;
	int n = runner ? bal_event_run(e, how, runner, err) : -1;
	unsigned failed = 0;

	if (n > 0 && bal_runner_drain(runner, &failed, err) < 0)
		n = -1;
	if (n == 0)
		bal_warn("there is no program to run in %s", how->dir);
	else if (n > 0)
		bal_say(BAL_SAY_EVENT, "programs run: %d, failed: %u", n,
			failed);
	*well = n > 0 && !failed;
	bal_runner_close(runner);
	bal_loop_close(loop);
	return n < 0 ? -1 : 0;
}

int
bal_event_test(const char *name, const char *conf_option, bool *well,
	  struct bal_err *err)
{
	struct bal_conf_trouble trouble = { 0 };
	struct bal_event e = { 0 };
	struct bal_event_how how;
	struct bal_paths paths;
	struct bal_conf conf;
	struct bal_conf_files files;
	char line[200];
	int rc;

	if (!bal_event_parse(name, &e.kind))
		return bal_err(err, BAL_EUSAGE,
			       "there is no event \"%s\", but up, down, alive, "
			       "degraded, dead, cap_75, cap_95, cap_100, "
			       "ipv6_dead, ipv6_alive, mode, all-dead, "
			       "last_resort, balance, revive, "
			       "tunnel_restarted, online, conf_wrong and "
			       "conf_right",
			       name);
	if (bal_paths_init(&paths, conf_option, err) < 0)
		return -1;
	files = bal_conf_files(&paths);
	if (bal_conf_read_anyway(&conf, &files, &trouble, err) < 0)
		return -1;
	make_up(&e, &paths, &conf);
	bal_say(BAL_SAY_EVENT, "%s", bal_event_str(&e, line, sizeof(line)));
	how = (struct bal_event_how){
		.dir = paths.event_dir,
		.limit_ms = conf.globals.event_timeout_ms,
		.as_units = bal_unit_possible(),
		.tell_all = true,
	};
	rc = run(&e, &how, well, err);
	bal_conf_fini(&conf);
	return rc;
}
