// SPDX-License-Identifier: GPL-2.0-or-later
/* smooth_print - the table that copies, as text that `nft -f` takes. */
#include <inttypes.h>

#include "base/show.h"
#include "firewall/smooth_internal.h"

static void
print_addr(FILE *out, const char *before, const struct bal_addr *a)
{
	char host[BAL_ADDR_STRLEN];

	fprintf(out, "%s%s", before, bal_addr_host_str(a, host));
}

static void
print_ports(FILE *out, const struct bal_smooth_flow *f)
{
	if (f->own_port)
		fprintf(out, " udp sport %u", f->own_port);
	fprintf(out, " udp dport %u", f->port);
}

static void
print_sent(FILE *out, const struct bal_smooth_flow *f)
{
	print_addr(out, "ip saddr ", &f->source);
	print_addr(out, " ip daddr ", &f->server);
	print_ports(out, f);
}

static void
print_copy(FILE *out, const struct bal_smooth_flow *f)
{
	fprintf(out, "oifname \"%s\" ", f->line);
	print_sent(out, f);
	if (f->silence_ms)
		fputs(" oifname != @heard", out);
	for (size_t i = 0; !f->own_port && i < BAL_SMOOTH_RESETS; i++)
		fprintf(out, " @th,64,5 != %u", bal_smooth_resets[i]);
	print_addr(out, " counter dup to ", &f->next_hop);
	fprintf(out, " device \"%s\"", f->copy);
}

static void
print_hear(FILE *out, const struct bal_smooth_flow *f)
{
	fprintf(out, "iifname \"%s\"", f->line);
	if (f->near.len) {
		print_addr(out, " ip saddr != ", &f->near);
		fprintf(out, "/%u", f->near.len);
	}
	fprintf(out, " update @heard { iifname timeout %" PRIu32 "ms }",
		f->silence_ms);
}

static void
print_reply(FILE *out, const struct bal_smooth_flow *f, bool copy)
{
	fprintf(out, "iifname \"%s\"", copy ? f->copy : f->line);
	print_addr(out, " ip saddr ", &f->server);
	fprintf(out, " udp sport %u udp dport @port_%" PRIu32
		     " update @reply_%" PRIu32 " { iifname } counter",
		copy ? f->copy_port : f->port, f->id, f->id);
	if (!copy)
		return;
	print_addr(out, " ip daddr set ", &f->source);
	if (f->copy_port != f->port)
		fprintf(out, " udp sport set %u", f->port);
}

static void
print_source(FILE *out, const struct bal_smooth_flow *f)
{
	fprintf(out, "oifname \"%s\"", f->copy);
	print_addr(out, " ip saddr != ", &f->source);
	print_addr(out, " ip daddr ", &f->server);
	print_ports(out, f);
	print_addr(out, " ip saddr set ", &f->source);
}

static void
print_rule(FILE *out, const struct bal_smooth_flow *f,
	   enum bal_smooth_form form)
{
	switch (form) {
	case BAL_SMOOTH_SOURCE:
		print_source(out, f);
		break;
	case BAL_SMOOTH_OWN:
		print_sent(out, f);
		fprintf(out, " ct mark set ct mark & 0x%08" PRIx32 " | 0x%08" PRIx32,
			~f->mask, f->mark);
		break;
	case BAL_SMOOTH_SETTLE_LINE:
	case BAL_SMOOTH_SETTLE_COPY:
		fprintf(out, "oifname \"%s\" ",
			form == BAL_SMOOTH_SETTLE_LINE ? f->line : f->copy);
		print_sent(out, f);
		print_addr(out, " snat to ", &f->source);
		break;
	case BAL_SMOOTH_LEARN:
		print_sent(out, f);
		fprintf(out, " update @port_%" PRIu32 " { udp sport }", f->id);
		break;
	case BAL_SMOOTH_COPY:
		print_copy(out, f);
		break;
	case BAL_SMOOTH_LEAVE:
		fprintf(out, "oifname \"%s\" ", f->copy);
		print_sent(out, f);
		print_addr(out, " ip saddr set ", &f->copy_source);
		if (f->copy_port != f->port)
			fprintf(out, " udp dport set %u", f->copy_port);
		break;
	case BAL_SMOOTH_HEAR:
		print_hear(out, f);
		break;
	case BAL_SMOOTH_REPLY:
	case BAL_SMOOTH_RETURN:
		print_reply(out, f, form == BAL_SMOOTH_RETURN);
		break;
	case BAL_SMOOTH_FORMS:
		break;
	}
}

static void
print_chain(FILE *out, const bal_smooth_model *model, const char *head,
	    enum bal_smooth_form first, enum bal_smooth_form last)
{
	char remark[BAL_SMOOTH_NAMELEN];

	fprintf(out, "\tchain %s {\n\t\ttype %s;\n", bal_smooth_chain(first),
		head);
	for (int form = first; form <= (int)last; form++)
		for (size_t i = 0; i < model->n; i++) {
			if (!bal_smooth_has(model, i, form))
				continue;
			bal_smooth_remark(remark, &model->v[i], form);
			fputs("\t\t", out);
			print_rule(out, &model->v[i], form);
			fprintf(out, " comment \"%s\"\n", remark);
		}
	fputs("\t}\n", out);
}

static void
print_sets(FILE *out, const bal_smooth_model *model)
{
	fputs("\tset heard {\n\t\ttype ifname\n\t\tsize 64\n"
	      "\t\tflags dynamic,timeout\n\t}\n", out);
	for (size_t i = 0; i < model->n; i++)
		fprintf(out,
			"\tset port_%" PRIu32 " {\n\t\ttype inet_service\n"
			"\t\tsize 64\n\t\tflags dynamic,timeout\n"
			"\t\ttimeout %dms\n\t}\n"
			"\tset reply_%" PRIu32 " {\n\t\ttype ifname\n"
			"\t\tsize 64\n\t\tflags dynamic,timeout\n"
			"\t\ttimeout %dms\n\t}\n",
			model->v[i].id, BAL_SMOOTH_PORT_MS, model->v[i].id,
			BAL_SMOOTH_REPLY_MS);
}

void
bal_smooth_print(FILE *out, const bal_smooth_model *model)
{
	char comment[BAL_SMOOTH_COMMENT_LEN];

	if (!model->n) {
		fputs("nft delete table ip " BAL_SMOOTH_TABLE "\n", out);
		return;
	}
	bal_smooth_comment(comment, model);
	fprintf(out, "nft -f - <<'EOF'\n"
		     "add table ip " BAL_SMOOTH_TABLE "\n"
		     "delete table ip " BAL_SMOOTH_TABLE "\n"
		     "table ip " BAL_SMOOTH_TABLE " {\n\tcomment \"%s\"\n",
		comment);
	print_sets(out, model);
	print_chain(out, model, "filter hook output priority -310",
		    BAL_SMOOTH_SOURCE, BAL_SMOOTH_SOURCE);
	print_chain(out, model, "filter hook output priority mangle - 2",
		    BAL_SMOOTH_OWN, BAL_SMOOTH_OWN);
	print_chain(out, model, "nat hook postrouting priority 99",
		    BAL_SMOOTH_SETTLE_LINE, BAL_SMOOTH_SETTLE_COPY);
	print_chain(out, model, "filter hook output priority 10",
		    BAL_SMOOTH_LEARN, BAL_SMOOTH_COPY);
	print_chain(out, model, "filter hook postrouting priority 350",
		    BAL_SMOOTH_LEAVE, BAL_SMOOTH_LEAVE);
	print_chain(out, model, "filter hook prerouting priority -310",
		    BAL_SMOOTH_HEAR, BAL_SMOOTH_RETURN);
	fputs("}\nEOF\n", out);
}
