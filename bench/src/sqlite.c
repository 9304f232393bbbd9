// SPDX-License-Identifier: GPL-2.0-only
/*
 * A real program on real data: SQLite, with its database in the memory that is
 * measured (sqlite3_deserialize) and a small page cache of its own, loads a list
 * of files, makes two indexes, and answers queries.
 *
 * A line of the data is "SIZE<tab>DIRECTORY<tab>NAME".  What the queries answer is
 * printed: it must be the same with all kinds of memory.
 */
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <sqlite3.h>

#include "bench.h"

#define LOOKUPS 4000
#define UPDATES 1000
#define LINE_SIZE 4352
#define HEAP_SIZE ((size_t)64 << 20) /* more than SQLite sorts in */

/* SQLite's copies of pages: 1 MiB. The journal is off: it would be elsewhere. */
static const char set_up[] =
	"PRAGMA cache_size = -1024;"
	"PRAGMA journal_mode = OFF;"
	"PRAGMA temp_store = MEMORY;"
	"CREATE TABLE file (id INTEGER PRIMARY KEY, size INTEGER, directory TEXT,"
	" name TEXT);";

static const char make_indexes[] =
	"CREATE INDEX file_name ON file (name, directory);"
	"CREATE INDEX file_size ON file (size);";

static const char *const questions[] = {
	"SELECT count(*), total(size) FROM file",
	"SELECT count(*) FROM (SELECT name FROM file GROUP BY name"
	" HAVING count(*) > 1)",
	"SELECT max(n), count(*) FROM (SELECT directory, count(*) AS n FROM file"
	" GROUP BY directory)",
	"SELECT total(length(directory)) FROM file WHERE size BETWEEN 1000 AND 9999",
};

static sqlite3 *database;
static uint64_t answer;

static void must(int result, int expected)
{
	errno = 0;
	if (result != expected)
		die("SQLite: %s", sqlite3_errmsg(database));
}

static sqlite3_stmt *prepare(const char *text)
{
	sqlite3_stmt *statement = NULL;

	must(sqlite3_prepare_v2(database, text, -1, &statement, NULL),
	     SQLITE_OK);
	return statement;
}

static void execute(const char *text)
{
	must(sqlite3_exec(database, text, NULL, NULL, NULL), SQLITE_OK);
}

static void note_answer(uint64_t value)
{
	answer = (answer ^ value) * 0x100000001b3u;
}

static void open_database(const struct memory *m)
{
	must(sqlite3_open(":memory:", &database), SQLITE_OK);
	must(sqlite3_deserialize(database, "main", m->map, 0,
				 (sqlite3_int64)(m->pages * PAGE), 0),
	     SQLITE_OK);
	execute(set_up);
}

/* => rows */
static size_t load(FILE *data)
{
	sqlite3_stmt *insert = prepare(
		"INSERT INTO file (size, directory, name) VALUES (?, ?, ?)");
	char line[LINE_SIZE];
	size_t rows = 0;

	execute("BEGIN");
	while (fgets(line, sizeof(line), data)) {
		const char *size = strtok(line, "\t");
		const char *directory = strtok(NULL, "\t");
		const char *name = strtok(NULL, "\n");

		if (!size || !directory || !name)
			continue;
		sqlite3_bind_int64(insert, 1, atoll(size));
		sqlite3_bind_text(insert, 2, directory, -1, SQLITE_STATIC);
		sqlite3_bind_text(insert, 3, name, -1, SQLITE_STATIC);
		must(sqlite3_step(insert), SQLITE_DONE);
		sqlite3_reset(insert);
		rows++;
	}
	execute("COMMIT");
	sqlite3_finalize(insert);
	return rows;
}

static void ask(const char *question)
{
	sqlite3_stmt *statement = prepare(question);

	must(sqlite3_step(statement), SQLITE_ROW);
	for (int i = 0; i < sqlite3_column_count(statement); i++)
		note_answer((uint64_t)sqlite3_column_int64(statement, i));
	sqlite3_finalize(statement);
}

/* Finds the name of a row at random, and all files of that name. */
static void look_up(size_t rows)
{
	sqlite3_stmt *statement =
		prepare("SELECT count(*), total(size) FROM file WHERE name ="
			" (SELECT name FROM file WHERE id = ?)");
	uint64_t seed = 1;

	for (int i = 0; i < LOOKUPS; i++) {
		sqlite3_bind_int64(
			statement, 1,
			(sqlite3_int64)(1 + random_next(&seed) % rows));
		must(sqlite3_step(statement), SQLITE_ROW);
		note_answer((uint64_t)sqlite3_column_int64(statement, 0));
		sqlite3_reset(statement);
	}
	sqlite3_finalize(statement);
}

static void update(size_t rows)
{
	sqlite3_stmt *statement =
		prepare("UPDATE file SET size = size + 1 WHERE id = ?");
	uint64_t seed = 2;

	for (int i = 0; i < UPDATES; i++) {
		sqlite3_bind_int64(
			statement, 1,
			(sqlite3_int64)(1 + random_next(&seed) % rows));
		must(sqlite3_step(statement), SQLITE_DONE);
		sqlite3_reset(statement);
	}
	sqlite3_finalize(statement);
}

static void check_integrity(void)
{
	sqlite3_stmt *statement = prepare("PRAGMA integrity_check");

	must(sqlite3_step(statement), SQLITE_ROW);
	errno = 0;
	if (strcmp((const char *)sqlite3_column_text(statement, 0), "ok"))
		die("the database is corrupt: %s",
		    sqlite3_column_text(statement, 0));
	sqlite3_finalize(statement);
}

/*
 * What SQLite allocates, for sorting above all, is not what is measured: it has
 * all of it in memory, and not from the cgroup's share.
 */
static void make_heap(void)
{
	void *all;

	mallopt(M_MMAP_MAX, 0);
	mallopt(M_TRIM_THRESHOLD, -1);
	all = malloc(HEAP_SIZE);
	if (!all)
		die("cannot have %zu bytes", HEAP_SIZE);
	memset(all, 1, HEAP_SIZE);
	free(all);
	if (mlockall(MCL_CURRENT))
		die("mlockall");
}

/* => the file, in memory: where it comes from is not what is measured */
static FILE *read_data(const char *name)
{
	FILE *file = name ? fopen(name, "re") : NULL;
	char *text;
	long size;

	if (!file || fseek(file, 0, SEEK_END))
		die("--data");
	size = ftell(file);
	rewind(file);
	if (size <= 0)
		die("--data");
	text = allocate((size_t)size, 1);
	if (fread(text, 1, (size_t)size, file) != (size_t)size)
		die("%s", name);
	fclose(file);
	return fmemopen(text, (size_t)size, "r");
}

static struct result run_sqlite(const struct bench *bench)
{
	FILE *data = read_data(bench->data);
	struct memory m;
	size_t rows;

	if (!data)
		die("fmemopen");
	make_heap();
	bench_enter(bench);
	memory_new(&m, bench->peer, bench->pages);
	measure_begin();
	open_database(&m);
	rows = load(data);
	execute(make_indexes);
	for (size_t i = 0; i < ARRAY_SIZE(questions); i++)
		ask(questions[i]);
	look_up(rows);
	update(rows);
	ask(questions[0]);
	measure_end();
	check_integrity();
	sqlite3_close(database);
	memory_free(&m);
	fclose(data);
	return (struct result){ .pages = rows, .answer = answer };
}

const struct workload sqlite_workloads[] = {
	{ "sqlite", run_sqlite },
	{},
};
