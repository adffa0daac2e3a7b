/* iperf3 - loads one uplink by the program iperf3, and reads what it says. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_MEASURE_IPERF3_H
#define BAL_MEASURE_IPERF3_H

#include "measure/transfer.h"

/* As bal_transfer_run(), with a server of iperf3. */
struct bal_iperf3 {
	const char *server; /* HOST or HOST:PORT; HOST by way->resolver */
	bool upload;	    /* else the server sends */
	uint64_t bytes;
	uint32_t ms;
};

/*
 * Run it.  Round trips are those of the connection itself, and known of an
 * upload alone.  -1 with @err: there is no iperf3, or one before 3.10, the
 * server does not answer or is busy, or nothing was transferred.
 */
int bal_iperf3_run(const struct bal_transfer_way *way,
		   const struct bal_iperf3 *want, struct bal_measured *out,
		   struct bal_err *err);

/*
 * What the JSON @text of iperf3 says of an upload or a download; of an upload
 * that came to its end what has arrived, else what was sent behind the first
 * interval, which fills the buffers.  -1 with the reason that it gives.
 */
int bal_iperf3_read(const char *text, bool upload, struct bal_measured *out,
		    struct bal_err *err);

/* Split @server: the port "5201" where none is given.  -1: it is neither form. */
int bal_iperf3_server(const char *server, char *host, size_t size, char port[6],
		      struct bal_err *err);

#endif
