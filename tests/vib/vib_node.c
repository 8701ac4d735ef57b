// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * What the fabric is made of: nodes. Start and end of the lower half.
 */
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "vib_lower.h"

/*
 * A locally administered EUI-64 that reads "vib"; below it the node's number and its ports'. It does not begin
 * with 02: such service ids the connection manager gives out itself, and ib_srpt listens on its adapter's GUID.
 */
#define GUID_BASE	0x0a76696200000000ull
#define GUID_SYSTEM	0xff	/* in place of a port */

static void free_node(struct vib_node *node)
{
	kvfree(node->lft);
	kvfree(node->mft);
	kvfree(node);
}

static int alloc_tables(struct vib_node *node)
{
	if (node->type != VIB_SWITCH)
		return 0;
	node->lft = kvmalloc(VIB_LFT_SIZE, GFP_KERNEL);
	node->mft = kvcalloc(VIB_MFT_LIDS, sizeof(*node->mft), GFP_KERNEL);
	if (!node->lft || !node->mft)
		return -ENOMEM;
	memset(node->lft, 0xff, VIB_LFT_SIZE);
	return 0;
}

struct vib_node *vib_node_create(enum vib_node_type type, u8 nports, const char *name)
{
	u64 guid = GUID_BASE + ((u64)(vib_node_count + 1) << 16);
	struct vib_node *node;
	int i;

	if (vib_node_count == VIB_MAX_NODES || nports > VIB_MAX_PORTS)
		return NULL;
	node = kvzalloc(sizeof(*node), GFP_KERNEL);
	if (!node)
		return NULL;
	node->type = type;
	node->index = vib_node_count;
	node->nports = nports;
	node->guid = cpu_to_be64(guid);
	node->sys_guid = cpu_to_be64(guid | GUID_SYSTEM);
	strscpy(node->name, name, sizeof(node->name));
	strscpy(node->desc, name, sizeof(node->desc));
	if (alloc_tables(node)) {
		free_node(node);
		return NULL;
	}
	for (i = 0; i <= nports; i++) {
		node->ports[i].node = node;
		node->ports[i].num = i;
		vib_fabric_init_port(&node->ports[i]);
		vib_trap_init_port(&node->ports[i]);
		vib_port_reset(&node->ports[i]);
	}
	vib_nodes[vib_node_count++] = node;
	return node;
}

int vib_fabric_start(const struct vib_hca_ops *ops)
{
	vib_ops = ops;
	return vib_fabric_open();
}

void vib_fabric_destroy(void)
{
	vib_trap_stop();
	vib_fabric_close();
	while (vib_node_count)
		free_node(vib_nodes[--vib_node_count]);
}
