// SPDX-License-Identifier: GPL-2.0-or-later
/* json - an explained packet as one JSON object, for programs. */
#include "explain/json.h"

#include <inttypes.h>

#include "base/show.h"
#include "explain/internal.h"

static const char *
end_word(enum bal_step_end end)
{
	static const char *const words[] = {
		[BAL_STEP_MISFIT] = "misfit",
		[BAL_STEP_NOP] = "nop",
		[BAL_STEP_GOTO] = "goto",
		[BAL_STEP_UNRESOLVED] = "unresolved",
		[BAL_STEP_NO_ROUTE] = "no_route",
		[BAL_STEP_THROWN] = "throw",
		[BAL_STEP_SUPPRESSED] = "suppressed",
		[BAL_STEP_TAKES] = "takes",
	};

	return words[end];
}

static void
put_step(const struct bal_explain_view *view, const struct bal_step *step,
	 FILE *out)
{
	const struct bal_conf_rule *conf =
		bal_explain_conf_rule(view, step->rule);
	const struct bal_conf_place at = bal_conf_place(
		&view->pass->in.conf, conf ? conf->line : 0);
	char buf[BAL_MEANING_LEN];

	fprintf(out, "{\"priority\":%" PRIu32 ",", step->rule->priority);
	bal_json_bool(out, "ours", step->rule->protocol == BAL_PROTO);
	fputc(',', out);
	bal_json_string(out, "rule", conf ? conf->name : NULL);
	fputc(',', out);
	bal_json_string(out, "file", conf ? at.path : NULL);
	fprintf(out, ",\"line\":%u,", conf ? at.line : 0);
	bal_json_string(out, "meaning",
			bal_explain_meaning(view, step->rule, buf));
	fputc(',', out);
	bal_json_string(out, "result", end_word(step->end));
	fputc(',', out);
	bal_json_string(out, "reason", bal_explain_reason(view, step, buf));
	fputc('}', out);
}

static void
put_addr(FILE *out, const char *key, const struct bal_addr *addr)
{
	char buf[BAL_ADDR_STRLEN];

	bal_json_string(out, key,
			bal_addr_none(addr) ? NULL : bal_addr_str(addr, buf));
	fputc(',', out);
}

static void
put_exit(const struct bal_explain_view *view, const struct bal_exit *exit,
	 FILE *out)
{
	const struct bal_uplink *up = bal_explain_uplink(view, exit->link);

	fputc('{', out);
	bal_json_string(out, "device", exit->link ? exit->link->name : NULL);
	fputc(',', out);
	bal_json_bool(out, "uplink", up != NULL);
	fputc(',', out);
	put_addr(out, "gateway", &exit->hop->gateway);
	put_addr(out, "address", &exit->src);
	fprintf(out, "\"mark\":%" PRIu32 ",\"share_percent\":",
		bal_explain_mark(view, exit));
	if (exit->by_gateway)
		fputs("null}", out);
	else
		fprintf(out, "%u}", exit->percent);
}

void
bal_explain_json(const struct bal_explain_view *view, FILE *out)
{
	const struct bal_explained *e = &view->explained;
	const struct bal_conf_rule *conf =
		e->last ? bal_explain_conf_rule(view, e->last->rule) : NULL;
	const struct bal_group *group =
		e->last ? bal_explain_group(view, e->last->rule) : NULL;

	bal_json_begin(out);
	bal_json_string(out, "result", bal_explain_fate(e->fate));
	fprintf(out, ",\"priority\":%" PRIu32 ",",
		e->last ? e->last->rule->priority : 0);
	bal_json_string(out, "rule", conf ? conf->name : NULL);
	fputc(',', out);
	bal_json_string(out, "group", group ? group->name : NULL);
	fprintf(out, ",\"table\":%" PRIu32 ",\"due\":%zu,\"exits\":[",
		e->last ? e->last->rule->table : 0, view->due.ops.n);
	for (size_t i = 0; i < e->exits.n; i++) {
		fputs(i ? "," : "", out);
		put_exit(view, &e->exits.v[i], out);
	}
	fputs("],\"steps\":[", out);
	for (size_t i = 0; i < e->steps.n; i++) {
		fputs(i ? "," : "", out);
		put_step(view, &e->steps.v[i], out);
	}
	fputs("]}\n", out);
}
