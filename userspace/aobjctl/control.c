// SPDX-License-Identifier: GPL-2.0-only
/* Calls to /dev/aobj-control, and what their errors mean. */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "aobjctl.h"

#define CONTROL_NODE "/dev/aobj-control"

static bool not_permitted(int number)
{
	return number == EACCES || number == EPERM;
}

static void say_needs_root(void)
{
	fail(CONTROL_NODE ": this needs root");
}

static int open_control(void)
{
	int fd = open(CONTROL_NODE, O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	if (errno == ENOENT || errno == ENXIO || errno == ENODEV)
		fail(CONTROL_NODE ": the aobj module is not loaded");
	else if (not_permitted(errno))
		say_needs_root();
	else
		fail(CONTROL_NODE ": %s", strerror(errno));
	return -1;
}

/*
 * => false, after it has been said, if the caller may not change anything; that there is
 *    no node is for the call to say
 */
bool control_permitted(void)
{
	int fd = open(CONTROL_NODE, O_RDWR | O_CLOEXEC);
	bool permitted = fd >= 0 || !not_permitted(errno);

	if (fd >= 0)
		close(fd);
	if (!permitted)
		say_needs_root();
	return permitted;
}

/* => what an error of a call means */
const char *control_meaning(int number, const struct error_text *texts)
{
	for (; texts->text; texts++)
		if (texts->number == number)
			return texts->text;
	if (number == EPERM)
		return "this needs the capability CAP_SYS_ADMIN";
	if (number == ENOTTY || number == E2BIG)
		return "the loaded aobj module does not know this call";
	return strerror(number);
}

/**
 * control_try() - make one call of the control node
 * @request: an AOBJ_CTL_* number
 * @argument: its structure
 *
 * Return: 0, the call's errno, or -1 after it has been printed that there is
 * no control node
 */
int control_try(unsigned long request, void *argument)
{
	int fd = open_control();
	int number = 0;

	if (fd < 0)
		return -1;
	if (ioctl(fd, request, argument) < 0)
		number = errno;
	close(fd);
	return number;
}

/**
 * control_call() - make one call of the control node, and say why it failed
 * @request: an AOBJ_CTL_* number
 * @argument: its structure
 * @subject: what a message names: the device or size that was given
 * @texts: what the call's errors mean, closed by an entry without text
 *
 * Return: an exit status; on failure the reason has been printed
 */
int control_call(unsigned long request, void *argument, const char *subject,
		 const struct error_text *texts)
{
	int number = control_try(request, argument);

	if (number > 0)
		fail("%s: %s", subject, control_meaning(number, texts));
	return number ? EXIT_FAILED : 0;
}
