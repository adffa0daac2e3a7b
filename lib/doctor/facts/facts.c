// SPDX-License-Identifier: GPL-2.0-or-later
/* facts - gathers the facts of this box; each source has its own function. */
#include "doctor/facts/facts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

#include "doctor/facts/internal.h"
#include "firewall/mangle.h"
#include "plan/resort.h"
#include "reconcile/pass_mode.h"
#include "reconcile/pass_plan.h"
#include "reconcile/pass_tables.h"
#include "netlink/sysctl.h"

/* Note the legacy tables named in @names, one a line. */
static void
note_tables(struct bal_facts *f, char *names)
{
	char *line;

	while ((line = bal_facts_line(&names)))
		for (int t = 0; t < BAL_XTABLE_MAX; t++)
			if (strcmp(line, bal_xtable_name(t)) == 0)
				f->xtable[t] = BAL_YES;
}

static void
look_at_settings(struct bal_facts *f)
{
	for (int dc = 0; dc < BAL_DC_MAX; dc++)
		f->all[dc] = bal_devconf_read("all", dc);
	f->ip_forward = bal_sysctl_read("net/ipv4/ip_forward");
	f->conntrack_count =
		bal_sysctl_read("net/netfilter/nf_conntrack_count");
	f->conntrack_max = bal_sysctl_read("net/netfilter/nf_conntrack_max");
}

static void
look_at_clock(struct bal_facts *f)
{
	struct timex tx = { .modes = 0 }; /* 0: read only */
	time_t now = time(NULL);
	struct tm tm;

	f->year = gmtime_r(&now, &tm) ? tm.tm_year + 1900 : 0;
	if (adjtimex(&tx) >= 0)
		f->clock_synced = tx.status & STA_UNSYNC ? BAL_NO : BAL_YES;
}

/*
 * Reading a legacy table of iptables that is not in use loads it into the
 * kernel: so it is only read where it is there.  Only root may know; and not
 * the root of a user namespace, but where bal has run, the table is there.
 */
static void
look_for_tables(struct bal_facts *f, const struct bal_paths *paths)
{
	static const char names[] = "/proc/net/ip_tables_names";

	f->privileged = geteuid() == 0;
	if (!f->privileged) {
		bal_facts_unseen(f, "iptables: root is needed");
		return;
	}
	for (int t = 0; t < BAL_XTABLE_MAX; t++)
		f->xtable[t] = BAL_NO;
	if (access(names, R_OK) == 0 || errno == ENOENT) {
		note_tables(f, bal_facts_file(f, names));
		return;
	}
	f->xtable[BAL_XTABLE_MANGLE] =
		access(paths->state, F_OK) == 0 ? BAL_YES : BAL_UNKNOWN;
	f->xtable[BAL_XTABLE_NAT] = BAL_UNKNOWN;
}

static void
look_at_plan(struct bal_facts *f, struct bal_pass *pass)
{
	struct bal_err why = { 0 };
	const bal_table_list *names = bal_pass_names(pass, &why);
	struct bal_due due = { 0 };

	if (!names || bal_pass_due(pass, &due, &why) < 0) {
		bal_facts_unseen(f, bal_facts_text(f, "%s", why.msg));
		return;
	}
	f->due = due.ops.n;
	f->plan = due.plan;
	f->names = *names;
}

/* State and kernel, as any other command reads them. */
static void
look_with_pass(struct bal_facts *f, struct bal_pass *pass)
{
	struct bal_err why = { 0 };

	pass->session.no_chains = !f->privileged;
	pass->session.gently = true;
	if (!pass->session.nl)
		pass->session.nl = bal_nl_open(&why);
	if (!pass->session.nl || bal_pass_look(pass, &why) < 0) {
		f->look_fault = bal_facts_text(f, "%s", why.msg);
		return;
	}
	f->state_damaged = pass->in.was.damaged;
	f->looked = true;
	f->mode = bal_pass_mode(&pass->in);
	f->mangle_loaded = bal_fw_holds_marks(&pass->snap.firewalls);
	f->features[BAL_FEATURE_NEXTHOPS] =
		pass->snap.has_nexthops ? BAL_YES : BAL_NO;
	look_at_plan(f, pass);
	bal_steer_look(&f->steer);
	bal_facts_rules(f, pass->session.nl);
	bal_facts_ways(f, pass->session.nl);
	if (bal_pass_resort(pass, &f->last_resort, &why) < 0)
		bal_facts_unseen(f, bal_facts_text(f, "a way out: %s", why.msg));
	bal_facts_clients(f, pass->session.nl);
	bal_facts_wireguard(f, pass->session.nl);
	bal_facts_gateways(f, pass->session.nl);
}

static void
note_conf_fault(void *arg, enum bal_say what, const char *msg)
{
	struct bal_facts *f = arg;
	const char **slot = BAL_PUSH(&f->arena, &f->conf_faults);

	(void)what;
	if (slot)
		*slot = bal_facts_text(f, "%s", msg);
}

/* A wrong configuration, or no netlink, is a fact. */
static int
open_pass(struct bal_facts *f, struct bal_pass *pass, const char *conf_option,
	  struct bal_err *err)
{
	int rc;

	pass->session.conf_anyway = true;
	bal_say_divert_faults(note_conf_fault, f);
	rc = bal_pass_init(pass, conf_option, err);
	bal_say_divert_faults(NULL, NULL);
	if (rc < 0 &&
	    (err->kind == BAL_EUSAGE || !pass->in.conf.globals.mark_mask))
		return -1;
	*err = (struct bal_err){ 0 };
	return 0;
}

/* It may be readable for root alone. */
static void
look_at_trouble(struct bal_facts *f)
{
	const struct bal_conf_trouble *trouble = f->trouble;

	if (!trouble->faults)
		return;
	if (trouble->why.kind == BAL_EPERM)
		bal_facts_unseen(f, bal_facts_text(f, "%s", trouble->first));
	bal_facts_unseen(f, "what depends on the configuration: foreign rules "
			    "and routes, masquerading, tunnels, targets, names "
			    "of tables, settings of devices, what is due");
}

int
bal_facts_gather(struct bal_facts *f, struct bal_pass *pass,
		 const char *conf_option, struct bal_err *err)
{
	f->conf = &pass->in.conf;
	f->state = &pass->in.state;
	f->snap = &pass->snap;
	f->uplinks = &pass->uplinks;
	f->trouble = &pass->in.trouble;
	if (open_pass(f, pass, conf_option, err) < 0)
		return -1;
	f->conf_path = pass->session.paths.conf;
	f->state_path = pass->session.paths.state;
	look_for_tables(f, &pass->session.paths);
	look_with_pass(f, pass);
	look_at_trouble(f);
	f->release = bal_kernel_release();
	look_at_settings(f);
	look_at_clock(f);
	bal_facts_kernel(f);
	bal_facts_nat(f);
	bal_facts_sets(f);
	bal_facts_marks(f);
	bal_facts_managers(f, &pass->session.paths);
	bal_facts_resolver(f);
	bal_facts_events(f, &pass->session.paths);
	bal_facts_stanzas(f);
	return f->arena.oom ? bal_err_nomem(err) : 0;
}

void
bal_facts_fini(struct bal_facts *f)
{
	bal_arena_fini(&f->arena);
	*f = (struct bal_facts){ 0 };
}
