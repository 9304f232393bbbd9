// SPDX-License-Identifier: GPL-2.0-only
/* Checking of a swap header: each field wrong in turn, in both byte orders. */
#include <linux/prandom.h>
#include <linux/string.h>
#include <linux/swap.h>

#include "aobj_swap_header.h"
#include "ramdisk.h"
#include "suite.h"

#define PAGES 1000
#define MUTATIONS 50000

/* => why it is refused, in either byte order the same, or NULL */
static const char *parse(struct kunit *test, union swap_header *raw, u64 pages,
			 struct aobj_swap_header *hdr)
{
	struct aobj_swap_header other = {};
	const char *why, *other_why;

	why = aobj_swap_header_parse(raw, pages, hdr);
	ramdisk_swab_header(raw);
	other_why = aobj_swap_header_parse(raw, pages, &other);
	ramdisk_swab_header(raw);
	KUNIT_EXPECT_PTR_EQ(test, why, other_why);
	if (!why) {
		KUNIT_EXPECT_EQ(test, hdr->npages, other.npages);
		KUNIT_EXPECT_EQ(test, hdr->nr_bad, other.nr_bad);
		KUNIT_EXPECT_NE(test, hdr->swapped, other.swapped);
	}
	return why;
}

static void expect_taken(struct kunit *test, union swap_header *raw, u64 pages,
			 const char *what)
{
	struct aobj_swap_header hdr;
	const char *why = parse(test, raw, pages, &hdr);

	if (why)
		KUNIT_FAIL(test, "%s: %s", what, why);
	else
		KUNIT_EXPECT_EQ(test, hdr.npages, raw->info.last_page + 1);
}

static void expect_refused(struct kunit *test, union swap_header *raw,
			   u64 pages, const char *expected)
{
	struct aobj_swap_header hdr;
	const char *why = parse(test, raw, pages, &hdr);

	KUNIT_EXPECT_STREQ(test, why ?: "taken", expected);
}

/*
 * The fields
 */

static void takes_what_mkswap_writes(struct kunit *test)
{
	union swap_header *raw = ramdisk_header(test, PAGES);
	struct aobj_swap_header hdr;

	expect_taken(test, raw, PAGES, "as large as the device");
	expect_taken(test, raw, U64_MAX, "much smaller than the device");
	KUNIT_EXPECT_NULL(test, aobj_swap_header_parse(raw, PAGES, &hdr));
	KUNIT_EXPECT_EQ(test, hdr.npages, PAGES);
	KUNIT_EXPECT_EQ(test, hdr.nr_bad, 0);
	KUNIT_EXPECT_FALSE(test, hdr.swapped);
	ramdisk_swab_header(raw);
	KUNIT_EXPECT_NULL(test, aobj_swap_header_parse(raw, PAGES, &hdr));
	KUNIT_EXPECT_TRUE(test, hdr.swapped);
}

static void wants_each_byte_of_the_signature(struct kunit *test)
{
	static const char why[] = "no swap signature";
	union swap_header *raw = ramdisk_header(test, PAGES);

	for (int i = 0; i < 10; i++) {
		raw->magic.magic[i] ^= 0x20;
		expect_refused(test, raw, PAGES, why);
		raw->magic.magic[i] ^= 0x20;
	}
	memcpy(raw->magic.magic, "SWAP-SPACE", 10);
	expect_refused(test, raw, PAGES, why);
	memset(raw, 0, PAGE_SIZE);
	expect_refused(test, raw, PAGES, why);
	memset(raw, 0xff, PAGE_SIZE);
	expect_refused(test, raw, PAGES, why);
}

static void wants_version_1(struct kunit *test)
{
	static const u32 versions[] = { 0, 2, 0x100, 0x10001, 0x1000001, ~0U };
	union swap_header *raw = ramdisk_header(test, PAGES);

	for (int i = 0; i < ARRAY_SIZE(versions); i++) {
		raw->info.version = versions[i];
		expect_refused(test, raw, PAGES,
			       "unknown version of the swap header");
	}
}

static void wants_a_size_that_the_device_has(struct kunit *test)
{
	static const char small[] = "device smaller than its swap header says";
	static const char large[] = "swap area larger than slots can number";
	union swap_header *raw = ramdisk_header(test, PAGES);

	for (u64 pages = 0; pages < PAGES; pages++)
		expect_refused(test, raw, pages, small);
	raw->info.last_page = 0;
	expect_refused(test, raw, PAGES, "empty swap area");
	raw->info.last_page = 1;
	expect_taken(test, raw, 2, "one page besides the header");
	expect_refused(test, raw, 1, small);
	raw->info.last_page = U32_MAX;
	expect_refused(test, raw, PAGES, small);
	expect_refused(test, raw, U64_MAX, large);
	raw->info.last_page = U32_MAX - 64;
	expect_refused(test, raw, U64_MAX, large);
	raw->info.last_page = U32_MAX - 65;
	expect_taken(test, raw, U64_MAX, "the largest");
	expect_refused(test, raw, U32_MAX - 65, small);
}

static void ignores_what_says_nothing_of_the_area(struct kunit *test)
{
	union swap_header *raw = ramdisk_header(test, PAGES);

	memset(raw->info.bootbits, 0xff, sizeof(raw->info.bootbits));
	memset(raw->info.sws_uuid, 0xff, sizeof(raw->info.sws_uuid));
	memset(raw->info.sws_volume, 0xff, sizeof(raw->info.sws_volume));
	memset(raw->info.padding, 0xff, sizeof(raw->info.padding));
	expect_taken(test, raw, PAGES, "other fields");
	/* Behind the end of the list of bad pages anything may stand. */
	raw->info.badpages[0] = U32_MAX;
	expect_taken(test, raw, PAGES, "no bad page");
}

/*
 * The list of bad pages
 */

#define OUTSIDE "a bad page outside the swap area"

static u32 *bad_list(union swap_header *raw, u32 nr)
{
	raw->info.nr_badpages = nr;
	return raw->info.badpages;
}

static void takes_bad_pages_within_the_area(struct kunit *test)
{
	union swap_header *raw = ramdisk_header(test, PAGES);
	struct aobj_swap_header hdr;
	u32 *bad = bad_list(raw, 4);

	bad[0] = PAGES - 1;
	bad[1] = 1;
	bad[2] = 500;
	bad[3] = 500; /* twice: as swapon(2) does, so what */
	expect_taken(test, raw, PAGES, "four bad pages");
	KUNIT_ASSERT_NULL(test, aobj_swap_header_parse(raw, PAGES, &hdr));
	KUNIT_EXPECT_EQ(test, hdr.nr_bad, 4);
	for (int i = 0; i < 4; i++)
		KUNIT_EXPECT_EQ(test, aobj_swap_header_bad(raw, &hdr, i),
				bad[i]);

	ramdisk_swab_header(raw);
	KUNIT_ASSERT_NULL(test, aobj_swap_header_parse(raw, PAGES, &hdr));
	KUNIT_EXPECT_EQ(test, aobj_swap_header_bad(raw, &hdr, 0), PAGES - 1);
	KUNIT_EXPECT_EQ(test, aobj_swap_header_bad(raw, &hdr, 2), 500);
}

static void refuses_a_bad_page_outside_the_area(struct kunit *test)
{
	static const u32 outside[] = { 0, PAGES, PAGES + 1, U32_MAX };
	union swap_header *raw = ramdisk_header(test, PAGES);
	u32 *bad = bad_list(raw, 3);

	for (int place = 0; place < 3; place++) {
		for (int i = 0; i < ARRAY_SIZE(outside); i++) {
			memset32(bad, 7, 3);
			bad[place] = outside[i];
			expect_refused(test, raw, PAGES, OUTSIDE);
			expect_refused(test, raw, U64_MAX, OUTSIDE);
		}
	}
}

static void takes_as_many_bad_pages_as_there_is_room_for(struct kunit *test)
{
	static const char why[] = "more bad pages than a header can list";
	union swap_header *raw = ramdisk_header(test, PAGES);
	u32 *bad = bad_list(raw, MAX_SWAP_BADPAGES);

	for (u32 i = 0; i < MAX_SWAP_BADPAGES; i++)
		bad[i] = 1 + i;
	expect_taken(test, raw, PAGES, "a full list");
	/* The last entry is looked at like the first. */
	bad[MAX_SWAP_BADPAGES - 1] = 0;
	expect_refused(test, raw, PAGES, OUTSIDE);

	raw->info.nr_badpages = MAX_SWAP_BADPAGES + 1;
	expect_refused(test, raw, PAGES, why);
	raw->info.nr_badpages = U32_MAX;
	expect_refused(test, raw, PAGES, why);
}

/*
 * Anything
 */

static void change(struct rnd_state *rnd, union swap_header *raw)
{
	u32 *fields[] = { &raw->info.version, &raw->info.last_page,
			  &raw->info.nr_badpages, &raw->info.badpages[0] };
	u32 *field = fields[prandom_u32_state(rnd) % ARRAY_SIZE(fields)];

	switch (prandom_u32_state(rnd) % 3) {
	case 0:
		*field = prandom_u32_state(rnd);
		break;
	case 1:
		*field ^= BIT(prandom_u32_state(rnd) % 32);
		break;
	default:
		*field = swab32(*field);
	}
}

/* Whatever it is, what is taken can be used. */
static void takes_nothing_that_is_out_of_bounds(struct kunit *test)
{
	union swap_header *raw = ramdisk_header(test, PAGES);
	struct aobj_swap_header hdr;
	struct rnd_state rnd;
	u32 taken = 0;

	prandom_seed_state(&rnd, 2);
	for (u32 step = 0; step < MUTATIONS; step++) {
		if (step % 4 == 0) {
			raw->info.version = 1;
			raw->info.last_page = PAGES - 1;
			raw->info.nr_badpages = 1;
			raw->info.badpages[0] = 3;
		}
		change(&rnd, raw);
		if (aobj_swap_header_parse(raw, 2 * PAGES, &hdr))
			continue;
		taken++;
		if (hdr.npages < 2 || hdr.npages > 2 * PAGES ||
		    hdr.nr_bad > MAX_SWAP_BADPAGES)
			KUNIT_FAIL(test, "%u pages, %u bad", hdr.npages,
				   hdr.nr_bad);
		for (u32 i = 0; i < hdr.nr_bad; i++)
			if (aobj_swap_header_bad(raw, &hdr, i) >= hdr.npages)
				KUNIT_FAIL(test, "bad page %u", i);
	}
	KUNIT_EXPECT_GT(test, taken, 0);
}

static struct kunit_case cases[] = {
	KUNIT_CASE(takes_what_mkswap_writes),
	KUNIT_CASE(wants_each_byte_of_the_signature),
	KUNIT_CASE(wants_version_1),
	KUNIT_CASE(wants_a_size_that_the_device_has),
	KUNIT_CASE(ignores_what_says_nothing_of_the_area),
	KUNIT_CASE(takes_bad_pages_within_the_area),
	KUNIT_CASE(refuses_a_bad_page_outside_the_area),
	KUNIT_CASE(takes_as_many_bad_pages_as_there_is_room_for),
	KUNIT_CASE(takes_nothing_that_is_out_of_bounds),
	{},
};

AOBJ_KUNIT_SUITE(aobj_swap_header, .test_cases = cases);
