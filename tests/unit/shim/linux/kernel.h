/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* User space stand-in for the kernel header of this name; for C sources only. */
#ifndef SHIM_LINUX_KERNEL_H
#define SHIM_LINUX_KERNEL_H

#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <linux/types.h>
#include <linux/build_bug.h>

#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)
#define noinline	__attribute__((noinline))
#define __printf(a, b)	__attribute__((format(printf, a, b)))

#define BIT(n)			(1ul << (n))
#define sizeof_field(type, f)	sizeof(((type *)0)->f)
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define ALIGN(x, a)		(((x) + (a) - 1) / (a) * (a))
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))

/* As in the kernel, mixed types are an error. */
#define SHIM_CMP(x, y, op) ({						\
	__typeof__(x) shim_x = (x);					\
	__typeof__(y) shim_y = (y);					\
	(void)(&shim_x == &shim_y);					\
	shim_x op shim_y ? shim_x : shim_y; })
#define min(x, y)		SHIM_CMP(x, y, <)
#define max(x, y)		SHIM_CMP(x, y, >)
#define min_t(type, x, y)	SHIM_CMP((type)(x), (type)(y), <)
#define max_t(type, x, y)	SHIM_CMP((type)(x), (type)(y), >)

/* Returns what was written, unlike vsnprintf(). */
static inline int vscnprintf(char *buf, size_t size, const char *fmt, va_list args)
{
	int len = vsnprintf(buf, size, fmt, args);

	if (len < 0 || size == 0)
		return 0;
	return (size_t)len < size ? len : (int)size - 1;
}

static inline __printf(3, 4) int scnprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vscnprintf(buf, size, fmt, args);
	va_end(args);
	return len;
}

/* Base 0 or 10, one trailing newline, nothing else. */
static inline int kstrtouint(const char *s, unsigned int base, unsigned int *res)
{
	unsigned long val;
	char *end;

	if (*s < '0' || *s > '9')
		return -EINVAL;
	errno = 0;
	val = strtoul(s, &end, base);
	if (*end == '\n')
		end++;
	if (*end)
		return -EINVAL;
	if (errno == ERANGE || val > UINT_MAX)
		return -ERANGE;
	*res = val;
	return 0;
}

/* One sign, base 0 or 10, one trailing newline, nothing else. */
static inline int kstrtoint(const char *s, unsigned int base, int *res)
{
	const char *digits = s + (*s == '-' || *s == '+');
	char *end;
	long val;

	if (*digits < '0' || *digits > '9')
		return -EINVAL;
	errno = 0;
	val = strtol(s, &end, base);
	if (errno == ERANGE)
		return -ERANGE;
	if (*end == '\n')
		end++;
	if (*end)
		return -EINVAL;
	if (val > INT_MAX || val < INT_MIN)
		return -ERANGE;
	*res = val;
	return 0;
}

#endif
