// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * srp_peer: an SRP target for tests only. By default a correct one that serves RAM disks at the addresses it is told to listen on;
 * a script makes it do what a correct target never does (peer_script.h, peer_ports.h).
 *
 * Calls go down only:
 *
 *	peer_main	init and exit
 *	peer_ports	ports, files in debugfs
 *	peer_cm_rdma, peer_cm_ib	listening and connections
 *	peer_login	what to answer to a login
 *	peer_iu		what arrives
 *	peer_cmd, peer_tm	commands, task management
 *	peer_job	one request and its answer
 *	peer_act	what the target sends and does on its own
 *	peer_ch		queue pair, posting, RDMA, the end of a channel
 *	peer_scsi	RAM disks
 *	peer_script	rules, damaged information units
 *	peer_buf	buffers
 */
#include <linux/module.h>
#include "peer_ch.h"
#include "peer_cm.h"
#include "peer_ports.h"
#include "peer_scsi.h"

static unsigned int disk_mib = 32;
module_param(disk_mib, uint, 0444);
MODULE_PARM_DESC(disk_mib, "size of each disk in MiB");

static int __init peer_init(void)
{
	int ret;

	if (!disk_mib || disk_mib > 1024)
		return -EINVAL;
	ret = peer_disks_create(disk_mib);
	if (ret)
		goto destroy_disks;
	ret = peer_ch_wq_init();
	if (ret)
		goto destroy_disks;
	ret = peer_cm_ib_init();
	if (ret)
		goto exit_wq;
	ret = peer_ports_init();
	if (ret)
		goto exit_cm;
	return 0;

exit_cm:
	peer_cm_ib_exit();
exit_wq:
	peer_ch_wq_exit();
destroy_disks:
	peer_disks_destroy();
	return ret;
}

static void __exit peer_exit(void)
{
	peer_ports_exit();
	peer_cm_ib_exit();
	peer_ch_wq_exit();
	peer_disks_destroy();
}

module_init(peer_init);
module_exit(peer_exit);
MODULE_DESCRIPTION("scripted SRP target, for tests only");
MODULE_LICENSE("Dual BSD/GPL");
