// SPDX-License-Identifier: GPL-2.0-only
/*
 * The corpus: files packed one behind the other on a disk, and a manifest that
 * was made where the files come from, a line for each:
 *
 *	SHA-256 offset length name
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "demo.h"

static bool parse_digest(const char *text, uint8_t digest[SHA256_BYTES])
{
	if (strspn(text, "0123456789abcdef") != 2 * SHA256_BYTES)
		return false;
	for (int i = 0; i < SHA256_BYTES; i++) {
		unsigned int byte;

		if (sscanf(text + (size_t)i * 2, "%2x", &byte) != 1)
			return false;
		digest[i] = (uint8_t)byte;
	}
	return true;
}

/* => false if the line is malformed or leaves a gap behind the one before */
static bool parse_line(char *line, uint64_t offset, struct file *file)
{
	int name = 0;

	line[strcspn(line, "\n")] = '\0';
	if (sscanf(line, "%*64[0-9a-f] %" SCNu64 " %" SCNu64 " %n",
		   &file->offset, &file->length, &name) != 2 ||
	    name == 0 || line[name] == '\0' || file->offset != offset ||
	    !parse_digest(line, file->sha256))
		return false;
	file->name = strdup(line + name);
	return file->name != NULL;
}

static void add_file(struct corpus *corpus, const struct file *file)
{
	if ((corpus->count & (corpus->count - 1)) == 0) {
		size_t room = corpus->count ? corpus->count * 2 : 1;

		corpus->files =
			reallocarray(corpus->files, room, sizeof(*file));
		if (!corpus->files)
			err(1, "manifest");
	}
	corpus->files[corpus->count++] = *file;
	corpus->bytes += file->length;
}

static void read_manifest(struct corpus *corpus, const char *path)
{
	FILE *in = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	struct file file;

	if (!in)
		err(1, "%s", path);
	while (getline(&line, &size, in) > 0) {
		if (!parse_line(line, corpus->bytes, &file))
			errx(1, "%s: line %zu is malformed", path,
			     corpus->count + 1);
		add_file(corpus, &file);
	}
	free(line);
	fclose(in);
	if (corpus->count == 0)
		errx(1, "%s: no files", path);
}

void corpus_open(struct corpus *corpus, const char *disk, const char *manifest)
{
	off_t end;

	read_manifest(corpus, manifest);
	corpus->fd = open(disk, O_RDONLY | O_CLOEXEC);
	if (corpus->fd < 0)
		err(1, "%s", disk);
	end = lseek(corpus->fd, 0, SEEK_END);
	if (end < 0 || (uint64_t)end < corpus->bytes)
		errx(1, "%s: shorter than its manifest says", disk);
}

/**
 * corpus_read() - read from the staged files
 * @buffer: may be memory of an object
 *
 * Return: bytes read; fewer than @length at the end only
 */
size_t corpus_read(const struct corpus *corpus, uint64_t offset, void *buffer,
		   size_t length)
{
	size_t done = 0;

	if (length > corpus->bytes - offset)
		length = (size_t)(corpus->bytes - offset);
	while (done < length) {
		ssize_t got = pread(corpus->fd, (char *)buffer + done,
				    length - done, (off_t)(offset + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			err(1, "reading the staged files at %" PRIu64,
			    offset + done);
		done += (size_t)got;
	}
	return done;
}
