// SPDX-License-Identifier: GPL-2.0-or-later
/* core - the prober, and the pass that carries out its results. */
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "reconcile/probe_plan.h"
#include "watch/internal.h"

/* Any descriptor will do; without one, the next pass has less. */
static void
hold_spares(struct bal_watch_core *core)
{
	while (core->keeps_spares && core->n_spare < BAL_WATCH_SPARES) {
		int fd = eventfd(0, EFD_CLOEXEC);

		if (fd < 0)
			return;
		core->spare[core->n_spare++] = fd;
	}
}

void
bal_watch_core_free_spares(struct bal_watch_core *core)
{
	while (core->n_spare)
		close(core->spare[--core->n_spare]);
}

int
bal_watch_core_open(struct bal_watch_core *core, struct bal_err *err)
{
	core->loop = bal_loop_open(err);
	if (!core->loop)
		return -1;
	hold_spares(core);
	core->prober = bal_prober_open(core->loop, core->pass->session.nl, err);
	return core->prober ? 0 : -1;
}

void
bal_watch_core_close(struct bal_watch_core *core)
{
	bal_prober_close(core->prober);
	bal_loop_close(core->loop);
	bal_watch_core_free_spares(core);
	core->prober = NULL;
	core->loop = NULL;
}

int
bal_watch_core_plan(struct bal_watch_core *core, struct bal_err *err)
{
	struct bal_probe *probes;
	size_t n;
	int rc;

	if (bal_pass_probes(core->pass, &probes, &n, err) < 0)
		return -1;
	core->longest_ms = 0;
	for (size_t i = 0; i < n; i++) {
		if (core->interval_ms)
			probes[i].rule.interval_ms = core->interval_ms;
		if (probes[i].pass_ms > core->longest_ms)
			core->longest_ms = probes[i].pass_ms;
	}
	rc = bal_prober_plan(core->prober, probes, n, err);
	free(probes);
	return rc;
}

int
bal_watch_core_pass(struct bal_watch_core *core, struct bal_err *err)
{
	struct bal_intent intent = { .kind = BAL_INTENT_CHECK };
	struct bal_probe *results;
	int rc;

	results = calloc(bal_prober_count(core->prober) + 1, sizeof(*results));
	if (!results)
		return bal_err_nomem(err);
	intent.probes = results;
	intent.n_probes = bal_prober_results(core->prober, results);
	bal_watch_core_free_spares(core);
	rc = bal_pass_run(core->pass, &intent, err);
	hold_spares(core);
	if (rc == 0)
		bal_prober_taken(core->prober);
	free(results);
	return rc;
}

bool
bal_watch_core_failed(const struct bal_watch_core *core, int rc)
{
	return rc < 0 && core->pass->unwritten.kind == BAL_EOK;
}
