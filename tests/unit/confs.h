/* confs - a bal.conf as a test writes it, and what is read of it. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_CONFS_H
#define TEST_CONFS_H

#include "files.h"

#include "config/conf.h"

static struct bal_conf conf;

#define FROM(file, must) \
	(&(struct bal_conf_files){ .path = (file), .must_exist = (must) })

static inline int
read_bytes(const char *bytes, size_t len, struct bal_err *err)
{
	put_bytes(in_directory("bal.conf"), bytes, len);
	*warnings = '\0';
	return bal_conf_read(&conf, FROM(in_directory("bal.conf"), true), err);
}

static inline void
read_good(const char *text)
{
	struct bal_err err = { 0 };

	bal_conf_fini(&conf);
	if (read_bytes(text, strlen(text), &err))
		fail_msg("%s\n%s", err.msg, warnings);
	assert_string_equal(warnings, "");
}

static inline int
give_back(void **state)
{
	bal_conf_fini(&conf);
	return remove_directory(state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, give_back)

#endif
