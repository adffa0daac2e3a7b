// SPDX-License-Identifier: GPL-2.0-or-later
/* pass_mode - the mode in force: of this boot, saved, or configured. */
#include "reconcile/pass_mode.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/text.h"

#define MODE_MAX 64 /* bytes of the file: a word and a newline */

/* A disk that fails now and then must not change what is in force. */
static char *
read_word(const char *path, const char *holds, bool *failed)
{
	struct bal_err why = { 0 };
	char *text = NULL;
	size_t len;

	*failed = false;
	if (bal_read_file(path, MODE_MAX, &text, &len, &why) == 0) {
		text[strcspn(text, "\n")] = '\0';
		return text;
	}
	*failed = why.sys != ENOENT && why.sys != ENOTDIR;
	if (*failed)
		bal_warn("%s; the %s from before holds", why.msg, holds);
	return NULL;
}

static void
load_balance(struct bal_state *state, const struct bal_paths *paths)
{
	struct bal_err why = { 0 };
	enum bal_balance kind;
	bool failed;
	char *text = read_word(paths->saved_balance, "balance", &failed);

	if (!failed)
		state->saved_balance = 0;
	if (text && bal_balance_parse(text, &kind, &why) == 0)
		state->saved_balance = 1 + (uint32_t)kind;
	free(text);
}

void
bal_pass_load_mode(struct bal_pass_inputs *in, const struct bal_paths *paths)
{
	struct bal_err why = { 0 };
	enum bal_mode mode;
	bool failed;
	char *text = read_word(paths->saved_mode, "mode", &failed);

	if (!failed)
		in->state.saved_mode = 0;
	if (text && bal_mode_parse(text, &mode, &why) == 0)
		in->state.saved_mode = 1 + (uint32_t)mode;
	free(text);
	load_balance(&in->state, paths);
}

enum bal_mode
bal_pass_mode(const struct bal_pass_inputs *in)
{
	if (in->state.has_mode)
		return in->state.mode;
	if (in->state.saved_mode)
		return (enum bal_mode)(in->state.saved_mode - 1);
	return in->conf.globals.mode;
}

static int
save_word(const char *path, const char *word, struct bal_err *err)
{
	char line[16];
	int len = snprintf(line, sizeof(line), "%s\n", word);

	if (bal_make_dir_of(path, err) < 0)
		return -1;
	return bal_write_file(path, line, (size_t)len, 0644, err);
}

int
bal_mode_save(const struct bal_paths *paths, const struct bal_intent *intent,
	      struct bal_err *err)
{
	if (intent->has_mode && save_word(paths->saved_mode,
					  bal_mode_name(intent->mode), err) < 0)
		return -1;
	return intent->balance ?
		       save_word(paths->saved_balance,
				 bal_balance_name((enum bal_balance)(
					 intent->balance - 1)),
				 err) :
		       0;
}

/* Where it cannot be written it holds for this boot, in the state. */
static uint32_t
make_seed(const struct bal_paths *paths)
{
	struct bal_err why = { 0 };
	uint32_t seed = 0;
	char word[16];

	if (getrandom(&seed, sizeof(seed), GRND_NONBLOCK) < 0)
		seed = (uint32_t)bal_now_ms() * 2654435761u;
	seed = seed ? seed : 1;
	snprintf(word, sizeof(word), "0x%08x", seed);
	if (save_word(paths->seed, word, &why) < 0)
		bal_warn("%s; pairs of hosts change their uplinks at the next "
			 "boot",
			 why.msg);
	return seed;
}

uint32_t
bal_pass_seed(struct bal_pass *pass)
{
	const struct bal_paths *paths = &pass->session.paths;
	struct bal_state *state = &pass->in.state;
	struct bal_err why;
	bool failed;
	char *text = read_word(paths->seed, "seed", &failed);

	if (text && bal_parse_u32(text, 1, UINT32_MAX, &state->seed, &why) < 0)
		state->seed = 0;
	free(text);
	if (!state->seed && !pass->session.dry_run)
		state->seed = make_seed(paths);
	return state->seed;
}
