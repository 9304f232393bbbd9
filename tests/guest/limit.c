// SPDX-License-Identifier: GPL-2.0-only
/*
 * An object's own limit: it pages within that while the budget has room, and
 * others are left alone.
 */
#include <signal.h>
#include <sys/ioctl.h>

#include "guest.h"

#define SEED 0x1137

static int limit_to(int fd, uint64_t bytes)
{
	struct aobj_limit limit = { .bytes = bytes };

	return ioctl(fd, AOBJ_IOC_LIMIT, &limit);
}

static size_t resident(const struct object *o)
{
	return object_info(o->fd).resident / page_size;
}

static void test_stays_below(void)
{
	size_t limit = budget_pages() / 4, most = 0;
	struct object o = object_new(2 * budget_pages());
	struct object other = object_new(budget_pages() / 4);
	struct paging before = paging_now();
	uint64_t writes = stat_event("direct_writes");

	range_fill(other.map, SEED + 1, 0, other.pages, 1);
	check_ok(limit_to(o.fd, limit * page_size), "a limit is set");
	for (size_t i = 0; i < o.pages; i++) {
		size_t now;

		page_fill(object_page(&o, i), SEED, i, 1);
		now = resident(&o);
		most = now > most ? now : most;
	}
	check_at_most(most, limit, "an object never passes its limit");
	check_at_least(most, limit - CLUSTER, "and makes use of it");
	check_equal(resident(&other), other.pages,
		    "another object stays in memory");
	check_range(o.map, SEED, 0, o.pages, 1, "every page is right");
	check_paging(before, o.pages - limit, o.pages - limit, "the limit");
	check_at_least(stat_event("direct_writes"), writes + 1,
		       "who is at the limit writes pages out himself");
	check_range(other.map, SEED + 1, 0, other.pages, 1, "the other's, too");
	check_ok(limit_to(o.fd, 0), "the limit is taken off");
	writes = stat_event("direct_writes");
	range_fill(o.map, SEED, 0, o.pages, 2);
	check_equal(stat_event("direct_writes"), writes,
		    "then the page daemon writes for all");
	check_at_least(resident(&o), 2 * limit, "then the budget is the limit");
	check_range(o.map, SEED, 0, o.pages, 2, "and nothing is lost");
	object_free(&o);
	object_free(&other);
}

static void test_lowered(void)
{
	size_t pages = budget_pages() / 2;
	struct object o = object_new(pages);

	range_fill(o.map, SEED, 0, pages, 1);
	check_ok(limit_to(o.fd, pages / 4 * page_size),
		 "a limit below what is in memory");
	check_at_most(resident(&o), pages / 4, "is kept at once");
	check_range(o.map, SEED, 0, pages, 1, "nothing is lost");
	check_at_most(resident(&o), pages / 4, "and kept");
	object_free(&o);
}

/* Many at once may pass it by a page each. */
struct filler {
	const struct object *o;
	size_t number;
	size_t most;
};

#define FILLERS 4

static void *fill(void *argument)
{
	struct filler *filler = argument;

	for (size_t i = filler->number; i < filler->o->pages; i += FILLERS) {
		size_t now;

		page_fill(object_page(filler->o, i), SEED, i, 3);
		now = resident(filler->o);
		filler->most = now > filler->most ? now : filler->most;
	}
	return NULL;
}

static void test_threads(void)
{
	struct object o = object_new(budget_pages());
	size_t limit = budget_pages() / 4;
	struct filler fillers[FILLERS];

	check_ok(limit_to(o.fd, limit * page_size), "a limit for threads");
	for (size_t i = 0; i < FILLERS; i++)
		fillers[i] = (struct filler){ &o, i, 0 };
	threads_run(fill, fillers, FILLERS, sizeof(fillers[0]));
	for (size_t i = 0; i < FILLERS; i++)
		check_at_most(fillers[i].most, limit + FILLERS,
			      "is passed by a page each at most");
	check_range(o.map, SEED, 0, o.pages, 3, "every page is right");
	object_free(&o);
}

static void test_no_swap(void)
{
	struct object o;
	uint64_t start;

	main_swap_off();
	o = object_new(3 * CLUSTER);
	check_ok(limit_to(o.fd, CLUSTER * page_size), "the smallest limit");
	range_fill(o.map, SEED, 0, CLUSTER, 1);
	start = now_ms();
	check_result(touch_write(object_page(&o, CLUSTER), 1), SIGBUS,
		     "without swap a touch beyond it is SIGBUS");
	check_at_most(now_ms() - start, nospace_wait_ms() + 3000,
		      "in bounded time");
	check_range(o.map, SEED, 0, CLUSTER, 1, "what there is stays");
	check_ok(limit_to(o.fd, 0), "without a limit");
	check_result(touch_write(object_page(&o, CLUSTER), 1), 0,
		     "it is served");
	object_free(&o);
	main_swap_on();
}

static void test_refused(void)
{
	struct aobj_limit bad = { .bytes = MIB, .flags = 1 };
	int fd = object_open();

	check_errno(limit_to(fd, (CLUSTER - 1) * page_size), EINVAL,
		    "a limit below a cluster");
	check_errno(limit_to(fd, 1), EINVAL, "a limit of a byte");
	check_errno(ioctl(fd, AOBJ_IOC_LIMIT, &bad), EINVAL, "a flag");
	bad = (struct aobj_limit){ .bytes = MIB, .reserved = 1 };
	check_errno(ioctl(fd, AOBJ_IOC_LIMIT, &bad), EINVAL,
		    "a reserved field that is set");
	check_ok(limit_to(fd, UINT64_MAX), "any limit above that is taken");
	close(fd);
}

int main(void)
{
	test_begin("limit: an object pages within a limit of its own", 60);
	test_stays_below();
	test_lowered();
	test_threads();
	test_no_swap();
	test_refused();
	return test_end();
}
