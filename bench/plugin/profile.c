// SPDX-License-Identifier: GPL-2.0-only
/*
 * A plugin of QEMU that counts how often each instruction of the guest's kernel
 * is executed in the stretches that aobj-bench measures.  The program marks
 * them by instructions that do nothing (see src/measure.c).  Nothing in the
 * guest runs slower by the guest's own clock, code with interrupts disabled
 * is seen as well as any other, and the counts are exact.
 *
 * At each third mark, the end of a program, it writes FILE.1, FILE.2, ... with
 * a line "ADDRESS COUNT" for each instruction; address 0 stands for all
 * programs.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qemu.h"

#define MARK_SIZE 7
#define BUCKETS 65536 /* a power of two */

/**
 * struct place - an instruction of the guest
 * @count: executions; the code that QEMU generates adds to it
 * @begun: what @count was when the stretch began
 * @kept: executions in stretches that are over
 */
struct place {
	uint64_t address;
	uint64_t count;
	uint64_t begun;
	uint64_t kept;
	struct place *next;
};

__attribute__((visibility("default"))) int qemu_plugin_version =
	QEMU_PLUGIN_API_VERSION;

static struct place *buckets[BUCKETS];
static const char *file_name = "profile";
static unsigned int files;
static bool running;

static struct place *place_at(uint64_t address)
{
	struct place **bucket = &buckets[(address ^ address >> 16) % BUCKETS];
	struct place *place;

	for (place = *bucket; place; place = place->next)
		if (place->address == address)
			return place;
	place = calloc(1, sizeof(*place));
	if (!place)
		abort();
	place->address = address;
	place->next = *bucket;
	*bucket = place;
	return place;
}

static void begin(unsigned int cpu, void *data)
{
	(void)cpu;
	(void)data;
	running = true;
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct place *p = buckets[i]; p; p = p->next)
			p->begun = p->count;
}

static void end(unsigned int cpu, void *data)
{
	(void)cpu;
	(void)data;
	if (!running)
		return;
	running = false;
	for (size_t i = 0; i < BUCKETS; i++)
		for (struct place *p = buckets[i]; p; p = p->next)
			p->kept += p->count - p->begun;
}

static void dump(unsigned int cpu, void *data)
{
	char name[4096];
	FILE *file;

	(void)cpu;
	(void)data;
	snprintf(name, sizeof(name), "%s.%u", file_name, ++files);
	file = fopen(name, "we");
	if (!file) {
		perror(name);
		return;
	}
	for (size_t i = 0; i < BUCKETS; i++) {
		for (struct place *p = buckets[i]; p; p = p->next) {
			if (p->kept)
				fprintf(file, "%" PRIx64 " %" PRIu64 "\n",
					p->address, p->kept);
			p->kept = 0;
		}
	}
	fclose(file);
}

/* What the mark that this instruction may be asks for, or NULL. */
static qemu_plugin_exec_cb_t mark(const struct qemu_plugin_insn *insn)
{
	static const qemu_plugin_exec_cb_t asked[] = { begin, end, dump };
	static const uint8_t begins[] = { 0x0f, 0x1f, 0x80 };
	static const uint8_t ends[] = { 0x10, 0x0b, 0x0a };
	const uint8_t *bytes = qemu_plugin_insn_data(insn);

	if (qemu_plugin_insn_size(insn) != MARK_SIZE ||
	    memcmp(bytes, begins, sizeof(begins)) ||
	    memcmp(bytes + 4, ends, sizeof(ends)) || bytes[3] < 1 ||
	    bytes[3] > 3)
		return NULL;
	return asked[bytes[3] - 1];
}

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	(void)id;
	for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t address = qemu_plugin_insn_vaddr(insn);
		bool kernel = address >> 63;
		qemu_plugin_exec_cb_t cb = kernel ? NULL : mark(insn);

		if (cb)
			qemu_plugin_register_vcpu_insn_exec_cb(
				insn, cb, QEMU_PLUGIN_CB_NO_REGS, NULL);
		qemu_plugin_register_vcpu_insn_exec_inline(
			insn, QEMU_PLUGIN_INLINE_ADD_U64,
			&place_at(kernel ? address : 0)->count, 1);
	}
}

/* The argument is "out=NAME". */
__attribute__((visibility("default"))) int
qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info,
		    int argc, char **argv)
{
	(void)info;
	if (argc == 1 && !strncmp(argv[0], "out=", 4))
		file_name = strdup(argv[0] + 4);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
	return 0;
}
