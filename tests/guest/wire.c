// SPDX-License-Identifier: GPL-2.0-only
/*
 * Wired pages, and objects that are not swapped, stay in memory; their user
 * pays for it as long as they do.
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>

#include "guest.h"

#define SEED 0x317e
#define NOBODY 65534

static int range_call(int fd, unsigned long call, size_t first, size_t pages)
{
	struct aobj_range range = {
		.offset = first * page_size,
		.length = pages * page_size,
	};

	return ioctl(fd, call, &range);
}

static int wire(int fd, size_t first, size_t pages)
{
	return range_call(fd, AOBJ_IOC_WIRE, first, pages);
}

static int unwire(int fd, size_t first, size_t pages)
{
	return range_call(fd, AOBJ_IOC_UNWIRE, first, pages);
}

static int noswap(int fd)
{
	struct aobj_noswap call = { 0 };

	return ioctl(fd, AOBJ_IOC_NOSWAP, &call);
}

static size_t resident(int fd, size_t first, size_t pages)
{
	return object_count(fd, first, pages, AOBJ_PAGE_RESIDENT,
			    AOBJ_PAGE_RESIDENT);
}

static void test_stays(void)
{
	const size_t pages = 2 * CLUSTER + 10;
	struct object o = object_new(working_set());

	range_fill(o.map, SEED, 0, o.pages, 1);
	check_ok(wire(o.fd, 5, pages), "a range is wired, on swap or not");
	check_equal(resident(o.fd, 5, pages), pages, "it is in memory");
	check_equal(object_info(o.fd).wired, pages * page_size,
		    "AOBJ_IOC_INFO counts it");
	check_equal(stat_get("wired"), pages * page_size, "so does sysfs");
	check_ok(wire(o.fd, 0, 10), "wiring over that");
	check_equal(stat_get("wired"), (pages + 5) * page_size,
		    "counts no page twice");
	check_ok(unwire(o.fd, 0, 5), "and can be undone");
	check_range(o.map, SEED, 0, o.pages, 1,
		    "the whole object is served beside them");
	check(!evict_pages(o.fd, 5, 1), "they cannot be evicted", "one was");
	check_equal(resident(o.fd, 5, pages), pages, "none of them");
	check_ok(unwire(o.fd, 0, o.pages), "unwired");
	check_equal(stat_get("wired"), 0, "nothing is counted");
	check(evict_pages(o.fd, 5, pages), "they are evicted as others",
	      "some stay");
	check_range(o.map, SEED, 0, o.pages, 1, "and are right");
	object_free(&o);
}

static void test_goes(void)
{
	struct object o = object_new(2 * CLUSTER);
	uint64_t skipped = 0;

	range_fill(o.map, SEED, 0, o.pages, 1);
	check_ok(wire(o.fd, 0, o.pages), "an object is wired");
	check_ok(object_flush(o.fd, 0, 0,
			      AOBJ_FLUSH_DEACTIVATE | AOBJ_FLUSH_CLEAN, NULL,
			      &skipped),
		 "a flush of it");
	check_equal(skipped, o.pages, "skips every page");
	check_ok(object_drop(o.fd, 10, 20), "a hole");
	check_equal(stat_get("wired"), (o.pages - 20) * page_size,
		    "takes wired pages with it");
	object_resize_pages(o.fd, CLUSTER);
	check_equal(stat_get("wired"), (CLUSTER - 20) * page_size,
		    "so does a shrink");
	object_resize_pages(o.fd, 2 * CLUSTER);
	check_zero(object_page(&o, CLUSTER), CLUSTER,
		   "wired pages past the end do not come back");
	object_free(&o);
	check_equal(stat_get("wired"), 0, "the end of an object unwires it");
}

static void test_share(void)
{
	struct object o = object_new(budget_pages());
	uint64_t budget = stat_get("budget");

	check_errno(wire(o.fd, 0, o.pages), ENOMEM,
		    "all of the budget cannot be wired");
	check_at_most(stat_get("wired"), budget / 2, "but half of it");
	check_errno(control_budget(budget - page_size), EBUSY,
		    "then the budget cannot be lowered");
	range_fill(o.map, SEED, 0, o.pages, 1);
	check_range(o.map, SEED, 0, o.pages, 1, "the rest still pages");
	unwire(o.fd, 0, o.pages);
	check_errno(wire(o.fd, 0, o.pages + 1), EINVAL, "past the end");
	object_free(&o);
}

/* Runs as a user without rights, who may lock @pages pages. */
struct user {
	int fd;
	size_t limit; /* pages */
	size_t pages;
	bool noswap;
};

static int wire_as_nobody(void *argument)
{
	const struct user *user = argument;
	struct rlimit limit = { user->limit * page_size,
				user->limit * page_size };

	if (setrlimit(RLIMIT_MEMLOCK, &limit) || setgid(NOBODY) ||
	    setuid(NOBODY))
		return 200;
	if (user->noswap ? noswap(user->fd) : wire(user->fd, 0, user->pages))
		return errno;
	return 0;
}

static int as_nobody(struct user user)
{
	return task_wait(task_start(wire_as_nobody, &user));
}

static void test_user_pays(void)
{
	struct object a = object_new(CLUSTER), b = object_new(CLUSTER);

	check_result(as_nobody((struct user){ a.fd, 0, 1, false }), EPERM,
		     "who may lock nothing may wire nothing");
	check_result(as_nobody((struct user){ a.fd, 20, 21, false }), ENOMEM,
		     "nor more than allowed");
	unwire(a.fd, 0, CLUSTER);
	check_result(as_nobody((struct user){ a.fd, 20, 20, false }), 0,
		     "but that much");
	check_result(as_nobody((struct user){ b.fd, 20, 1, false }), ENOMEM,
		     "the charge outlives the process: the object holds it");
	check_errno(wire(a.fd, 30, 1), EPERM, "another user cannot add to it");
	object_free(&a);
	check_result(as_nobody((struct user){ b.fd, 20, 1, false }), 0,
		     "it goes with the object");
	check_ok(unwire(b.fd, 0, CLUSTER), "anybody may unwire");
	check_ok(wire(b.fd, 0, 1), "and then another may wire");
	object_free(&b);
}

static void test_noswap(void)
{
	size_t pages = budget_pages() / 4;
	struct object o = { .fd = object_open(), .pages = pages };

	check_ok(noswap(o.fd), "an object is not to be swapped");
	check_equal(object_info(o.fd).flags, AOBJ_INFO_NOSWAP, "it says so");
	object_resize_pages(o.fd, pages);
	check_equal(stat_get("wired"), pages * page_size,
		    "its size is counted as wired");
	o.map = object_map(o.fd, 0, pages, PROT_READ | PROT_WRITE, MAP_SHARED);
	range_fill(o.map, SEED, 0, pages, 1);
	check_errno(object_resize(o.fd, stat_get("budget")), ENOMEM,
		    "it cannot grow beyond what may be wired");
	check_equal(object_info(o.fd).size, pages * page_size,
		    "and keeps its size");
	check(!evict_pages(o.fd, 0, 1), "it is not evicted", "it was");
	check_equal(resident(o.fd, 0, pages), pages, "no page of it");
	check_equal(object_info(o.fd).slots, 0, "it has no slot");
	check_range(o.map, SEED, 0, pages, 1, "every page is right");
	check_ok(wire(o.fd, 0, pages), "wiring it changes nothing");
	check_equal(stat_get("wired"), pages * page_size,
		    "and costs nothing more");
	object_resize_pages(o.fd, pages / 2);
	check_equal(stat_get("wired"), pages / 2 * page_size,
		    "a shrink gives back");
	object_unmap(o.map, pages);
	close(o.fd);
	check_equal(stat_get("wired"), 0, "and so does the end");
}

static void test_noswap_refused(void)
{
	struct object o = object_new(CLUSTER), other;

	o.map[0] = 1;
	check_errno(noswap(o.fd), EBUSY, "not after its first page was used");
	object_free(&o);
	other = object_new(CLUSTER);
	o = object_new(CLUSTER);
	check_result(as_nobody((struct user){ o.fd, 10, 0, true }), ENOMEM,
		     "nor by who may not lock that much");
	check_result(as_nobody((struct user){ o.fd, CLUSTER, 0, true }), 0,
		     "but by who may");
	o.map[0] = 1;
	check_result(as_nobody((struct user){ other.fd, CLUSTER, 1, false }),
		     ENOMEM, "who pays for all of it, his process gone or not");
	check_errno(object_resize(o.fd, (CLUSTER + 1) * page_size), EPERM,
		    "another user cannot make it larger");
	check_errno(pwrite(o.fd, "x", 1, (off_t)(CLUSTER * page_size)), EPERM,
		    "nor by a write");
	check_equal(object_info(o.fd).size, CLUSTER * page_size,
		    "it has the size that it had");
	object_free(&o);
	check_result(as_nobody((struct user){ other.fd, CLUSTER, 1, false }), 0,
		     "with the object it goes");
	object_free(&other);
}

static void test_name(void)
{
	struct aobj_name name = { "the name" };
	struct aobj_features features = { 0 };
	int fd = object_open();

	check_ok(ioctl(fd, AOBJ_IOC_NAME, &name), "an object is named");
	check_result(command("grep -q 'aobj-name:.the name' "
			     "/proc/%d/fdinfo/%d",
			     getpid(), fd),
		     0, "fdinfo shows it");
	memset(name.name, 'x', sizeof(name.name));
	check_errno(ioctl(fd, AOBJ_IOC_NAME, &name), EINVAL,
		    "a name without an end is refused");
	check_ok(ioctl(fd, AOBJ_IOC_FEATURES, &features), "features");
	check((features.features & AOBJ_FEATURE_WIRE) != 0, "are told", "%llx",
	      (unsigned long long)features.features);
	close(fd);
}

int main(void)
{
	test_begin("wire: what is wired stays, and is paid for", 60);
	test_stays();
	test_goes();
	test_share();
	test_user_pays();
	test_noswap();
	test_noswap_refused();
	test_name();
	return test_end();
}
