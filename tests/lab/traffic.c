// SPDX-License-Identifier: GPL-2.0-or-later
/* traffic - traffic for the lab, and the service that answers it. */
#include "traffic.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

static const char usage_text[] =
	"usage: traffic serve [--udp PORT] [--tcp PORT]\n"
	"       traffic spread --to ADDR[-ADDR]:PORT --proto tcp|udp\n"
	"               [--count N] [--parallel N] [--timeout-ms N] [BIND]\n"
	"       traffic connect --to ADDR:PORT [--every-ms N] [--seconds S]\n"
	"               [--timeout-ms N] [--via ADDR] [-v] [BIND]\n"
	"       traffic udp --to ADDR:PORT [--rate N] [--flows N]\n"
	"               [--unconnected [--via ADDR]] [--seconds S] [-v] "
	"[BIND]\n"
	"       traffic tcp --to ADDR:PORT [--flows N] [--every-ms N]\n"
	"               [--seconds S] [-v] [BIND]\n"
	"       traffic routes --to ADDR:PORT --via ADDR [--every-ms N]\n"
	"               [--flows N] [--seconds S] [BIND]\n"
	"       traffic sink [--udp PORT] [--tcp PORT]\n"
	"       traffic bulk --to ADDR:PORT [--proto tcp|udp] [--down]\n"
	"               [--flows N] [--rate N] [--seconds S] [BIND]\n"
	"       traffic delay --delay-ms N [--jitter-ms N] [--reorder]\n"
	"       traffic chisq WEIGHT:WEIGHT... COUNT COUNT...\n"
	"BIND:  [--bind ADDR] [--dev DEVICE] [--mark MARK]\n"
	"Without --seconds they run until SIGINT or SIGTERM.\n";

volatile sig_atomic_t stopping;

static void
usage(void)
{
	fputs(usage_text, stderr);
	exit(64);
}

static void
stop(int signal)
{
	(void)signal;
	stopping = 1;
}

static unsigned
number(const char *text, unsigned long max)
{
	char *end;
	unsigned long value;

	errno = 0;
	value = strtoul(text, &end, 0);
	if (!isdigit((unsigned char)*text) || *end || errno || value > max) {
		fprintf(stderr, "traffic: bad number '%s'\n", text);
		usage();
	}
	return (unsigned)value;
}

static unsigned
positive(const char *text, unsigned long max)
{
	unsigned value = number(text, max);

	if (!value)
		usage();
	return value;
}

static uint32_t
address(const char *text)
{
	struct in_addr parsed;

	if (inet_pton(AF_INET, text, &parsed) != 1) {
		fprintf(stderr, "traffic: bad address '%s'\n", text);
		usage();
	}
	return ntohl(parsed.s_addr);
}

/* ADDR[-ADDR]:PORT; @text is cut up. */
static void
target(char *text, struct options *opt)
{
	char *port = strchr(text, ':');
	char *last = strchr(text, '-');

	if (!port)
		usage();
	*port++ = '\0';
	if (last)
		*last++ = '\0';
	opt->port = (in_port_t)positive(port, UINT16_MAX);
	opt->first = address(text);
	opt->last = last ? address(last) : opt->first;
	if (opt->last < opt->first)
		usage();
}

static double
duration(const char *text)
{
	char *end;
	double value = strtod(text, &end);

	if (end == text || *end || !(value > 0) || value > 86400)
		usage();
	return value;
}

static void
set_flag(struct options *opt, int letter)
{
	switch (letter) {
	case 'u':
		opt->unconnected = true;
		break;
	case 'D':
		opt->down = true;
		break;
	case 'R':
		opt->reorder = true;
		break;
	case 'v':
		opt->verbose = true;
		break;
	default:
		usage();
	}
}

static void
set_option(struct options *opt, int letter, char *value)
{
	switch (letter) {
	case 'U':
		opt->serve_udp = (in_port_t)positive(value, UINT16_MAX);
		break;
	case 'T':
		opt->serve_tcp = (in_port_t)positive(value, UINT16_MAX);
		break;
	case 'p':
		opt->udp = strcmp(value, "udp") == 0;
		if (!opt->udp && strcmp(value, "tcp") != 0)
			usage();
		break;
	case 't':
		target(value, opt);
		break;
	case 'c':
		opt->count = positive(value, 10000000);
		break;
	case 'P':
		opt->parallel = positive(value, 10000);
		break;
	case 'f':
		opt->flows = positive(value, 10000);
		break;
	case 'r':
		opt->rate = positive(value, 1000000);
		break;
	case 'e':
		opt->every_ms = positive(value, 1000000);
		break;
	case 'o':
		opt->timeout_ms = positive(value, 1000000);
		break;
	case 's':
		opt->seconds = duration(value);
		break;
	case 'b':
		opt->bind.s_addr = htonl(address(value));
		break;
	case 'd':
		opt->device = value;
		break;
	case 'm':
		opt->mark = number(value, UINT32_MAX);
		break;
	case 'V':
		opt->via.s_addr = htonl(address(value));
		break;
	case 'l':
		opt->delay_ms = positive(value, 10000);
		break;
	case 'j':
		opt->jitter_ms = number(value, 10000);
		break;
	default:
		set_flag(opt, letter);
	}
}

static const struct option long_options[] = {
	{ "udp", required_argument, NULL, 'U' },
	{ "tcp", required_argument, NULL, 'T' },
	{ "proto", required_argument, NULL, 'p' },
	{ "to", required_argument, NULL, 't' },
	{ "count", required_argument, NULL, 'c' },
	{ "parallel", required_argument, NULL, 'P' },
	{ "flows", required_argument, NULL, 'f' },
	{ "rate", required_argument, NULL, 'r' },
	{ "every-ms", required_argument, NULL, 'e' },
	{ "timeout-ms", required_argument, NULL, 'o' },
	{ "seconds", required_argument, NULL, 's' },
	{ "bind", required_argument, NULL, 'b' },
	{ "dev", required_argument, NULL, 'd' },
	{ "mark", required_argument, NULL, 'm' },
	{ "via", required_argument, NULL, 'V' },
	{ "delay-ms", required_argument, NULL, 'l' },
	{ "jitter-ms", required_argument, NULL, 'j' },
	{ "unconnected", no_argument, NULL, 'u' },
	{ "down", no_argument, NULL, 'D' },
	{ "reorder", no_argument, NULL, 'R' },
	{ "verbose", no_argument, NULL, 'v' },
	{ NULL, 0, NULL, 0 },
};

/*
 * Upper tail of the chi-square distribution with @degrees of freedom: the
 * regularised incomplete gamma function Q(degrees/2, x/2), by its power
 * series where that converges fast, by its continued fraction elsewhere.
 */
static double
chisq_tail(double x, unsigned degrees)
{
	double a = degrees / 2.0, z = x / 2.0;
	double scale, term, sum, b, c, d, step;

	if (z <= 0)
		return 1;
	scale = exp(a * log(z) - z - lgamma(a));
	if (z < a + 1) {
		term = sum = 1 / a;
		for (double n = a + 1; term > sum * 1e-15; n++) {
			term *= z / n;
			sum += term;
		}
		return 1 - sum * scale;
	}
	b = z + 1 - a;
	c = 1e300;
	d = 1 / b;
	sum = d;
	for (int n = 1; n < 10000; n++) {
		b += 2;
		d = 1 / (b - n * (n - a) * d);
		c = b - n * (n - a) / c;
		step = c * d;
		sum *= step;
		if (fabs(step - 1) < 1e-15)
			break;
	}
	return sum * scale;
}

/* WEIGHT:WEIGHT... COUNT COUNT... */
static int
chisq_run(int argc, char **argv)
{
	unsigned weights[64], n = 0;
	double all = 0, shares = 0, x = 0, p, expected, off;
	char *rest, *weight;

	if (argc < 3)
		usage();
	rest = argv[0];
	while ((weight = strsep(&rest, ":"))) {
		if (n == 64)
			usage();
		weights[n] = positive(weight, 1000000);
		shares += weights[n++];
	}
	if (n < 2 || (unsigned)argc != n + 1)
		usage();
	for (unsigned i = 0; i < n; i++)
		all += number(argv[i + 1], 1000000000);
	if (all == 0)
		usage();
	for (unsigned i = 0; i < n; i++) {
		expected = all * weights[i] / shares;
		off = number(argv[i + 1], 1000000000) - expected;
		x += off * off / expected;
	}
	p = chisq_tail(x, n - 1);
	printf("chisq=%.3f p=%.3g\n", x, p);
	return p >= 0.001 ? 0 : 1;
}

static const struct command {
	const char *name;
	int (*run)(const struct options *opt);
	bool wants_target;
} commands[] = {
	{ "serve", serve_run, false },	  { "spread", spread_run, true },
	{ "connect", connect_run, true }, { "udp", udp_run, true },
	{ "tcp", tcp_run, true },	  { "routes", routes_run, true },
	{ "sink", sink_run, false },	  { "bulk", bulk_run, true },
	{ "delay", delay_run, false },
};

static void
prepare(void)
{
	struct sigaction action = { .sa_handler = stop };
	struct rlimit files;

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
}

int
main(int argc, char **argv)
{
	struct options opt = {
		.count = 3000,
		.parallel = 50,
		.flows = 1,
		.rate = 1000,
		.every_ms = 10,
		.timeout_ms = 1000,
	};
	const struct command *command = NULL;
	int letter;

	if (argc < 2)
		usage();
	if (strcmp(argv[1], "chisq") == 0)
		return chisq_run(argc - 2, argv + 2);
	for (size_t i = 0; i < sizeof(commands) / sizeof(*commands); i++) {
		if (strcmp(argv[1], commands[i].name) == 0)
			command = &commands[i];
	}
	if (!command)
		usage();
	/* A busy machine may take that long. */
	if (command->run == spread_run)
		opt.timeout_ms = 10000;
	if (command->run == routes_run) {
		opt.every_ms = 1;
		opt.flows = 16;
	}
	argv[1] = argv[0];
	while ((letter = getopt_long(argc - 1, argv + 1, "v", long_options,
				     NULL)) != -1)
		set_option(&opt, letter, optarg);
	if (optind != argc - 1 || command->wants_target != (opt.port != 0))
		usage();
	if ((command->run == serve_run || command->run == sink_run) &&
	    !opt.serve_udp && !opt.serve_tcp)
		usage();
	if ((command->run == routes_run && !opt.via.s_addr) ||
	    (command->run == delay_run && opt.jitter_ms > opt.delay_ms) ||
	    (command->run == udp_run && opt.via.s_addr && !opt.unconnected))
		usage();
	prepare();
	return command->run(&opt);
}
