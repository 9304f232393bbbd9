// SPDX-License-Identifier: GPL-2.0-only
/* aobjctl --help. */
#include <stdio.h>

#include "aobjctl.h"

void print_help(void)
{
	fputs("Usage: aobjctl COMMAND [OPTION]... [ARGUMENT]\n"
	      "Control the memory budget and the swap devices of aobj.\n"
	      "\n"
	      "Commands:\n"
	      "  swapon [-f] DEVICE    take a block device for swap\n"
	      "  swapoff DEVICE        empty a device and give it back; DEVICE is\n"
	      "                        its path, or MAJOR:MINOR if that is gone\n"
	      "  status [OPTION]...    show the devices and the memory in use\n"
	      "  budget [-b] [SIZE]    show or set how much RAM objects may hold\n"
	      "\n"
	      "Options:\n"
	      "  -f, --force           swapon: accept a swap label that does not\n"
	      "                        begin with 'aobj'\n"
	      "  -J, --json            status: as JSON, sizes in bytes\n"
	      "  -b, --bytes           status, budget: print sizes in bytes\n"
	      "  -n, --noheadings      status: print the devices only, no headings\n"
	      "  -o, --output COLUMNS  status: the columns, separated by commas\n"
	      "  -h, --help            show this help\n"
	      "  -V, --version         show the version\n"
	      "\n"
	      "SIZE is bytes, or ends in K, M, G or T (powers of 1024),\n"
	      "or in % (of the machine's RAM).\n"
	      "\n"
	      "Columns:\n",
	      stdout);
	columns_print_help();
	fputs("\nExit status: 0 done, 1 failed, 2 wrong usage.\n"
	      "See aobjctl(8).\n",
	      stdout);
}
