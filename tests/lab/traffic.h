/* traffic - what the parts of the traffic generator share. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TRAFFIC_H
#define TRAFFIC_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <netinet/in.h>

#define MSEC 1000000LL
#define SEC (1000 * MSEC)

/* One request or answer, "ADDRESS PORT REQUEST\n", and its NUL. */
#define LINE_SIZE 128

/* The options of all subcommands; each takes the ones it understands. */
struct options {
	bool udp;	  /* --proto udp, else tcp */
	bool unconnected; /* each datagram is routed anew */
	bool down;	  /* bulk: from the server to us */
	bool reorder;	  /* delay: a packet may overtake another */
	in_port_t serve_udp, serve_tcp; /* 0: not served */
	uint32_t first, last; /* --to, host byte order; equal for one address */
	in_port_t port;
	unsigned count, parallel, flows, rate, every_ms, timeout_ms;
	unsigned delay_ms, jitter_ms; /* of a round trip */
	double seconds;		      /* 0: until a signal */
	struct in_addr bind;	      /* INADDR_ANY: not bound */
	const char *device;	      /* NULL: not bound */
	struct in_addr via; /* INADDR_ANY: whatever the kernel chooses */
	unsigned mark;	    /* 0: none */
	bool verbose;
};

/* Set by SIGINT and SIGTERM: finish and print what was measured. */
extern volatile sig_atomic_t stopping;

/* Print the message and the text of errno, exit 1. */
void die(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));

/* calloc that does not return NULL. */
void *allocate(size_t count, size_t size);

/* Monotonic clock in ns. */
int64_t now(void);

/* An epoll instance. */
int poller_new(void);

/* Watch @fd for @events, handing out @data. */
void poller_add(int poller, int fd, uint32_t events, void *data);

/* A timer that is readable every @period_ns; 0 and a tick of 1 ms at least. */
int ticker_new(int64_t period_ns);

/* Forget the ticks that are due. */
void ticker_drain(int ticker);

/*
 * What comes in while this process has to wait for a processor shall not be
 * lost: 4 MiB, or as much as the system lets have.
 */
void make_room(int fd);

/*
 * A nonblocking socket bound as the options say and connected, or being
 * connected, to @address (host byte order) and the port of --to.  -1 with
 * errno when the kernel refuses at once.
 */
int socket_to(const struct options *opt, bool udp, uint32_t address);

/* The same from source port @own, host byte order; 0: any. */
int socket_from(const struct options *opt, bool udp, uint32_t address,
		in_port_t own);

/* A nonblocking UDP socket bound as the options say, and to @own; or -1. */
int socket_unconnected(const struct options *opt, in_port_t own);

/*
 * Up to @want source ports from which the first address of --to is reached as
 * --via, found by asking from one after the other.  Their number.
 */
unsigned choose_ports(const struct options *opt, bool udp, in_port_t *ports,
		      unsigned want);

/*
 * The identity, the address at the front of the answer @line, or 0 when it is
 * not an answer; @seq gets the number behind address and port.
 */
in_addr_t answer_parse(const char *line, unsigned long *seq);

/* Dotted form of @identity in a static buffer. */
const char *identity_name(in_addr_t identity);

/* How often each identity was seen. */
struct tally {
	struct tally_row {
		in_addr_t identity;
		unsigned count;
	} * rows;
	unsigned used, size;
};

/* True: it is a new one. */
bool tally_add(struct tally *tally, in_addr_t identity);

/* "IDENTITY COUNT" lines in order of address. */
void tally_print(struct tally *tally);

/* Free what it holds; it is empty then. */
void tally_fini(struct tally *tally);

/* The subcommands; each returns the exit status. */
int serve_run(const struct options *opt);
int spread_run(const struct options *opt);
int connect_run(const struct options *opt);
int udp_run(const struct options *opt);
int tcp_run(const struct options *opt);
int routes_run(const struct options *opt);
int sink_run(const struct options *opt);
int bulk_run(const struct options *opt);
int delay_run(const struct options *opt);

#endif
