// SPDX-License-Identifier: GPL-2.0-or-later
/* revive - what is tried with an uplink that stays dead, and when; pure. */
#include "health/revive.h"

#include <stdlib.h>
#include <string.h>

#define DAY_MS 86400000
#define DIGITS "0123456789"
#define PORT_MAX 255

static const char *const names[] = {
	[BAL_REVIVE_NONE] = "none",	    [BAL_REVIVE_IFDOWN_UP] = "ifdown_up",
	[BAL_REVIVE_USB_RESET] = "usb_reset", [BAL_REVIVE_POWER] = "power",
	[BAL_REVIVE_REBOOT] = "reboot",
};

const char *
bal_revive_name(enum bal_revive_step step)
{
	return names[step];
}

bool
bal_revive_parse(const char *name, enum bal_revive_step *out)
{
	for (size_t i = BAL_REVIVE_IFDOWN_UP; i <= BAL_REVIVE_REBOOT; i++)
		if (strcmp(name, names[i]) == 0) {
			*out = (enum bal_revive_step)i;
			return true;
		}
	return false;
}

static uint64_t
wait_ms(const struct bal_revive_rule *rule, const struct bal_revive_record *r)
{
	const uint32_t n = r->rounds < BAL_REVIVE_ROUNDS_MAX ?
				   r->rounds :
				   BAL_REVIVE_ROUNDS_MAX;
	const uint64_t ms = (uint64_t)rule->after_ms << n;

	return ms < DAY_MS ? ms : DAY_MS;
}

uint64_t
bal_revive_due_ms(const struct bal_revive_rule *rule,
		  const struct bal_revive_record *r, uint64_t dead_since_ms)
{
	const uint64_t from = r->at_ms > dead_since_ms ? r->at_ms : dead_since_ms;

	return from + wait_ms(rule, r);
}

/* The first possible step from r->next on; where there is none, behind all. */
static uint32_t
next_possible(const struct bal_revive_rule *rule, uint32_t i, unsigned possible)
{
	while (i < BAL_REVIVE_MAX && !(possible & 1u << rule->steps[i]))
		i++;
	return i;
}

static void
fail_round(struct bal_revive_record *r)
{
	r->next = 0;
	if (r->rounds < BAL_REVIVE_ROUNDS_MAX)
		r->rounds++;
}

enum bal_revive_step
bal_revive_due(const struct bal_revive_rule *rule, struct bal_revive_record *r,
	       const struct bal_revive_look *look)
{
	const unsigned possible = look->possible & ~(1u << BAL_REVIVE_NONE);
	uint32_t i;

	if (look->now_ms < bal_revive_due_ms(rule, r, look->dead_since_ms))
		return BAL_REVIVE_NONE;
	i = next_possible(rule, r->next, possible);
	if (i == BAL_REVIVE_MAX && r->next) {
		fail_round(r);
		if (look->now_ms < bal_revive_due_ms(rule, r, look->dead_since_ms))
			return BAL_REVIVE_NONE;
		i = next_possible(rule, 0, possible);
	}
	if (i == BAL_REVIVE_MAX)
		return BAL_REVIVE_NONE;
	r->next = i + 1;
	r->at_ms = look->now_ms;
	if (r->next == BAL_REVIVE_MAX || !rule->steps[r->next])
		fail_round(r);
	return (enum bal_revive_step)rule->steps[i];
}

bool
bal_revive_may_reboot(const struct bal_revive_reboot *last, uint64_t now_ms,
		      uint32_t limit_ms)
{
	return limit_ms && (!last->known || now_ms >= last->at_ms + limit_ms);
}

bool
bal_usb_is_at(const char *other, const char *usb)
{
	const size_t len = strlen(usb);

	/* Behind a hub in a port of the root hub is a dot as well. */
	return len && strncmp(other, usb, len) == 0 &&
	       (!other[len] || other[len] == '.');
}

/* Digits, "-", digits, and any number of "." with digits. */
static bool
is_usb(const char *usb)
{
	size_t n = strspn(usb, DIGITS);

	if (!n || usb[n] != '-' || strlen(usb) >= BAL_USB_STRLEN)
		return false;
	do {
		usb += n + 1;
		n = strspn(usb, DIGITS);
	} while (n && usb[n] == '.');
	return n && !usb[n];
}

bool
bal_usb_port(const char *usb, char *hub, unsigned *port)
{
	const char *cut;

	if (!is_usb(usb))
		return false;
	cut = strrchr(usb, '.');
	if (!cut)
		cut = strchr(usb, '-');
	memcpy(hub, usb, (size_t)(cut - usb));
	hub[cut - usb] = '\0';
	*port = (unsigned)strtoul(cut + 1, NULL, 10);
	return *port > 0 && *port <= PORT_MAX;
}
