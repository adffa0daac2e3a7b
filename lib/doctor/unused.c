// SPDX-License-Identifier: GPL-2.0-or-later
/* unused - devices that are meant as uplinks, or could be, and are none. */
#include <string.h>

#include "base/show.h"
#include "doctor/stanza.h"

/* --- a section of bal.conf without an uplink ------------------------------ */

static const struct bal_client *
client_of(const struct bal_facts *f, const char *dev)
{
	for (size_t i = 0; i < f->clients.n; i++)
		if (strcmp(f->clients.v[i].dev, dev) == 0)
			return &f->clients.v[i];
	return NULL;
}

/* The stanza that ifup brings @dev up by; NULL: none that can be read. */
static const struct bal_stanza *
stanza_of(const struct bal_facts *f, const char *dev)
{
	for (size_t i = 0; i < f->stanzas.n; i++)
		if (strcmp(bal_stanza_device(f, &f->stanzas.v[i]), dev) == 0 &&
		    !bal_stanza_is_elsewhere(f, &f->stanzas.v[i]))
			return &f->stanzas.v[i];
	return NULL;
}

/* Existing scripts stay: OpenVPN accepts one of each kind. */
static void
fix_client(struct bal_diagnosis *d, const struct bal_client *c)
{
	const bool other = c->up || c->down;

	bal_doctor_fix(d,
			/* dash's command -v prints its first operand alone. */
			"printf '\\n%s%s %%s\\n%s %%s\\n' \"$(command -v "
			"bal-up)\" \"$(command -v bal-down)\" >>%s && bal-up "
			"%s",
			c->security < 2 ? "script-security 2\\n" : "",
			other ? "route-up" : "up",
			other ? "route-pre-down" : "down",
			bal_doctor_word(d, c->path),
			bal_doctor_word(d, c->dev));
}

/* In the stanza for the next ifup, and now, without an interruption. */
static void
fix_stanza(struct bal_diagnosis *d, const struct bal_stanza *s,
	    const char *dev, const char *lines)
{
	bal_doctor_fix(d, "sed -i '%ua\\    %s' %s && bal-up %s", s->last,
			lines, bal_doctor_word(d, s->path),
			bal_doctor_word(d, dev));
}

static void
section_unused(const struct bal_facts *f, struct bal_diagnosis *d,
	       const char *dev)
{
	const struct bal_client *c = client_of(f, dev);
	const struct bal_stanza *s = stanza_of(f, dev);

	/* All were taken down, or none was up yet: that is no fault. */
	bal_doctor_find(d,
			f->state->n_uplinks ? BAL_SEVERITY_RISK :
					      BAL_SEVERITY_NOTE,
			"section-unused", dev,
			"A section says how a device is used, not that it is: "
			"that is for bal-up, which a bal- option in its stanza "
			"of interfaces(5) calls, or an up line of OpenVPN's. "
			"Until then nothing is sent by it. If bal-down "
			"was called, bal-up is enough.");
	if (c && !c->makes_uplink) {
		bal_doctor_what(d,
				"bal.conf has a section for it, and it is no "
				"uplink: %s does not call bal-up",
				c->path);
		fix_client(d, c);
		return;
	}
	bal_doctor_what(d, "bal.conf has a section for it, and it is no uplink");
	if (s && !c)
		fix_stanza(d, s, dev, "up bal-up\\n    down bal-down");
	else
		bal_doctor_fix(d, "bal-up %s", bal_doctor_word(d, dev));
}

static void
sections(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; f->looked && i < f->conf->n_uplinks; i++) {
		const char *dev = f->conf->uplinks[i].name;
		const struct bal_link *link = bal_snapshot_link(f->snap, dev);

		if (link && link->up && bal_doctor_has_address(f, link) &&
		    !bal_state_find(f->state, dev) &&
		    !bal_doctor_found(d, "no-uplink", dev) &&
		    !bal_doctor_found(d, "stanza-value", dev))
			section_unused(f, d, dev);
	}
}

/* --- a stick that came back without ifup ---------------------------------- */

static void
came_back(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; f->looked && i < f->uplinks->n; i++) {
		const struct bal_uplink *up = &f->uplinks->v[i];
		const struct bal_stanza *s = stanza_of(f, up->name);

		if (!up->admin_up || !up->ifindex || !s ||
		    !bal_stanza_use(f, s) || (up->up && up->v4.n_addrs))
			continue;
		bal_doctor_find(d, BAL_SEVERITY_RISK, "ifup-again", up->name,
				"ifupdown takes it for up, so ifup does "
				"nothing: its device has gone and come back, "
				"without udev, or its address was removed. "
				"The fix does what ifup would.");
		bal_doctor_what(d, "%s, and ifupdown takes it for configured",
				up->up ? "it has no address" :
					 "its link is down");
		/*
		 * ifup stops at an address that is there, and reports no error;
		 * and it begins a second DHCP client beside the first, whose
		 * lease ends one day.
		 */
		if (up->v4.n_addrs || strcmp(s->method, "dhcp") == 0)
			bal_doctor_fix(d, "ifdown --force %s; ifup %s",
				       bal_doctor_word(d, s->name),
				       bal_doctor_word(d, s->name));
		else
			bal_doctor_fix(d, "ifup --force %s",
				       bal_doctor_word(d, s->name));
	}
}

/* --- a client whose script OpenVPN refuses -------------------------------- */

static void
script_security(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; f->looked && i < f->clients.n; i++) {
		const struct bal_client *c = &f->clients.v[i];

		/* A device that is there was made an uplink by other means. */
		if (!c->makes_uplink || c->security >= 2 ||
		    bal_snapshot_link(f->snap, c->dev))
			continue;
		bal_doctor_find(d, BAL_SEVERITY_RISK, "script-security", c->dev,
				"OpenVPN may not call its up script then, and "
				"ends as soon as it has connected.");
		bal_doctor_what(d, "%s calls bal-up, and lacks script-security 2",
				c->path);
		bal_doctor_fix(d, "printf '\\nscript-security 2\\n' >>%s",
				bal_doctor_word(d, c->path));
	}
}

/* --- stanzas -------------------------------------------------------------- */

static void
fix_alias(struct bal_diagnosis *d, const struct bal_stanza *s,
	   const char *dev)
{
	bal_doctor_fix(d,
			"ifdown %s; sed -i 's/\\<%s\\>/%sb/g; %ua\\    pre-up "
			"ip link add link %s name %sb type macvlan\\n    "
			"post-down ip link del %sb' %s && ifup %sb",
			s->name, s->name, dev, s->last, dev, dev, dev,
			bal_doctor_word(d, s->path), dev);
}

static void
aliases(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; i < f->stanzas.n; i++) {
		const struct bal_stanza *s = &f->stanzas.v[i];
		const size_t len = strcspn(s->name, ":");
		char dev[BAL_IFNAMSIZ];

		if (!s->name[len] || !bal_stanza_is_for_bal(s))
			continue;
		snprintf(dev, sizeof(dev), "%.*s", (int)len, s->name);
		if (bal_doctor_found(d, "second-gateway", dev))
			continue;
		bal_doctor_find(d, BAL_SEVERITY_RISK, "alias", s->name,
				"It is one more address of its device, and an "
				"uplink is a device with one gateway: what the "
				"stanza says for bal is passed over. On a "
				"second device of the same wire, with a stanza "
				"like this one, it can be an uplink.");
		bal_doctor_what(d, "an alias is no uplink");
		if (bal_is_plain(s->name) && !strchr(s->name, '/'))
			fix_alias(d, s, dev);
		else
			bal_stanza_fix_by_editor(d, s->path, s->line);
	}
}

/* A default route in main is only a last resort beside uplinks. */
static void
lines(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; bal_doctor_any_up(f) && i < f->stanzas.n; i++) {
		const struct bal_stanza *s = &f->stanzas.v[i];
		const char *dev = bal_stanza_device(f, s);

		if (!bal_doctor_has_default(f, dev) || bal_state_find(f->state, dev) ||
		    bal_conf_find(f->conf, dev) || bal_stanza_is_for_bal(s) ||
		    stanza_of(f, dev) != s)
			continue;
		bal_doctor_find(d, BAL_SEVERITY_NOTE, "line-unused", dev,
				"bal takes no default route from the main "
				"table: as long as an uplink lives, nothing "
				"new leaves by this line. Where that is meant "
				"so, all is well.");
		bal_doctor_what(d,
				"it has a default route (%s in its stanza), "
				"and is no uplink",
				strcmp(s->method, "dhcp") ? "a gateway line" :
							    "DHCP");
		fix_stanza(d, s, dev, "bal-weight 1");
	}
}

static bool
comes_at_boot(const struct bal_facts *f, const char *name)
{
	for (size_t i = 0; i < f->at_boot.n; i++)
		if (strcmp(f->at_boot.v[i], name) == 0)
			return true;
	return false;
}

/* A template is no device, nor is a stanza for another name. */
static void
not_at_boot(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; f->looked && f->boot_known && i < f->stanzas.n; i++) {
		const struct bal_stanza *s = &f->stanzas.v[i];

		if (!bal_stanza_is_for_bal(s) || comes_at_boot(f, s->name) ||
		    !bal_snapshot_link(f->snap, bal_stanza_device(f, s)) ||
		    strcmp(bal_stanza_device(f, s), s->name) != 0 ||
		    stanza_of(f, s->name) != s)
			continue;
		bal_doctor_find(d, BAL_SEVERITY_NOTE, "not-at-boot", s->name,
				"There is no auto and no allow-hotplug line "
				"for it: after the next boot it is down until "
				"ifup is called.");
		bal_doctor_what(d, "nothing brings it up at boot");
		if (!bal_is_plain(s->name))
			bal_stanza_fix_by_editor(d, s->path, s->line);
		else
			bal_doctor_fix(d, "sed -i '%ui\\auto %s' %s", s->line,
				       s->name, bal_doctor_word(d, s->path));
	}
}

const struct bal_doctor_rule bal_doctor_rules_unused[] = {
	{ sections, true }, { script_security, false },
	{ came_back, false },
	{ aliases, false }, { lines, true },
	{ not_at_boot, false },
	{ NULL, false },
};
