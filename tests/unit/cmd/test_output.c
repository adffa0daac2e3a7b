// SPDX-License-Identifier: GPL-2.0-or-later
/* test_output - what a command prints, however stdio cuts it. */
#include "output.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static FILE *plain;
static int plain_fd;
static char text[40000], got[40000];

/* From here on stdout is a file that got() reads. */
static void
begin(void)
{
	FILE *file = tmpfile();

	assert_non_null(file);
	fflush(stdout);
	plain = stdout;
	plain_fd = dup(STDOUT_FILENO);
	assert_true(plain_fd >= 0);
	assert_int_equal(dup2(fileno(file), STDOUT_FILENO), STDOUT_FILENO);
	fclose(file);
	cmd_clean_output();
}

static void
end(void)
{
	ssize_t len;

	fclose(stdout);
	stdout = plain;
	len = pread(STDOUT_FILENO, got, sizeof(got) - 1, 0);
	dup2(plain_fd, STDOUT_FILENO);
	close(plain_fd);
	assert_true(len >= 0);
	got[len] = '\0';
}

/* Characters of two and three bytes at every place of every buffer. */
static void
test_long(void **state)
{
	(void)state;
	for (size_t shift = 0; shift < 5; shift++) {
		size_t n = shift;

		memset(text, 'x', n);
		while (n < sizeof(text) - 6) {
			memcpy(text + n, "\xc3\xa9\xe2\x82\xac", 5);
			n += 5;
		}
		text[n] = '\0';
		begin();
		fputs(text, stdout);
		end();
		assert_string_equal(got, text);
	}
}

static void
test_in_parts(void **state)
{
	static const char odd[] = "a\xe2\x82\xac\t\xf0\x9f\x98\x80\n"
				  "\033[2J\xc2\x9b\x9b\xe2\x82z\xc3\n\r";

	(void)state;
	begin();
	for (size_t i = 0; odd[i]; i++) {
		putchar(odd[i]);
		fflush(stdout);
	}
	end();
	assert_string_equal(got, "a\xe2\x82\xac\t\xf0\x9f\x98\x80\n"
				 "?[2J????z?\n?");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_in_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
