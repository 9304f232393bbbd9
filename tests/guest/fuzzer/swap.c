// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzing the control node: devices come and go under the objects, some with
 * headers that no mkswap(8) would write, and the budget changes.
 */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>

#include "fuzz.h"

#define HOSTILE "/dev/ram2"
#define SLOW "/dev/nullb0"
#define SLOW_NS 5000000

/*
 * The first one has the data at once, and says so late: what happens to a page
 * meanwhile is not on it.  (dm-delay fetches the data late.)
 */
struct fuzz_device devices[DEVICES] = { { .path = SLOW },
					{ .path = "/dev/ram1" } };
static bool hostile_on;
static uint64_t budget;
static int control_fd;

/* A path is opened and asked about without injected faults: not ours to test. */
static int device_fd(const char *path)
{
	int fd;

	inject_end();
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		die("open %s", path);
	inject_begin();
	return fd;
}

static int call_swapon(const char *path, char class)
{
	struct aobj_swapon request = { .fd = device_fd(path),
				       .class_name = { class } };
	int result, error;

	if (chance(50)) {
		request.flags = AOBJ_SWAPON_PRIORITY;
		request.priority = (uint32_t)any(3);
	}
	if (chance(30))
		request.flags |= AOBJ_SWAPON_DISCARD_PAGES;
	if (chance(10))
		request.flags |= AOBJ_SWAPON_DISCARD_ONCE;
	do {
		result = ioctl(control_fd, AOBJ_CTL_SWAPON, &request);
	} while (injected(result && errno != EINVAL));
	error = errno;
	close(request.fd);
	errno = error;
	return result;
}

static int call_swapoff(const char *path, uint32_t flags)
{
	struct aobj_swapoff request = { .flags = flags };
	dev_t dev;
	int result;

	inject_end();
	dev = device_number(path);
	inject_begin();
	request.major = major(dev);
	request.minor = minor(dev);
	do {
		result = ioctl(control_fd, AOBJ_CTL_SWAPOFF, &request);
	} while (injected(result));
	return result;
}

static int call_budget(uint64_t bytes)
{
	struct aobj_budget request = { .bytes = bytes };

	return ioctl(control_fd, AOBJ_CTL_BUDGET, &request);
}

static void swap_on(struct fuzz_device *device)
{
	device->class = chance(60) ? (char)('a' + any(2)) : 0;
	expect(call_swapon(device->path, device->class), 0, "swapon");
	device->on = true;
}

/* There may be no room for what it holds, and that is all that may be. */
static bool swap_off(const char *path)
{
	int result;

	/* What it says need not be so any more when it is done. */
	if (chance(30) && call_swapoff(path, AOBJ_SWAPOFF_CHECK) &&
	    errno != ENOMEM)
		mismatch("check of %s: %s", path, strerror(errno));
	result = call_swapoff(path, 0);
	if (result && errno != ENOMEM)
		mismatch("swapoff of %s: %s", path, strerror(errno));
	return !result;
}

bool device_spare(const struct fuzz_device *device)
{
	for (size_t i = 0; i < DEVICES; i++)
		if (devices[i].on && &devices[i] != device)
			return true;
	return false;
}

/* Never without another that can hold everything. */
static void op_device(void)
{
	struct fuzz_device *device = &devices[any(DEVICES)];

	op_log("swap%s %s", device->on ? "off" : "on", device->path);
	if (!device->on)
		swap_on(device);
	else if (device_spare(device) && bind_let_go(device))
		device->on = !swap_off(device->path);
}

static void op_budget(void)
{
	uint64_t bytes = MIB + (chance(85) ? any(MIB / 4) : any(4 * MIB));

	op_log("budget of %llu bytes", (unsigned long long)bytes);
	expect(call_budget(bytes), 0, "budget");
}

static uint32_t any_field(uint32_t good)
{
	switch (any(6)) {
	case 0:
		return (uint32_t)odd_number();
	case 1:
		return good + 1;
	case 2:
		return 0;
	default:
		return good;
	}
}

#define BAD_MAX 700u
/* What a header has room for: a page less its head and its magic. */
#define BAD_ROOM ((uint32_t)(page_size - 1024 - 512 - 10) / 4)

/* => the number of distinct bad pages, or UINT32_MAX: not valid */
static uint32_t count_bad(const struct header *h)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < h->nr_bad; i++) {
		bool again = false;

		if (!h->bad[i] || h->bad[i] > h->last_page)
			return UINT32_MAX;
		for (uint32_t k = 0; k < i && !again; k++)
			again = h->bad[k] == h->bad[i];
		count += !again;
	}
	return count;
}

/* => pages that such a device offers; 0: its header must be refused */
static uint32_t usable(const struct header *h, uint32_t last)
{
	uint32_t bad;

	if (strcmp(h->magic, "SWAPSPACE2") || h->version != 1)
		return 0;
	if (!h->last_page || h->last_page > last || h->nr_bad > BAD_ROOM)
		return 0;
	bad = count_bad(h);
	return bad == UINT32_MAX ? 0 : h->last_page - bad;
}

static void any_header(struct header *h, uint32_t *bad)
{
	*h = header_for(HOSTILE);
	if (chance(10))
		h->magic = "SWAP-SPACE";
	h->version = chance(85) ? 1 : (uint32_t)odd_number();
	h->other_endian = chance(30);
	h->last_page = chance(50) ? any_field(h->last_page) :
				    (uint32_t)any(h->last_page) + 1;
	if (chance(20))
		h->last_page = 1 + (uint32_t)any(6);
	h->nr_bad = chance(60) ? (uint32_t)any(6) : any_field(BAD_ROOM);
	h->bad = bad;
	for (size_t i = 0; i < BAD_MAX; i++)
		bad[i] = chance(99) && h->last_page ?
				 1 + (uint32_t)any(h->last_page) :
				 any_field(h->last_page);
}

/* Others than those that are refused stay in use for a while. */
static void op_hostile(void)
{
	uint32_t last, pages, bad[BAD_MAX];
	struct header h;

	if (hostile_on) {
		op_log("swapoff of a device with a strange header");
		hostile_on = !swap_off(HOSTILE);
		return;
	}
	inject_end();
	last = (uint32_t)(device_bytes(HOSTILE) / page_size - 1);
	any_header(&h, bad);
	pages = usable(&h, last);
	op_log("a header: magic %s, version %u, last page %u, %u bad: %u pages",
	       h.magic, h.version, h.last_page, h.nr_bad, pages);
	header_write(HOSTILE, &h);
	expect(call_swapon(HOSTILE, 0), pages ? 0 : EINVAL,
	       "swapon with a strange header");
	hostile_on = pages;
	inject_end();
	if (pages &&
	    device_get(device_number(HOSTILE), "size") != pages * page_size)
		mismatch("it is of another size than its header says");
}

/* Requests in which some word is not as it should be. */
static void op_control_odd(void)
{
	static const unsigned long calls[] = { AOBJ_CTL_SWAPON,
					       AOBJ_CTL_SWAPOFF,
					       AOBJ_CTL_BUDGET };
	unsigned long call = calls[any(ARRAY_SIZE(calls))];
	uint64_t words[8] = { 0, odd_number() | (uint64_t)1 << 32 };
	uint32_t descriptor = UINT32_MAX;

	/* No descriptor; no device; no budget: and what is reserved is set. */
	memcpy(words, &descriptor, sizeof(descriptor));
	op_log("control call %#lx with reserved fields set", call);
	expect(ioctl(control_fd, call, words), EINVAL, "such a call");
	words[1] = 0;
	words[7] = odd_number() | 1;
	expect(ioctl(control_fd,
		     (call & ~(unsigned long)(_IOC_SIZEMASK << _IOC_SIZESHIFT)) |
			     64ul << _IOC_SIZESHIFT,
		     words),
	       E2BIG, "a call that is too long");
}

void swap_ops_end(void)
{
	if (!MAIN->on)
		swap_on(MAIN);
	for (size_t i = 0; i < DEVICES - 1; i++)
		if (devices[i].on && !swap_off(devices[i].path))
			mismatch("swapoff of an empty device: ENOMEM");
	if (hostile_on && !swap_off(HOSTILE))
		mismatch("swapoff of an empty device: ENOMEM");
	expect(call_budget(budget), 0, "the budget put back");
	close(control_fd);
	if (!strcmp(devices[0].path, SLOW) && command("rmmod null_blk"))
		mismatch("a device that was given back is still in use");
}

void swap_ops_init(void)
{
	if (command("modprobe null_blk nr_devices=1 gb=1 memory_backed=1 "
		    "irqmode=2 completion_nsec=%d",
		    SLOW_NS) ||
	    access(SLOW, F_OK)) {
		note("no slow device: an ordinary one instead");
		devices[0].path = "/dev/ram0";
	}
	control_fd = control_open();
	budget = stat_get("budget");
	MAIN->path = main_swap();
	MAIN->on = true;
	for (size_t i = 0; i < DEVICES - 1; i++)
		header_make(devices[i].path);
	/* To begin with, the slow one alone. */
	swap_on(&devices[0]);
	MAIN->on = !swap_off(MAIN->path);
}

const struct fuzz_op swap_ops[] = {
	{ 3, op_device },      { 1, op_budget }, { 1, op_hostile },
	{ 1, op_control_odd }, { 3, op_bind },
};

const size_t swap_ops_count = ARRAY_SIZE(swap_ops);
