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
	      "  swapon [OPTION]... DEVICE...   take block devices for swap\n"
	      "  swapon --all          those whose label begins with 'aobj'\n"
	      "  swapon --show[=COLUMNS]        show those in use\n"
	      "  swapoff [OPTION]... DEVICE...  empty devices and give them back\n"
	      "  swapoff --all         all of them\n"
	      "  status [OPTION]...    show the devices and the memory in use\n"
	      "  budget [-b] [SIZE]    show or set how much RAM objects may hold\n"
	      "\n"
	      "DEVICE is a path, LABEL=, UUID=, PARTLABEL= or PARTUUID= and what\n"
	      "it is; for swapoff also MAJOR:MINOR, should its node be gone.\n"
	      "\n"
	      "Options of swapon:\n"
	      "  -p, --priority N      0 to 32767: the highest is used first\n"
	      "      --class NAME      objects may be bound to it by that name\n"
	      "      --exclusive       only for objects that are bound to it\n"
	      "  -d, --discard[=WHEN]  discard it once, or pages as they become\n"
	      "                        free; both without WHEN\n"
	      "  -f, --force           accept a label that does not begin with\n"
	      "                        'aobj', or none\n"
	      "  -a, --all             all swap areas with such a label\n"
	      "      --output-all      with --show: all columns\n"
	      "\n"
	      "Options of swapoff:\n"
	      "  -n, --dry-run         only say whether there is room\n"
	      "      --progress STYLE  bar (on a terminal), lines, json or none\n"
	      "  -a, --all             all devices in use\n"
	      "\n"
	      "Options of both:\n"
	      "  -L LABEL, -U UUID     the device that has it\n"
	      "  -v, --verbose         name each device as its turn comes\n"
	      "\n"
	      "Options of status and swapon --show:\n"
	      "  -J, --json            as JSON, sizes in bytes\n"
	      "  -b, --bytes           print sizes in bytes; budget, too\n"
	      "  -n, --noheadings      print the devices only, no headings\n"
	      "  -o, --output COLUMNS  the columns, separated by commas\n"
	      "\n"
	      "  -h, --help            show this help\n"
	      "  -V, --version         show the version\n"
	      "\n"
	      "SIZE is bytes, or ends in K, M, G or T (powers of 1024),\n"
	      "or in % (of the machine's RAM).\n"
	      "\n"
	      "Columns:\n",
	      stdout);
	columns_print_help();
	fputs("\nExit status: 0 done, 1 failed, 2 wrong usage; of swapoff as\n"
	      "swapoff(8): 2 no room, 4 failed, 8 the system's, 16 wrong usage\n"
	      "or not root, 32 and 64 all or some failed with --all.\n"
	      "See aobjctl(8).\n",
	      stdout);
}
