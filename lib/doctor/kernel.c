// SPDX-License-Identifier: GPL-2.0-or-later
/* kernel - missing kernel features, and settings that conflict with ours. */
#include <string.h>

#include "netlink/sysctl.h"
#include "doctor/internal.h"

#define BINDS_BY_CGROUP_FROM 5012 /* bpf_setsockopt() in sendmsg4 */

static const struct lack {
	enum bal_feature feature;
	enum bal_severity severity;
	const char *id, *what, *why;
	/* NULL, or, where this kernel was built without it, another kernel. */
	const char *fix;
} lacks[] = {
	{ BAL_FEATURE_RULES, BAL_SEVERITY_BROKEN, "no-rules",
	  "the kernel has no policy routing (CONFIG_IP_MULTIPLE_TABLES)",
	  "Nothing can be kept on its uplink without rules.", NULL },
	{ BAL_FEATURE_MULTIPATH, BAL_SEVERITY_BROKEN, "no-multipath",
	  "the kernel has no multipath routes (CONFIG_IP_ROUTE_MULTIPATH)",
	  "One default route cannot lead to several uplinks: only solo "
	  "works. Debian's kernels have them.",
	  "bal-mode --save solo" },
	{ BAL_FEATURE_NEXTHOPS, BAL_SEVERITY_NOTE, "no-nexthops",
	  "the kernel has no nexthop objects (Linux 5.3)",
	  "Classic multipath routes take their place: when a device "
	  "vanishes, the whole route goes with it until the next bal-check; "
	  "with --watch that is at once.",
	  NULL },
	{ BAL_FEATURE_MANGLE, BAL_SEVERITY_RISK, "no-mangle",
	  "the kernel has no legacy iptables (CONFIG_IP_NF_MANGLE)",
	  "Connections are not marked: replies and forwarded connections may "
	  "change their uplink, which breaks them. `firewall = auto` uses "
	  "nftables instead, where the kernel has it.",
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
	  "bal-exec cannot keep a program on one uplink by its cgroup; what "
	  "it offers instead is a mark.",
	  NULL },
};

/* The names of Debian's kernels for this architecture. */
#if defined(__arm__)
#define KERNEL "linux-image-armmp"
#elif defined(__i386__)
#define KERNEL "linux-image-686-pae"
#else
#define KERNEL "linux-image-$(dpkg --print-architecture)"
#endif

static void
missing(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; i < sizeof(lacks) / sizeof(lacks[0]); i++) {
		const struct lack *l = &lacks[i];
		const bool module = l->fix && strncmp(l->fix, "modprobe", 8) == 0;

		if (f->features[l->feature] != BAL_NO ||
		    (l->feature == BAL_FEATURE_MULTIPATH &&
		     f->mode == BAL_MODE_SOLO))
			continue;
		bal_doctor_find(d, l->severity, l->id, "", l->why);
		bal_doctor_what(d, "%s", l->what);
		if (l->fix && !(module && f->left_out & 1u << l->feature))
			bal_doctor_fix(d, "%s", l->fix);
		else
			bal_doctor_fix(d, "apt-get install " KERNEL
					   " && reboot");
	}
}

static void
old_kernel(const struct bal_facts *f, struct bal_diagnosis *d)
{
	if (!f->release || f->release >= BAL_SPREADS_TCP ||
	    !bal_doctor_any_up(f) || f->steer.whole)
		return;
	bal_doctor_find(d, BAL_SEVERITY_NOTE, "old-kernel", "",
			"All TCP connections of this box's own to one address "
			"and port take the same uplink. UDP, forwarded "
			"connections and those to different servers are spread "
			"as they should.");
	bal_doctor_what(d, "Linux %u.%u is older than 6.16", f->release / 1000,
			f->release % 1000);
}

/* CONFIG_CGROUP_BPF alone does not let a program bind a UDP socket. */
static void
too_old_for_exec(const struct bal_facts *f, struct bal_diagnosis *d)
{
	if (!f->release || f->release >= BINDS_BY_CGROUP_FROM ||
	    f->features[BAL_FEATURE_CGROUP_BPF] == BAL_NO ||
	    !bal_doctor_any_up(f))
		return;
	bal_doctor_find(d, BAL_SEVERITY_NOTE, "old-kernel-exec", "",
			"bal-exec refuses to run a command: its sockets could "
			"not be kept on one uplink. A program that can set a "
			"mark itself gets it from bal-exec -m.");
	bal_doctor_what(d, "Linux %u.%u is older than 5.12", f->release / 1000,
			f->release % 1000);
}

#define SET_BACK                                                           \
	" bal-up sets it to 1; it has been set back, or it could not " \
	"be written."

/* Findings for bal_sysctls that have the kernel's default value. */
static const struct {
	enum bal_severity severity;
	const char *id, *what, *why, *fix;
} box_settings[BAL_SYSCTL_MAX] = {
	[BAL_SYSCTL_HASH_POLICY] = {
		BAL_SEVERITY_RISK, "hash-policy",
		"net.ipv4.fib_multipath_hash_policy is 0",
		"All connections to one address share one uplink." SET_BACK,
		"sysctl -w net.ipv4.fib_multipath_hash_policy=1" },
	[BAL_SYSCTL_ICMP_ERRORS] = {
		BAL_SEVERITY_RISK, "icmp-errors",
		"net.ipv4.icmp_errors_use_inbound_ifaddr is 0",
		"What this box says about a forwarded packet may leave by "
		"another uplink than the packet came by. Without "
		"\"fragmentation needed\" large packets get lost, and "
		"uploads through a forwarded port hang." SET_BACK,
		"sysctl -w net.ipv4.icmp_errors_use_inbound_ifaddr=1" },
};

/* With `balance = session` the kernel's default is right. */
static bool
is_as_planned(const struct bal_facts *f, enum bal_sysctl which)
{
	return f->plan.rules.n && !f->plan.restore_sysctls &&
	       f->plan.sysctls.of[which] == f->snap->sysctls.of[which];
}

static void
settings_of_box(const struct bal_facts *f, struct bal_diagnosis *d)
{
	if (!bal_doctor_any_up(f))
		return;
	for (int i = 0; i < BAL_SYSCTL_MAX; i++) {
		if (!box_settings[i].what ||
		    f->snap->sysctls.of[i] != bal_sysctls[i].initial ||
		    is_as_planned(f, i))
			continue;
		bal_doctor_find(d, box_settings[i].severity, box_settings[i].id,
				"", box_settings[i].why);
		bal_doctor_what(d, "%s", box_settings[i].what);
		bal_doctor_fix(d, "%s", box_settings[i].fix);
	}
}

static const struct bal_link *
link_of(const struct bal_facts *f, int ifindex)
{
	return bal_snapshot_ifindex(f->snap, ifindex);
}

/* Has the device another value than bal sets? */
static bool
is_off(const struct bal_facts *f, const struct bal_devconf_set *set,
       enum bal_devconf dc)
{
	const struct bal_link *link = link_of(f, set->ifindex);

	return !set->restore && link && link->has_devconf &&
	       set->mask & (1u << dc) && link->devconf[dc] != set->value[dc];
}

static bool
is_off_alike(const struct bal_facts *f, const struct bal_devconf_set *a,
	     const struct bal_devconf_set *b, enum bal_devconf dc)
{
	return is_off(f, a, dc) && a->value[dc] == b->value[dc] &&
	       link_of(f, a->ifindex)->devconf[dc] ==
		       link_of(f, b->ifindex)->devconf[dc];
}

/* The devices from number @first on, if that is the first with the value. */
static void
device_setting(const struct bal_facts *f, struct bal_diagnosis *d, size_t first,
	       enum bal_devconf dc)
{
	const struct bal_devconf_set *sets = f->plan.devconf.v;
	const struct bal_devconf_set *set = &sets[first];
	size_t n = 1;

	for (size_t i = 0; i < first; i++)
		if (is_off_alike(f, &sets[i], set, dc))
			return;
	bal_doctor_find(d, BAL_SEVERITY_RISK, "sysctl", set->dev,
			"bal-up sets it; it has been changed since, or it "
			"could not be written. Replies may take another "
			"uplink, or be dropped.");
	for (size_t i = first + 1; i < f->plan.devconf.n; i++) {
		if (!is_off_alike(f, &sets[i], set, dc))
			continue;
		bal_doctor_also(d, sets[i].dev);
		n++;
	}
	bal_doctor_what(d, "net.ipv4.conf.%s.%s is %d instead of %d",
			n > 1 ? "*" : set->dev, bal_devconf_name(dc),
			link_of(f, set->ifindex)->devconf[dc], set->value[dc]);
	bal_doctor_fix(d, "bal-check --no-probe");
}

static void
device_settings(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; f->looked && i < f->plan.devconf.n; i++)
		for (int dc = 0; dc < BAL_DC_MAX; dc++)
			if (is_off(f, &f->plan.devconf.v[i], dc))
				device_setting(f, d, i, dc);
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
	bal_doctor_fix(d, "sysctl -w net.ipv4.conf.all.%s=0",
			bal_devconf_name(dc));
}

static bool
shares_address(const struct bal_facts *f)
{
	for (size_t i = 0; i < f->uplinks->n; i++)
		if (f->uplinks->v[i].v4.shared_addr)
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

const struct bal_doctor_rule bal_doctor_rules_kernel[] = {
	{ missing, false },
	{ old_kernel, false },
	{ too_old_for_exec, false },
	{ settings_of_box, false },
	{ device_settings, true },
	{ all_settings, false },
	{ NULL, false },
};
