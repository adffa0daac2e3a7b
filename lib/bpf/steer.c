// SPDX-License-Identifier: GPL-2.0-or-later
/* steer - the text of the program. */
#include "bpf/steer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum label { OUT = 1, NEXT, HIT_PROTO, HIT_PORT, NEXT_PORT, HIT_ADDR, NEXT_ADDR,
	     RANDOM, SESSION, LOOK, NATIVE, MAPPED };

/* Registers that calls preserve. */
#define CTX BPF_REG_6
#define DST BPF_REG_7
#define PLACE BPF_REG_8
#define GROUP BPF_REG_9

#define AT_KEY 4 /* below the frame pointer */
#define AT_MARK 8
#define SOCK(member) offsetof(struct bpf_sock, member)
#define ADDR(member) offsetof(struct bpf_sock_addr, member)
#define BELOW(at) ((size_t)-(at))

/* The program is in force for every namespace; its marks mean only ours. */
static void
check_namespace(struct bal_bpf *code, uint64_t cookie)
{
	bal_bpf_move(code, CTX, BPF_REG_1);
	bal_bpf_call(code, BPF_FUNC_get_netns_cookie);
	bal_bpf_set64(code, BPF_REG_1, cookie);
	bal_bpf_unless_same(code, BPF_REG_0, BPF_REG_1, OUT);
}

/* What is bound or marked has chosen. */
static void
check_socket(struct bal_bpf *code)
{
	bal_bpf_load64(code, PLACE, CTX, ADDR(sk));
	bal_bpf_load32(code, BPF_REG_1, PLACE, SOCK(bound_dev_if));
	bal_bpf_unless32(code, BPF_REG_1, 0, OUT);
	bal_bpf_load32(code, BPF_REG_1, PLACE, SOCK(mark));
	bal_bpf_unless32(code, BPF_REG_1, 0, OUT);
}

/* So has what is bound to an address.  DST is an IPv4 destination then. */
static void
load_ipv4(struct bal_bpf *code, size_t source, size_t destination)
{
	bal_bpf_load32(code, BPF_REG_1, PLACE, source);
	bal_bpf_unless32(code, BPF_REG_1, 0, OUT);
	bal_bpf_load32(code, DST, CTX, destination);
}

static void
check_source6(struct bal_bpf *code)
{
	bal_bpf_load_any6(code, PLACE, SOCK(src_ip6));
	bal_bpf_unless32(code, BPF_REG_1, 0, OUT);
}

static void
part_mapped(struct bal_bpf *code)
{
	bal_bpf_load32(code, BPF_REG_1, CTX, ADDR(user_ip6[0]));
	bal_bpf_unless32(code, BPF_REG_1, 0, NATIVE);
	bal_bpf_load32(code, BPF_REG_1, CTX, ADDR(user_ip6[1]));
	bal_bpf_unless32(code, BPF_REG_1, 0, NATIVE);
	bal_bpf_load32(code, BPF_REG_1, CTX, ADDR(user_ip6[2]));
	bal_bpf_if32(code, BPF_REG_1, htonl(0xffff), MAPPED);
	bal_bpf_label(code, NATIVE);
}

static void
match_uid(struct bal_bpf *code, const struct bal_steer_match *m)
{
	if (!m->has_uid)
		return;
	bal_bpf_call(code, BPF_FUNC_get_current_uid_gid);
	bal_bpf_below32(code, BPF_REG_0, m->uid.first, NEXT);
	bal_bpf_above32(code, BPF_REG_0, m->uid.last, NEXT);
}

static void
match_proto(struct bal_bpf *code, const struct bal_steer_match *m)
{
	if (!m->proto && !m->n_dport)
		return;
	bal_bpf_load32(code, BPF_REG_1, CTX, ADDR(protocol));
	if (m->proto) {
		bal_bpf_unless32(code, BPF_REG_1, m->proto, NEXT);
		return;
	}
	bal_bpf_if32(code, BPF_REG_1, IPPROTO_TCP, HIT_PROTO);
	bal_bpf_unless32(code, BPF_REG_1, IPPROTO_UDP, NEXT);
	bal_bpf_label(code, HIT_PROTO);
}

static void
match_ports(struct bal_bpf *code, const struct bal_steer_match *m)
{
	if (!m->n_dport)
		return;
	bal_bpf_load32(code, BPF_REG_1, CTX, ADDR(user_port));
	bal_bpf_from_be16(code, BPF_REG_1);
	for (size_t i = 0; i < m->n_dport; i++) {
		const bool last = i + 1 == m->n_dport;

		bal_bpf_below32(code, BPF_REG_1, m->dport[i].first,
				last ? NEXT : NEXT_PORT);
		bal_bpf_above32(code, BPF_REG_1, m->dport[i].last,
				last ? NEXT : NEXT_PORT);
		if (!last)
			bal_bpf_goto(code, HIT_PORT);
		bal_bpf_label(code, NEXT_PORT);
	}
	bal_bpf_label(code, HIT_PORT);
}

static void
match_addrs(struct bal_bpf *code, const struct bal_steer_match *m)
{
	for (size_t i = 0; i < m->n_to; i++)
		if (m->family == AF_INET)
			bal_bpf_if_inside(code, DST, &m->to[i], HIT_ADDR);
		else
			bal_bpf_if_inside6(code, CTX, ADDR(user_ip6), &m->to[i],
					   NEXT_ADDR, HIT_ADDR);
	if (m->n_to)
		bal_bpf_goto(code, NEXT);
	bal_bpf_label(code, HIT_ADDR);
}

static bool
is_for_all(const struct bal_steer_match *m)
{
	return !m->n_to && !m->proto && !m->n_dport && !m->has_uid;
}

static void
lead(struct bal_bpf *code, const struct bal_steer *s, int group)
{
	if (group == BAL_STEER_LEAVE) {
		bal_bpf_goto(code, OUT);
		return;
	}
	bal_bpf_set(code, GROUP, 1 + group);
	bal_bpf_goto(code, s->groups[group].session ? SESSION : RANDOM);
}

/* What follows one that matches all would be refused: it cannot be reached. */
static void
choose_group(struct bal_bpf *code, const struct bal_steer *s, int family)
{
	for (size_t i = 0; i < s->n_matches; i++) {
		const struct bal_steer_match *m = &s->matches[i];

		if (m->family != family)
			continue;
		match_uid(code, m);
		match_proto(code, m);
		match_ports(code, m);
		match_addrs(code, m);
		lead(code, s, m->group);
		if (is_for_all(m))
			return;
		bal_bpf_label(code, NEXT);
	}
	bal_bpf_goto(code, OUT);
}

/* Does any match of @family lead to a group of that kind? */
static bool
is_led_to(const struct bal_steer *s, int family, bool session)
{
	for (size_t i = 0; i < s->n_matches; i++) {
		const struct bal_steer_match *m = &s->matches[i];

		if (m->family != family)
			continue;
		if (m->group != BAL_STEER_LEAVE &&
		    s->groups[m->group].session == session)
			return true;
		if (is_for_all(m))
			return false;
	}
	return false;
}

static void
draw_at_random(struct bal_bpf *code)
{
	bal_bpf_label(code, RANDOM);
	bal_bpf_call(code, BPF_FUNC_get_prandom_u32);
	bal_bpf_move(code, PLACE, BPF_REG_0);
	bal_bpf_goto(code, LOOK);
}

static void
fold(struct bal_bpf *code, unsigned bits)
{
	bal_bpf_move32(code, BPF_REG_1, PLACE);
	bal_bpf_right32(code, BPF_REG_1, bits);
	bal_bpf_xor32(code, PLACE, BPF_REG_1);
}

/* The last steps of murmur3: each bit of the address counts for each of these. */
static void
scatter(struct bal_bpf *code)
{
	fold(code, 16);
	bal_bpf_mul32(code, PLACE, 0x85ebca6b);
	fold(code, 13);
	bal_bpf_mul32(code, PLACE, 0xc2b2ae35);
	fold(code, 16);
}

static void
draw_by_host(struct bal_bpf *code, uint32_t seed, int family)
{
	bal_bpf_label(code, SESSION);
	bal_bpf_set32(code, PLACE, seed);
	for (size_t i = 0; family == AF_INET6 && i < 12; i += 4) {
		bal_bpf_load32(code, DST, CTX, ADDR(user_ip6) + i);
		bal_bpf_xor32(code, PLACE, DST);
		scatter(code);
	}
	if (family == AF_INET6)
		bal_bpf_load32(code, DST, CTX, ADDR(user_ip6[3]));
	bal_bpf_xor32(code, PLACE, DST);
	scatter(code);
}

static void
set_mark(struct bal_bpf *code, uint32_t mask, int map_fd)
{
	bal_bpf_label(code, LOOK);
	bal_bpf_and32(code, PLACE, BAL_STEER_ENTRIES - 1);
	bal_bpf_store32(code, BPF_REG_10, BELOW(AT_KEY), GROUP);
	bal_bpf_map(code, BPF_REG_1, map_fd);
	bal_bpf_move(code, BPF_REG_2, BPF_REG_10);
	bal_bpf_add(code, BPF_REG_2, -AT_KEY);
	bal_bpf_call(code, BPF_FUNC_map_lookup_elem);
	bal_bpf_if_null(code, BPF_REG_0, OUT);
	bal_bpf_add_reg(code, BPF_REG_0, PLACE);
	bal_bpf_load8(code, BPF_REG_1, BPF_REG_0, 0);
	bal_bpf_if32(code, BPF_REG_1, 0, OUT);
	bal_bpf_left32(code, BPF_REG_1, (unsigned)__builtin_ctz(mask));
	bal_bpf_store32(code, BPF_REG_10, BELOW(AT_MARK), BPF_REG_1);
	bal_bpf_move(code, BPF_REG_1, CTX);
	bal_bpf_set(code, BPF_REG_2, SOL_SOCKET);
	bal_bpf_set(code, BPF_REG_3, SO_MARK);
	bal_bpf_move(code, BPF_REG_4, BPF_REG_10);
	bal_bpf_add(code, BPF_REG_4, -AT_MARK);
	bal_bpf_set(code, BPF_REG_5, sizeof(uint32_t));
	bal_bpf_call(code, BPF_FUNC_setsockopt);
}

/* What is led to no group ends at OUT already. */
static void
draw(struct bal_bpf *code, const struct bal_steer *s, int family, int map_fd)
{
	const bool random = is_led_to(s, family, false);
	const bool session = is_led_to(s, family, true);

	choose_group(code, s, family);
	if (random)
		draw_at_random(code);
	if (session)
		draw_by_host(code, s->seed, family);
	if (!random && !session)
		return;
	set_mark(code, s->mask, map_fd);
	bal_bpf_goto(code, OUT);
}

int
bal_steer_code(const struct bal_steer *s, enum bal_steer_hook hook,
	       uint64_t cookie, int map_fd, struct bal_bpf *code,
	       struct bal_err *err)
{
	check_namespace(code, cookie);
	check_socket(code);
	if (hook == BAL_STEER_CONNECT4) {
		load_ipv4(code, SOCK(src_ip4), ADDR(user_ip4));
	} else {
		part_mapped(code);
		check_source6(code);
		draw(code, s, AF_INET6, map_fd);
		bal_bpf_label(code, MAPPED);
		load_ipv4(code, SOCK(src_ip6[3]), ADDR(user_ip6[3]));
	}
	draw(code, s, AF_INET, map_fd);
	bal_bpf_label(code, OUT);
	/* By its map it is known again, also where it draws nothing. */
	bal_bpf_map(code, BPF_REG_1, map_fd);
	bal_bpf_set(code, BPF_REG_0, 1);
	bal_bpf_exit(code);
	return bal_bpf_finish(code, err);
}

/* FNV-1a. */
static uint64_t
mix(uint64_t sum, const void *data, size_t len)
{
	const uint8_t *byte = data;

	while (len--)
		sum = (sum ^ *byte++) * 0x100000001b3;
	return sum;
}
#define MIX_START 0xcbf29ce484222325

int
bal_steer_text(const struct bal_steer *s, uint64_t cookie, uint64_t *out,
	       struct bal_err *err)
{
	struct bal_bpf *code = malloc(sizeof(*code));
	uint64_t sum = MIX_START;
	int rc = 0;

	if (!code)
		return bal_err_nomem(err);
	for (int hook = 0; hook < BAL_STEER_HOOKS && rc == 0; hook++) {
		memset(code, 0, sizeof(*code));
		rc = bal_steer_code(s, hook, cookie, 0, code, err);
		sum = mix(sum, code->insn, code->n * sizeof(code->insn[0]));
	}
	free(code);
	if (rc == 0)
		*out = mix(sum, &s->n_groups, sizeof(s->n_groups));
	return rc;
}

uint64_t
bal_steer_recipe(const struct bal_steer *s, size_t group)
{
	const struct bal_steer_group *g = &s->groups[group];
	uint64_t sum = mix(MIX_START, g->shares,
			   g->n_shares * sizeof(g->shares[0]));

	sum = mix(sum, &g->session, sizeof(g->session));
	if (g->session)
		sum = mix(sum, &s->seed, sizeof(s->seed));
	return sum ? sum : 1;
}
