// SPDX-License-Identifier: GPL-2.0-or-later
/* sets - what sets of nftables hold that rules select by, and what fills them. */
#include <stdlib.h>
#include <string.h>

#include "config/policy.h"
#include "doctor/facts/internal.h"
#include "firewall/nft_table.h"

#define DNSMASQ "/etc/dnsmasq.conf"
#define DNSMASQ_DIR "/etc/dnsmasq.d"

/* Of nft's listing of our table: one set or map while its lines pass. */
static void
note_line(struct bal_set_fact *set, const char *line)
{
	if (strncmp(line, "type ", 5) == 0)
		set->of_addresses = strncmp(line + 5, "ipv4_addr", 9) == 0;
	set->in_elements |= strncmp(line, "elements = {", 12) == 0;
	for (const char *at = line; set->in_elements && *at; at++)
		set->n += *at == ',';
	if (set->in_elements && strchr(line, '}')) {
		set->in_elements = false;
		set->n++;
	}
}

/* "\tset NAME {": a new one. */
static struct bal_set_fact *
begin(struct bal_facts *f, const char *line)
{
	const bool map = strncmp(line, "map ", 4) == 0;
	struct bal_set_fact *set;

	if (!map && strncmp(line, "set ", 4) != 0)
		return NULL;
	set = BAL_PUSH(&f->arena, &f->sets);
	if (!set)
		return NULL;
	*set = (struct bal_set_fact){ .map = map };
	set->name = bal_facts_text(f, "%.*s", (int)strcspn(line + 4, " "),
				   line + 4);
	return set;
}

static void
read_sets(struct bal_facts *f)
{
	struct bal_set_fact *set = NULL;
	char *line, *text;

	text = bal_facts_run(f, (char *[]){ "nft", "list", "table", "inet",
					    BAL_NFT_TABLE, NULL });
	f->sets_known = text ? BAL_YES : BAL_UNKNOWN;
	while (text && (line = bal_facts_line(&text))) {
		struct bal_set_fact *next;

		line += strspn(line, "\t ");
		next = begin(f, line);
		if (next)
			set = next;
		else if (strncmp(line, "chain ", 6) == 0)
			set = NULL;
		else if (set)
			note_line(set, line);
	}
}

/* "nftset=/a/b/4#inet#bal#SET,6#...": each of ours. */
static void
note_fillers(struct bal_facts *f, const char *path, unsigned number,
	     const char *line)
{
	static const char ours[] = "#inet#" BAL_NFT_TABLE "#";

	line += strspn(line, " \t");
	if (strncmp(line, "nftset", 6) != 0)
		return;
	while ((line = strstr(line, ours))) {
		struct bal_filler *filler = BAL_PUSH(&f->arena, &f->fillers);

		line += sizeof(ours) - 1;
		if (!filler)
			return;
		*filler = (struct bal_filler){
			.path = path,
			.line = number,
			.set = bal_facts_text(f, "%.*s",
					      (int)strcspn(line, ", \t#"), line),
		};
	}
}

static void
read_dnsmasq(struct bal_facts *f, const char *path)
{
	char *line, *text = bal_facts_file(f, path);

	for (unsigned n = 1; text && (line = bal_facts_line(&text)); n++)
		note_fillers(f, path, n, line);
}

void
bal_facts_sets(struct bal_facts *f)
{
	glob_t found;

	/* Nothing else selects by what nftables holds. */
	if (!f->privileged || !bal_policy_of_nft(&f->conf->policy) ||
	    !bal_fw_has_nft(&f->snap->firewalls))
		return;
	read_sets(f);
	read_dnsmasq(f, DNSMASQ);
	if (!bal_facts_glob(f, DNSMASQ_DIR, DNSMASQ_DIR "/*", &found))
		return;
	for (size_t i = 0; i < found.gl_pathc; i++)
		read_dnsmasq(f, bal_facts_text(f, "%s", found.gl_pathv[i]));
	globfree(&found);
}
