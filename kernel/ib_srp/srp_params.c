// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Module parameters and their validation; the only mutable file-scope state. */
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <linux/scatterlist.h>
#include <scsi/scsi.h>
#include <scsi/scsi_host.h>
#include "srp_log.h"
#include "srp_params.h"

#define SRP_DEFAULT_CMD_SG_ENTRIES	12
#define SRP_DEFAULT_MAX_IMM_DATA	8192
/* Every command of every channel has a buffer of that size. */
#define SRP_MAX_IMM_DATA		65536u

static unsigned int srp_sg_tablesize;
module_param(srp_sg_tablesize, uint, 0444);
MODULE_PARM_DESC(srp_sg_tablesize, "Deprecated name for cmd_sg_entries");

static unsigned int cmd_sg_entries;
module_param(cmd_sg_entries, uint, 0444);
MODULE_PARM_DESC(cmd_sg_entries,
		 "Default number of gather/scatter entries in the SRP command (default is 12, max 255)");

static unsigned int indirect_sg_entries;
module_param(indirect_sg_entries, uint, 0444);
MODULE_PARM_DESC(indirect_sg_entries,
		 "Default max number of gather/scatter entries (default is cmd_sg_entries, max is "
		 __stringify(SG_MAX_SEGMENTS) ")");

static bool allow_ext_sg;
module_param(allow_ext_sg, bool, 0444);
MODULE_PARM_DESC(allow_ext_sg,
		 "Default behavior when there are more than cmd_sg_entries S/G entries after mapping; fails the request when false (default false)");

static int topspin_workarounds = 1;
module_param(topspin_workarounds, int, 0444);
MODULE_PARM_DESC(topspin_workarounds,
		 "Enable workarounds for Topspin/Cisco SRP target bugs if != 0");

bool srp_param_register_always = true;
module_param_named(register_always, srp_param_register_always, bool, 0444);
MODULE_PARM_DESC(register_always,
		 "Use memory registration even for contiguous memory regions (default true)");

bool srp_param_never_register;
module_param_named(never_register, srp_param_never_register, bool, 0444);
MODULE_PARM_DESC(never_register,
		 "Never register memory; the target may then access all memory (default false)");

static bool use_imm_data = true;
module_param(use_imm_data, bool, 0644);
MODULE_PARM_DESC(use_imm_data,
		 "Whether or not to request permission to use immediate data during SRP login (default true)");

static unsigned int max_imm_data = SRP_DEFAULT_MAX_IMM_DATA;
module_param(max_imm_data, uint, 0644);
MODULE_PARM_DESC(max_imm_data, "Maximum immediate data size in bytes (default 8192, max 65536)");

unsigned int srp_param_ch_count;
module_param_named(ch_count, srp_param_ch_count, uint, 0444);
MODULE_PARM_DESC(ch_count,
		 "Number of RDMA channels to use for communication with an SRP target. 0 (default) means the maximum of four times the number of NUMA nodes and the number of completion vectors, but not more than the number of CPUs.");

bool srp_param_topspin_workarounds;

/* --- time-outs ------------------------------------------------------------ */

struct srp_tmo srp_param_tmo = {
	.reconnect_delay = 10,
	.fast_io_fail = 15,
	.dev_loss = 600,
};

/* @kp->arg points at the member of srp_param_tmo. */
static int srp_tmo_param_get(char *buf, const struct kernel_param *kp)
{
	int len = srp_tmo_format(buf, PAGE_SIZE - 1, *(int *)kp->arg);

	buf[len++] = '\n';
	buf[len] = '\0';
	return len;
}

/* Checked against the current values of the other two. */
static int srp_tmo_param_set(const char *val, const struct kernel_param *kp)
{
	struct srp_tmo tmo = srp_param_tmo;
	ptrdiff_t offset = (char *)kp->arg - (char *)&srp_param_tmo;
	int secs, ret;

	ret = srp_tmo_parse(val, &secs);
	if (ret) {
		pr_err(SRP_PFX "%s: '%s' is neither a number of seconds nor off\n",
		       kp->name, val);
		return ret;
	}
	*(int *)((char *)&tmo + offset) = secs;
	ret = srp_check_module_tmo(&tmo);
	if (ret)
		return ret;
	*(int *)kp->arg = secs;
	return 0;
}

static const struct kernel_param_ops srp_tmo_param_ops = {
	.get = srp_tmo_param_get,
	.set = srp_tmo_param_set,
};

module_param_cb(reconnect_delay, &srp_tmo_param_ops, &srp_param_tmo.reconnect_delay, 0644);
MODULE_PARM_DESC(reconnect_delay,
		 "Time between successive reconnect attempts, in seconds or off (default 10)");

module_param_cb(fast_io_fail_tmo, &srp_tmo_param_ops, &srp_param_tmo.fast_io_fail, 0644);
MODULE_PARM_DESC(fast_io_fail_tmo,
		 "Seconds between the observation of a transport layer error and failing all I/O; off disables this (default 15)");

module_param_cb(dev_loss_tmo, &srp_tmo_param_ops, &srp_param_tmo.dev_loss, 0644);
MODULE_PARM_DESC(dev_loss_tmo,
		 "Seconds between the observation of a transport layer error and removing the SCSI host; off disables this (default 600)");

/* --- derived -------------------------------------------------------------- */

unsigned int srp_param_imm_data(void)
{
	unsigned int max = READ_ONCE(max_imm_data);

	if (max > SRP_MAX_IMM_DATA) {
		pr_warn_once(SRP_PFX "Clamping max_imm_data to %u\n", SRP_MAX_IMM_DATA);
		max = SRP_MAX_IMM_DATA;
	}
	return READ_ONCE(use_imm_data) ? max : 0;
}

void srp_param_option_defaults(struct srp_option_defaults *def)
{
	*def = (struct srp_option_defaults) {
		.cmd_sg_entries = cmd_sg_entries,
		.sg_tablesize = indirect_sg_entries,
		.max_sg_tablesize = SG_MAX_SEGMENTS,
		.allow_ext_sg = allow_ext_sg,
	};
}

void srp_params_init(void)
{
	if (srp_sg_tablesize) {
		pr_warn(SRP_PFX "srp_sg_tablesize is deprecated, please use cmd_sg_entries\n");
		if (!cmd_sg_entries)
			cmd_sg_entries = srp_sg_tablesize;
	}
	if (!cmd_sg_entries)
		cmd_sg_entries = SRP_DEFAULT_CMD_SG_ENTRIES;
	if (cmd_sg_entries > SRP_MAX_CMD_SG_ENTRIES) {
		pr_warn(SRP_PFX "Clamping cmd_sg_entries to %u\n", SRP_MAX_CMD_SG_ENTRIES);
		cmd_sg_entries = SRP_MAX_CMD_SG_ENTRIES;
	}
	if (!indirect_sg_entries) {
		indirect_sg_entries = cmd_sg_entries;
	} else if (indirect_sg_entries < cmd_sg_entries) {
		pr_warn(SRP_PFX "Bumping up indirect_sg_entries to match cmd_sg_entries (%u)\n",
			cmd_sg_entries);
		indirect_sg_entries = cmd_sg_entries;
	}
	if (indirect_sg_entries > SG_MAX_SEGMENTS) {
		pr_warn(SRP_PFX "Clamping indirect_sg_entries to %u\n",
			(unsigned int)SG_MAX_SEGMENTS);
		indirect_sg_entries = SG_MAX_SEGMENTS;
	}
	srp_param_topspin_workarounds = topspin_workarounds != 0;
}
