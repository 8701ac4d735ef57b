// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Writes to sysfs and the errors that they return, with a failing allocation if asked for. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "srptest.h"

enum { MAX_TEXT = 8192 };

static int put(const char *file, const char *text, size_t len)
{
	int fd = open(file, O_WRONLY | O_CLOEXEC);
	int err = 0;
	ssize_t n;

	if (fd < 0)
		return errno;
	n = write(fd, text, len);
	if (n < 0)
		err = errno;
	else if ((size_t)n != len)
		err = EIO;
	close(fd);
	return err;
}

int cmd_put(int argc, char **argv)
{
	int err;

	if (argc != 3) {
		fprintf(stderr, "usage: srptest put FILE STRING\n");
		return 2;
	}
	err = put(argv[1], argv[2], strlen(argv[2]));
	puts(errno_name(err));
	return err != 0;
}

/*
 * fail-nth of a task (Documentation/fault-injection of the kernel): a number N makes its N-th allocation fail. Reads as
 * 0 once that has happened, 0 ends it.
 */
static int fail_nth_write(int fd, const char *count)
{
	return pwrite(fd, count, strlen(count), 0) < 0 ? errno : 0;
}

/* Writes text to fd while the nth allocation fails; prints how that ended. */
static int put_failing(int fd, int fail, const char *text, const char *nth)
{
	char left[16] = "";
	int rest, err = 0;

	if (fail_nth_write(fail, nth)) {
		perror("fail-nth");
		return 2;
	}
	if (write(fd, text, strlen(text)) < 0)
		err = errno;
	rest = pread(fail, left, sizeof(left) - 1, 0) > 0 ? atoi(left) : 0;
	fail_nth_write(fail, "0");
	if (rest > 0)
		printf("%s untouched %d\n", errno_name(err), atoi(nth) - rest);
	else
		printf("%s injected\n", errno_name(err));
	return 0;
}

int cmd_nth(int argc, char **argv)
{
	int fd, fail, status = 2;

	if (argc != 4) {
		fprintf(stderr, "usage: srptest nth FILE STRING N\n");
		return 2;
	}
	fd = open(argv[1], O_WRONLY | O_CLOEXEC);
	if (fd < 0) {
		perror(argv[1]);
		return 2;
	}
	fail = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	if (fail < 0) {
		perror("fail-nth");
	} else {
		status = put_failing(fd, fail, argv[2], argv[3]);
		close(fail);
	}
	close(fd);
	return status;
}

/* In place: \n, \t, \\ and \xHH become what they stand for. Returns the length. */
static size_t unescape(char *text)
{
	char *in = text, *out = text, hex[3] = "";

	while (*in) {
		if (*in != '\\' || !in[1]) {
			*out++ = *in++;
			continue;
		}
		switch (in[1]) {
		case 'n':
			*out++ = '\n';
			break;
		case 't':
			*out++ = '\t';
			break;
		case 'x':
			if (in[2] && in[3]) {
				hex[0] = in[2];
				hex[1] = in[3];
				*out++ = (char)strtol(hex, NULL, 16);
				in += 2;
				break;
			}
			/* fall through */
		default:
			*out++ = in[1];
		}
		in += 2;
	}
	*out = '\0';
	return (size_t)(out - text);
}

/* One of the names in a list separated by '/'. */
static int expected(const char *list, const char *name)
{
	size_t len = strlen(name);
	const char *p = list;

	while (p) {
		if (!strncmp(p, name, len) && (p[len] == '/' || !p[len]))
			return 1;
		p = strchr(p, '/');
		if (p)
			p++;
	}
	return 0;
}

/*
 * Each line of the table is "EXPECTED|string"; "#" starts a comment line. Prints every string whose write returned
 * something else, then the counts.
 */
int cmd_table(int argc, char **argv)
{
	static char line[MAX_TEXT];
	unsigned int total = 0, wrong = 0;
	FILE *table;

	if (argc != 3) {
		fprintf(stderr, "usage: srptest table FILE TABLE\n");
		return 2;
	}
	table = fopen(argv[2], "r");
	if (!table) {
		perror(argv[2]);
		return 2;
	}
	while (fgets(line, sizeof(line), table)) {
		const char *got;
		char *text;
		size_t len;

		line[strcspn(line, "\n")] = '\0';
		text = strchr(line, '|');
		if (line[0] == '#' || !text)
			continue;
		*text++ = '\0';
		len = unescape(text);
		got = errno_name(put(argv[1], text, len));
		total++;
		if (expected(line, got))
			continue;
		wrong++;
		printf("expected %s, got %s: %s\n", line, got, text);
	}
	fclose(table);
	printf("strings=%u wrong=%u\n", total, wrong);
	return wrong != 0;
}
