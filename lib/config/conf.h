/* conf - bal.conf: what the administrator wrote. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_CONF_H
#define BAL_CONF_H

#include "base/paths.h"
#include "config/mode.h"
#include "config/policy.h"
#include "config/settings.h"

#define BAL_COMMAND_MAX 128
#define BAL_UPLINKS_MAX 250 /* slots 1 to 250: the marks of one byte */

/* Which firewall carries marks. */
enum bal_firewall_key {
	BAL_FIREWALL_AUTO,
	BAL_FIREWALL_LEGACY,
	BAL_FIREWALL_NFT,
};

/* Which resolver of the box gets the name servers of living uplinks. */
enum bal_name_servers {
	BAL_NAME_SERVERS_NO,
	BAL_NAME_SERVERS_RESOLVED,
	BAL_NAME_SERVERS_DNSMASQ,
};

/* May a BPF program choose uplinks for connections of this box? */
enum bal_steer_key {
	BAL_STEER_AUTO, /* where the kernel alone does not spread as wanted */
	BAL_STEER_YES,
	BAL_STEER_NO,
};

/* What becomes of IPv6 of the LAN that leaves by a line with another prefix. */
enum bal_masquerade6 {
	BAL_MASQUERADE6_AUTO, /* as IPv4 */
	BAL_MASQUERADE6_NO,
	BAL_MASQUERADE6_YES,
	BAL_MASQUERADE6_PREFIX, /* its prefix is exchanged, else masqueraded */
};

/* Bits of fib_multipath_hash_fields. */
#define BAL_HASH_SRC 0x1
#define BAL_HASH_DST 0x2
#define BAL_HASH_PROTO 0x4
#define BAL_HASH_SPORT 0x10
#define BAL_HASH_DPORT 0x20

/* [bal], with the built-in values for missing keys. */
struct bal_globals {
	enum bal_mode mode;
	enum bal_balance balance;	/* default connection */
	unsigned balance_line; /* of bal.conf; 0: it is not there */
	/* What each packet may come by any uplink to; else `packet` is refused. */
	bool packet_server; /* default no */
	uint32_t hash;			/* BAL_HASH_...; default all */
	enum bal_steer_key steer;	/* default auto */
	enum bal_firewall_key firewall; /* default auto */
	enum bal_ipv6 ipv6; /* default ignore */
	unsigned ipv6_line; /* of bal.conf; 0: it is not there */
	struct bal_addr destinations[BAL_DESTINATIONS_MAX]; /* none: default */
	size_t n_destinations;
	unsigned destinations_line; /* the first one; 0: none */
	bool everywhere;      /* `default` was given, as the only one */
	bool nexthop_objects; /* auto: true, as far as the kernel has them */
	uint32_t mark_mask;   /* default 0xff000000; one run of bits */
	uint32_t rule_priority;		 /* default 32768, 1-22770 or above */
	bool masquerade;		 /* default no */
	enum bal_masquerade6 masquerade6;
	unsigned masquerade6_line;	 /* of bal.conf; 0: it is not there */
	bool mss_clamp;			 /* default no */
	bool last_resort;		 /* default yes */
	enum bal_name_servers name_servers; /* default no */
	bool mptcp; /* endpoints for uplinks; default no */
	enum bal_all_dead when_all_dead; /* from [check] */
	/*
	 * Starts the client of a tunnel; printable, without quotes, every
	 * percent sign is of %s, the name, or %%; there is a %s.
	 */
	char openvpn_command[BAL_COMMAND_MAX];
	uint32_t openvpn_pause_ms; /* 1000 to 600000, default 30000 */
	uint32_t openvpn_dead_ms;  /* 1000 to a day, default 60000 */
	uint32_t event_timeout_ms; /* 1000 to 600000, default 10000 */
	uint32_t every_ms; /* 60000 to a day; default 0: events come once */
};

struct bal_conf_uplink {
	char name[BAL_IFNAMSIZ];
	struct bal_settings set;
	unsigned over_line; /* where `over` is, for bal_conf_place(); 0: none */
};

/* A file of the folder bal.conf.d, as it was read. */
struct bal_conf_part {
	char *path, *text;
	size_t len;
};

/* Zero state: nothing allocated; not a valid configuration. */
struct bal_conf {
	struct bal_globals globals;
	struct bal_settings check; /* [check] */
	struct bal_conf_uplink *uplinks;
	size_t n_uplinks;
	struct bal_policy policy; /* [group NAME], [rule NAME] */

	char *text; /* as it was read, @len bytes; NULL: there was no file */
	size_t len;
	struct bal_conf_part *parts; /* of its folder, in their order */
	size_t n_parts;
	char **paths; /* of the file, and of the @n_parts: bal_conf_place() */

	/* Reconcile thresholds that contradict each other. */
	bool settles;
};

/* What a configuration is read from. */
struct bal_conf_files {
	const char *path;
	bool must_exist; /* else a missing file is an empty one */
	const char *parts; /* a folder of more: bal_conf_parts_read(); or NULL */
	bool kept; /* the file is of bal_conf_parts_join() */
};

/*
 * Read @files.  A key of a later file takes the place of an earlier one's; within
 * one file a section and a key stand once.  Every fault is reported by bal_say()
 * as `FILE:LINE: what`; then -1
 * with their number in @err, kind BAL_ECONF.  Lines over 199 characters and
 * files over 1 MiB are refused (inih would cut the former).  @conf needs
 * bal_conf_fini() after success only.
 */
int bal_conf_read(struct bal_conf *conf, const struct bal_conf_files *files,
		  struct bal_err *err);

/* bal.conf and its folder, wherever they are. */
struct bal_conf_files bal_conf_files(const struct bal_paths *paths);

/* Where a line is that @conf has the number of, as over_line. */
struct bal_conf_place {
	const char *path;
	unsigned line;
};
struct bal_conf_place bal_conf_place(const struct bal_conf *conf,
				     unsigned number);

/* What is in use instead of a file with faults. */
enum bal_conf_instead {
	BAL_INSTEAD_BUILT_IN,	 /* no line of it */
	BAL_INSTEAD_RIGHT_LINES, /* its lines without a fault */
	BAL_INSTEAD_LAST_GOOD,	 /* the last one without a fault */
};

/* "the configuration from before stays": for messages. */
const char *bal_conf_instead_text(enum bal_conf_instead instead);

/* The faults of a file that stop no command.  Zero state: none. */
struct bal_conf_trouble {
	struct bal_err why; /* as bal_conf_read() fails; BAL_EOK: nothing */
	enum bal_conf_instead instead;
	unsigned faults, line; /* how many; the line of the first, or 0 */
	char file[BAL_PATH_MAX]; /* that the line is of */
	char first[sizeof(((struct bal_err *)0)->msg)]; /* as it was reported */
};

/*
 * As bal_conf_read(), for a command that must not stop: the faults of the file
 * go to @trouble, and its good lines are used.  -1 only when memory ran out.
 * @conf needs bal_conf_fini().
 */
int bal_conf_read_anyway(struct bal_conf *conf,
			 const struct bal_conf_files *files,
			 struct bal_conf_trouble *trouble, struct bal_err *err);

/* An empty configuration: the built-in values. */
struct bal_conf bal_conf_empty(void);

/* Free what bal_conf_read() allocated: zero state again. */
void bal_conf_fini(struct bal_conf *conf);

/* The section of @name, or NULL. */
const struct bal_conf_uplink *bal_conf_find(const struct bal_conf *conf,
					    const char *name);

#endif
