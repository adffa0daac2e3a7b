// SPDX-License-Identifier: GPL-2.0-or-later
/* measure - CPU, wall time and memory of commands that take turns. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

#define WORDS_MAX 32
#define ITEMS_MAX 64
#define ROUNDS_MAX 1000

/* One command of the turn; without a label it only prepares the next. */
struct item {
	char *label;
	char *argv[WORDS_MAX + 1];
	uint32_t cpu_us[ROUNDS_MAX], wall_us[ROUNDS_MAX], rss_kb[ROUNDS_MAX];
};

static struct item items[ITEMS_MAX];

static void
parse(struct item *item, char *text)
{
	char *save, *word = strchr(text, '=');
	size_t n = 0;

	item->label = text;
	*word++ = '\0';
	for (word = strtok_r(word, " ", &save); word && n < WORDS_MAX;
	     word = strtok_r(NULL, " ", &save))
		item->argv[n++] = word;
}

static uint64_t
now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

/* In a round below 0 the command is run and not counted. */
static int
run(struct item *item, int round)
{
	posix_spawn_file_actions_t silent;
	uint64_t begin = now_us();
	struct rusage used;
	int status, rc;
	pid_t pid;

	posix_spawn_file_actions_init(&silent);
	posix_spawn_file_actions_addopen(&silent, 1, "/dev/null", O_WRONLY, 0);
	rc = posix_spawnp(&pid, item->argv[0], &silent, NULL, item->argv,
			  environ);
	posix_spawn_file_actions_destroy(&silent);
	if (rc) {
		fprintf(stderr, "measure: %s: %s\n", item->argv[0],
			strerror(rc));
		return -1;
	}
	while (wait4(pid, &status, 0, &used) < 0)
		if (errno != EINTR)
			return -1;
	if (status) {
		fprintf(stderr, "measure: %s: %s: status 0x%x\n", item->label,
			item->argv[0], (unsigned)status);
		return -1;
	}
	if (round < 0)
		return 0;
	item->wall_us[round] = (uint32_t)(now_us() - begin);
	/* The kernel splits them by ticks; their sum is exact. */
	item->cpu_us[round] =
		(uint32_t)((used.ru_utime.tv_sec + used.ru_stime.tv_sec) *
				   1000000 +
			   used.ru_utime.tv_usec + used.ru_stime.tv_usec);
	item->rss_kb[round] = (uint32_t)used.ru_maxrss;
	return 0;
}

static int
by_value(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static unsigned
median(uint32_t *v, int n)
{
	qsort(v, (size_t)n, sizeof(*v), by_value);
	return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

int
main(int argc, char **argv)
{
	int rounds = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 0;
	int n = argc - 2;

	if (rounds < 1 || rounds > ROUNDS_MAX || n < 1 || n > ITEMS_MAX) {
		fputs("usage: measure ROUNDS [LABEL]=COMMAND...\n"
		      "prints LABEL CPU_US LEAST_CPU_US WALL_US RSS_KB\n",
		      stderr);
		return 64;
	}
	for (int i = 0; i < n; i++) {
		if (!strchr(argv[i + 2], '='))
			return 64;
		parse(&items[i], argv[i + 2]);
	}
	for (int round = -1; round < rounds; round++)
		for (int i = 0; i < n; i++)
			if (run(&items[i], round) < 0)
				return 1;
	for (int i = 0; i < n; i++) {
		struct item *it = &items[i];
		unsigned cpu, wall, rss;

		if (!it->label[0])
			continue;
		cpu = median(it->cpu_us, rounds);
		wall = median(it->wall_us, rounds);
		rss = median(it->rss_kb, rounds);
		printf("%s %u %u %u %u\n", it->label, cpu, it->cpu_us[0], wall,
		       rss);
	}
	return 0;
}
