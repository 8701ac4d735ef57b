// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* One SCSI command through SG_IO, and what the kernel says became of it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <scsi/sg.h>

#include "srptest.h"

enum { MAX_CDB = 32, CDB_TIMEOUT_MS = 60000 };

static int parse_hex(const char *text, unsigned char *to)
{
	int n = 0, used;

	for (; *text && n < MAX_CDB; text += used, n++)
		if (sscanf(text, "%2hhx%n", &to[n], &used) != 1 || used != 2)
			return 0;
	return *text ? 0 : n;
}

int cmd_cdb(int argc, char **argv)
{
	unsigned char cdb[MAX_CDB], sense[64];
	sg_io_hdr_t h = {
		.interface_id = 'S', .cmdp = cdb, .sbp = sense, .mx_sb_len = sizeof(sense), .timeout = CDB_TIMEOUT_MS,
	};
	int fd;

	if (argc != 5 || (strcmp(argv[2], "in") && strcmp(argv[2], "out")) || !(h.cmd_len = (unsigned char)parse_hex(argv[4], cdb))) {
		fprintf(stderr, "usage: srptest cdb DEVICE in|out BYTES HEX\n");
		return 2;
	}
	h.dxfer_direction = strcmp(argv[2], "in") ? SG_DXFER_TO_DEV : SG_DXFER_FROM_DEV;
	h.dxfer_len = (unsigned int)parse_size(argv[3]);
	h.dxferp = aligned_buffer(h.dxfer_len);
	fd = open(argv[1], O_RDWR | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, SG_IO, &h)) {
		puts(errno_name(errno));
		return 1;
	}
	printf("status=%#x host=%#x resid=%d\n", h.status, h.host_status, h.resid);
	close(fd);
	return h.status || h.host_status;
}
