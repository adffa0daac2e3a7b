/* line - lines of the state file that hold several numbers. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_STATE_LINE_H
#define BAL_STATE_LINE_H

#include <stdio.h>

#include "state/state.h"

/* As bal_parse_u32(), with 64 bits and from 0: counters of bytes. */
int bal_state_u64(const char *text, uint64_t max, uint64_t *out,
		  struct bal_err *err);
/* The next word of *@line is such a number: *@line is behind it then. */
bool bal_state_next_u64(const char **line, uint64_t max, uint64_t *out);
/* A sysctl's value, which may be below zero. */
int bal_state_i32(const char *text, int32_t *out, struct bal_err *err);

/* Fails with the sys EEXIST for a key that was read before. */
int bal_state_twice(const char *key, struct bal_err *err);

/*
 * Rows of numbers, of any version: fewer of them are taken, and more.  -1, with
 * the state untouched: a number out of range, or a repeated row.
 */

/* `saved`: the sysctls' values from before bal. */
int bal_saved_set(struct bal_uplink_state *u, const char *text,
		  struct bal_err *err);
void bal_saved_print(const struct bal_uplink_state *u, FILE *out);

/* `judge`: the health record without the health. */
int bal_health_set(struct bal_health_record *j, const char *text, struct bal_err *err);
void bal_health_print(const struct bal_health_record *j, const char *key,
		      FILE *out);

/* `rtts`: the histogram of its round trips, behind their sum. */
int bal_rtts_set(struct bal_rtts *r, const char *text, struct bal_err *err);
void bal_rtts_print(const struct bal_rtts *r, FILE *out);

/* `trace`: its last hour. */
int bal_trace_set(struct bal_trace *t, const char *text, struct bal_err *err);
void bal_trace_print(const struct bal_trace *t, FILE *out);

/* `tunnel`: one line for each that was started or is stopped. */
int bal_tunnel_set(struct bal_state *state, const char *text,
		   struct bal_err *err);
void bal_tunnel_print(const struct bal_tunnel_try *t, FILE *out);

/* `former`: one line for each that is an uplink no longer. */
int bal_former_set(struct bal_state *state, const char *text,
		   struct bal_err *err);
void bal_former_print(const struct bal_former *f, FILE *out);

/* `group`: one line for each that has a table: name, table, best member. */
int bal_group_state_set(struct bal_state *state, const char *text,
			struct bal_err *err);
void bal_group_state_print(const struct bal_group_state *g, FILE *out);

#endif
