// SPDX-License-Identifier: GPL-2.0-or-later
/* kernel - the features of this kernel that bal can use. */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "doctor/facts/internal.h"
#include "netlink/sysctl.h"
#include "firewall/nft.h"

/* Their names in kernels; of several names all have to be there. */
static const struct option {
	const char *name;
	enum bal_feature feature;
} options[] = {
	{ "IP_ADVANCED_ROUTER", BAL_FEATURE_RULES },
	{ "IP_MULTIPLE_TABLES", BAL_FEATURE_RULES },
	{ "IP_ROUTE_MULTIPATH", BAL_FEATURE_MULTIPATH },
	{ "IP_NF_MANGLE", BAL_FEATURE_MANGLE },
	{ "NETFILTER_XT_MATCH_CONNTRACK", BAL_FEATURE_CONNTRACK },
	{ "NETFILTER_XT_CONNMARK", BAL_FEATURE_CONNMARK },
	{ "NF_CONNTRACK_MARK", BAL_FEATURE_CONNMARK },
	{ "NETFILTER_XT_MARK", BAL_FEATURE_MARK },
	{ "CGROUP_BPF", BAL_FEATURE_CGROUP_BPF },
};
#define N_OPTIONS (sizeof(options) / sizeof(options[0]))

/*
 * The features that a trial in a namespace can detect, each a bit of its
 * status.
 */
#define TRIED_FROM BAL_FEATURE_MANGLE
#define TRIED_TO BAL_FEATURE_MARK
#define TRIAL_FAILED 0x80
_Static_assert(1u << (TRIED_TO - TRIED_FROM) < TRIAL_FAILED,
	       "all must fit into an exit status");

/* 'y', 'm' or 'n' for each option. */
static void
parse_config(char *text, char *answers)
{
	char *line;

	memset(answers, 'n', N_OPTIONS);
	while ((line = bal_facts_line(&text))) {
		size_t len = strcspn(line, "=");

		if (strncmp(line, "CONFIG_", 7) != 0 || line[len] != '=')
			continue;
		for (size_t i = 0; i < N_OPTIONS; i++)
			if (strlen(options[i].name) == len - 7 &&
			    strncmp(options[i].name, line + 7, len - 7) == 0)
				answers[i] = line[len + 1];
	}
}

/* The kernel's own configuration, or NULL. */
static char *
read_config(struct bal_facts *f)
{
	struct utsname name;
	char *text = NULL;

	if (access("/proc/config.gz", R_OK) == 0)
		text = bal_facts_run(f, (char *[]){ "gzip", "-dc",
						    "/proc/config.gz", NULL });
	if (!text && uname(&name) == 0)
		text = bal_facts_file(
			f, bal_facts_text(f, "/boot/config-%s", name.release));
	/* Neither an error of gzip nor an empty file. */
	return text && strstr(text, "\nCONFIG_NET=") ? text : NULL;
}

static bool
knows(int fd, int option, const char *name, uint8_t revision)
{
	struct xt_get_revision rev = { .revision = revision };
	socklen_t len = sizeof(rev);

	(void)bal_copy(rev.name, sizeof(rev.name), name);
	return getsockopt(fd, IPPROTO_IP, option, &rev, &len) == 0;
}

static bool
has_table(int fd, const char *name)
{
	struct ipt_getinfo info = { 0 };
	socklen_t len = sizeof(info);

	(void)bal_copy(info.name, sizeof(info.name), name);
	return getsockopt(fd, IPPROTO_IP, IPT_SO_GET_INFO, &info, &len) == 0;
}

/*
 * In a network namespace of its own: a request for a table creates it, and it
 * ends with the process.  Bits from TRIED_FROM on.
 */
static unsigned
try_in_namespace(void)
{
	unsigned there = 0;
	int fd;

	if (unshare(CLONE_NEWNET) < 0 &&
	    unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		return TRIAL_FAILED;
	fd = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	if (fd < 0)
		return TRIAL_FAILED;
	if (has_table(fd, "mangle"))
		there |= 1u << (BAL_FEATURE_MANGLE - TRIED_FROM);
	if (knows(fd, IPT_SO_GET_REVISION_MATCH, "conntrack", 3))
		there |= 1u << (BAL_FEATURE_CONNTRACK - TRIED_FROM);
	if (knows(fd, IPT_SO_GET_REVISION_MATCH, "connmark", 1) &&
	    knows(fd, IPT_SO_GET_REVISION_TARGET, "CONNMARK", 1))
		there |= 1u << (BAL_FEATURE_CONNMARK - TRIED_FROM);
	if (knows(fd, IPT_SO_GET_REVISION_MATCH, "mark", 1))
		there |= 1u << (BAL_FEATURE_MARK - TRIED_FROM);
	return there;
}

static unsigned
try_netfilter(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit((int)try_in_namespace());
	if (pid < 0)
		return TRIAL_FAILED;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return TRIAL_FAILED;
	return WIFEXITED(status) ? (unsigned)WEXITSTATUS(status) : TRIAL_FAILED;
}

/* Only a kernel with multipath routes has the setting; /proc may be hidden. */
static enum bal_known
ask_multipath(struct bal_facts *f)
{
	if (bal_sysctl_read(bal_sysctls[BAL_SYSCTL_HASH_POLICY].name) >= 0)
		return BAL_YES;
	if (bal_sysctl_read("net/ipv4/ip_forward") >= 0)
		return BAL_NO;
	bal_facts_unseen(f, "the kernel's settings: /proc/sys/net cannot be "
			    "read");
	return BAL_UNKNOWN;
}

/* Query the programs attached to connect() in the root cgroup. */
static enum bal_known
ask_cgroup_bpf(void)
{
	union bpf_attr attr = { 0 };
	int fd = open("/sys/fs/cgroup", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	long rc;
	int eno;

	if (fd < 0)
		return BAL_UNKNOWN;
	attr.query.target_fd = (uint32_t)fd;
	attr.query.attach_type = BPF_CGROUP_INET4_CONNECT;
	rc = syscall(SYS_bpf, BPF_PROG_QUERY, &attr, sizeof(attr));
	eno = errno;
	close(fd);
	if (rc == 0)
		return BAL_YES;
	/* Anything else (EPERM, a cgroup of version 1) proves nothing. */
	return eno == ENOSYS || eno == EINVAL ? BAL_NO : BAL_UNKNOWN;
}

static void
note_config(struct bal_facts *f, const char *answers)
{
	for (size_t i = 0; i < N_OPTIONS; i++) {
		enum bal_known *known = &f->features[options[i].feature];

		if (answers[i] == 'n') {
			*known = BAL_NO;
			f->left_out |= 1u << options[i].feature;
		} else if (*known == BAL_UNKNOWN) {
			*known = BAL_YES;
		}
	}
}

/*
 * A feature built as a module need not be installed, and one without a
 * configuration may be there: these are tried.
 */
static void
note_trial(struct bal_facts *f, const char *answers)
{
	bool doubt = !answers;
	unsigned there;

	for (size_t i = 0; answers && i < N_OPTIONS; i++)
		doubt |= options[i].feature >= TRIED_FROM &&
			 options[i].feature <= TRIED_TO && answers[i] == 'm';
	if (!doubt)
		return;
	there = try_netfilter();
	if (there & TRIAL_FAILED) {
		bal_facts_unseen(f, "the kernel's netfilter: it allows no "
				    "network namespace to try it in");
		return;
	}
	for (int i = TRIED_FROM; i <= TRIED_TO; i++)
		f->features[i] =
			there & (1u << (i - TRIED_FROM)) ? BAL_YES : BAL_NO;
}

/* Marks are kept by nftables, which has all of that itself. */
static void
needs_no_iptables(struct bal_facts *f)
{
	for (int i = TRIED_FROM; i <= TRIED_TO; i++)
		f->features[i] = BAL_YES;
}

void
bal_facts_kernel(struct bal_facts *f)
{
	char answers[N_OPTIONS];
	char *config = read_config(f);

	if (config) {
		parse_config(config, answers);
		note_config(f, answers);
	}
	note_trial(f, config ? answers : NULL);
	/* What this process has observed is surer than any file. */
	if (f->looked)
		f->features[BAL_FEATURE_RULES] = BAL_YES;
	if (f->mangle_loaded)
		f->features[BAL_FEATURE_MANGLE] = BAL_YES;
	if (f->mangle_loaded &&
	    f->snap->firewalls.use == &bal_firewall_nft)
		needs_no_iptables(f);
	if (!config) {
		f->features[BAL_FEATURE_MULTIPATH] = ask_multipath(f);
		f->features[BAL_FEATURE_CGROUP_BPF] = ask_cgroup_bpf();
	}
}
