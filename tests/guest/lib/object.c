// SPDX-License-Identifier: GPL-2.0-only
/*
 * Objects: opening, sizing, mapping, querying.
 */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>

#include "guest.h"

bool objects_are_files(void)
{
	const char *kind = getenv("AOBJ_TEST_KIND");

	return kind && !strcmp(kind, "file");
}

/* Either kind of object, as the suite asks for. */
int object_open(void)
{
	int fd;

	if (objects_are_files())
		fd = object_create("test", 0, AOBJ_CREATE_CLOEXEC);
	else
		fd = open("/dev/aobj", O_RDWR | O_CLOEXEC);
	if (fd < 0)
		die("open /dev/aobj");
	return fd;
}

int object_create(const char *name, uint64_t bytes, uint32_t flags)
{
	struct aobj_create create = { .size = bytes, .flags = flags };
	int device = open("/dev/aobj", O_RDWR | O_CLOEXEC), fd, error;

	if (device < 0)
		die("open /dev/aobj");
	memcpy(create.name, name, strnlen(name, sizeof(create.name)));
	fd = ioctl(device, AOBJ_IOC_CREATE, &create);
	error = errno;
	close(device);
	errno = error;
	return fd;
}

int object_drop(int fd, size_t first, size_t pages)
{
	struct aobj_range drop = {
		.offset = first * page_size,
		.length = pages * page_size,
	};

	return ioctl(fd, AOBJ_IOC_DROP, &drop);
}

static int bind_as(int fd, const struct aobj_bind *bind)
{
	return ioctl(fd, AOBJ_IOC_BIND, bind);
}

int object_bind_class(int fd, const char *class_name)
{
	struct aobj_bind bind = { .flags = AOBJ_BIND_CLASS };

	snprintf(bind.class_name, sizeof(bind.class_name), "%s", class_name);
	return bind_as(fd, &bind);
}

int object_bind_device(int fd, dev_t dev)
{
	const struct aobj_bind bind = {
		.flags = AOBJ_BIND_DEVICE,
		.major = major(dev),
		.minor = minor(dev),
	};

	return bind_as(fd, &bind);
}

int object_bind_none(int fd)
{
	return bind_as(fd, &(const struct aobj_bind){ 0 });
}

int object_flush_raw(int fd, struct aobj_flush *flush)
{
	return ioctl(fd, AOBJ_IOC_FLUSH, flush);
}

/* Counts in pages; either may be NULL. */
int object_flush(int fd, size_t first, size_t pages, uint32_t flags,
		 uint64_t *done, uint64_t *skipped)
{
	struct aobj_flush flush = {
		.offset = first * page_size,
		.length = pages * page_size,
		.flags = flags,
	};
	int result = object_flush_raw(fd, &flush);

	if (done)
		*done = flush.done / page_size;
	if (skipped)
		*skipped = flush.skipped / page_size;
	return result;
}

int object_resize(int fd, uint64_t bytes)
{
	struct aobj_resize resize = { .size = bytes };

	return ioctl(fd, AOBJ_IOC_RESIZE, &resize);
}

void object_resize_pages(int fd, size_t pages)
{
	if (object_resize(fd, pages * page_size))
		die("resize to %zu pages", pages);
}

uint8_t *object_map(int fd, size_t first, size_t pages, int prot, int flags)
{
	void *map = mmap(NULL, pages * page_size, prot, flags, fd,
			 (off_t)(first * page_size));

	if (map == MAP_FAILED)
		die("mmap of %zu pages from page %zu", pages, first);
	return map;
}

void object_unmap(uint8_t *map, size_t pages)
{
	if (munmap(map, pages * page_size))
		die("munmap of %zu pages", pages);
}

/* An object of @pages pages, mapped whole and shared. */
struct object object_new(size_t pages)
{
	struct object object = { .fd = object_open(), .pages = pages };

	object_resize_pages(object.fd, pages);
	object.map = object_map(object.fd, 0, pages, PROT_READ | PROT_WRITE,
				MAP_SHARED);
	return object;
}

void object_free(struct object *object)
{
	object_unmap(object->map, object->pages);
	if (close(object->fd))
		die("close of an object");
	object->map = NULL;
	object->fd = -1;
}

uint8_t *object_page(const struct object *object, size_t page)
{
	return object->map + page * page_size;
}

struct aobj_info object_info(int fd)
{
	struct aobj_info info;

	memset(&info, 0xff, sizeof(info));
	if (ioctl(fd, AOBJ_IOC_INFO, &info))
		die("AOBJ_IOC_INFO");
	return info;
}

int object_query(int fd, size_t first, size_t pages, uint8_t *states)
{
	struct aobj_pages query = {
		.offset = first * page_size,
		.length = pages * page_size,
		.vec = (uint64_t)(uintptr_t)states,
	};

	return ioctl(fd, AOBJ_IOC_PAGES, &query);
}

uint8_t object_state(int fd, size_t page)
{
	uint8_t state;

	if (object_query(fd, page, 1, &state))
		die("AOBJ_IOC_PAGES of page %zu", page);
	return state;
}

/* How many pages of the range have @value in the bits of @mask. */
size_t object_count(int fd, size_t first, size_t pages, uint8_t mask,
		    uint8_t value)
{
	uint8_t *states = malloc(pages);
	size_t count = 0;

	if (!states || object_query(fd, first, pages, states))
		die("AOBJ_IOC_PAGES of %zu pages from %zu", pages, first);
	for (size_t i = 0; i < pages; i++)
		count += (states[i] & mask) == value;
	free(states);
	return count;
}
