// SPDX-License-Identifier: GPL-2.0-or-later
/* test_conf_parts - files of bal.conf.d: their order, what they replace, faults. */
#include <sys/stat.h>

#include "../confs.h"

#include "config/conf_parts.h"

static char folder[PATH_MAX];

static int
with_folder(void **state)
{
	if (make_directory(state) != 0)
		return -1;
	(void)bal_copy(folder, sizeof(folder), in_directory("bal.conf.d"));
	return mkdir(folder, 0755);
}

static void
part(const char *name, const char *text)
{
	char path[64];

	snprintf(path, sizeof(path), "bal.conf.d/%s", name);
	put_text(in_directory(path), text);
}

static int
read_all(const char *text, struct bal_err *err)
{
	static char path[PATH_MAX];
	const struct bal_conf_files files = { .path = path, .parts = folder };

	(void)bal_copy(path, sizeof(path), in_directory("bal.conf"));
	put_text(path, text);
	*warnings = '\0';
	bal_conf_fini(&conf);
	return bal_conf_read(&conf, &files, err);
}

static void
read_right(const char *text)
{
	struct bal_err err = { 0 };

	if (read_all(text, &err))
		fail_msg("%s\n%s", err.msg, warnings);
	assert_string_equal(warnings, "");
}

/* As it is kept for bad times, and read again. */
static void
keep_and_read(void)
{
	const struct bal_conf_files kept = { .path = in_directory("kept"),
					     .must_exist = true,
					     .kept = true };
	struct bal_err err = { 0 };
	size_t len;
	char *text = bal_conf_parts_join(&conf, &len);

	assert_non_null(text);
	put_bytes(kept.path, text, len);
	free(text);
	bal_conf_fini(&conf);
	assert_int_equal(bal_conf_read(&conf, &kept, &err), 0);
}

static void
assert_weights(unsigned eth1, unsigned eth2)
{
	assert_int_equal(bal_conf_find(&conf, "eth1")->set.weight, eth1);
	assert_int_equal(bal_conf_find(&conf, "eth2")->set.weight, eth2);
}

static void
the_last_one_has_it(void **state)
{
	(void)state;
	part("20-box.conf", "[uplink eth1]\nweight = 9\n[uplink eth2]\n"
			    "weight = 2\n");
	part("10-fleet.conf", "[bal]\nmasquerade = yes\n[uplink eth1]\n"
			      "weight = 5\npriority = 7");
	part("30-not", "[uplink eth1]\nweight = 77\n");
	part(".hidden.conf", "[uplink eth1]\nweight = 78\n");
	for (int again = 0; again < 2; again++) {
		if (again)
			keep_and_read();
		else
			read_right("[bal]\nmode = solo\n[uplink eth1]\n"
				   "weight = 3\n");
		assert_int_equal(conf.globals.mode, BAL_MODE_SOLO);
		assert_true(conf.globals.masquerade);
		assert_int_equal(conf.n_uplinks, 2);
		assert_weights(9, 2);
	}
}

static void
a_list_is_replaced(void **state)
{
	(void)state;
	part("a.conf", "[check]\ntargets = 1.1.1.1\ntargets = 9.9.9.9\n"
		       "[bal]\ndestinations = 10.0.0.0/8\n");
	for (int again = 0; again < 2; again++) {
		if (again)
			keep_and_read();
		else
			read_right("[check]\ntargets = 8.8.8.8\n"
				   "[bal]\ndestinations = default\n");
		assert_int_equal(conf.check.n_targets, 2);
		assert_int_equal(conf.globals.n_destinations, 1);
		assert_false(conf.globals.everywhere);
	}
}

static void
without_the_file_itself(void **state)
{
	struct bal_err err = { 0 };

	(void)state;
	part("a.conf", "[uplink eth1]\nweight = 4\n");
	assert_int_equal(bal_conf_read(&conf, &(struct bal_conf_files){
				       .path = in_directory("bal.conf"),
				       .parts = folder }, &err), 0);
	assert_int_equal(bal_conf_find(&conf, "eth1")->set.weight, 4);
	keep_and_read();
	assert_int_equal(bal_conf_find(&conf, "eth1")->set.weight, 4);
}

static void
emptied(const char *kept, const char *want)
{
	const char *found = bal_conf_parts_emptied(&conf, "bal.conf", kept,
						   strlen(kept));

	if (want)
		assert_non_null(found ? strstr(found, want) : NULL);
	else
		assert_null(found);
}

static void
one_that_became_empty(void **state)
{
	(void)state;
	part("a.conf", "[bal]\n");
	part("b.conf", "");
	read_right("[bal]\n");
	emptied("[bal]\n\n\f\n[bal]\n\n\f\n", NULL);
	emptied("[bal]\n\n\f\n[bal]\n\n\f\n[bal]\n", "b.conf");
	emptied("[bal]\n\n\f\n[bal]\n", "b.conf");
	read_right("");
	part("b.conf", "[bal]\n");
	read_right("");
	emptied("\n\f\n[bal]\n", NULL);
	emptied("[bal]\n\n\f\n[bal]\n\n\f\n[bal]\n", "bal.conf");
	emptied("[bal]\n", "bal.conf");
}

static void
refuse(const char *text, const char *why)
{
	struct bal_err err = { 0 };

	assert_int_equal(read_all(text, &err), -1);
	if (!strstr(warnings, why) && !strstr(err.msg, why))
		fail_msg("%s: %s\n%s", why, err.msg, warnings);
}

static void
a_fault_has_its_file(void **state)
{
	(void)state;
	part("a.conf", "\n[uplink eth1]\nwieght = 4\n");
	refuse("[uplink eth1]\n", "/bal.conf.d/a.conf:3: unknown key \"wieght\"");
	part("a.conf", "weight = 4\n");
	refuse("[uplink eth1]\n",
	       "/bal.conf.d/a.conf:1: key \"weight\" stands before any section");
	part("a.conf", "[uplink eth2]\nover = eth1\n");
	part("b.conf", "[uplink eth1]\nover = eth2\n");
	refuse("", "/bal.conf.d/a.conf:1: uplink \"eth2\" is over itself");
	part("b.conf", "[group x]\nuplinks = eth1\n");
	refuse("[group x]\nuplinks = eth1\n",
	       "/bal.conf.d/b.conf:1: section \"[group x]\" is there twice, "
	       "first in line 1 of ");
	part("b.conf", "[check]\ninterval = 1s\ninterval = 2s\n");
	refuse("", "/bal.conf.d/b.conf:3: key \"interval\" is there twice");
	/* A line of the kept text is none of a file. */
	part("b.conf", "[check]\n\f\n[check]\n");
	refuse("", "/bal.conf.d/b.conf:2: line has a control character");
	assert_int_equal(unlink(in_directory("bal.conf.d/b.conf")), 0);
	assert_int_equal(mkdir(in_directory("bal.conf.d/b.conf"), 0755), 0);
	refuse("", "/b.conf is not a regular file");
}

static void
one_that_cannot_be_read(void **state)
{
	struct bal_err err = { 0 };
	int rc;

	(void)state;
	part("a.conf", "[uplink eth1]\n");
	assert_int_equal(chmod(in_directory("bal.conf.d/a.conf"), 0), 0);
	drop_root();
	rc = bal_conf_read(&conf, &(struct bal_conf_files){
			   .path = in_directory("bal.conf"),
			   .parts = folder }, &err);
	become_root();
	assert_int_equal(rc, -1);
	assert_int_equal(err.kind, BAL_EPERM);
	assert_non_null(strstr(err.msg, "/bal.conf.d/a.conf"));
}

static void
where_a_line_is(void **state)
{
	struct bal_conf_place at;

	(void)state;
	part("a.conf", "[uplink eth1]\n\n\nover = eth7\n");
	read_right("[uplink eth2]\nover = eth7\n");
	at = bal_conf_place(&conf, bal_conf_find(&conf, "eth1")->over_line);
	assert_int_equal(at.line, 4);
	assert_non_null(strstr(at.path, "/bal.conf.d/a.conf"));
	at = bal_conf_place(&conf, bal_conf_find(&conf, "eth2")->over_line);
	assert_int_equal(at.line, 2);
	assert_string_equal(at.path, in_directory("bal.conf"));
}

static void
too_many(void **state)
{
	char name[32];

	(void)state;
	for (int i = 0; i <= BAL_CONF_PARTS_MAX; i++) {
		snprintf(name, sizeof(name), "%03d.conf", i);
		part(name, "");
	}
	refuse("", "has more than 200 files");
}

int
main(void)
{
#define WITH(name) cmocka_unit_test_setup_teardown(name, with_folder, give_back)
	const struct CMUnitTest tests[] = {
		WITH(one_that_became_empty),
		WITH(the_last_one_has_it),     WITH(a_list_is_replaced),
		WITH(without_the_file_itself), WITH(a_fault_has_its_file),
		WITH(one_that_cannot_be_read), WITH(where_a_line_is),
		WITH(too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
