// SPDX-License-Identifier: GPL-2.0-or-later
/* pass_conf - the configuration of a pass, or its substitute. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "config/conf_parts.h"
#include "config/globals.h"
#include "base/lines.h"
#include "plan/agree.h"
#include "reconcile/pass_internal.h"

#define KEPT_MODE 0600 /* bal.conf may have been readable for root alone */

static void
count_instead(struct bal_pass_inputs *in, enum bal_conf_instead instead,
	      const struct bal_conf *conf)
{
	bal_conf_fini(&in->conf);
	in->conf = *conf;
	in->trouble.instead = instead;
}

/* It may name programs, which root runs. */
static bool
is_private(const char *path)
{
	char dir[BAL_PATH_MAX];
	struct bal_err why;

	(void)bal_copy(dir, sizeof(dir), path);
	dir[strrchr(dir, '/') ? (size_t)(strrchr(dir, '/') - dir) : 0] = '\0';
	if (bal_check_private(dir, &why) == 0 &&
	    bal_check_private(path, &why) == 0)
		return true;
	bal_warn("%s", why.msg);
	return false;
}

/*
 * False where none is kept, or where it contradicts the uplinks' options, too,
 * or has no slots for @more uplinks.
 */
static bool
count_last_good(const struct bal_pass_session *session,
		 struct bal_pass_inputs *in, const struct bal_state *beside,
		 size_t more)
{
	const struct bal_conf_files kept = { .path = session->paths.last_good,
					     .must_exist = true,
					     .kept = true };
	struct bal_err ignored;
	struct bal_conf last;

	if (!session->paths.last_good[0] ||
	    in->trouble.instead == BAL_INSTEAD_LAST_GOOD ||
	    !is_private(session->paths.last_good) ||
	    bal_conf_read(&last, &kept, &ignored) < 0)
		return false;
	if (beside &&
	    (bal_state_has_room(beside, more, last.globals.mark_mask,
				&ignored) < 0 ||
	     bal_pass_conf_agrees(&last, beside, &ignored) < 0)) {
		bal_conf_fini(&last);
		return false;
	}
	count_instead(in, BAL_INSTEAD_LAST_GOOD, &last);
	return true;
}

static bool
has_empty_file(const struct bal_conf *conf)
{
	if (conf->text && !conf->len)
		return true;
	for (size_t i = 0; i < conf->n_parts; i++)
		if (!conf->parts[i].len)
			return true;
	return false;
}

int
bal_pass_conf_stays(const struct bal_paths *paths, const struct bal_conf *conf,
		    struct bal_err *err)
{
	const char *emptied;
	struct bal_err ignored;
	struct stat now;
	size_t len;
	char *kept;

	if (!paths->last_good[0] || !has_empty_file(conf) ||
	    bal_read_file(paths->last_good, BAL_INI_MAX, &kept, &len,
			  &ignored) < 0)
		return 0;
	emptied = bal_conf_parts_emptied(conf, paths->conf, kept, len);
	free(kept);
	/* What is linked to /dev/null is meant. */
	if (!emptied || stat(emptied, &now) < 0 || !S_ISREG(now.st_mode))
		return 0;
	return bal_err(err, BAL_ECONF,
		       "%s is empty, and was not before (if that is meant, "
		       "remove it)",
		       emptied);
}

static void
note_contradiction(struct bal_pass_inputs *in, const struct bal_err *why)
{
	struct bal_conf_trouble *trouble = &in->trouble;

	in->conf_waits = true;
	if (trouble->faults++)
		return;
	trouble->why = *why;
	memcpy(trouble->first, why->msg, sizeof(trouble->first));
}

int
bal_pass_read_conf(const struct bal_pass_session *session,
		   struct bal_pass_inputs *in, struct bal_err *err)
{
	const struct bal_paths *paths = &session->paths;
	const struct bal_conf_files files = bal_conf_files(paths);
	struct bal_err why;

	if (!session->conf_anyway) {
		if (bal_conf_read(&in->conf, &files, err) < 0)
			return -1;
		return bal_pass_conf_stays(paths, &in->conf, err);
	}
	if (bal_conf_read_anyway(&in->conf, &files, &in->trouble, err) < 0)
		return -1;
	if (in->trouble.faults)
		(void)count_last_good(session, in, NULL, 0);
	else if (bal_pass_conf_stays(paths, &in->conf, &why) < 0 &&
		 count_last_good(session, in, NULL, 0))
		note_contradiction(in, &why);
	return 0;
}

static int
read_anew(const struct bal_pass_session *session, struct bal_pass_inputs *in,
	  struct bal_err *err)
{
	struct bal_pass_inputs fresh = { 0 };

	if (bal_pass_read_conf(session, &fresh, err) < 0) {
		bal_conf_fini(&fresh.conf);
		return -1;
	}
	bal_conf_fini(&in->conf);
	in->conf = fresh.conf;
	in->trouble = fresh.trouble;
	in->conf_waits = false;
	return 0;
}

int
bal_pass_renew_conf(const struct bal_pass_session *session,
		    struct bal_pass_inputs *in, struct bal_err *err)
{
	return session->conf_anyway || !in->trouble.faults ?
		       0 :
		       read_anew(session, in, err);
}

int
bal_pass_conf_agrees(const struct bal_conf *conf, const struct bal_state *state,
		     struct bal_err *err)
{
	if (bal_state_has_room(state, 0, conf->globals.mark_mask, err) < 0)
		return -1;
	return bal_uplinks_agree(conf, state, err);
}

/* bal.conf is used, but for some values. */
static bool
agrees_now(struct bal_pass_inputs *in)
{
	struct bal_err ignored;

	if (in->trouble.instead != BAL_INSTEAD_LAST_GOOD)
		in->trouble.instead = BAL_INSTEAD_RIGHT_LINES;
	return bal_pass_conf_agrees(&in->conf, &in->state, &ignored) == 0;
}

/* Drop the values that bal.conf has for these. */
static bool
agrees_without(struct bal_pass_inputs *in, uint64_t keys)
{
	struct bal_conf *conf = &in->conf;
	struct bal_err ignored;

	conf->check.has &= ~keys;
	for (size_t i = 0; i < conf->n_uplinks; i++)
		conf->uplinks[i].set.has &= ~keys;
	if (bal_state_has_room(&in->state, 0, conf->globals.mark_mask,
			       &ignored) < 0)
		conf->globals.mark_mask = bal_globals_default().mark_mask;
	return agrees_now(in);
}

/*
 * An uplink's options may be wrong by themselves, beside the defaults: they
 * matched a line of bal.conf that is gone.
 */
static bool
agrees_settled(struct bal_pass_inputs *in)
{
	const struct bal_conf none = bal_conf_empty();
	struct bal_err ignored;

	in->conf.settles = bal_pass_conf_agrees(&none, &in->state,
						  &ignored) < 0;
	return in->conf.settles && agrees_now(in);
}

void
bal_pass_reconcile_conf(const struct bal_pass_session *session,
			struct bal_pass_inputs *in)
{
	struct bal_conf none = bal_conf_empty();
	struct bal_err why, ignored;

	none.settles = true;
	/* Uplinks with `over` options in a circle: no configuration helps. */
	if (!session->conf_anyway ||
	    bal_pass_conf_agrees(&in->conf, &in->state, &why) == 0 ||
	    bal_pass_conf_agrees(&none, &in->state, &ignored) < 0)
		return;
	note_contradiction(in, &why);
	if (count_last_good(session, in, &in->state, 0) || agrees_settled(in) ||
	    agrees_without(in, BAL_SET_THRESHOLDS))
		return;
	(void)agrees_without(in, BAL_SET_THRESHOLDS | BAL_SET_OVER);
}

void
bal_pass_make_room(const struct bal_pass_session *session,
		   struct bal_pass_inputs *in, const char *dev)
{
	struct bal_err why;

	if (!session->conf_anyway || bal_state_find(&in->state, dev) ||
	    bal_state_has_room(&in->state, 1, in->conf.globals.mark_mask,
			       &why) == 0)
		return;
	note_contradiction(in, &why);
	if (count_last_good(session, in, &in->state, 1))
		return;
	in->conf.globals.mark_mask = bal_globals_default().mark_mask;
	(void)agrees_now(in);
}

static void
drop_rules_of_nft(struct bal_policy *p)
{
	size_t kept = 0;

	for (size_t i = 0; i < p->n_rules; i++)
		if (!p->rules[i].nft_key)
			p->rules[kept++] = p->rules[i];
	p->n_rules = kept;
}

/* The first line that only nftables can do, and in @what its words; 0: none. */
static unsigned
line_of_nft(const struct bal_conf *conf, char *what, size_t size)
{
	const struct bal_conf_rule *rule = bal_policy_of_nft(&conf->policy);
	const struct bal_conf_group *group =
		bal_policy_of_packets(&conf->policy);
	const struct bal_globals *g = &conf->globals;

	if (g->ipv6 == BAL_IPV6_BALANCE)
		(void)bal_copy(what, size, "ipv6 = balance");
	else if (rule)
		snprintf(what, size, "rule \"%s\": %s", rule->name,
			 rule->nft_key);
	else
		(void)bal_copy(what, size, "balance = packet");
	return g->ipv6 == BAL_IPV6_BALANCE	    ? g->ipv6_line :
	       rule				    ? rule->nft_line :
	       g->balance == BAL_BALANCE_PACKET ? g->balance_line :
	       group				    ? group->balance_line :
						      0;
}

int
bal_pass_check_nft(const struct bal_pass_session *session,
		   struct bal_pass_inputs *in, const struct bal_fw_seen *seen,
		   struct bal_err *err)
{
	char what[64];
	const unsigned line = line_of_nft(&in->conf, what, sizeof(what));
	struct bal_conf_place at;
	struct bal_err why;

	if (!line || !seen->n || bal_fw_has_nft(seen))
		return 0;
	at = bal_conf_place(&in->conf, line);
	bal_err(&why, BAL_ECONF,
		"%s:%u: %s needs nftables, which is not there", at.path,
		at.line, what);
	if (!session->conf_anyway) {
		*err = why;
		return -1;
	}
	note_contradiction(in, &why);
	if (in->trouble.instead != BAL_INSTEAD_LAST_GOOD)
		in->trouble.instead = BAL_INSTEAD_RIGHT_LINES;
	drop_rules_of_nft(&in->conf.policy);
	if (in->conf.globals.ipv6 == BAL_IPV6_BALANCE)
		in->conf.globals.ipv6 = BAL_IPV6_IGNORE;
	return 0;
}

static bool
is_kept(const struct bal_pass_session *session, const char *want, size_t size)
{
	struct bal_err ignored;
	size_t len;
	char *text;
	bool same;

	if (bal_read_file(session->paths.last_good, BAL_INI_MAX, &text, &len,
			  &ignored) < 0)
		return false;
	same = len == size && memcmp(text, want, len) == 0;
	free(text);
	return same;
}

void
bal_pass_keep_conf(const struct bal_pass_session *session,
		   struct bal_pass_inputs *in)
{
	const struct bal_paths *paths = &session->paths;
	struct bal_err ignored;
	size_t len;
	char *text;

	/* Without an uplink the configuration is not proven. */
	if (in->trouble.faults || !paths->last_good[0] ||
	    !in->state.n_uplinks)
		return;
	text = bal_conf_parts_join(&in->conf, &len);
	/* Each time: the disk may have been full, or the file removed. */
	if (text && !is_kept(session, text, len) &&
	    bal_make_dir_of(paths->last_good, &ignored) == 0)
		(void)bal_write_file(paths->last_good, text, len, KEPT_MODE,
				     &ignored);
	free(text);
}
