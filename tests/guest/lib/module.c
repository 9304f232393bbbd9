// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loading and unloading the module under test.
 */
#include <fcntl.h>
#include <sys/syscall.h>

#include "guest.h"

long module_unload(void)
{
	return syscall(SYS_delete_module, "aobj", O_NONBLOCK);
}

/* As the suite loaded it. */
void module_load(void)
{
	const char *module = getenv("AOBJ_KO");
	const char *parameters = getenv("AOBJ_PARAMETERS");
	int fd;

	if (!module || !parameters)
		die("AOBJ_KO and AOBJ_PARAMETERS name no module");
	fd = open(module, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || syscall(SYS_finit_module, fd, parameters, 0))
		die("load of %s", module);
	close(fd);
}
