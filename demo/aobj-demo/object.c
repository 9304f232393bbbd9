// SPDX-License-Identifier: GPL-2.0-only
/* The object: this is all that it takes to use /dev/aobj. */
#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "demo.h"

static const struct object *watched;

/* The module says with SIGBUS that it cannot serve a touch: say where. */
static void on_bus_error(int number, siginfo_t *info, void *context)
{
	static char text[] = "aobj-demo: SIGBUS at offset 0x0000000000000000\n";
	uint64_t offset =
		(uint64_t)((uint8_t *)info->si_addr - watched->memory);

	(void)number;
	(void)context;
	for (size_t i = sizeof(text) - 3; offset; offset >>= 4)
		text[i--] = "0123456789abcdef"[offset & 15];
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(2);
	_exit(1);
}

static void watch_bus_errors(const struct object *object)
{
	struct sigaction action = { 0 };

	watched = object;
	action.sa_sigaction = on_bus_error;
	action.sa_flags = SA_SIGINFO;
	sigaction(SIGBUS, &action, NULL);
}

void object_info(const struct object *object, struct aobj_info *info)
{
	if (ioctl(object->fd, AOBJ_IOC_INFO, info) < 0)
		err(1, "AOBJ_IOC_INFO");
}

static void object_size(struct object *object, uint64_t bytes)
{
	struct aobj_resize resize = { .size = bytes };
	struct aobj_info info;

	if (ioctl(object->fd, AOBJ_IOC_RESIZE, &resize) < 0)
		err(1, "AOBJ_IOC_RESIZE");
	object_info(object, &info);
	object->bytes = info.size; /* rounded up to whole pages */
	object->page_bytes = info.page_size;
	object->pages = (size_t)(info.size / info.page_size);
}

void object_open(struct object *object, uint64_t bytes)
{
	object->fd = open("/dev/aobj", O_RDWR | O_CLOEXEC);
	if (object->fd < 0)
		err(1, "/dev/aobj");
	object_size(object, bytes);
	object->memory = mmap(NULL, object->bytes, PROT_READ | PROT_WRITE,
			      MAP_SHARED, object->fd, 0);
	if (object->memory == MAP_FAILED)
		err(1, "mmap of /dev/aobj");
	object->states = calloc(object->pages, 1);
	if (!object->states)
		err(1, "page states");
	watch_bus_errors(object);
}

/* Asks for the state of every page. */
void object_query(struct object *object)
{
	struct aobj_pages query = {
		.offset = 0,
		.length = object->bytes,
		.vec = (uintptr_t)object->states,
	};

	if (ioctl(object->fd, AOBJ_IOC_PAGES, &query) < 0)
		err(1, "AOBJ_IOC_PAGES");
}

void object_close(struct object *object)
{
	munmap(object->memory, object->bytes);
	close(object->fd);
	free(object->states);
}
