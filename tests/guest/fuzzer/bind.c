// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzing which devices objects use.  An object is never left without a device
 * that it may use: it would have nothing but memory, of which there is less than
 * the model asks for.
 */
#include <sys/ioctl.h>
#include <sys/sysmacros.h>

#include "fuzz.h"

/* Not one whose writes fail on purpose: it takes none any more, now and then. */
static struct fuzz_device *bindable(void)
{
	const char *inject = getenv("AOBJ_FUZZ_INJECT");
	struct fuzz_device *device = &devices[any(DEVICES)];

	if (!device->on || (inject && *inject && device == MAIN))
		return NULL;
	return device;
}

static void call_bind(struct model *o, struct aobj_bind *bind, int error)
{
	int result;

	do {
		result = ioctl(o->fd, AOBJ_IOC_BIND, bind);
	} while (injected(result && !error));
	expect(result, error, "binding");
}

static void bind_to_device(struct model *o, const struct fuzz_device *device)
{
	struct aobj_bind bind = { .flags = AOBJ_BIND_DEVICE };
	dev_t number;

	inject_end();
	number = device_number(device->path);
	inject_begin();
	bind.major = major(number);
	bind.minor = minor(number);
	call_bind(o, &bind, 0);
	o->device = device;
	o->class = 0;
}

static void bind_to_class(struct model *o, char class)
{
	struct aobj_bind bind = { .flags = AOBJ_BIND_CLASS,
				  .class_name = { class } };

	call_bind(o, &bind, 0);
	o->device = NULL;
	o->class = class;
}

static void unbind(struct model *o)
{
	struct aobj_bind bind = { 0 };

	call_bind(o, &bind, 0);
	o->device = NULL;
	o->class = 0;
}

/* It stays as it is bound. */
static void bind_wrongly(struct model *o)
{
	static const struct {
		struct aobj_bind bind;
		int error;
	} wrong[] = {
		{ { .flags = AOBJ_BIND_CLASS, .class_name = "none" }, ENODEV },
		{ { .flags = AOBJ_BIND_CLASS }, EINVAL },
		{ { .flags = AOBJ_BIND_CLASS, .class_name = "a b" }, EINVAL },
		{ { .flags = AOBJ_BIND_DEVICE, .major = 1, .minor = 255 },
		  ENODEV },
		{ { .flags = 3, .class_name = "a" }, EINVAL },
		{ { .flags = 4 }, EINVAL },
		{ { .reserved = 1 }, EINVAL },
	};
	size_t i = any(ARRAY_SIZE(wrong));
	struct aobj_bind bind = wrong[i].bind;

	op_log("wrong binding %zu of object %zu", i, (size_t)(o - models));
	call_bind(o, &bind, wrong[i].error);
}

void op_bind(void)
{
	const struct fuzz_device *device = bindable();
	struct model *o = model_pick();

	if (!o)
		return;
	if (chance(20)) {
		bind_wrongly(o);
	} else if (!device || chance(20)) {
		op_log("object %zu is bound no more", (size_t)(o - models));
		unbind(o);
	} else if (device->class && chance(50)) {
		op_log("object %zu is bound to class %c", (size_t)(o - models),
		       device->class);
		bind_to_class(o, device->class);
	} else {
		op_log("object %zu is bound to %s", (size_t)(o - models),
		       device->path);
		bind_to_device(o, device);
	}
}

static bool needs(const struct model *o, const struct fuzz_device *device)
{
	if (!o->class)
		return o->device == device;
	for (size_t i = 0; i < DEVICES; i++)
		if (devices[i].on && &devices[i] != device &&
		    devices[i].class == o->class)
			return false;
	return true;
}

bool bind_let_go(const struct fuzz_device *device)
{
	for (struct model *o = models; o < models + OBJECTS; o++) {
		if (!o->alive || !needs(o, device))
			continue;
		if (o->fd < 0)
			return false;
		unbind(o);
	}
	return true;
}
