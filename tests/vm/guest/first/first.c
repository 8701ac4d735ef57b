// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * First process on kernels before 3.2, which the C library of the guest's programs refuses: without any library it loads
 * vm_newer.ko, after which the kernel looks newer, and becomes /init.
 */
#include <asm/unistd.h>
#include <fcntl.h>

static long call(long nr, const void *a, const void *b, const void *c)
{
	long ret;

	__asm__ volatile("syscall" : "=a"(ret) : "a"(nr), "D"(a), "S"(b), "d"(c) : "rcx", "r11", "memory");
	return ret;
}

/* Only called by the code below. */
__attribute__((used)) static void run(char **arg)
{
	static char module[1 << 20];
	char **env = arg;
	long fd, n, len = 0;

	while (*env++)
		;
	fd = call(__NR_open, "/vm_newer.ko", (void *)O_RDONLY, 0);
	while ((n = call(__NR_read, (void *)fd, module + len, (void *)(sizeof(module) - len))) > 0)
		len += n;
	call(__NR_init_module, module, (void *)len, "");
	call(__NR_execve, "/init", arg, env);
	call(__NR_exit, (void *)1, 0, 0);
}

/* The stack has the number of arguments, then the arguments. */
__asm__(".globl _start\n_start:\n\tlea 8(%rsp), %rdi\n\tand $-16, %rsp\n\tcall run\n");
