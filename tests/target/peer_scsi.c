// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <linux/kernel.h>
#include <linux/string.h>
#include <linux/slab.h>
#include <scsi/scsi.h>
#include "peer_compat.h"
#include "peer_scsi.h"

#define BLOCK		512
#define MAX_BLOCKS	(PEER_MAX_DATA / BLOCK)

static struct {
	u8 *mem[PEER_MAX_LUNS];
	u32 blocks;
	unsigned int shown;
} disks;

/* ---- big-endian fields ------------------------------------------------------------------------------------ */

static u64 get_be(const u8 *p, int bytes)
{
	u64 val = 0;

	while (bytes--)
		val = val << 8 | *p++;
	return val;
}

static void put_be(u8 *p, int bytes, u64 val)
{
	for (; bytes--; val >>= 8)
		p[bytes] = val;
}

/* ---- disks ------------------------------------------------------------------------------------------------ */

void peer_disks_destroy(void)
{
	int i;

	for (i = 0; i < PEER_MAX_LUNS; i++) {
		kvfree(disks.mem[i]);
		disks.mem[i] = NULL;
	}
}

int peer_disks_create(unsigned int mib)
{
	disks.blocks = mib * (1048576 / BLOCK);
	return peer_disks_show(1);
}

int peer_disks_show(unsigned int luns)
{
	unsigned int i;

	if (!luns || luns > PEER_MAX_LUNS)
		return -EINVAL;
	for (i = 0; i < luns; i++) {
		if (!disks.mem[i])
			disks.mem[i] = kvcalloc(disks.blocks, BLOCK, GFP_KERNEL);
		if (!disks.mem[i])
			return -ENOMEM;
	}
	WRITE_ONCE(disks.shown, luns);
	return 0;
}

/* Peripheral and flat addressing of one level (SAM-5 4.7.5). Return: a LUN that is shown, or -1. */
static int lun_number(const u8 *lun)
{
	static const u8 zeros[6];
	unsigned int nr = (lun[0] & 0x3f) << 8 | lun[1];

	if (lun[0] >> 6 > 1 || memcmp(lun + 2, zeros, sizeof(zeros)) || nr >= READ_ONCE(disks.shown))
		return -1;
	return nr;
}

/* ---- sense ------------------------------------------------------------------------------------------------ */

void peer_sense_init(u8 *sense, u8 key, u8 asc, u8 ascq)
{
	memset(sense, 0, PEER_SENSE_LEN);
	sense[0] = 0x70;
	sense[2] = key;
	sense[7] = PEER_SENSE_LEN - 8;
	sense[12] = asc;
	sense[13] = ascq;
}

void peer_scsi_fail(struct peer_scsi *s, u8 key, u8 asc, u8 ascq)
{
	s->dir = DMA_NONE;
	s->bytes = 0;
	s->disk = NULL;
	s->status = SAM_STAT_CHECK_CONDITION;
	s->sense_len = PEER_SENSE_LEN;
	peer_sense_init(s->sense, key, asc, ascq);
}

static void fail_field(struct peer_scsi *s)
{
	peer_scsi_fail(s, ILLEGAL_REQUEST, 0x24, 0);	/* invalid field in CDB */
}

/* ---- commands --------------------------------------------------------------------------------------------- */

/* What is in s->reply goes back, as far as the initiator has room for it. */
static void reply(struct peer_scsi *s, u32 len, u32 alloc_len)
{
	s->dir = DMA_FROM_DEVICE;
	s->bytes = min(len, alloc_len);
}

static void text(u8 *to, const char *what, size_t len)
{
	memset(to, ' ', len);
	memcpy(to, what, min(len, strlen(what)));
}

static void vpd_pages(struct peer_scsi *s, const u8 *cdb)
{
	static const u8 pages[] = { 0x00, 0x80, 0x83, 0xb0 };

	memcpy(s->reply + 4, pages, sizeof(pages));
	s->reply[3] = sizeof(pages);
}

static void vpd_serial(struct peer_scsi *s, int lun)
{
	s->reply[3] = 8;
	snprintf((char *)s->reply + 4, 9, "PEER%04d", lun);
}

/* NAA 3h, locally assigned: the same on every port, so that paths to one disk are known as such (SPC-4 7.8.6). */
static void vpd_identification(struct peer_scsi *s, int lun)
{
	u8 *p = s->reply + 4;

	s->reply[3] = 12;
	p[0] = 1;		/* binary */
	p[1] = 3;		/* NAA, of the logical unit */
	p[3] = 8;
	put_be(p + 4, 8, 0x3000005052504545ULL + ((u64)lun << 32));
}

static void vpd_limits(struct peer_scsi *s)
{
	s->reply[3] = 0x3c;
	put_be(s->reply + 8, 4, MAX_BLOCKS);
}

static void do_inquiry(struct peer_scsi *s, int lun, const u8 *cdb)
{
	u8 *r = s->reply;

	r[0] = lun < 0 ? 0x7f : TYPE_DISK;
	if (!(cdb[1] & 1)) {
		if (cdb[2]) {
			fail_field(s);
			return;
		}
		r[2] = 6;		/* SPC-4 */
		r[3] = 0x12;		/* HiSup, response data format 2 */
		r[4] = 96 - 5;
		r[7] = 0x02;		/* CmdQue */
		text(r + 8, "SRPPEER", 8);
		text(r + 16, "RAM disk", 16);
		text(r + 32, "1", 4);
		reply(s, 96, get_be(cdb + 3, 2));
		return;
	}
	r[1] = cdb[2];
	switch (cdb[2]) {
	case 0x00:
		vpd_pages(s, cdb);
		break;
	case 0x80:
		vpd_serial(s, lun);
		break;
	case 0x83:
		vpd_identification(s, lun);
		break;
	case 0xb0:
		vpd_limits(s);
		break;
	default:
		fail_field(s);
		return;
	}
	reply(s, 4 + r[3], get_be(cdb + 3, 2));
}

static void do_report_luns(struct peer_scsi *s, int lun, const u8 *cdb)
{
	unsigned int i, nr = READ_ONCE(disks.shown);

	put_be(s->reply, 4, nr * 8);
	for (i = 0; i < nr; i++)
		s->reply[8 + i * 8 + 1] = i;
	reply(s, 8 + nr * 8, get_be(cdb + 6, 4));
}

static void do_request_sense(struct peer_scsi *s, int lun, const u8 *cdb)
{
	if (lun < 0)
		peer_sense_init(s->reply, ILLEGAL_REQUEST, 0x25, 0);
	else
		peer_sense_init(s->reply, NO_SENSE, 0, 0);
	reply(s, PEER_SENSE_LEN, cdb[4]);
}

static void do_nothing(struct peer_scsi *s, int lun, const u8 *cdb)
{
}

static void do_read_capacity10(struct peer_scsi *s, int lun, const u8 *cdb)
{
	put_be(s->reply, 4, disks.blocks - 1);
	put_be(s->reply + 4, 4, BLOCK);
	reply(s, 8, 8);
}

static void do_read_capacity16(struct peer_scsi *s, int lun, const u8 *cdb)
{
	if ((cdb[1] & 0x1f) != SAI_READ_CAPACITY_16) {
		fail_field(s);
		return;
	}
	put_be(s->reply, 8, disks.blocks - 1);
	put_be(s->reply + 8, 4, BLOCK);
	reply(s, 32, get_be(cdb + 10, 4));
}

/* The caching page only, without block descriptors: no write cache. Return: bytes behind the header. */
static u32 mode_pages(struct peer_scsi *s, u8 page, u32 header)
{
	u8 *p = s->reply + header;

	if (page != 0x08 && page != 0x3f)
		return 0;
	p[0] = 0x08;
	p[1] = 0x12;
	return 0x14;
}

static void do_mode_sense6(struct peer_scsi *s, int lun, const u8 *cdb)
{
	u32 len = mode_pages(s, cdb[2] & 0x3f, 4);

	if (!len) {
		fail_field(s);
		return;
	}
	s->reply[0] = 4 + len - 1;
	reply(s, 4 + len, cdb[4]);
}

static void do_mode_sense10(struct peer_scsi *s, int lun, const u8 *cdb)
{
	u32 len = mode_pages(s, cdb[2] & 0x3f, 8);

	if (!len) {
		fail_field(s);
		return;
	}
	put_be(s->reply, 2, 8 + len - 2);
	reply(s, 8 + len, get_be(cdb + 7, 2));
}

/* Bytes 2.. of READ and WRITE: where and how much. */
static void rw_extent(const u8 *cdb, u64 *lba, u32 *blocks)
{
	switch (cdb[0] >> 5) {
	case 0:
		*lba = get_be(cdb + 1, 3) & 0x1fffff;
		*blocks = cdb[4] ? : 256;
		break;
	case 1:
		*lba = get_be(cdb + 2, 4);
		*blocks = get_be(cdb + 7, 2);
		break;
	case 4:
		*lba = get_be(cdb + 2, 8);
		*blocks = get_be(cdb + 10, 4);
		break;
	default:	/* 12 bytes */
		*lba = get_be(cdb + 2, 4);
		*blocks = get_be(cdb + 6, 4);
	}
}

static void read_write(struct peer_scsi *s, int lun, const u8 *cdb, enum dma_data_direction dir)
{
	u32 blocks;
	u64 lba;

	rw_extent(cdb, &lba, &blocks);
	if (lba > disks.blocks || blocks > disks.blocks - lba) {
		peer_scsi_fail(s, ILLEGAL_REQUEST, 0x21, 0);	/* LBA out of range */
		return;
	}
	if (blocks > MAX_BLOCKS) {
		fail_field(s);
		return;
	}
	s->dir = blocks ? dir : DMA_NONE;
	s->bytes = blocks * BLOCK;
	s->disk = disks.mem[lun] + lba * BLOCK;
}

static void do_read(struct peer_scsi *s, int lun, const u8 *cdb)
{
	read_write(s, lun, cdb, DMA_FROM_DEVICE);
}

static void do_write(struct peer_scsi *s, int lun, const u8 *cdb)
{
	read_write(s, lun, cdb, DMA_TO_DEVICE);
}

static const struct {
	u8 opcode;
	bool any_lun;		/* answered for a LUN that is not there, too */
	void (*parse)(struct peer_scsi *s, int lun, const u8 *cdb);
} commands[] = {
	{ READ_10, false, do_read },
	{ WRITE_10, false, do_write },
	{ READ_16, false, do_read },
	{ WRITE_16, false, do_write },
	{ READ_6, false, do_read },
	{ WRITE_6, false, do_write },
	{ READ_12, false, do_read },
	{ WRITE_12, false, do_write },
	{ TEST_UNIT_READY, false, do_nothing },
	{ SYNCHRONIZE_CACHE, false, do_nothing },
	{ SYNCHRONIZE_CACHE_16, false, do_nothing },
	{ START_STOP, false, do_nothing },
	{ READ_CAPACITY, false, do_read_capacity10 },
	{ SERVICE_ACTION_IN_16, false, do_read_capacity16 },
	{ MODE_SENSE, false, do_mode_sense6 },
	{ MODE_SENSE_10, false, do_mode_sense10 },
	{ INQUIRY, true, do_inquiry },
	{ REPORT_LUNS, true, do_report_luns },
	{ REQUEST_SENSE, true, do_request_sense },
};

void peer_scsi_parse(struct peer_scsi *s, const u8 *lun, const u8 *cdb)
{
	int nr = lun_number(lun);
	size_t i;

	memset(s, 0, sizeof(*s));
	s->dir = DMA_NONE;
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (commands[i].opcode == cdb[0])
			break;
	if (i == ARRAY_SIZE(commands))
		peer_scsi_fail(s, ILLEGAL_REQUEST, 0x20, 0);	/* invalid command operation code */
	else if (nr < 0 && !commands[i].any_lun)
		peer_scsi_fail(s, ILLEGAL_REQUEST, 0x25, 0);	/* logical unit not supported */
	else
		commands[i].parse(s, nr, cdb);
}

void peer_scsi_exec(struct peer_scsi *s, struct peer_buf *buf)
{
	switch (s->dir) {
	case DMA_FROM_DEVICE:
		peer_buf_fill(buf, 0, s->disk ? : s->reply, s->bytes);
		break;
	case DMA_TO_DEVICE:
		if (s->disk)
			peer_buf_read(buf, 0, s->disk, s->bytes);
		break;
	default:
		break;
	}
}
