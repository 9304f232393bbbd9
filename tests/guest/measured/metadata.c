// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the kernel spends to keep account of pages, beyond the pages: measured
 * over 1 GiB of them as the growth of all that is allocated in slabs, per CPU
 * or by vmalloc, whoever allocated it.  Pages are written by write(2), so that
 * no page tables are counted.
 *
 * Swap is a zram that gets pages of one repeated word each: it keeps those in
 * its table, which is there beforehand.
 */
#include <fcntl.h>

#include "guest.h"

#define GIB ((uint64_t)1 << 30)
#define TIB ((uint64_t)1 << 40)
#define SWAP "/dev/zram0"
#define SWAP_BYTES (GIB + 64 * MIB)
#define SMALL_BUDGET (16 * MIB)
#define LARGE_BUDGET (GIB + 64 * MIB)
#define CHUNK (4 * CLUSTER) /* pages written at a time */
#define SWAPPED_MOST ((uint64_t)8) /* bytes a page */
#define RESIDENT_MOST ((uint64_t)32)
/* What the rest of the system may need meanwhile: 16 TiB is 2^26 clusters. */
#define NOISE ((uint64_t)128 << 10)

static uint64_t meminfo(const char *name)
{
	char line[128];
	FILE *file = fopen("/proc/meminfo", "re");
	uint64_t kib = UINT64_MAX;
	size_t length = strlen(name);

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, name, length) && line[length] == ':')
			kib = strtoull(line + length + 1, NULL, 10);
	if (!file || kib == UINT64_MAX)
		die("%s of /proc/meminfo", name);
	fclose(file);
	return kib << 10;
}

static uint64_t kernel_bytes(void)
{
	return meminfo("Slab") + meminfo("VmallocUsed") + meminfo("Percpu");
}

/* => what the slabs of a cache take, whether all of them is used or not */
static uint64_t slab_bytes(const char *cache)
{
	char line[512], name[64];
	unsigned long long per_slab, slabs, bytes = UINT64_MAX;
	FILE *file = fopen("/proc/slabinfo", "re");

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line,
			   "%63s %*u %*u %*u %*u %llu : tunables %*u %*u %*u "
			   ": slabdata %*u %llu",
			   name, &per_slab, &slabs) == 3 &&
		    !strcmp(name, cache))
			bytes = per_slab * slabs * page_size;
	if (!file || bytes == UINT64_MAX)
		die("%s of /proc/slabinfo: is it merged?", cache);
	fclose(file);
	return bytes;
}

static void note_slabs(void)
{
	static const char *const caches[] = { "aobj_cluster", "aobj_resident",
					      "radix_tree_node" };

	for (size_t i = 0; i < ARRAY_SIZE(caches); i++)
		note("slabs of %s: %llu bytes", caches[i],
		     (unsigned long long)slab_bytes(caches[i]));
}

/* In hundredths, so that what is nearly too much shows. */
static void check_cost(uint64_t before, uint64_t pages, uint64_t most,
		       const char *what)
{
	uint64_t now = kernel_bytes();
	uint64_t growth = now > before ? now - before : 0;
	uint64_t each = growth * 100 / pages;

	note("%llu bytes for %llu pages, %s", (unsigned long long)growth,
	     (unsigned long long)pages, what);
	note_slabs();
	check(each <= most * 100,
	      text("a page %s costs at most %llu bytes", what,
		   (unsigned long long)most),
	      "%llu.%02llu", (unsigned long long)each / 100,
	      (unsigned long long)each % 100);
}

static void swap_make(void)
{
	if (command("modprobe zram num_devices=1") ||
	    command("echo %llu >/sys/block/zram0/disksize",
		    (unsigned long long)SWAP_BYTES))
		die("a zram of %llu bytes", (unsigned long long)SWAP_BYTES);
	header_make(SWAP);
}

static void fill(int fd)
{
	uint64_t *chunk = malloc(CHUNK * page_size);
	const size_t words = page_size / sizeof(*chunk);
	size_t bytes = CHUNK * page_size;

	for (uint64_t at = 0; chunk && at < GIB; at += bytes) {
		for (size_t i = 0; i < CHUNK * words; i++)
			chunk[i] = at / page_size + i / words;
		if (pwrite(fd, chunk, bytes, (off_t)at) != (ssize_t)bytes)
			die("pwrite");
	}
	free(chunk);
}

static void check_contents(int fd)
{
	size_t wrong = 0;
	uint64_t word;

	for (uint64_t page = 0; page < GIB / page_size; page += CLUSTER + 1)
		wrong += pread(fd, &word, sizeof(word),
			       (off_t)((page + 1) * page_size -
				       sizeof(word))) != sizeof(word) ||
			 word != page;
	check_equal(wrong, 0, "some of the pages are looked at, and right");
}

static void test_untouched(void)
{
	uint64_t before = kernel_bytes(), now;
	int fd = object_open();
	uint8_t *states = malloc(MIB);
	char byte = 1;

	check_ok(object_resize(fd, 16 * TIB), "an object of 16 TiB");
	check_result(pread(fd, &byte, 1, (off_t)(11 * TIB)), 1, "is read");
	check_equal((uint64_t)byte, 0, "as zeros");
	check_errno(lseek(fd, 0, SEEK_DATA), ENXIO, "it has no data");
	check_ok(object_query(fd, 0, MIB, states), "its pages are asked after");
	check_ok(object_flush(fd, 0, 16 * TIB / page_size, AOBJ_FLUSH_CLEAN,
			      NULL, NULL),
		 "and flushed");
	check_equal(stat_get("clusters"), 0, "nothing keeps account of it");
	check_ok(object_drop(fd, 0, 16 * TIB / page_size), "it is dropped");
	now = kernel_bytes();
	check_at_most(now > before ? now - before : 0, NOISE,
		      "nor costs anything");
	free(states);
	close(fd);
}

static void test_swapped(uint64_t before)
{
	int fd = object_open();

	if (object_resize(fd, GIB))
		die("an object of 1 GiB");
	fill(fd);
	check_ok(object_flush(fd, 0, GIB / page_size,
			      AOBJ_FLUSH_DEACTIVATE | AOBJ_FLUSH_CLEAN |
				      AOBJ_FLUSH_WAIT,
			      NULL, NULL),
		 "all is written");
	object_flush(fd, 0, GIB / page_size,
		     AOBJ_FLUSH_DEACTIVATE | AOBJ_FLUSH_CLEAN, NULL, NULL);
	check_equal(object_info(fd).swapped, GIB, "and on swap only");
	check_cost(before, GIB / page_size, SWAPPED_MOST, "on swap");
	check_contents(fd);
	close(fd);
}

static void test_resident(uint64_t before)
{
	int fd = object_open();

	if (control_budget(LARGE_BUDGET) || object_resize(fd, GIB))
		die("an object of 1 GiB");
	fill(fd);
	check_equal(object_info(fd).resident, GIB, "all is in memory");
	check_cost(before, GIB / page_size, RESIDENT_MOST, "in memory");
	check_contents(fd);
	close(fd);
}

int main(void)
{
	uint64_t budget, before;

	test_begin("metadata: what it costs to keep account of pages", 200);
	budget = stat_get("budget");
	main_swap_off();
	swap_make();
	before = kernel_bytes();
	swap_start(SWAP);
	if (control_budget(SMALL_BUDGET))
		die("a budget");
	test_untouched();
	test_swapped(before);
	test_resident(before);
	swap_stop(SWAP);
	if (control_budget(budget))
		die("the budget as it was");
	main_swap_on();
	return test_end();
}
