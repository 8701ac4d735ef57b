// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * Verified I/O: every thread owns a part of the device, writes extents of random size and position, and reads back
 * what it wrote. Every sector says who wrote it, where and for the how manieth time, so that a lost, misplaced or stale sector is
 * told apart from a good one.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <linux/fs.h>

#include "srptest.h"

enum { SECTOR = 512, WORDS = SECTOR / 8 };

struct job {
	pthread_t thread;
	unsigned int id;
	int fd;
	uint64_t first;		/* sectors */
	uint64_t count;		/* sectors */
	uint32_t *version;	/* per sector; 0: never written or unknown after a failed write */
	uint64_t rng;
	uint64_t *buf;
};

static struct {
	unsigned int jobs;
	uint64_t min, max;	/* bytes per transfer */
	uint64_t size;		/* bytes of the device to use */
	unsigned int write_percent;
	unsigned int seconds;
	uint64_t ios;		/* per job; 0: no limit */
	bool keep_going;
	bool final_check;
	const char *progress;
	uint64_t salt;
} opt = {
	.jobs = 4, .min = 4096, .max = 4096, .write_percent = 50, .seconds = 5, .final_check = true,
};

static atomic_ullong reads, writes, bytes, errors, miscompares;
static atomic_ullong last_done_us, stall_us, max_us;
static atomic_bool stop;
static atomic_bool gone;	/* the device; until something works again */

static uint64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}

static void on_term(int sig)
{
	(void)sig;
	stop = true;
}

/* From here on the longest waits count anew. */
static void on_usr1(int sig)
{
	(void)sig;
	stall_us = 0;
	max_us = 0;
}

static void raise_to(atomic_ullong *what, uint64_t value)
{
	unsigned long long old = *what;

	while (value > old && !atomic_compare_exchange_weak(what, &old, value))
		;
}

static void fill_sector(uint64_t *p, uint64_t lba, uint32_t version)
{
	uint64_t x = (lba + 1) * 0x9e3779b97f4a7c15ull ^ version ^ opt.salt;
	unsigned int i;

	p[0] = lba;
	p[1] = version;
	p[2] = opt.salt;
	for (i = 3; i < WORDS; i++) {
		x += 0x9e3779b97f4a7c15ull;
		p[i] = x;
	}
}

static bool check_sector(const uint64_t *p, uint64_t lba, uint32_t version)
{
	uint64_t want[WORDS];

	fill_sector(want, lba, version);
	if (!memcmp(p, want, SECTOR))
		return true;
	if (atomic_fetch_add(&miscompares, 1) < 5)
		fprintf(stderr, "miscompare at sector %llu: expected version %u, found sector %llu version %llu salt %llx\n",
			(unsigned long long)lba, version, (unsigned long long)p[0], (unsigned long long)p[1],
			(unsigned long long)p[2]);
	return false;
}

static void account(uint64_t start, uint64_t len)
{
	uint64_t now = now_us();
	uint64_t last = atomic_exchange(&last_done_us, now);

	gone = false;
	raise_to(&max_us, now - start);
	if (last && now > last)
		raise_to(&stall_us, now - last);
	bytes += len;
}

/* Returns false if the job must end. */
static bool failed(const char *what, struct job *j, uint64_t lba, ssize_t n, int err)
{
	unsigned long long count = atomic_fetch_add(&errors, 1);

	/* A disk that was removed has no sectors any more. */
	if (!n || (n < 0 && (err == ENODEV || err == ENXIO || err == ENOSPC)))
		gone = true;
	if (count < 3)
		fprintf(stderr, "job %u: %s at sector %llu: %s\n", j->id, what, (unsigned long long)lba,
			n < 0 ? errno_name(err) : "short transfer");
	if (!opt.keep_going) {
		stop = true;
		return false;
	}
	usleep(20000);
	return true;
}

static bool read_extent(struct job *j, uint64_t at, uint64_t n)
{
	uint64_t start = now_us(), i;
	ssize_t got = pread(j->fd, j->buf, n * SECTOR, (off_t)((j->first + at) * SECTOR));

	if (got != (ssize_t)(n * SECTOR))
		return failed("read", j, j->first + at, got, errno);
	account(start, n * SECTOR);
	reads++;
	for (i = 0; i < n; i++)
		if (j->version[at + i])
			check_sector(j->buf + i * WORDS, j->first + at + i, j->version[at + i]);
	return !miscompares || opt.keep_going;
}

static bool write_extent(struct job *j, uint64_t at, uint64_t n, uint32_t version)
{
	uint64_t start, i;
	ssize_t put;

	for (i = 0; i < n; i++) {
		fill_sector(j->buf + i * WORDS, j->first + at + i, version);
		j->version[at + i] = 0;
	}
	start = now_us();
	put = pwrite(j->fd, j->buf, n * SECTOR, (off_t)((j->first + at) * SECTOR));
	if (put != (ssize_t)(n * SECTOR))
		return failed("write", j, j->first + at, put, errno);
	account(start, n * SECTOR);
	writes++;
	for (i = 0; i < n; i++)
		j->version[at + i] = version;
	return true;
}

/* Sizes are spread evenly over the powers of two, then anywhere within one. */
static uint64_t pick_sectors(struct job *j)
{
	uint64_t lo = opt.min / SECTOR, hi = opt.max / SECTOR, n = lo;

	if (lo == hi)
		return lo;
	while (n * 2 <= hi && rng_next(&j->rng) % 4)
		n *= 2;
	n += rng_next(&j->rng) % n;
	return n < lo ? lo : n > hi ? hi : n;
}

static void *job_main(void *arg)
{
	struct job *j = arg;
	uint32_t version = 0;
	uint64_t done;

	/* In the background: whoever watches it comes first. Linux means this thread alone. */
	if (opt.progress)
		setpriority(PRIO_PROCESS, 0, 10);
	for (done = 0; !stop && (!opt.ios || done < opt.ios); done++) {
		uint64_t n = pick_sectors(j);
		uint64_t at;
		bool ok;

		if (n > j->count)
			n = j->count;
		at = rng_next(&j->rng) % (j->count - n + 1);
		if (opt.min == opt.max)
			at -= at % n;
		if (rng_next(&j->rng) % 100 < opt.write_percent)
			ok = write_extent(j, at, n, ++version);
		else
			ok = read_extent(j, at, n);
		if (!ok)
			break;
	}
	return NULL;
}

static void *check_main(void *arg)
{
	struct job *j = arg;
	uint64_t at, step = opt.max / SECTOR;

	if (step < 256)
		step = 256;
	for (at = 0; at < j->count && !gone; at += step) {
		uint64_t n = j->count - at < step ? j->count - at : step, i;

		for (i = 0; i < n && !j->version[at + i]; i++)
			;
		if (i < n && !read_extent(j, at, n))
			break;
	}
	return NULL;
}

static uint64_t device_size(int fd)
{
	struct stat st;
	uint64_t size;

	if (!fstat(fd, &st) && S_ISREG(st.st_mode))
		return (uint64_t)st.st_size;
	return ioctl(fd, BLKGETSIZE64, &size) ? 0 : size;
}

static void write_progress(uint64_t start)
{
	char part[256];
	FILE *f;

	snprintf(part, sizeof(part), "%s.part", opt.progress);
	f = fopen(part, "w");
	if (!f)
		return;
	fprintf(f, "t_ms=%llu ios=%llu mib=%llu errors=%llu miscompares=%llu max_ms=%llu stall_ms=%llu\n",
		(unsigned long long)(now_us() - start) / 1000, reads + writes, bytes >> 20, errors, miscompares,
		max_us / 1000, stall_us / 1000);
	fclose(f);
	rename(part, opt.progress);
}

static void thread_start(pthread_t *thread, void *(*fn)(void *), void *arg)
{
	int err = pthread_create(thread, NULL, fn, arg);

	if (err) {
		fprintf(stderr, "srptest io: no thread: %s\n", errno_name(err));
		exit(2);
	}
}

static void run_phase(struct job *jobs, void *(*fn)(void *))
{
	unsigned int i;

	for (i = 0; i < opt.jobs; i++)
		thread_start(&jobs[i].thread, fn, &jobs[i]);
	for (i = 0; i < opt.jobs; i++)
		pthread_join(jobs[i].thread, NULL);
}

static void *clock_main(void *arg)
{
	uint64_t start = *(uint64_t *)arg;

	while (!stop) {
		usleep(100000);
		if (opt.progress)
			write_progress(start);
		if (opt.seconds && now_us() - start > opt.seconds * 1000000ull)
			stop = true;
	}
	return NULL;
}

static int usage(void)
{
	fprintf(stderr,
		"usage: srptest io [options] DEVICE\n"
		"  -j N        threads (4)           -b MIN[:MAX]  bytes per transfer (4k)\n"
		"  -s SIZE     part of the device to use (all)\n"
		"  -w PERCENT  writes (50)           -t SECONDS    0: until SIGTERM (5)\n"
		"  -n N        transfers per thread  -k            keep going after errors and count them\n"
		"  -N          no check of everything at the end\n"
		"  -p FILE     progress, rewritten ten times a second\n");
	return 2;
}

int cmd_io(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_term };
	uint64_t start, per_job, elapsed, run_ios, run_bytes;
	pthread_t clock_thread;
	struct job *jobs;
	unsigned int i;
	char *colon;
	int c, fd;

	while ((c = getopt(argc, argv, "j:b:s:w:t:n:kNp:")) != -1) {
		switch (c) {
		case 'j': opt.jobs = (unsigned int)parse_size(optarg); break;
		case 'b':
			colon = strchr(optarg, ':');
			if (colon)
				*colon++ = '\0';
			opt.min = parse_size(optarg);
			opt.max = colon ? parse_size(colon) : opt.min;
			break;
		case 's': opt.size = parse_size(optarg); break;
		case 'w': opt.write_percent = (unsigned int)parse_size(optarg); break;
		case 't': opt.seconds = (unsigned int)parse_size(optarg); break;
		case 'n': opt.ios = parse_size(optarg); break;
		case 'k': opt.keep_going = true; break;
		case 'N': opt.final_check = false; break;
		case 'p': opt.progress = optarg; break;
		default: return usage();
		}
	}
	if (optind + 1 != argc || !opt.jobs || !opt.min || opt.min % SECTOR || opt.max % SECTOR || opt.max < opt.min)
		return usage();
	fd = open(argv[optind], O_RDWR | O_DIRECT | O_CLOEXEC);
	if (fd < 0) {
		printf("open=%s\n", errno_name(errno));
		return 1;
	}
	if (!opt.size || opt.size > device_size(fd))
		opt.size = device_size(fd);
	per_job = opt.size / SECTOR / opt.jobs;
	if (per_job < opt.max / SECTOR) {
		fprintf(stderr, "srptest io: %s is too small for %u jobs of %llu bytes\n", argv[optind], opt.jobs,
			(unsigned long long)opt.max);
		return 2;
	}
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
	sa.sa_handler = on_usr1;
	sigaction(SIGUSR1, &sa, NULL);
	start = now_us();
	opt.salt = start << 16 ^ (uint64_t)getpid();
	last_done_us = start;

	jobs = zeroed(opt.jobs, sizeof(*jobs));
	for (i = 0; i < opt.jobs; i++) {
		jobs[i].id = i;
		jobs[i].fd = fd;
		jobs[i].first = i * per_job;
		jobs[i].count = per_job;
		jobs[i].version = zeroed(per_job, sizeof(uint32_t));
		jobs[i].rng = opt.salt * 2654435761u + i + 1;
		jobs[i].buf = aligned_buffer(opt.max > 256 * SECTOR ? opt.max : 256 * SECTOR);
	}
	thread_start(&clock_thread, clock_main, &start);
	run_phase(jobs, job_main);
	/* Rates are those of the run, without the check of everything after it. */
	elapsed = now_us() - start;
	run_ios = reads + writes;
	run_bytes = bytes;
	stop = true;
	pthread_join(clock_thread, NULL);
	if (opt.final_check && (opt.keep_going || (!errors && !miscompares)))
		run_phase(jobs, check_main);
	if (opt.progress)
		write_progress(start);
	printf("reads=%llu writes=%llu mib=%llu errors=%llu miscompares=%llu max_ms=%llu stall_ms=%llu iops=%llu\n",
	       reads, writes, (unsigned long long)run_bytes >> 20, errors, miscompares, max_us / 1000, stall_us / 1000,
	       (unsigned long long)(elapsed ? run_ios * 1000000 / elapsed : 0));
	for (i = 0; i < opt.jobs; i++) {
		free(jobs[i].version);
		free(jobs[i].buf);
	}
	free(jobs);
	return miscompares || (errors && !opt.keep_going);
}
