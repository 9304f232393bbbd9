// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the workers do: load a piece of the corpus, check a file against the
 * SHA-256 of its original, check a page against the staged files.
 */
#include <err.h>
#include <inttypes.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>

#include "demo.h"

#define CHUNK_BYTES ((size_t)1 << 20)
#define STEP_BYTES ((size_t)1 << 18) /* between two updates of the bar */

static void advance(struct demo *demo, size_t bytes)
{
	atomic_fetch_add_explicit(&demo->progress.done, bytes,
				  memory_order_relaxed);
}

size_t chunk_count(const struct demo *demo)
{
	return (size_t)((demo->corpus.bytes + CHUNK_BYTES - 1) / CHUNK_BYTES);
}

/* Reads straight into the mapping: each page is touched by the kernel's copy. */
bool load_chunk(struct demo *demo, size_t index)
{
	uint64_t offset = (uint64_t)index * CHUNK_BYTES;

	advance(demo, corpus_read(&demo->corpus, offset,
				  demo->object.memory + offset, CHUNK_BYTES));
	return true;
}

static void hash_file(struct demo *demo, const struct file *file,
		      uint8_t digest[SHA256_BYTES])
{
	struct sha256_ctx context;
	uint64_t done = 0;

	sha256_init(&context);
	while (done < file->length) {
		size_t step = STEP_BYTES;

		if (step > file->length - done)
			step = (size_t)(file->length - done);
		sha256_update(&context, step,
			      demo->object.memory + file->offset + done);
		done += step;
		advance(demo, step);
	}
	sha256_digest(&context, SHA256_BYTES, digest);
}

/* => how many of the bytes at an offset are as staged; all if none differs */
static size_t equal_bytes(struct demo *demo, uint64_t offset, uint8_t *expected,
			  size_t length)
{
	const uint8_t *found = demo->object.memory + offset;
	size_t equal = 0;

	length = corpus_read(&demo->corpus, offset, expected, length);
	if (!memcmp(found, expected, length))
		return length;
	while (equal < length && found[equal] == expected[equal])
		equal++;
	return equal;
}

/* Says where a file whose digest is wrong begins to differ. */
static void note_difference(struct demo *demo, const struct file *file)
{
	uint8_t *expected = malloc(STEP_BYTES);
	uint64_t done = 0;

	if (!expected)
		err(1, "comparing");
	while (done < file->length) {
		size_t step = STEP_BYTES, equal;

		if (step > file->length - done)
			step = (size_t)(file->length - done);
		equal = equal_bytes(demo, file->offset + done, expected, step);
		done += equal;
		if (equal < step)
			break;
	}
	free(expected);
	if (done < file->length)
		note("DIFFERS: %s from its byte %" PRIu64
		     " on (object offset 0x%" PRIx64 ")",
		     file->name, done, file->offset + done);
	else
		note("DIFFERS: %s by its SHA-256, although it is as staged",
		     file->name);
}

static bool check_file(struct demo *demo, const struct file *file)
{
	uint8_t digest[SHA256_BYTES];

	hash_file(demo, file, digest);
	if (!memcmp(digest, file->sha256, SHA256_BYTES))
		return true;
	note_difference(demo, file);
	return false;
}

bool check_file_in_order(struct demo *demo, size_t index)
{
	return check_file(demo, &demo->corpus.files[index]);
}

bool check_file_at_random(struct demo *demo, size_t index)
{
	return check_file(demo, &demo->corpus.files[demo->file_order[index]]);
}

bool check_random_page(struct demo *demo, size_t index)
{
	size_t length = demo->object.page_bytes;
	uint64_t offset = (uint64_t)demo->page_order[index] * length;
	uint8_t *expected = malloc(length);
	size_t equal;

	if (!expected)
		err(1, "comparing");
	if (length > demo->corpus.bytes - offset)
		length = (size_t)(demo->corpus.bytes - offset);
	equal = equal_bytes(demo, offset, expected, length);
	free(expected);
	advance(demo, demo->object.page_bytes);
	if (equal < length)
		note("DIFFERS: page %zu at object offset 0x%" PRIx64,
		     demo->page_order[index], offset + equal);
	return equal == length;
}
