// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * SG_IO with scatter lists that no file system would make: elements of odd length at odd addresses, many or huge ones.
 * Data is written with one list, read back with another one, and compared.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <scsi/sg.h>

#include "srptest.h"

enum { SECTOR = 512, TIMEOUT_MS = 60000 };

struct list {
	unsigned int count;
	size_t bytes;
	sg_iovec_t *vec;
	unsigned char *arena;
};

/*
 * Cuts `bytes` into `count` elements. Each element starts `skew` bytes into a page of its own or, with `packed`, right
 * behind its predecessor with a gap of `skew` bytes.
 */
static void list_make(struct list *l, size_t bytes, unsigned int count, unsigned int granule, unsigned int skew,
		      bool packed, uint64_t *rng)
{
	size_t units = bytes / granule, left = units, at = 0;
	unsigned int i;

	if (count > units)
		count = (unsigned int)units;
	l->count = count;
	l->bytes = bytes;
	l->vec = zeroed(count, sizeof(*l->vec));
	l->arena = aligned_buffer(bytes + (size_t)count * (8192 + skew) + 8192);
	for (i = 0; i < count; i++) {
		size_t rest = count - i - 1;
		size_t most = left - rest, mean = left / (rest + 1), n;

		n = rest ? 1 + rng_next(rng) % (2 * mean > most ? most : 2 * mean) : left;
		if (n > most)
			n = most;
		left -= n;
		if (packed) {
			at += skew;
		} else {
			at = (at + 4095) / 4096 * 4096 + skew;
		}
		l->vec[i].iov_base = l->arena + at;
		l->vec[i].iov_len = n * granule;
		at += n * granule;
	}
}

static void list_free(struct list *l)
{
	free(l->vec);
	free(l->arena);
}

static void list_copy(struct list *l, unsigned char *flat, bool to_list)
{
	unsigned int i;

	for (i = 0; i < l->count; flat += l->vec[i].iov_len, i++) {
		if (to_list)
			memcpy(l->vec[i].iov_base, flat, l->vec[i].iov_len);
		else
			memcpy(flat, l->vec[i].iov_base, l->vec[i].iov_len);
	}
}

static void put_be(unsigned char *at, uint64_t value, unsigned int bytes)
{
	while (bytes--) {
		at[bytes] = (unsigned char)value;
		value >>= 8;
	}
}

/* 0 or a negative errno; a SCSI or transport status counts as -EIO and is printed. */
static int transfer(int fd, struct list *l, uint64_t lba, bool write)
{
	unsigned char cdb[16] = { write ? 0x8a : 0x88 }, sense[64];
	uint32_t blocks = (uint32_t)(l->bytes / SECTOR);
	sg_io_hdr_t h = {
		.interface_id = 'S', .cmd_len = sizeof(cdb), .cmdp = cdb, .sbp = sense, .mx_sb_len = sizeof(sense),
		.dxfer_direction = write ? SG_DXFER_TO_DEV : SG_DXFER_FROM_DEV, .dxfer_len = (unsigned int)l->bytes,
		.dxferp = l->vec, .iovec_count = (unsigned short)l->count, .timeout = TIMEOUT_MS,
	};

	put_be(cdb + 2, lba, 8);
	put_be(cdb + 10, blocks, 4);
	if (ioctl(fd, SG_IO, &h))
		return -errno;
	if (h.status || h.host_status || h.driver_status || h.resid) {
		fprintf(stderr, "%s of %zu bytes in %u elements: status %#x host %#x driver %#x resid %d\n",
			write ? "write" : "read", l->bytes, l->count, h.status, h.host_status, h.driver_status, h.resid);
		return -EIO;
	}
	return 0;
}

static int usage(void)
{
	fprintf(stderr,
		"usage: srptest sg [options] DEVICE\n"
		"  -b MIN[:MAX]  bytes per transfer (512:64k)   -e MIN[:MAX]  elements (1:8)\n"
		"  -g GRANULE    element lengths are multiples (1)\n"
		"  -o SKEW       offset of each element (0)     -P            elements follow each other with gaps of SKEW\n"
		"  -n N          rounds (50)                    -s SIZE       part of the device to use (4m)\n"
		"  -l            refused transfers (EINVAL, ENOMEM, EIO) are counted, not failures\n");
	return 2;
}

static void range(char *text, uint64_t *min, uint64_t *max)
{
	char *colon = strchr(text, ':');

	if (colon)
		*colon++ = '\0';
	*min = parse_size(text);
	*max = colon ? parse_size(colon) : *min;
}

static uint64_t pick(uint64_t *rng, uint64_t min, uint64_t max)
{
	return min + rng_next(rng) % (max - min + 1);
}

int cmd_sg(int argc, char **argv)
{
	uint64_t bmin = 512, bmax = 65536, emin = 1, emax = 8, size = 4 << 20, rng = 0x2545f4914f6cdd1dull;
	unsigned int granule = 1, skew = 0, rounds = 50, i, done = 0, refused = 0, wrong = 0;
	bool packed = false, lenient = false;
	unsigned char *flat, *back;
	int c, fd, err;

	while ((c = getopt(argc, argv, "b:e:g:o:Pn:s:l")) != -1) {
		switch (c) {
		case 'b': range(optarg, &bmin, &bmax); break;
		case 'e': range(optarg, &emin, &emax); break;
		case 'g': granule = (unsigned int)parse_size(optarg); break;
		case 'o': skew = (unsigned int)parse_size(optarg); break;
		case 'P': packed = true; break;
		case 'n': rounds = (unsigned int)parse_size(optarg); break;
		case 's': size = parse_size(optarg); break;
		case 'l': lenient = true; break;
		default: return usage();
		}
	}
	if (optind + 1 != argc || !granule || bmin < SECTOR || bmax > size || !emin)
		return usage();
	fd = open(argv[optind], O_RDWR | O_CLOEXEC);
	if (fd < 0) {
		printf("open=%s\n", errno_name(errno));
		return 1;
	}
	flat = aligned_buffer(bmax);
	back = aligned_buffer(bmax);
	for (i = 0; i < rounds; i++) {
		size_t bytes = pick(&rng, bmin, bmax) / SECTOR * SECTOR, k;
		uint64_t lba = pick(&rng, 0, (size - bytes) / SECTOR);
		struct list out, in;

		for (k = 0; k < bytes; k += 8) {
			uint64_t x = rng_next(&rng);

			memcpy(flat + k, &x, 8);
		}
		memset(back, 0xee, bytes);
		list_make(&out, bytes, (unsigned int)pick(&rng, emin, emax), granule, skew, packed, &rng);
		list_make(&in, bytes, (unsigned int)pick(&rng, emin, emax), granule, skew, packed, &rng);
		list_copy(&out, flat, true);
		err = transfer(fd, &out, lba, true);
		if (!err)
			err = transfer(fd, &in, lba, false);
		if (err) {
			refused++;
			if (refused < 4)
				fprintf(stderr, "round %u: %zu bytes, %u and %u elements: %s\n", i, bytes, out.count, in.count,
					errno_name(-err));
		} else {
			list_copy(&in, back, false);
			done++;
			if (memcmp(flat, back, bytes)) {
				wrong++;
				fprintf(stderr, "round %u: %zu bytes, %u and %u elements: miscompare\n", i, bytes, out.count,
					in.count);
			}
		}
		list_free(&out);
		list_free(&in);
	}
	printf("rounds=%u done=%u refused=%u miscompares=%u\n", rounds, done, refused, wrong);
	return wrong || (refused && !lenient);
}
