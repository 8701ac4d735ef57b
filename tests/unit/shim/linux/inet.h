/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * User space stand-in for the kernel header of this name. The kernel's functions can
 * stop early and report where; these know only all or nothing.
 */
#ifndef SHIM_LINUX_INET_H
#define SHIM_LINUX_INET_H

#include <arpa/inet.h>
#include <string.h>
#include <linux/types.h>

static inline int shim_pton(int family, const char *src, int srclen, __u8 *dst, const char **end)
{
	char text[INET6_ADDRSTRLEN + 1];

	*end = src + srclen;
	if (srclen < 0 || (size_t)srclen >= sizeof(text) || memchr(src, '\0', srclen))
		return 0;
	memcpy(text, src, srclen);
	text[srclen] = '\0';
	return inet_pton(family, text, dst) == 1;
}

static inline int in4_pton(const char *src, int srclen, __u8 *dst, int delim, const char **end)
{
	(void)delim;
	return shim_pton(AF_INET, src, srclen, dst, end);
}

static inline int in6_pton(const char *src, int srclen, __u8 *dst, int delim, const char **end)
{
	(void)delim;
	return shim_pton(AF_INET6, src, srclen, dst, end);
}

#endif
