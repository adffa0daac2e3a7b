/* nl - netlink by libnetlink: dumps, and changes in batches. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NL_H
#define BAL_NL_H

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct bal_nl; /* one netlink socket */

/*
 * A socket of rtnetlink with strict dump checking (so that a dump of one table
 * walks only that table) and extended acks.  The caller closes it with
 * bal_nl_close().
 */
struct bal_nl *bal_nl_open(struct bal_err *err);

/*
 * A socket of another family: NETLINK_NETFILTER, NETLINK_SOCK_DIAG.  Where the
 * kernel lacks it @err->sys is EPROTONOSUPPORT.  Of its 95 KB only the pages
 * that answers and batches fill are ever touched.
 */
struct bal_nl *bal_nl_open_proto(int protocol, struct bal_err *err);
void bal_nl_close(struct bal_nl *nl);

/*
 * Give the handle a new socket, for one that is used further after a failure:
 * no late answer can be taken for a later one.  -1: no socket is available, and
 * the old one stays.
 */
int bal_nl_reopen(struct bal_nl *nl, struct bal_err *err);

/* The port that the kernel gives as the sender of changes by @nl. */
uint32_t bal_nl_port(const struct bal_nl *nl);

/*
 * The number of the network namespace of @nl, which no other one gets in this
 * boot; 0: the kernel, before 5.14, does not tell.
 */
uint64_t bal_nl_namespace(const struct bal_nl *nl);

/*
 * One request.  4096 bytes hold the longest that we send: a multipath route
 * or a group over 250 uplinks with 16 bytes each, in nested attributes.
 * @overflow is set when an attribute did not fit; sending it then fails.
 */
struct bal_nlmsg {
	union {
		struct nlmsghdr h;
		char bytes[5120];
	};
	size_t head; /* bytes of the fixed header; an answer has as many */
	bool overflow;
};

/* Begin with @type, @flags and the fixed header @hdr of @len bytes. */
void bal_nlmsg_init(struct bal_nlmsg *m, int type, int flags, const void *hdr,
		    size_t len);
void bal_nlmsg_put(struct bal_nlmsg *m, int type, const void *data, size_t len);
void bal_nlmsg_put_u8(struct bal_nlmsg *m, int type, uint8_t value);
void bal_nlmsg_put_u32(struct bal_nlmsg *m, int type, uint32_t value);
void bal_nlmsg_put_str(struct bal_nlmsg *m, int type, const char *text);
/* Open a nested attribute; NULL after an overflow.  Close it again. */
struct rtattr *bal_nlmsg_nest(struct bal_nlmsg *m, int type);
void bal_nlmsg_nest_end(struct bal_nlmsg *m, struct rtattr *nest);
/* Append @len raw bytes (an rtnexthop): their place, NULL on overflow. */
void *bal_nlmsg_raw(struct bal_nlmsg *m, const void *data, size_t len);

/*
 * Attributes @rta of @len bytes into @tb[0..@max], NULL where there is none.
 * Of a nested attribute: RTA_DATA and RTA_PAYLOAD.
 */
void bal_nl_parse(struct rtattr **tb, int max, const struct rtattr *rta,
		  size_t len);
/*
 * Are all attributes of types in @known, as 1 << type?  False for one of a
 * newer kernel.
 */
bool bal_nl_only(const struct rtattr *rta, size_t len, uint64_t known);
/* The value, or 0 for NULL and for an attribute that is too short. */
uint32_t bal_nl_u32(const struct rtattr *rta);
uint8_t bal_nl_u8(const struct rtattr *rta);
/* Copy a string attribute, cut at @size - 1; "" for NULL. */
void bal_nl_str(const struct rtattr *rta, char *buf, size_t size);

typedef void bal_nl_fn(const struct nlmsghdr *h, void *arg);

/* The end of a dump; -1 is an error. */
enum bal_dump {
	BAL_DUMP_DONE,
	BAL_DUMP_ABSENT, /* the kernel has no such table or kind of object */
};

/*
 * Any failure below leaves an empty batch and a socket that is still usable: a
 * system call (EINTR is tried again, a bounded number of times), a truncated
 * answer, one that does not come within a second.
 *
 * Send dump request @req and hand every answer to @fn: enum bal_dump or -1.  A
 * dump that the kernel reports as interrupted begins again, with *@n, the
 * number of objects that @fn has collected, as it was: a few times, then
 * BAL_EBUSY.
 */
int bal_nl_dump(struct bal_nl *nl, struct bal_nlmsg *req, bal_nl_fn *fn,
		void *arg, size_t *n, struct bal_err *err);

/*
 * Send @req, hand the one answer to @fn.  0: answered; 1: the kernel refused
 * (ENOENT, ENETUNREACH and the like), BAL_NL_UNREACHABLE by an `unreachable`
 * route; -1: an error, also where the kernel was short of memory or busy, which
 * is no answer.
 */
#define BAL_NL_UNREACHABLE 2
int bal_nl_get(struct bal_nl *nl, struct bal_nlmsg *req, bal_nl_fn *fn,
	       void *arg, struct bal_err *err);

/*
 * Changes are collected and sent 64 at a time: one sendmsg, one ack when all
 * succeed.  @failed is called for each that fails: the number that
 * bal_nl_queue() got for it, the errno, and the kernel's message or "".
 */
typedef void bal_nl_failed_fn(size_t number, int eno, const char *why,
			      void *arg);
/* Set the function for the failures of later changes. */
void bal_nl_on_failure(struct bal_nl *nl, bal_nl_failed_fn *failed, void *arg);

/*
 * Queue @req as change @number; sends the batch when it is full.  -1: neither
 * @req nor anything else is queued now; a part of the batch may be carried out.
 */
int bal_nl_queue(struct bal_nl *nl, struct bal_nlmsg *req, size_t number,
		 struct bal_err *err);

/* Forget the batch; nothing of it is sent. */
void bal_nl_drop(struct bal_nl *nl);

/* Send the batch and read its answers; the queue is empty afterwards. */
int bal_nl_flush(struct bal_nl *nl, struct bal_err *err);

#endif
