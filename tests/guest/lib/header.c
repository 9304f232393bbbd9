// SPDX-License-Identifier: GPL-2.0-only
/*
 * Swap headers as mkswap(8) writes them, and those that it would not write.
 */
#include <endian.h>
#include <fcntl.h>

#include "guest.h"

/* The first page of a swap device; the last ten bytes of it are the magic. */
struct swap_header {
	uint8_t boot[1024];
	uint32_t version;
	uint32_t last_page;
	uint32_t nr_bad;
	uint8_t uuid[16];
	char label[16];
	uint32_t padding[117];
	uint32_t bad[];
};

#define MAGIC_SIZE 10

/* What mkswap would write: all of the device, nothing bad. */
struct header header_for(const char *path)
{
	return (struct header){
		.version = 1,
		.last_page = (uint32_t)(device_bytes(path) / page_size - 1),
		.magic = "SWAPSPACE2",
	};
}

static uint32_t number(const struct header *header, uint32_t value)
{
	return header->other_endian ? __builtin_bswap32(value) : value;
}

static void header_build(const struct header *header, uint8_t *page)
{
	struct swap_header *swap = (void *)page;
	size_t room =
		(page_size - MAGIC_SIZE - offsetof(struct swap_header, bad)) /
		sizeof(uint32_t);

	memset(page, 0, page_size);
	swap->version = number(header, header->version);
	swap->last_page = number(header, header->last_page);
	swap->nr_bad = number(header, header->nr_bad);
	memcpy(swap->label, "aobj-test", 10);
	/* More bad pages than fit are a header that must be refused. */
	for (size_t i = 0; header->bad && i < header->nr_bad && i < room; i++)
		swap->bad[i] = number(header, header->bad[i]);
	memcpy(page + page_size - MAGIC_SIZE, header->magic, MAGIC_SIZE);
}

void header_write(const char *path, const struct header *header)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	uint8_t *page = aligned_alloc(page_size, page_size);

	if (fd < 0 || !page)
		die("open %s", path);
	header_build(header, page);
	if (pwrite(fd, page, page_size, 0) != (ssize_t)page_size || fsync(fd))
		die("write of a swap header to %s", path);
	free(page);
	close(fd);
}

void header_make(const char *path)
{
	struct header header = header_for(path);

	header_write(path, &header);
}
