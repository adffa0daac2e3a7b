// SPDX-License-Identifier: GPL-2.0-or-later
/* bal-measure - measures the bandwidth of an uplink by loading it. */
#include <inttypes.h>
#include <stdio.h>

#include "base/show.h"
#include "cmd.h"
#include "measure/iperf3.h"
#include "measure/measure.h"

#define BYTES 10000000
#define BYTES_MIN 10000
#define BYTES_MAX UINT64_C(100000000000)
#define TIME_MS 10000

struct options {
	struct bal_measure want;
	bool json, save;
};

static int
set_size(const struct cmd_opt *opt, void *ctx, const char *value,
	 struct bal_err *err)
{
	(void)opt;
	return bal_parse_bytes(value, BYTES_MIN, BYTES_MAX,
			       &((struct options *)ctx)->want.bytes, err);
}

static const struct cmd_opt opts[] = {
	{ 'u', "url", "URL", "load this, http or https",
	  CMD_TEXT(options, want.download) },
	{ 'U', "upload", "URL", "send to this, by POST",
	  CMD_TEXT(options, want.upload) },
	{ '3', "iperf3", "HOST", "both ways, with iperf3 there; or HOST:PORT",
	  CMD_TEXT(options, want.iperf3) },
	{ 's', "size", "BYTES", "each way, no more than this; default 10MB",
	  .set = set_size },
	{ 't', "time", "TIME", "nor for longer; default 10s",
	  CMD_MS(options, want.ms, 100, 600000) },
	{ 'j', "json", NULL, "print JSON", CMD_FLAG(options, json) },
	{ 'S', "save", NULL, "weight = auto begins with the result",
	  CMD_FLAG(options, save) },
	{ .name = NULL },
};

static void
print_way(const char *dev, const char *what, const struct bal_measured *m)
{
	char rate[BAL_RATE_STRLEN], amount[BAL_AMOUNT_STRLEN];

	if (!m->last.bytes)
		return;
	printf("%s: %s %s (%s in %.1f s)", dev, what,
	       bal_rate_str(bal_measured_rate(m), rate),
	       bal_amount_str(m->last.bytes, amount),
	       (double)(m->last.us - m->begin.us) / 1e6);
	if (m->n_rtts)
		printf(", latency %.1f ms meanwhile",
		       bal_measured_median(m) / 1000.0);
	putchar('\n');
}

static void
print_text(const char *dev, const struct bal_measures *m)
{
	if (m->rest.n_rtts)
		printf("%s: latency %.1f ms at rest\n", dev,
		       bal_measured_median(&m->rest) / 1000.0);
	print_way(dev, "download", &m->down);
	print_way(dev, "upload", &m->up);
}

static void
put_way(const char *what, const struct bal_measured *m)
{
	if (m->last.bytes)
		printf(",\"%s_bytes_per_s\":%" PRIu64 ",\"%s_bytes\":%" PRIu64
		       ",\"%s_ms\":%.3f",
		       what, bal_measured_rate(m), what, m->last.bytes, what,
		       bal_measured_median(m) / 1000.0);
}

static void
print_json(const char *dev, const struct bal_measures *m)
{
	bal_json_begin(stdout);
	bal_json_string(stdout, "name", dev);
	printf(",\"rest_ms\":%.3f", bal_measured_median(&m->rest) / 1000.0);
	put_way("download", &m->down);
	put_way("upload", &m->up);
	printf("}\n");
}

/* What would be done; nothing is sent. */
static void
print_plan(const char *dev, const struct bal_measure *want)
{
	char amount[BAL_AMOUNT_STRLEN];

	bal_amount_str(want->bytes, amount);
	if (want->iperf3)
		printf("# by %s: get up to %s of iperf3 at %s, and send as "
		       "much\n",
		       dev, amount, want->iperf3);
	if (want->download)
		printf("# by %s: load up to %s of %s\n", dev, amount,
		       want->download);
	if (want->upload)
		printf("# by %s: send up to %s to %s\n", dev, amount,
		       want->upload);
}

/* The busier way counts, as it does for a line that is seen to be full. */
static int
save(struct bal_pass *pass, const char *dev, const struct bal_measures *found,
     struct bal_err *err)
{
	const uint64_t down = bal_measured_rate(&found->down);
	const uint64_t up = bal_measured_rate(&found->up);
	struct bal_intent intent = { .kind = BAL_INTENT_CHECK,
				     .measured = down > up ? down : up };

	pass->session.no_chains = false;
	if (bal_copy(intent.dev, sizeof(intent.dev), dev) < 0)
		return -1;
	return cmd_change(pass, &intent, err);
}

static int
measure(struct bal_pass *pass, const struct cmd_common *common,
	const struct options *o, const char *dev, struct bal_err *err)
{
	struct bal_measures found = { 0 };
	struct bal_transfer_way way;

	pass->session.no_chains = true;
	if (bal_pass_look(pass, err) < 0 ||
	    bal_measure_look(pass, dev, &o->want, &way, err) < 0)
		return -1;
	if (common->dry_run) {
		print_plan(dev, &o->want);
		return CMD_DONE;
	}
	if (bal_measure_run(&way, &o->want, &found, err) < 0)
		return -1;
	(o->json ? print_json : print_text)(dev, &found);
	return o->save ? save(pass, dev, &found, err) : CMD_DONE;
}

/* One way of measuring, and where. */
static int
check_server(const struct bal_measure *want, struct bal_err *err)
{
	char host[254], port[6];

	if (!want->iperf3 && !want->download && !want->upload)
		return bal_err(err, BAL_EUSAGE,
			       "which server? --url, --upload or --iperf3 names "
			       "one");
	if (!want->iperf3)
		return 0;
	if (want->download || want->upload)
		return bal_err(err, BAL_EUSAGE,
			       "--iperf3 does not go with --url and --upload");
	return bal_iperf3_server(want->iperf3, host, sizeof(host), port, err);
}

static int
run(void *ctx, const struct cmd_common *common, int argc, char **argv,
    struct bal_err *err)
{
	const struct options *o = ctx;
	struct bal_pass pass = { BAL_PASS_NONE };
	int rc;

	if (argc == 0)
		return bal_err(err, BAL_EUSAGE, "which device?");
	if (bal_check_ifname(argv[0], err) < 0) {
		err->kind = BAL_EUSAGE;
		return -1;
	}
	if (check_server(&o->want, err) < 0)
		return -1;
	rc = cmd_pass(&pass, common, err);
	if (rc == 0)
		rc = measure(&pass, common, o, argv[0], err);
	return cmd_end_pass(&pass, rc, err);
}

int
main(int argc, char **argv)
{
	static const struct cmd cmd = {
		.name = "bal-measure",
		.brief = "Measure the bandwidth of an uplink by loading it.",
		.args = "DEV",
		.opts = opts,
		.max_args = 1,
		.changes = true,
		.run = run,
	};
	struct options o = { .want = { .bytes = BYTES, .ms = TIME_MS } };

	return cmd_main(&cmd, &o, argc, argv);
}
