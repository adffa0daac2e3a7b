// SPDX-License-Identifier: GPL-2.0-or-later
/* error - failures and warnings on their way to the command. */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/show.h"

static bal_say_fn *say_fn;
static void *say_arg;
static bal_say_fn *fault_fn;
static void *fault_arg;

static enum bal_errkind
kind_of(int eno)
{
	switch (eno) {
	case EPERM:
	case EACCES:
		return BAL_EPERM;
	case EOPNOTSUPP:
	case EAFNOSUPPORT:
	case EPROTONOSUPPORT:
	case ENOSYS:
		return BAL_EUNAVAIL;
	default:
		return BAL_ESYS;
	}
}

int
bal_err(struct bal_err *err, enum bal_errkind kind, const char *fmt, ...)
{
	va_list ap;

	err->kind = kind;
	err->sys = 0;
	va_start(ap, fmt);
	vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	bal_clean(err->msg);
	return -1;
}

int
bal_err_sys(struct bal_err *err, int eno, const char *fmt, ...)
{
	va_list ap;
	size_t len;

	err->kind = kind_of(eno);
	err->sys = eno;
	va_start(ap, fmt);
	vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	len = strlen(err->msg);
	snprintf(err->msg + len, sizeof(err->msg) - len, ": %s", strerror(eno));
	bal_clean(err->msg);
	return -1;
}

int
bal_err_wrap(struct bal_err *err, const char *fmt, ...)
{
	char cause[sizeof(err->msg)];
	va_list ap;
	size_t len;

	memcpy(cause, err->msg, sizeof(cause));
	va_start(ap, fmt);
	vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
	va_end(ap);
	len = strlen(err->msg);
	snprintf(err->msg + len, sizeof(err->msg) - len, ": %s", cause);
	bal_clean(err->msg);
	return -1;
}

int
bal_err_nomem(struct bal_err *err)
{
	return bal_err_sys(err, ENOMEM, "cannot go on");
}

void
bal_say_sink(bal_say_fn *fn, void *arg)
{
	say_fn = fn;
	say_arg = arg;
}

void
bal_say_divert_faults(bal_say_fn *fn, void *arg)
{
	fault_fn = fn;
	fault_arg = arg;
}

void
bal_say(enum bal_say what, const char *fmt, ...)
{
	const bool diverted = what == BAL_SAY_FAULT && fault_fn;
	char msg[320];
	va_list ap;

	if (!say_fn && !diverted)
		return;
	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	bal_clean(msg);
	if (diverted)
		fault_fn(fault_arg, what, msg);
	else
		say_fn(say_arg, what, msg);
}
