// SPDX-License-Identifier: GPL-2.0-only
/*
 * swapoff of a device that has an object's pages: what the module does from
 * the call to its return.  The device is AOBJ_BENCH_SWAPOFF.  Where the pages go
 * to, another device or memory, is what there is.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <linux/aobj.h>

#include "bench.h"

#define CHECK_STRIDE 67 /* of the pages that are looked at afterwards */
#define FEW 1024 /* pages */

struct control {
	int fd;
	struct aobj_swapoff swapoff;
};

static struct control control_open(void)
{
	const char *device = getenv("AOBJ_BENCH_SWAPOFF");
	struct control control = {};
	struct stat st;

	if (!device)
		exit(EXIT_NOT_APPLICABLE);
	control.fd = open("/dev/aobj-control", O_RDWR | O_CLOEXEC);
	if (control.fd < 0 || stat(device, &st))
		die("%s", device);
	control.swapoff.major = major(st.st_rdev);
	control.swapoff.minor = minor(st.st_rdev);
	return control;
}

static void budget(const struct control *control, size_t pages)
{
	struct aobj_budget b = { .bytes = pages * PAGE };

	if (ioctl(control->fd, AOBJ_CTL_BUDGET, &b))
		die("the budget");
}

static void swapoff_measured(struct control *control)
{
	measure_begin();
	if (ioctl(control->fd, AOBJ_CTL_SWAPOFF, &control->swapoff))
		die("swapoff");
	measure_end();
}

static void check_some(struct contents *c)
{
	struct order order = order_strided(c->memory->pages, CHECK_STRIDE);

	order.count /= CHECK_STRIDE;
	contents_read(c, &order);
}

/* All that was touched goes to swap. */
static void page_out(const struct memory *m)
{
	struct aobj_flush flush = {
		.flags = AOBJ_FLUSH_DEACTIVATE | AOBJ_FLUSH_CLEAN |
			 AOBJ_FLUSH_WAIT,
	};

	if (ioctl(m->fd, AOBJ_IOC_FLUSH, &flush))
		die("the flush");
}

static void bind_to(const struct memory *m, const struct control *control)
{
	struct aobj_bind bind = {
		.flags = AOBJ_BIND_DEVICE,
		.major = control->swapoff.major,
		.minor = control->swapoff.minor,
	};

	if (ioctl(m->fd, AOBJ_IOC_BIND, &bind))
		die("binding to the device");
}

/* => how many pages of an object are on swap only */
static size_t swapped(const struct memory *m)
{
	struct aobj_info info;

	if (ioctl(m->fd, AOBJ_IOC_INFO, &info))
		die("the object's state");
	return info.swapped / PAGE;
}

static struct result run(const struct bench *bench, bool to_memory)
{
	struct control control = control_open();
	struct order order = order_forward(bench->pages);
	struct memory m;
	struct contents c = bench_contents(bench, &m, bench->pages);
	size_t pages;

	contents_write(&c, &order);
	page_out(&m);
	pages = swapped(&m);
	if (to_memory)
		budget(&control, bench->pages + bench->pages / 8);
	swapoff_measured(&control);
	check_some(&c);
	memory_free(&m);
	budget(&control, bench->budget);
	close(control.fd);
	return (struct result){ .pages = pages, .copies = to_memory ? 1 : 2 };
}

static struct result run_to_device(const struct bench *bench)
{
	return run(bench, false);
}

static struct result run_to_memory(const struct bench *bench)
{
	return run(bench, true);
}

/* A few pages on the device, all of a large object on another one. */
static struct result run_few(const struct bench *bench)
{
	struct control control = control_open();
	struct order few = order_forward(FEW);
	struct order all = order_forward(bench->pages);
	struct memory small, large;
	struct contents c = bench_contents(bench, &small, FEW), d;
	size_t pages;

	bind_to(&small, &control);
	contents_write(&c, &few);
	page_out(&small);
	pages = swapped(&small);
	large.pages = bench->pages;
	d = contents_new(&large);
	memory_new(&large, bench->peer, bench->pages);
	contents_write(&d, &all);
	page_out(&large);
	swapoff_measured(&control);
	contents_verify(&c);
	check_some(&d);
	memory_free(&small);
	memory_free(&large);
	close(control.fd);
	return (struct result){ .pages = pages, .copies = 1 };
}

const struct workload swapoff_workloads[] = {
	{ "swapoff_device", run_to_device },
	{ "swapoff_memory", run_to_memory },
	{ "swapoff_few", run_few },
	{},
};
