// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What the benchmarks run in the guest:
 *
 *	srpbench io [options] DEVICE	random direct reads or writes of one size; prints a line of key=value pairs
 *	srpbench out			copies standard input to QEMU's debug console, which is much faster than a serial line
 *	srpbench watch DEVICE FILE	one read after the other until SIGTERM; appends a line "BEGIN END" (ms since boot) to FILE whenever
 *					no read was completed for more than 50 ms
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <linux/fs.h>

#include "mark.h"

#define DEBUG_CONSOLE	0xe9
#define STALL_NS	50000000
#define BUCKETS		16384
#define BUCKET_NS	10000	/* longer latencies than their product go to the last bucket */

struct job {
	pthread_t thread;
	uint64_t rng, ios, ns;
	unsigned int latency[BUCKETS];
};

static struct {
	unsigned int size, depth, jobs;
	double seconds;
	uint64_t ios, warmup;
	bool write, marks;
	int fd;
	uint64_t blocks;
} opt = { .size = 4096, .depth = 1, .jobs = 1, .seconds = 2, .warmup = 100 };

static atomic_bool stop;

static void die(const char *what)
{
	fprintf(stderr, "srpbench: %s: %s\n", what, strerror(errno));
	exit(1);
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000000000 + (uint64_t)ts.tv_nsec;
}

static uint64_t rng_next(uint64_t *x)
{
	*x ^= *x << 13;
	*x ^= *x >> 7;
	*x ^= *x << 17;
	return *x;
}

static void submit(aio_context_t ctx, struct job *j, struct iocb *cb)
{
	cb->aio_offset = (int64_t)(rng_next(&j->rng) % opt.blocks * opt.size);
	cb->aio_data = now_ns();
	if (syscall(SYS_io_submit, ctx, 1, &cb) != 1)
		die("io_submit");
}

static uint64_t reap(aio_context_t ctx, struct io_event *ev)
{
	long n = syscall(SYS_io_getevents, ctx, 1, (long)opt.depth, ev, NULL);
	long i;

	if (n < 1)
		die("io_getevents");
	for (i = 0; i < n; i++)
		if (ev[i].res != (int64_t)opt.size) {
			errno = ev[i].res < 0 ? (int)-ev[i].res : EIO;
			die("I/O");
		}
	return (uint64_t)n;
}

static void account(struct job *j, uint64_t began)
{
	uint64_t b = (now_ns() - began) / BUCKET_NS;

	j->latency[b < BUCKETS ? b : BUCKETS - 1]++;
}

static void *job_main(void *arg)
{
	struct job *j = arg;
	struct iocb *cbs = calloc(opt.depth, sizeof(*cbs));
	struct io_event *ev = calloc(opt.depth, sizeof(*ev));
	aio_context_t ctx = 0;
	uint64_t done, inflight = 0, n, i, start;
	enum { WARM_UP, MEASURE, DRAIN } phase = WARM_UP;
	void *buf;

	if (!cbs || !ev || posix_memalign(&buf, 4096, (size_t)opt.depth * opt.size))
		die("memory");
	memset(buf, 0x5a, (size_t)opt.depth * opt.size);
	if (syscall(SYS_io_setup, opt.depth, &ctx))
		die("io_setup");
	for (i = 0; i < opt.depth; i++) {
		cbs[i].aio_lio_opcode = opt.write ? IOCB_CMD_PWRITE : IOCB_CMD_PREAD;
		cbs[i].aio_fildes = (uint32_t)opt.fd;
		cbs[i].aio_buf = (uintptr_t)buf + i * opt.size;
		cbs[i].aio_nbytes = opt.size;
		submit(ctx, j, &cbs[i]);
		inflight++;
	}
	start = now_ns();
	for (done = 0; inflight; ) {
		n = reap(ctx, ev);
		for (i = 0; i < n; i++) {
			done++;
			if (phase == MEASURE)
				account(j, ev[i].data);
			if (phase == WARM_UP && done >= opt.warmup) {
				phase = MEASURE;
				done = 0;
				if (opt.marks)
					mark(MARK_BEGIN);
				start = now_ns();
			} else if (phase == MEASURE && (stop || done == opt.ios)) {
				/* As many are on their way as at the beginning. */
				if (opt.marks)
					mark(MARK_END);
				phase = DRAIN;
				j->ns = now_ns() - start;
				j->ios = done;
			}
			if (phase == DRAIN)
				inflight--;
			else
				submit(ctx, j, (struct iocb *)(uintptr_t)ev[i].obj);
		}
	}
	syscall(SYS_io_destroy, ctx);
	return NULL;
}

static double percentile_us(struct job *jobs, double part)
{
	uint64_t total = 0, sum = 0;
	unsigned int b, i;

	for (i = 0; i < opt.jobs; i++)
		for (b = 0; b < BUCKETS; b++)
			total += jobs[i].latency[b];
	for (b = 0; b < BUCKETS; b++) {
		for (i = 0; i < opt.jobs; i++)
			sum += jobs[i].latency[b];
		if ((double)sum >= (double)total * part)
			break;
	}
	return (b + 0.5) * BUCKET_NS / 1000;
}

static int cmd_io(int argc, char **argv)
{
	uint64_t bytes, ios = 0;
	double iops = 0;
	struct job *jobs;
	unsigned int i;
	int c;

	while ((c = getopt(argc, argv, "b:q:j:t:n:wM")) != -1) {
		switch (c) {
		case 'b': opt.size = (unsigned int)strtoul(optarg, NULL, 0); break;
		case 'q': opt.depth = (unsigned int)strtoul(optarg, NULL, 0); break;
		case 'j': opt.jobs = (unsigned int)strtoul(optarg, NULL, 0); break;
		case 't': opt.seconds = strtod(optarg, NULL); break;
		case 'n': opt.ios = strtoull(optarg, NULL, 0); break;
		case 'w': opt.write = true; break;
		case 'M': opt.marks = true; break;
		default: return 2;
		}
	}
	if (optind + 1 != argc || !opt.size || !opt.depth || !opt.jobs)
		return 2;
	opt.fd = open(argv[optind], O_RDWR | O_DIRECT | O_CLOEXEC);
	if (opt.fd < 0 || ioctl(opt.fd, BLKGETSIZE64, &bytes))
		die(argv[optind]);
	opt.blocks = bytes / opt.size;
	jobs = calloc(opt.jobs, sizeof(*jobs));
	if (!jobs)
		die("memory");
	for (i = 0; i < opt.jobs; i++) {
		jobs[i].rng = 88172645463325252ull + i;
		if (pthread_create(&jobs[i].thread, NULL, job_main, &jobs[i]))
			die("thread");
	}
	if (!opt.ios) {
		usleep((useconds_t)(opt.seconds * 1000000));
		stop = true;
	}
	for (i = 0; i < opt.jobs; i++) {
		pthread_join(jobs[i].thread, NULL);
		ios += jobs[i].ios;
		iops += (double)jobs[i].ios * 1e9 / (double)jobs[i].ns;
	}
	printf("ios=%llu iops=%.0f p50_us=%.0f p99_us=%.0f\n", (unsigned long long)ios, iops, percentile_us(jobs, 0.5),
	       percentile_us(jobs, 0.99));
	free(jobs);
	return 0;
}

static int cmd_out(void)
{
	static unsigned char buf[65536];
	ssize_t n;

	if (ioperm(DEBUG_CONSOLE, 1, 1))
		die("ioperm");
	while ((n = read(0, buf, sizeof(buf))) > 0)
		outsb(DEBUG_CONSOLE, buf, (unsigned long)n);
	return 0;
}

static void on_term(int sig)
{
	(void)sig;
	stop = true;
}

static int cmd_watch(const char *device, const char *log)
{
	struct sigaction sa = { .sa_handler = on_term };
	uint64_t rng = 88172645463325252ull, bytes, last, now;
	void *buf;
	FILE *f;
	int fd;

	fd = open(device, O_RDONLY | O_DIRECT | O_CLOEXEC);
	if (fd < 0 || ioctl(fd, BLKGETSIZE64, &bytes))
		die(device);
	f = fopen(log, "w");
	if (!f || posix_memalign(&buf, 4096, 4096))
		die(log);
	setvbuf(f, NULL, _IOLBF, 0);
	sigaction(SIGTERM, &sa, NULL);
	for (last = now_ns(); !stop; last = now) {
		if (pread(fd, buf, 4096, (off_t)(rng_next(&rng) % (bytes / 4096) * 4096)) != 4096)
			die("read");
		now = now_ns();
		if (now - last > STALL_NS)
			fprintf(f, "%llu %llu\n", (unsigned long long)last / 1000000, (unsigned long long)now / 1000000);
	}
	fclose(f);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "io"))
		return cmd_io(argc - 1, argv + 1);
	if (argc > 1 && !strcmp(argv[1], "out"))
		return cmd_out();
	if (argc == 4 && !strcmp(argv[1], "watch"))
		return cmd_watch(argv[2], argv[3]);
	fprintf(stderr, "usage: srpbench io [-b BYTES] [-q DEPTH] [-j JOBS] [-t SECONDS | -n IOS] [-w] [-M] DEVICE\n"
		"       srpbench out\n"
		"       srpbench watch DEVICE FILE\n");
	return 2;
}
