/* facts - what can be seen of this box that may stand in bal's way. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Gathering and judging are apart: this is what was seen, doctor.h judges it.
 * Gathering writes nothing, sends no changing message and takes no lock.
 */
#ifndef BAL_FACTS_H
#define BAL_FACTS_H

#include "firewall/chain.h"
#include "reconcile/pass.h"

/* Zero state: nobody could look. */
enum bal_known { BAL_UNKNOWN, BAL_YES, BAL_NO };

/* What bal asks of the kernel. */
enum bal_feature {
	BAL_FEATURE_RULES,     /* CONFIG_IP_MULTIPLE_TABLES */
	BAL_FEATURE_MULTIPATH, /* CONFIG_IP_ROUTE_MULTIPATH */
	BAL_FEATURE_NEXTHOPS,  /* Linux 5.3 */
	BAL_FEATURE_MANGLE,    /* CONFIG_IP_NF_MANGLE: legacy iptables */
	BAL_FEATURE_CONNTRACK, /* CONFIG_NETFILTER_XT_MATCH_CONNTRACK */
	BAL_FEATURE_CONNMARK, /* CONFIG_NETFILTER_XT_CONNMARK, NF_CONNTRACK_MARK */
	BAL_FEATURE_MARK,     /* CONFIG_NETFILTER_XT_MARK */
	BAL_FEATURE_CGROUP_BPF, /* CONFIG_CGROUP_BPF */
	BAL_FEATURE_MAX,
};

/* When a packet comes to a rule of somebody else's. */
enum bal_place {
	BAL_PLACE_BEFORE, /* before any of bal's */
	BAL_PLACE_AMONG,  /* behind the first of bal's, before balancing */
	BAL_PLACE_PASSED, /* never: bal's first rule leads past it */
	BAL_PLACE_BEHIND, /* when bal has found no route */
};

/* Somebody else's policy rule. */
struct bal_foreign_rule {
	const struct bal_rule *rule;
	enum bal_place place;
	bool wide;  /* what it leads to has a route for everything */
	bool local; /* and that is to this box itself, as proxies want it */
	char dev[BAL_IFNAMSIZ]; /* by which it leaves; "": several, none */
	struct bal_addr gateway; /* behind @dev */
	const char *words; /* as ip(8) writes it */
	bool whole; /* and takes it: that is all of it, and it alone */
	/* Deletes it, as a command; where it is not @whole, shows it. */
	const char *deletion;
};

/* A default route of table main, or half of one. */
struct bal_main_way {
	struct bal_addr dst, gateway;
	char dev[BAL_IFNAMSIZ];
};

/* A device that has a default route of IPv6's. */
struct bal_v6_way {
	char dev[BAL_IFNAMSIZ];
	bool learned; /* from a router */
};

/* A rule of a firewall's that writes marks, bal's own left out. */
struct bal_marker {
	const char *by; /* "iptables-legacy", "iptables-nft", "nft" */
	const char *table, *chain, *words;
	uint32_t connections; /* bits of a connection's mark that it writes */
	uint32_t packets;     /* of a packet's, before that is routed */
};

/* A rule that gives packets the address of the device they leave by. */
struct bal_nat_rule {
	char out[BAL_IFNAMSIZ]; /* "" any device; "tun+" all that begin so */
	bool invert;		/* any device but that */
};

/* A program that takes itself for the master of a device. */
struct bal_manager {
	const char *name; /* "NetworkManager" */
	char dev[BAL_IFNAMSIZ];
};

/* An event program that is not run, and why. */
struct bal_event_file {
	const char *path;
	bool foreign_owner; /* else others can write it */
};

/* The `gateway` line of a stanza of interfaces(5). */
struct bal_gateway_line {
	char dev[BAL_IFNAMSIZ];
	char gateway[64]; /* as it is written */
	uint32_t metric;
};

/* A line of a stanza of interfaces(5), and of those that it goes on in. */
struct bal_stanza_option {
	const char *name, *value; /* as they are written */
	const char *path; /* not the stanza's where it inherits the line */
	unsigned line;
};

struct bal_stanza {
	char name[BAL_IFNAMSIZ]; /* of the device, or a logical one */
	char method[16]; /* "static" */
	const char *path;
	unsigned line; /* where it begins */
	unsigned last; /* where that line ends, which backslashes continue */
	BAL_LIST(struct bal_stanza_option) options;
};

/* What ifupdown takes for up: a device, and by which stanza. */
struct bal_configured {
	char dev[BAL_IFNAMSIZ], stanza[BAL_IFNAMSIZ];
};

/* A client configuration of OpenVPN's. */
struct bal_client {
	const char *path;
	char dev[BAL_IFNAMSIZ];
	char bind_dev[BAL_IFNAMSIZ];   /* sends by it, whatever routes say */
	struct bal_addr local, remote; /* none: not said, or by name */
	BAL_LIST(struct bal_addr) remotes; /* all that are no names */
	bool recursive; /* it takes what is for its own server, too */
	bool has_local;
	bool unprivileged; /* `user` of somebody who is not root */
	char group[32];
	const char *up, *down; /* scripts: the last line, which counts; or NULL */
	bool makes_uplink;   /* `up` or `route-up` calls bal-up */
	bool calls_bal;	     /* that, or `down` bal-down */
	uint32_t security;   /* script-security; 0: not said, which means 1 */
	/*
	 * Where packets from @local to @remote leave now; "": no route.
	 * Without @remote, which is a name then: those to anywhere outside.
	 */
	char leaves[BAL_IFNAMSIZ];
	bool looked_up;
	bool by_main; /* main has a route for it that is no default */
};

/* Where a tunnel of WireGuard's sends its packets. */
struct bal_endpoint {
	char dev[BAL_IFNAMSIZ];
	struct bal_addr addr;
	uint32_t mark; /* that its packets have; 0: none */
	char leaves[BAL_IFNAMSIZ]; /* by that device now; "": no route */
	bool shared; /* by a route that several uplinks share */
};

/* All of it.  Zero state: nothing known. */
struct bal_facts {
	struct bal_arena arena; /* of all that follows but what pass has */
	const struct bal_conf *conf;
	const struct bal_state *state;
	const struct bal_snapshot *snap;
	const struct bal_uplinks *uplinks;
	bool looked; /* the kernel was read: the last two hold it */
	const char *conf_path, *state_path;
	/* What is wrong with bal.conf, whose right lines are in @conf. */
	const struct bal_conf_trouble *trouble;
	BAL_LIST(const char *) conf_faults; /* of its lines, as reported */
	const char *look_fault; /* why the kernel could not be read, or NULL */
	bool state_damaged;
	size_t due; /* changes that the kernel waits for */
	enum bal_mode mode;
	struct bal_plan plan;

	unsigned release; /* 6018: Linux 6.18; 0: unknown */
	enum bal_known features[BAL_FEATURE_MAX];
	unsigned left_out; /* 1 << of those that this kernel was built without */
	bool privileged; /* root asks */
	/* Is that legacy table in this network namespace? */
	enum bal_known xtable[BAL_XTABLE_MAX];
	bool mangle_loaded; /* and was read */

	int32_t all[BAL_DC_MAX]; /* net.ipv4.conf.all.*; -1: unreadable */
	int32_t ip_forward;
	int32_t conntrack_count, conntrack_max; /* -1: no conntrack */
	int year;
	enum bal_known clock_synced;

	BAL_LIST(struct bal_foreign_rule) foreign_rules;
	BAL_LIST(struct bal_main_way) main_ways;
	struct bal_resort last_resort;
	bool main_hosts; /* and it has a route by a gateway to a single host */
	BAL_LIST(struct bal_v6_way) v6_ways;
	BAL_LIST(struct bal_marker) markers;
	bal_table_list names;
	enum bal_known nat_known; /* BAL_YES: @nat is all there is */
	BAL_LIST(struct bal_nat_rule) nat;

	BAL_LIST(struct bal_manager) managers;
	bool systemd; /* it is what runs this box */
	bool watch;   /* bal-check --watch runs */
	struct bal_stopped stopped; /* with a lock of ours; pid 0: none is */
	bool cron;    /* a line for bal-check is in force */
	/* There is /etc/cron.d/bal; and its line for bal-check is a comment. */
	bool cron_file, cron_comment;
	/* The file of one without --if-idle, which complains of others; or NULL. */
	const char *cron_insists;
	bool timed; /* systemd starts bal-check, by timer or as a service */
	const char *unit_idle; /* one that is enabled and not active, or NULL */

	BAL_LIST(struct bal_event_file) events;
	BAL_LIST(struct bal_gateway_line) gateways;
	BAL_LIST(struct bal_stanza) stanzas;
	BAL_LIST(struct bal_configured) configured;
	/* Brought up at boot, or when plugged in; known where @boot_known. */
	BAL_LIST(const char *) at_boot;
	bool boot_known;
	/* What ifupdown says of stanzas it cannot read any of, or NULL. */
	const char *ifup_fault;
	BAL_LIST(struct bal_client) clients;
	BAL_LIST(struct bal_endpoint) endpoints;

	/* Uplinks whose gateway was asked for its hardware address in vain. */
	BAL_LIST(const char *) mute;

	BAL_LIST(const char *) unseen; /* what could not be looked at */
};

/*
 * Look at everything.  @pass is in its zero state and must outlive @f;
 * bal_pass_fini() and bal_facts_fini() in any case.  What cannot be read is no
 * failure but a fact: -1 only for a wrong command line and when memory ran
 * out.
 */
int bal_facts_gather(struct bal_facts *f, struct bal_pass *pass,
		     const char *conf_option, struct bal_err *err);
void bal_facts_fini(struct bal_facts *f);

/* The uplink of that name, or NULL. */
const struct bal_uplink *bal_facts_uplink(const struct bal_facts *f,
					  const char *name);

#endif
