// SPDX-License-Identifier: GPL-2.0-or-later
/* doctor_kernel - what the kernel lacks, and settings that work against ours. */
#include <string.h>

#include "doctor_parts.h"

#define SPREADS_LOCAL_FROM 6016 /* Linux 6.16 (KERNEL.md 2) */

static const struct lack {
	enum bal_feature feature;
	enum bal_severity severity;
	const char *id, *what, *why, *mend;
} lacks[] = {
	{ BAL_FEATURE_RULES, BAL_SEVERITY_BROKEN, "no-rules",
	  "the kernel has no policy routing (CONFIG_IP_MULTIPLE_TABLES)",
	  "Nothing can be kept on its uplink without rules.", "" },
	{ BAL_FEATURE_MULTIPATH, BAL_SEVERITY_BROKEN, "no-multipath",
	  "the kernel has no multipath routes (CONFIG_IP_ROUTE_MULTIPATH)",
	  "One default route cannot lead to several uplinks: only solo "
	  "works.",
	  "bal-mode --save solo" },
	{ BAL_FEATURE_NEXTHOPS, BAL_SEVERITY_NOTE, "no-nexthops",
	  "the kernel has no nexthop objects (Linux 5.3)",
	  "Classic multipath routes take their place: when a device "
	  "vanishes, the whole route goes with it until the next bal-check.",
	  "bal-check --watch" },
	{ BAL_FEATURE_MANGLE, BAL_SEVERITY_RISK, "no-mangle",
	  "the kernel has no legacy iptables (CONFIG_IP_NF_MANGLE)",
	  "Connections are not marked: replies and forwarded connections may "
	  "change their uplink, which breaks them. nftables does not take its "
	  "place.",
	  "modprobe iptable_mangle" },
	{ BAL_FEATURE_CONNTRACK, BAL_SEVERITY_RISK, "no-conntrack-match",
	  "the kernel cannot match new connections "
	  "(CONFIG_NETFILTER_XT_MATCH_CONNTRACK)",
	  "Connections are not marked: replies and forwarded connections may "
	  "change their uplink, which breaks them.",
	  "modprobe xt_conntrack" },
	{ BAL_FEATURE_CONNMARK, BAL_SEVERITY_RISK, "no-connmark",
	  "the kernel cannot mark connections (CONFIG_NETFILTER_XT_CONNMARK, "
	  "CONFIG_NF_CONNTRACK_MARK)",
	  "Replies and forwarded connections may change their uplink, which "
	  "breaks them.",
	  "modprobe xt_connmark" },
	{ BAL_FEATURE_MARK, BAL_SEVERITY_RISK, "no-mark",
	  "the kernel cannot match marks (CONFIG_NETFILTER_XT_MARK)",
	  "Replies and forwarded connections may change their uplink, which "
	  "breaks them.",
	  "modprobe xt_mark" },
	{ BAL_FEATURE_CGROUP_BPF, BAL_SEVERITY_NOTE, "no-cgroup-bpf",
	  "the kernel has no BPF programs for cgroups (CONFIG_CGROUP_BPF)",
	  "A single program cannot be kept on one uplink by its cgroup.", "" },
};

static void
missing(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; i < sizeof(lacks) / sizeof(lacks[0]); i++) {
		const struct lack *l = &lacks[i];

		if (f->features[l->feature] != BAL_NO)
			continue;
		bal_doctor_find(d, l->severity, l->id, "", l->why);
		bal_doctor_what(d, "%s", l->what);
		bal_doctor_mend(d, "%s", l->mend);
	}
}

static void
old_kernel(const struct bal_facts *f, struct bal_diagnosis *d)
{
	if (!f->release || f->release >= SPREADS_LOCAL_FROM ||
	    !bal_doctor_any_up(f))
		return;
	bal_doctor_find(d, BAL_SEVERITY_NOTE, "old-kernel", "",
			"All TCP connections of this box's own to one address "
			"and port take the same uplink. UDP, forwarded "
			"connections and those to different servers are spread "
			"as they should.");
	bal_doctor_what(d, "Linux %u.%u is older than 6.16", f->release / 1000,
			f->release % 1000);
}

static void
hash_policy(const struct bal_facts *f, struct bal_diagnosis *d)
{
	if (!bal_doctor_any_up(f) || f->snap->hash_policy != 0)
		return;
	bal_doctor_find(d, BAL_SEVERITY_RISK, "hash-policy", "",
			"All connections to one address share one uplink. "
			"bal-up sets it to 1; somebody has set it back, or it "
			"could not be written.");
	bal_doctor_what(d, "net.ipv4.fib_multipath_hash_policy is 0");
	bal_doctor_mend(d, "sysctl -w net.ipv4.fib_multipath_hash_policy=1");
}

static const struct bal_link *
link_of(const struct bal_facts *f, int ifindex)
{
	return bal_snapshot_ifindex(f->snap, ifindex);
}

static void
device_settings(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; f->looked && i < f->plan.devconf.n; i++) {
		const struct bal_devconf_set *set = &f->plan.devconf.v[i];
		const struct bal_link *link = link_of(f, set->ifindex);

		if (set->restore || !link || !link->has_devconf)
			continue;
		for (int dc = 0; dc < BAL_DC_MAX; dc++) {
			if (!(set->mask & (1u << dc)) ||
			    link->devconf[dc] == set->value[dc])
				continue;
			bal_doctor_find(d, BAL_SEVERITY_RISK, "sysctl",
					set->dev,
					"bal-up sets it, somebody has changed "
					"it since, or it could not be written. "
					"Replies may take another uplink, or "
					"be dropped.");
			bal_doctor_what(d,
					"net.ipv4.conf.%s.%s is %d instead of "
					"%d",
					set->dev, bal_devconf_name(dc),
					link->devconf[dc], set->value[dc]);
			bal_doctor_mend(d, "bal-check --no-probe");
		}
	}
}

/* Of `all` and the device the kernel takes the larger, or ORs them. */
static void
all_defeats(const struct bal_facts *f, struct bal_diagnosis *d,
	    enum bal_devconf dc, int32_t most, const char *why)
{
	if (!bal_doctor_any_up(f) || f->all[dc] <= most)
		return;
	bal_doctor_find(d, BAL_SEVERITY_RISK, "sysctl-all", "", why);
	bal_doctor_what(d,
			"net.ipv4.conf.all.%s is %d, which defeats what the "
			"devices have",
			bal_devconf_name(dc), f->all[dc]);
	bal_doctor_mend(d, "sysctl -w net.ipv4.conf.all.%s=0",
			bal_devconf_name(dc));
}

static bool
shares_address(const struct bal_facts *f)
{
	for (size_t i = 0; i < f->uplinks->n; i++)
		if (f->uplinks->v[i].shared_addr)
			return true;
	return false;
}

static void
all_settings(const struct bal_facts *f, struct bal_diagnosis *d)
{
	all_defeats(f, d, BAL_DC_ARP_FILTER, 0,
		    "An ARP request is answered only where this box would "
		    "route back by the same device: uplinks of one subnet "
		    "become deaf. Look for it in /etc/sysctl.conf and "
		    "/etc/sysctl.d, too.");
	all_defeats(f, d, BAL_DC_ARP_IGNORE, 1,
		    "ARP requests are answered for fewer addresses than a "
		    "gateway may ask for. Look for it in /etc/sysctl.conf and "
		    "/etc/sysctl.d, too.");
	if (f->looked && shares_address(f))
		all_defeats(f, d, BAL_DC_RP_FILTER, 0,
			    "Replies to an address that several uplinks have "
			    "are dropped: only one of the devices passes the "
			    "check. Look for it in /etc/sysctl.conf and "
			    "/etc/sysctl.d, too.");
}

bal_doctor_rule *const bal_doctor_rules_kernel[] = {
	missing, old_kernel, hash_policy, device_settings, all_settings, NULL,
};
