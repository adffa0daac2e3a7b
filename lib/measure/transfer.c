// SPDX-License-Identifier: GPL-2.0-or-later
/* transfer - loads by HTTP over one uplink; the only user of libcurl. */
#include "measure/transfer.h"

#include <curl/curl.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/loop.h"
#include "measure/lookup.h"
#include "netlink/devsock.h"

#define ASK_US 250000 /* from one connection under load to the next */
#define STEP_MS 20
#define ANSWER_MS 5000L
#define NS_PER_US 1000

struct run {
	const struct bal_transfer_way *way;
	const struct bal_transfer *want;
	struct bal_measured *out;
	CURLM *multi;
	CURL *load, *question;
	struct curl_slist *known; /* HOST:PORT:ADDRESS */
	int fd; /* of @load */
	uint64_t moved; /* bytes that we got, or handed over */
	uint64_t end_us, ask_us;
	bool over;
	CURLcode result;
	struct bal_err why; /* of the last socket */
};

static uint64_t
now_us(void)
{
	return bal_clock_ns() / NS_PER_US;
}

/* --- sockets -------------------------------------------------------------- */

static int
open_bound(struct run *run, const struct curl_sockaddr *addr)
{
	int fd = socket(addr->family, addr->socktype | SOCK_CLOEXEC,
			addr->protocol);

	if (fd >= 0 && bal_devsock_bind(fd, run->way->dev, run->way->ifindex,
					run->way->mark, &run->why) < 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static curl_socket_t
open_load(void *arg, curlsocktype purpose, struct curl_sockaddr *addr)
{
	struct run *run = arg;

	(void)purpose;
	run->fd = open_bound(run, addr);
	return run->fd < 0 ? CURL_SOCKET_BAD : run->fd;
}

static curl_socket_t
open_question(void *arg, curlsocktype purpose, struct curl_sockaddr *addr)
{
	int fd = open_bound(arg, addr);

	(void)purpose;
	return fd < 0 ? CURL_SOCKET_BAD : fd;
}

/* --- names ---------------------------------------------------------------- */

/* The host and the port of @url, which curl_free() frees; NULL: none. */
static void
parse_url(const char *url, char **host, char **port)
{
	CURLU *u = curl_url();

	*host = *port = NULL;
	if (u && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    curl_url_get(u, CURLUPART_HOST, host, 0) == CURLUE_OK)
		(void)curl_url_get(u, CURLUPART_PORT, port,
				   CURLU_DEFAULT_PORT);
	curl_url_cleanup(u);
}

static struct curl_slist *
look_up(const struct bal_transfer_way *way, const char *host, const char *port)
{
	struct bal_ask_way ask = { .ifindex = way->ifindex, .mark = way->mark };
	char server[BAL_ADDR_STRLEN], text[BAL_ADDR_STRLEN], known[400];
	struct bal_addr addr;
	struct bal_err why;

	if (bal_addr_parse(host, &addr, &why) == 0)
		return NULL;
	memcpy(ask.dev, way->dev, sizeof(ask.dev));
	if (bal_lookup(&ask, &way->resolver, host, &addr, &why) < 0) {
		bal_warn("%s: the name server %s does not know %.80s (%.80s): "
			 "this box's own is asked",
			 way->dev, bal_addr_str(&way->resolver, server), host,
			 why.msg);
		return NULL;
	}
	snprintf(known, sizeof(known), "%s:%s:%s", host, port,
		 bal_addr_host_str(&addr, text));
	return curl_slist_append(NULL, known);
}

/* Else libcurl would ask the box's name server, by whatever line. */
static struct curl_slist *
find_host(const struct bal_transfer_way *way, const char *url)
{
	struct curl_slist *known = NULL;
	char *host, *port;

	if (bal_addr_none(&way->resolver))
		return NULL;
	parse_url(url, &host, &port);
	if (host && port)
		known = look_up(way, host, port);
	curl_free(host);
	curl_free(port);
	return known;
}

/* IPv4 alone, as the uplinks; whatever proxy there is is another line. */
static CURL *
handle(struct run *run, const char *url, curl_opensocket_callback open)
{
	CURL *c = curl_easy_init();

	if (!c)
		return NULL;
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETFUNCTION, open);
	curl_easy_setopt(c, CURLOPT_OPENSOCKETDATA, run);
	curl_easy_setopt(c, CURLOPT_IPRESOLVE, CURL_IPRESOLVE_V4);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_RESOLVE, run->known);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
#else
	curl_easy_setopt(c, CURLOPT_PROTOCOLS,
			 (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
	curl_easy_setopt(c, CURLOPT_USERAGENT, "bal-measure");
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, ANSWER_MS);
	return c;
}

static int
fail(const struct run *run, const char *url, CURLcode code, struct bal_err *err)
{
	if (run->why.kind != BAL_EOK) {
		*err = run->why;
		return -1;
	}
	return bal_err(err, BAL_EUNAVAIL, "%.120s: %s", url,
		       curl_easy_strerror(code));
}

/* --- round trips ---------------------------------------------------------- */

static CURL *
question(struct run *run, const char *url)
{
	CURL *c = handle(run, url, open_question);

	if (!c)
		return NULL;
	curl_easy_setopt(c, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, ANSWER_MS);
	return c;
}

static void
take_rtt(struct bal_measured *out, CURL *c)
{
	curl_off_t looked = 0, connected = 0;

	curl_easy_getinfo(c, CURLINFO_NAMELOOKUP_TIME_T, &looked);
	curl_easy_getinfo(c, CURLINFO_CONNECT_TIME_T, &connected);
	if (connected > looked)
		bal_measured_rtt(out, (uint32_t)(connected - looked));
}

int
bal_transfer_rest(const struct bal_transfer_way *way, const char *url, size_t n,
		  struct bal_measured *out, struct bal_err *err)
{
	struct run run = { .way = way, .out = out };
	CURLcode code = CURLE_OK;

	run.known = find_host(way, url);

	for (size_t i = 0; code == CURLE_OK && i < n; i++) {
		CURL *c = question(&run, url);

		code = c ? curl_easy_perform(c) : CURLE_OUT_OF_MEMORY;
		if (code == CURLE_OK)
			take_rtt(out, c);
		curl_easy_cleanup(c);
	}
	curl_slist_free_all(run.known);
	return code == CURLE_OK ? 0 : fail(&run, url, code, err);
}

static void
end_question(struct run *run)
{
	if (!run->question)
		return;
	curl_multi_remove_handle(run->multi, run->question);
	curl_easy_cleanup(run->question);
	run->question = NULL;
	run->ask_us = now_us() + ASK_US;
}

static void
ask(struct run *run)
{
	if (run->question || now_us() < run->ask_us || !run->out->first.us)
		return;
	run->question = question(run, run->want->url);
	if (run->question)
		curl_multi_add_handle(run->multi, run->question);
}

/* --- the transfer --------------------------------------------------------- */

static size_t
take(char *data, size_t one, size_t n, void *arg)
{
	struct run *run = arg;

	(void)data;
	if (run->want->upload)
		return n * one;
	run->moved += n * one;
	bal_measured_note(run->out, run->moved, now_us());
	return run->moved < run->want->bytes ? n * one : 0;
}

static size_t
give(char *data, size_t one, size_t n, void *arg)
{
	struct run *run = arg;
	uint64_t left = run->want->bytes - run->moved;

	n *= one;
	if (n > left)
		n = left;
	memset(data, 0, n);
	run->moved += n;
	return n;
}

/* What has left the send buffer for good: the other end has it. */
static void
note_acknowledged(struct run *run)
{
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	if (run->want->upload && run->fd >= 0 &&
	    getsockopt(run->fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0)
		bal_measured_note(run->out, info.tcpi_bytes_acked, now_us());
}

static void
set_up(struct run *run)
{
	CURL *c = run->load;

	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, run);
	curl_easy_setopt(c, CURLOPT_FAILONERROR, 1L);
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 1L);
	if (!run->want->upload)
		return;
	curl_easy_setopt(c, CURLOPT_POST, 1L);
	curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE_LARGE,
			 (curl_off_t)run->want->bytes);
	curl_easy_setopt(c, CURLOPT_READFUNCTION, give);
	curl_easy_setopt(c, CURLOPT_READDATA, run);
}

static void
see_ends(struct run *run)
{
	CURLMsg *msg;
	int left;

	while ((msg = curl_multi_info_read(run->multi, &left))) {
		if (msg->msg != CURLMSG_DONE)
			continue;
		if (msg->easy_handle == run->load) {
			run->over = true;
			run->result = msg->data.result;
			continue;
		}
		if (msg->data.result == CURLE_OK)
			take_rtt(run->out, run->question);
		end_question(run);
	}
}

static int
transfer(struct run *run, struct bal_err *err)
{
	CURLMcode code = CURLM_OK;
	int running;

	bal_measured_note(run->out, 0, now_us());
	while (!run->over && now_us() < run->end_us && code == CURLM_OK) {
		code = curl_multi_perform(run->multi, &running);
		note_acknowledged(run);
		see_ends(run);
		if (!run->over)
			ask(run);
		if (code == CURLM_OK && !run->over)
			code = curl_multi_poll(run->multi, NULL, 0, STEP_MS,
					       NULL);
	}
	end_question(run);
	if (code != CURLM_OK)
		return bal_err(err, BAL_ESYS, "%.120s: %s", run->want->url,
			       curl_multi_strerror(code));
	/* It was enough, and we have ended it. */
	if (run->result == CURLE_WRITE_ERROR && run->moved >= run->want->bytes)
		run->result = CURLE_OK;
	if (run->result == CURLE_OK && !run->out->last.bytes)
		run->result = CURLE_OPERATION_TIMEDOUT;
	return run->result == CURLE_OK ? 0 : fail(run, run->want->url,
						  run->result, err);
}

int
bal_transfer_run(const struct bal_transfer_way *way,
		 const struct bal_transfer *want, struct bal_measured *out,
		 struct bal_err *err)
{
	struct run run = { .way = way, .want = want, .out = out, .fd = -1 };
	int rc;

	run.known = find_host(way, want->url);
	run.multi = curl_multi_init();
	run.load = handle(&run, want->url, open_load);
	if (!run.multi || !run.load) {
		curl_easy_cleanup(run.load);
		curl_multi_cleanup(run.multi);
		curl_slist_free_all(run.known);
		return bal_err_nomem(err);
	}
	set_up(&run);
	run.end_us = now_us() + (uint64_t)want->ms * 1000;
	curl_multi_add_handle(run.multi, run.load);
	rc = transfer(&run, err);
	curl_multi_remove_handle(run.multi, run.load);
	curl_easy_cleanup(run.load);
	curl_multi_cleanup(run.multi);
	curl_slist_free_all(run.known);
	return rc;
}
