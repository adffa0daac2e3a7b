// SPDX-License-Identifier: GPL-2.0-or-later
/* test_cgroup - where we are in cgroup v2, by what /proc says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "bpf/cgroup.h"

#define V2(root, point) \
	"41 31 0:38 " root " " point " rw,nosuid shared:9 - cgroup2 cgroup2 rw\n"
#define OTHERS                                           \
	"23 1 0:22 / /sys rw - sysfs sysfs rw\n"         \
	"31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n" \
	"32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"

/* The @nth place, or "none"; what is written for none is told, too. */
static const char *
place(const char *cgroup, const char *mounts, unsigned nth)
{
	static char out[64];

	memcpy(out, "untouched", 10);
	if (bal_cgroup_place(cgroup, mounts, nth, out, sizeof(out)))
		return out;
	assert_string_equal(out, "untouched");
	return "none";
}

static void
test_unified(void **state)
{
	(void)state;
	assert_string_equal(place("0::/user.slice/a.scope\n",
				  V2("/", "/sys/fs/cgroup"), 0),
			    "/sys/fs/cgroup/user.slice/a.scope");
	assert_string_equal(place("0::/\n", V2("/", "/sys/fs/cgroup"), 0),
			    "/sys/fs/cgroup");
}

static void
test_hybrid(void **state)
{
	(void)state;
	assert_string_equal(place("9:name=systemd:/x\n4:memory:/y\n0::/z\n",
				  OTHERS V2("/", "/sys/fs/cgroup/unified"), 0),
			    "/sys/fs/cgroup/unified/z");
}

static void
test_only_a_part_is_mounted(void **state)
{
	(void)state;
	assert_string_equal(place("0::/box/a\n", V2("/box", "/cg"), 0),
			    "/cg/a");
	assert_string_equal(place("0::/box\n", V2("/box", "/cg"), 0), "/cg");
	assert_string_equal(place("0::/boxer\n", V2("/box", "/cg"), 0),
			    "none");
	assert_string_equal(place("0::/\n", V2("/box", "/cg"), 0), "none");
}

static void
test_several_mounts(void **state)
{
	const char *mounts = V2("/other", "/a") V2("/", "/b") V2("/", "/c");

	(void)state;
	assert_string_equal(place("0::/x\n", mounts, 0), "/b/x");
	assert_string_equal(place("0::/x\n", mounts, 1), "/c/x");
	assert_string_equal(place("0::/x\n", mounts, 2), "none");
}

static void
test_none(void **state)
{
	static const char *const cgroups[] = { "", "\n", "4:memory:/y\n",
					       "0::", "0::\n", "0::x\n",
					       "0::/../x\n", "0::/..\n" };
	static const char *const mounts[] = {
		"", "\n", OTHERS, "41", "41 31 0:38 / /cg",
		"41 31 0:38 / /cg rw cgroup2 cgroup2 rw\n",
		"41 31 0:38 / /cg rw -", "41 31 0:38 / /cg rw - \n",
		V2("/", "/with\\040blank"),
		V2("/", "/a/folder/whose/name/is/longer/than/what/was/asked/for")
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cgroups) / sizeof(cgroups[0]); i++)
		assert_string_equal(place(cgroups[i], V2("/", "/cg"), 0),
				    "none");
	for (size_t i = 0; i < sizeof(mounts) / sizeof(mounts[0]); i++)
		assert_string_equal(place("0::/some/where\n", mounts[i], 0),
				    "none");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unified),
		cmocka_unit_test(test_hybrid),
		cmocka_unit_test(test_only_a_part_is_mounted),
		cmocka_unit_test(test_several_mounts),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
