/* facts - the facts of this box that may keep bal from working. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Gathering is apart from checking, which doctor.h does.  It writes nothing,
 * sends no changing message and takes no lock.
 */
#ifndef BAL_FACTS_H
#define BAL_FACTS_H

#include "bpf/steer_held.h"
#include "firewall/chain.h"
#include "reconcile/pass.h"

/* Where dhclient-script(8) reads its hooks, before it does anything. */
#define BAL_DHCLIENT_ENTER "/etc/dhcp/dhclient-enter-hooks.d"

/* Zero state: could not be looked at. */
enum bal_known { BAL_UNKNOWN, BAL_YES, BAL_NO };

/* Kernel features that bal uses. */
enum bal_feature {
	BAL_FEATURE_RULES,     /* CONFIG_IP_MULTIPLE_TABLES */
	BAL_FEATURE_MULTIPATH, /* CONFIG_IP_ROUTE_MULTIPATH */
	BAL_FEATURE_NEXTHOPS,  /* Linux 5.3 */
	BAL_FEATURE_MANGLE,    /* CONFIG_IP_NF_MANGLE: legacy iptables */
	BAL_FEATURE_CONNTRACK, /* CONFIG_NETFILTER_XT_MATCH_CONNTRACK */
	BAL_FEATURE_CONNMARK, /* ..._XT_CONNMARK, CONFIG_NF_CONNTRACK_MARK */
	BAL_FEATURE_MARK,     /* CONFIG_NETFILTER_XT_MARK */
	BAL_FEATURE_CGROUP_BPF, /* CONFIG_CGROUP_BPF */
	BAL_FEATURE_MAX,
};

/* When a packet reaches a foreign rule. */
enum bal_place {
	BAL_PLACE_BEFORE, /* before any of bal's */
	BAL_PLACE_AMONG,  /* after the first of bal's, before balancing */
	BAL_PLACE_PASSED, /* never: bal's first rule skips it */
	BAL_PLACE_BEHIND, /* when bal has found no route */
};

/* A foreign policy rule. */
struct bal_foreign_rule {
	const struct bal_rule *rule;
	enum bal_place place;
	bool wide;  /* what it leads to has a route for everything */
	bool local; /* that route is to this box itself, for a proxy */
	char dev[BAL_IFNAMSIZ]; /* leaves by it; "": several, none */
	struct bal_addr gateway; /* behind @dev */
	const char *words; /* as ip(8) writes it */
	bool whole; /* deleting by these words deletes it alone */
	/*
	 * Command that deletes it; where it is not @whole, one that shows it.
	 */
	const char *deletion;
};

/* A default route of table main, or half of one. */
struct bal_main_way {
	struct bal_addr dst, gateway;
	char dev[BAL_IFNAMSIZ];
};

/* A device with an IPv6 default route. */
struct bal_v6_way {
	char dev[BAL_IFNAMSIZ];
	bool learned; /* from a router */
};

/* A rule of a firewall that writes marks; bal's own are left out. */
struct bal_marker {
	const char *by; /* "iptables-legacy", "iptables-nft", "nft" */
	const char *table, *chain, *words;
	uint32_t connections; /* bits of a connection's mark that it writes */
	uint32_t packets;     /* of a packet's, before that is routed */
};

/* A rule that gives packets the address of the device they leave by. */
struct bal_nat_rule {
	char out[BAL_IFNAMSIZ]; /* "" any device; "tun+" all with that prefix */
	bool invert;		/* any device but that */
};

/* A set or map of our nftables table that outlives its passes. */
struct bal_set_fact {
	const char *name;
	bool map, of_addresses;
	size_t n; /* elements */
	bool in_elements; /* while it is read */
};

/* A line of dnsmasq's configuration that fills a set of our table. */
struct bal_filler {
	const char *path, *set;
	unsigned line;
};

/* A program that manages a device. */
struct bal_manager {
	const char *name; /* "NetworkManager" */
	char dev[BAL_IFNAMSIZ];
};

/* An event program that is not run, and the reason. */
struct bal_event_file {
	const char *path;
	bool foreign_owner; /* else writable by others */
};

/* The `gateway` line of a stanza of interfaces(5). */
struct bal_gateway_line {
	char dev[BAL_IFNAMSIZ];
	char gateway[64]; /* as it is written */
	uint32_t metric;
};

/* A line of a stanza of interfaces(5), or of one that it inherits. */
struct bal_stanza_option {
	const char *name, *value; /* as they are written */
	const char *path; /* differs from the stanza's for an inherited line */
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

/* A device that ifupdown has up, and by which stanza. */
struct bal_configured {
	char dev[BAL_IFNAMSIZ], stanza[BAL_IFNAMSIZ];
};

/* An OpenVPN client configuration. */
struct bal_client {
	const char *path;
	char dev[BAL_IFNAMSIZ];
	char bind_dev[BAL_IFNAMSIZ];   /* sends by it, whatever the routes */
	struct bal_addr local, remote; /* none: not set, or a host name */
	BAL_LIST(struct bal_addr) remotes; /* all that are no host names */
	bool recursive; /* it takes what is for its own server, too */
	bool has_local;
	bool unprivileged; /* `user` of other than root */
	char group[32];
	const char *up, *down; /* the last line, which counts; or NULL */
	bool makes_uplink;   /* `up` or `route-up` calls bal-up */
	bool calls_bal;	     /* that, or `down` bal-down */
	uint32_t security;   /* script-security; 0: not set, which means 1 */
	/*
	 * Where packets from @local to @remote leave now; "": no route.
	 * Without @remote, which is a host name then: to any address
	 * outside.
	 */
	char leaves[BAL_IFNAMSIZ];
	bool looked_up;
	bool by_main; /* main has a more specific route than a default */
};

/* Where a WireGuard tunnel sends its packets. */
struct bal_endpoint {
	char dev[BAL_IFNAMSIZ];
	struct bal_addr addr;
	uint32_t mark; /* mark of its packets; 0: none */
	char leaves[BAL_IFNAMSIZ]; /* device of the route now; "": none */
	bool shared; /* by a route that several uplinks share */
};

/* All facts.  Zero state: nothing known. */
struct bal_facts {
	struct bal_arena arena; /* of all that follows but the pass's */
	const struct bal_conf *conf;
	const struct bal_state *state;
	const struct bal_snapshot *snap;
	const struct bal_uplinks *uplinks;
	bool looked; /* the kernel was read: the last two hold it */
	const char *conf_path, *state_path;
	/* The faults of bal.conf; its correct lines are in @conf. */
	const struct bal_conf_trouble *trouble;
	BAL_LIST(const char *) conf_faults; /* of its lines, as reported */
	const char *look_fault; /* why the kernel could not be read, or NULL */
	bool state_damaged;
	size_t due; /* operations that a pass would do */
	enum bal_mode mode;
	struct bal_plan plan;
	struct bal_steer_held steer;

	unsigned release; /* 6018: Linux 6.18; 0: unknown */
	enum bal_known features[BAL_FEATURE_MAX];
	unsigned left_out; /* 1 << of those that this kernel lacks */
	bool privileged; /* run by root */
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
	/* The route by which main ends the search for all the world, in words. */
	const char *main_end;
	bool main_hosts; /* main has a route by a gateway to a single host */
	BAL_LIST(struct bal_v6_way) v6_ways;
	BAL_LIST(struct bal_marker) markers;
	bal_table_list names;
	enum bal_known nat_known; /* BAL_YES: @nat is complete */
	BAL_LIST(struct bal_nat_rule) nat;
	enum bal_known sets_known; /* BAL_YES: @sets is complete */
	BAL_LIST(struct bal_set_fact) sets;
	BAL_LIST(struct bal_filler) fillers;

	BAL_LIST(struct bal_manager) managers;
	bool systemd; /* it runs this box */
	bool watch;   /* bal-check --watch runs */
	struct bal_stopped stopped; /* holds a lock of ours; pid 0: none */
	bool cron;    /* a line for bal-check is in force */
	/*
	 * There is /etc/cron.d/bal; and its line for bal-check is commented
	 * out.
	 */
	bool cron_file, cron_comment;
	/*
	 * The file with a line without --if-idle, which reports others; or
	 * NULL.
	 */
	const char *cron_insists;
	bool timed; /* systemd starts bal-check, by timer or as a service */
	const char *unit_idle; /* one that is enabled and not active, or NULL */

	/* The first name server of resolv.conf(5); NULL: one is this box. */
	const char *asked;
	bool dhclient; /* there is BAL_DHCLIENT_ENTER */

	BAL_LIST(struct bal_event_file) events;
	BAL_LIST(struct bal_gateway_line) gateways;
	BAL_LIST(struct bal_stanza) stanzas;
	BAL_LIST(struct bal_configured) configured;
	/* Devices brought up at boot, or when plugged in; if @boot_known. */
	BAL_LIST(const char *) at_boot;
	bool boot_known;
	/* Why ifupdown refuses all stanzas, or NULL. */
	const char *ifup_fault;
	BAL_LIST(struct bal_client) clients;
	BAL_LIST(struct bal_endpoint) endpoints;

	/* Uplinks whose gateway does not answer ARP. */
	BAL_LIST(const char *) mute;

	/* What marked datagrams have shown, prove.h; NULL: none was sent. */
	const struct bal_proofs *proofs;

	BAL_LIST(const char *) unseen; /* what could not be looked at */
};

/*
 * Gather all facts.  @pass is in its zero state and must outlive @f;
 * bal_pass_fini() and bal_facts_fini() in any case.  What cannot be read is no
 * failure but a fact: -1 only for a wrong command line and when memory ran out.
 */
int bal_facts_gather(struct bal_facts *f, struct bal_pass *pass,
		     const char *conf_option, struct bal_err *err);
/* Free what @f owns. */
void bal_facts_fini(struct bal_facts *f);

/* The uplink of that name, or NULL. */
const struct bal_uplink *bal_facts_uplink(const struct bal_facts *f,
					  const char *name);

#endif
