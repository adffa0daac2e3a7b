// SPDX-License-Identifier: GPL-2.0-or-later
/* tunnel - whether an OpenVPN client is to be started, and by which command. */
#include "openvpn/tunnel.h"

#include <string.h>

/* The minimum pause between the last start and the next. */
static uint64_t
pause_of(const struct bal_tunnel_try *t, uint32_t pause_ms)
{
	uint64_t pause = pause_ms;

	for (uint32_t i = 1; i < t->tries && pause < BAL_TUNNEL_PAUSE_MAX_MS;
	     i++)
		pause *= 2;
	if (pause > BAL_TUNNEL_PAUSE_MAX_MS)
		pause = BAL_TUNNEL_PAUSE_MAX_MS;
	return pause < pause_ms ? pause_ms : pause;
}

static bool
passed(uint64_t since_ms, uint64_t pause_ms, uint64_t now_ms)
{
	return now_ms - since_ms >= pause_ms;
}

/* A state file may outlive the boot that its times are of. */
static void
forget_the_future(struct bal_tunnel_try *t, uint64_t now_ms)
{
	if (t->at_ms > now_ms)
		t->at_ms = 0;
	if (t->missing_ms > now_ms)
		t->missing_ms = 0;
}

static void
note_presence(struct bal_tunnel_try *t, bool there, uint64_t now_ms)
{
	if (there)
		t->missing_ms = 0;
	else if (!t->missing_ms)
		t->missing_ms = now_ms;
}

/* When it will have been missing or dead for long enough to be started. */
static uint64_t
lacks_until_ms(const struct bal_tunnel_try *t,
	       const struct bal_tunnel_look *look)
{
	return look->there ?
		       look->now_ms - look->lasted_ms + look->dead_ms :
		       t->missing_ms + look->pause_ms;
}

/* Missing or dead, and only time keeps it from being started. */
static bool
is_waiting(const struct bal_tunnel_try *t, const struct bal_tunnel_look *look)
{
	return !(look->there && look->alive) && look->underlay_alive &&
	       t->stop == BAL_TUNNEL_WANTED;
}

static uint64_t
start_ms(const struct bal_tunnel_try *t, const struct bal_tunnel_look *look)
{
	uint64_t lacks = lacks_until_ms(t, look);
	uint64_t again = t->at_ms ? t->at_ms + pause_of(t, look->pause_ms) : 0;

	return lacks > again ? lacks : again;
}

bool
bal_tunnel_due(struct bal_tunnel_try *t, const struct bal_tunnel_look *look)
{
	forget_the_future(t, look->now_ms);
	note_presence(t, look->there, look->now_ms);
	if (look->there && look->alive) {
		/*
		 * A client that fails again and again is alive for a moment,
		 * too.
		 */
		if (look->lasted_ms >= pause_of(t, look->pause_ms))
			t->tries = 0;
		return false;
	}
	/* Failed tries do not count: the underlay may have been the cause. */
	if (!look->underlay_alive)
		t->tries = 0;
	if (!is_waiting(t, look) || start_ms(t, look) > look->now_ms)
		return false;
	t->at_ms = look->now_ms;
	t->starting = true;
	if (t->tries < UINT32_MAX)
		t->tries++;
	return true;
}

uint64_t
bal_tunnel_next_ms(const struct bal_tunnel_try *t,
		   const struct bal_tunnel_look *look)
{
	if (is_waiting(t, look))
		return start_ms(t, look);
	if (look->there && look->alive && t->tries)
		return look->now_ms - look->lasted_ms +
		       pause_of(t, look->pause_ms);
	return 0;
}

/* Not up->alive, which when_all_dead may have set. */
static bool
carries(const struct bal_uplink *up)
{
	return up->admin_up && up->v4.usable &&
	       up->v4.health != BAL_HEALTH_DEAD;
}

/* Does bal.conf name an uplink that is no tunnel? */
static bool
conf_has_base(const struct bal_conf *conf)
{
	for (size_t i = 0; i < conf->n_uplinks; i++)
		if (!(conf->uplinks[i].set.has &
		      (BAL_SET_OVER | BAL_SET_OPENVPN)))
			return true;
	return false;
}

static bool
any_base_carries(const struct bal_conf *conf, const struct bal_uplinks *ups,
		 const char *self)
{
	bool known = conf_has_base(conf);

	for (size_t i = 0; i < ups->n; i++) {
		const struct bal_uplink *up = &ups->v[i];

		if (!up->base || (up->set.has & BAL_SET_OPENVPN) ||
		    strcmp(up->name, self) == 0)
			continue;
		if (carries(up))
			return true;
		known = true;
	}
	return !known;
}

bool
bal_tunnel_underlay_alive(const struct bal_conf *conf,
			  const struct bal_uplinks *ups, const char *self,
			  const char *over)
{
	const struct bal_uplink *under = bal_uplinks_find(ups, over);

	if (!over[0])
		return any_base_carries(conf, ups, self);
	return under && carries(under);
}

void
bal_tunnel_up(struct bal_tunnel_try *t, enum bal_caller caller)
{
	t->stop = BAL_TUNNEL_WANTED;
	t->starting = false;
	if (caller == BAL_CALLER_PERSON) {
		t->tries = 0;
		t->at_ms = 0;
	}
}

void
bal_tunnel_underlay_up(struct bal_tunnel_try *t)
{
	if (t->stop == BAL_TUNNEL_STOPPED)
		t->stop = BAL_TUNNEL_WANTED;
}

bool
bal_tunnel_reconnects(const char *signal)
{
	static const char *const ends[] = { "sigterm",	   "sigint",
					    "ping-exit",   "remote-exit",
					    "inactive",	   "UNKNOWN" };

	if (!signal || !*signal)
		return false;
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (strcmp(signal, ends[i]) == 0)
			return false;
	return true;
}

static bool
is_told_to_end(const char *signal)
{
	return signal && (strcmp(signal, "sigterm") == 0 ||
			  strcmp(signal, "sigint") == 0);
}

enum bal_tunnel_stop
bal_tunnel_stop_of(const struct bal_tunnel_try *t, enum bal_caller caller,
		   const char *signal, uint64_t now_ms)
{
	bool ours =
		t->starting && !passed(t->at_ms, BAL_TUNNEL_OURS_MS, now_ms);

	if (caller == BAL_CALLER_PERSON || t->stop == BAL_TUNNEL_DOWN)
		return BAL_TUNNEL_DOWN;
	if (caller == BAL_CALLER_OPENVPN && (ours || !is_told_to_end(signal)))
		return t->stop;
	return BAL_TUNNEL_STOPPED;
}

static int
check_command(const char *command, struct bal_err *err)
{
	const char *bad = strpbrk(command, "'\"`\\");

	if (bad)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" has a %c, and no shell reads it",
			       command, *bad);
	for (const char *p = command; (p = strchr(p, '%')); p += 2)
		if (p[1] != 's' && p[1] != '%')
			return bal_err(err, BAL_ECONF,
				       "\"%.80s\" has a %% that is neither %%s "
				       "nor %%%%",
				       command);
	if (!command[strspn(command, " \t")])
		return bal_err(err, BAL_ECONF, "\"%.80s\" is no command",
			       command);
	return 0;
}

/* Copy the @len characters at @text with @name put in; NULL: no memory. */
static char *
fill_in(const char *text, size_t len, const char *name, struct bal_arena *arena)
{
	/* "%s", two characters, becomes the name. */
	char *word = bal_arena_alloc(arena, len / 2 * strlen(name) + len + 1);
	const char *end = text + len;
	char *to = word;

	for (; word && text < end; text++) {
		if (*text != '%') {
			*to++ = *text;
		} else if (*++text == '%') {
			*to++ = '%';
		} else {
			memcpy(to, name, strlen(name));
			to += strlen(name);
		}
	}
	return word;
}

int
bal_tunnel_argv(const char *command, const char *name, struct bal_arena *arena,
		char ***argv, struct bal_err *err)
{
	BAL_LIST(char *) words = { 0 };
	const char *rest = command;

	if (check_command(command, err) < 0)
		return -1;
	while (*(rest += strspn(rest, " \t"))) {
		size_t len = strcspn(rest, " \t");
		char **word = BAL_PUSH(arena, &words);

		if (word)
			*word = fill_in(rest, len, name, arena);
		rest += len;
	}
	(void)BAL_PUSH(arena, &words);
	if (arena->oom)
		return bal_err_nomem(err);
	*argv = words.v;
	return 0;
}
