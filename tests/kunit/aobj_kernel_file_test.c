// SPDX-License-Identifier: GPL-2.0-only
/* Objects of other modules as files: attached, closed, attached again. */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/path.h>

#include "aobj.h"
#include "pager_env.h"

static struct file *attach(struct kunit *test, struct aobj *obj)
{
	struct file *file = aobj_file(obj, "a test");

	KUNIT_ASSERT_FALSE(test, IS_ERR(file));
	return file;
}

/* => it is gone when this returns: not later, as with fput() */
static void close(struct file *file)
{
	__fput_sync(file);
}

/* => the first word of the page is @word, as the file has it */
static void expect_word(struct kunit *test, struct file *file, pgoff_t pgoff,
			u64 word)
{
	loff_t pos = (loff_t)pgoff << PAGE_SHIFT;
	u64 found = ~word;

	KUNIT_EXPECT_EQ(test, kernel_read(file, &found, sizeof(found), &pos),
			(ssize_t)sizeof(found));
	KUNIT_EXPECT_EQ(test, found, word);
}

static void a_file_is_the_object(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_adopt(env, aobj_create(10 * PAGE_SIZE, 0));
	u64 word = env_word(obj, 3, 2);
	loff_t pos = 3 * PAGE_SIZE;
	struct file *file;
	u64 found;

	env_write(env, obj, 0, 10, 1);
	file = attach(test, obj);
	KUNIT_EXPECT_TRUE(test, S_ISREG(file_inode(file)->i_mode));
	KUNIT_EXPECT_EQ(test, i_size_read(file_inode(file)),
			(loff_t)(10 * PAGE_SIZE));
	KUNIT_EXPECT_PTR_EQ(test, file->f_mapping, &obj->mapping);
	KUNIT_EXPECT_PTR_EQ(test, obj->mapping.host, file_inode(file));
	KUNIT_EXPECT_EQ(test, atomic_read(&obj->holders), 2);
	expect_word(test, file, 9, env_word(obj, 9, 1));
	KUNIT_EXPECT_EQ(test, kernel_write(file, &word, sizeof(word), &pos),
			(ssize_t)sizeof(word));
	close(file);

	ENV_EXPECT_ENDS(env_start_get(env, obj, 3, 0), 0);
	found = env->thread[0].word;
	KUNIT_EXPECT_EQ(test, found, word);
	KUNIT_EXPECT_EQ(test, atomic_read(&obj->holders), 1);
	env_check(env);
}

static void pages_survive_the_file(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_adopt(env, aobj_create(20 * PAGE_SIZE, 0));

	for (unsigned int i = 1; i <= 3; i++) {
		struct file *file = attach(test, obj);
		struct page *page;

		env_write(env, obj, 0, 20, i);
		env_page_out(env, obj, 10, 10);
		page = env_resident(obj, 3);
		close(file);
		KUNIT_EXPECT_NULL(test, obj->mapping.host);
		KUNIT_EXPECT_EQ(test, atomic_read(&obj->holders), 1);
		KUNIT_EXPECT_EQ(test, refcount_read(&obj->users), 1u);
		KUNIT_EXPECT_PTR_EQ(test, env_resident(obj, 3), page);
		KUNIT_EXPECT_EQ(test, atomic_long_read(&obj->resident), 10);
		ENV_EXPECT_STATE(env, obj, 15, ENV_SLOT);
		KUNIT_EXPECT_EQ(test, env_used(env, d), 10u);
		env_check(env);
		env_expect(env, obj, 0, 20, i);
	}
}

/* What changed while there was no file is seen by the next one. */
static void a_later_file_has_the_size_of_then(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_adopt(env, aobj_create(10 * PAGE_SIZE, 0));
	struct file *file;

	close(attach(test, obj));
	KUNIT_EXPECT_EQ(test, aobj_grow(obj, 30), 0);
	env_write(env, obj, 29, 1, 1);
	file = attach(test, obj);
	KUNIT_EXPECT_EQ(test, i_size_read(file_inode(file)),
			(loff_t)(30 * PAGE_SIZE));
	expect_word(test, file, 29, env_word(obj, 29, 1));
	KUNIT_EXPECT_EQ(test, aobj_shrink(obj, 5), 0);
	KUNIT_EXPECT_EQ(test, i_size_read(file_inode(file)),
			(loff_t)(5 * PAGE_SIZE));
	close(file);
}

static void two_files_have_one_inode(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_adopt(env, aobj_create(10 * PAGE_SIZE, 0));
	struct file *a = attach(test, obj), *b = attach(test, obj);

	KUNIT_EXPECT_PTR_EQ(test, file_inode(a), file_inode(b));
	KUNIT_EXPECT_EQ(test, atomic_read(&obj->holders), 3);
	KUNIT_EXPECT_EQ(test, refcount_read(&obj->users), 2u);
	close(a);
	KUNIT_EXPECT_PTR_EQ(test, obj->mapping.host, file_inode(b));
	env_write(env, obj, 0, 10, 1);
	expect_word(test, b, 4, env_word(obj, 4, 1));
	close(b);
	KUNIT_EXPECT_NULL(test, obj->mapping.host);
	env_check(env);
}

static void the_object_lives_by_its_file(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);
	struct aobj *obj = env_adopt(env, aobj_create(10 * PAGE_SIZE, 0));
	struct file *file;

	env_write(env, obj, 0, 10, 1);
	env_page_out(env, obj, 5, 5);
	file = attach(test, obj);
	env_disown(env, obj);
	aobj_detach(obj);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&aobj_totals.objects), 1);
	KUNIT_EXPECT_EQ(test, atomic_read(&obj->holders), 1);
	expect_word(test, file, 2, env_word(obj, 2, 1));
	expect_word(test, file, 7, env_word(obj, 7, 1));
	close(file);
	KUNIT_EXPECT_TRUE(test,
			  env_wait(!atomic_long_read(&aobj_totals.objects)));
	KUNIT_EXPECT_EQ(test, env_used(env, d), 0u);
	env_check(env);
}

/* Each by its operations; and all by the mount, for what outlives a file. */
static void files_keep_the_module(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_adopt(env, aobj_create(10 * PAGE_SIZE, 0));
	int before = module_refcount(THIS_MODULE), mounted;
	struct file *a, *b;
	struct path path;

	a = attach(test, obj);
	mounted = module_refcount(THIS_MODULE);
	KUNIT_EXPECT_GT(test, mounted, before + 1);
	b = attach(test, obj);
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), mounted + 1);
	path = a->f_path;
	path_get(&path);
	close(a);
	close(b);
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), mounted - 1);
	path_put(&path);
	KUNIT_EXPECT_EQ(test, module_refcount(THIS_MODULE), before);
	KUNIT_EXPECT_NULL(test, obj->mapping.host);
}

static int attach_and_close(struct env_thread *t)
{
	for (unsigned int i = 0; i < t->arg; i++) {
		struct file *file = aobj_file(t->obj, "");

		if (IS_ERR(file))
			return PTR_ERR(file);
		if (file->f_mapping != &t->obj->mapping)
			return -EINVAL;
		close(file);
	}
	return 0;
}

/* An inode that is just going is waited for, and then there is a new one. */
static void attaching_races_with_closing(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct aobj *obj = env_adopt(env, aobj_create(10 * PAGE_SIZE, 0));
	struct env_thread *t[3];

	env_write(env, obj, 0, 10, 1);
	for (unsigned int i = 0; i < ARRAY_SIZE(t); i++)
		t[i] = env_start(env, attach_and_close, obj, 1000, 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(t); i++)
		ENV_EXPECT_ENDS(t[i], 0);
	KUNIT_EXPECT_NULL(test, obj->mapping.host);
	KUNIT_EXPECT_EQ(test, atomic_read(&obj->holders), 1);
	KUNIT_EXPECT_EQ(test, refcount_read(&obj->users), 1u);
	env_expect(env, obj, 0, 10, 1);
	env_check(env);
}

static int do_close(struct env_thread *t)
{
	close((struct file *)(unsigned long)t->arg);
	return 0;
}

static int do_detach(struct env_thread *t)
{
	aobj_detach(t->obj);
	return 0;
}

/* Whichever is last waits for the write, and frees everything. */
static void closing_races_with_the_last_detach(struct kunit *test)
{
	struct pager_env *env = test->priv;
	struct held_disk *d = env_disk(env, 0, 256, 0);

	for (unsigned int i = 0; i < 3; i++) {
		struct aobj *obj;
		struct env_thread *a, *b;
		struct file *file;

		obj = env_adopt(env, aobj_create(10 * PAGE_SIZE, 0));
		file = attach(test, obj);
		env_write(env, obj, 0, 10, 1);
		held_disk_hold(d, HELD_WRITE, true);
		env_evict(env, obj, 0, 10);
		env_wait_held(env, d, HELD_WRITE, 1);
		env_disown(env, obj);
		a = env_start(env, do_close, obj, (unsigned long)file, 0);
		b = env_start(env, do_detach, obj, 0, 0);
		KUNIT_EXPECT_TRUE(test, env_wait(completion_done(&a->done) ||
						 completion_done(&b->done)));
		ENV_EXPECT_BLOCKS(completion_done(&a->done) ? b : a);
		KUNIT_EXPECT_EQ(test, env_used(env, d), 10u);
		held_disk_open(d);
		ENV_EXPECT_ENDS(a, 0);
		ENV_EXPECT_ENDS(b, 0);
		KUNIT_EXPECT_TRUE(test, env_wait(!atomic_long_read(
						&aobj_totals.objects)));
		KUNIT_EXPECT_EQ(test, env_used(env, d), 0u);
		env_check(env);
	}
}

static struct kunit_case cases[] = {
	KUNIT_CASE(a_file_is_the_object),
	KUNIT_CASE(pages_survive_the_file),
	KUNIT_CASE(a_later_file_has_the_size_of_then),
	KUNIT_CASE(two_files_have_one_inode),
	KUNIT_CASE(the_object_lives_by_its_file),
	KUNIT_CASE(files_keep_the_module),
	KUNIT_CASE(attaching_races_with_closing),
	KUNIT_CASE(closing_races_with_the_last_detach),
	{},
};

AOBJ_KUNIT_SUITE(aobj_kernel_file, .test_cases = cases, .init = pager_env_init,
		 .exit = pager_env_exit);
