// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Parameters, topology, init and exit. */
#include <linux/module.h>
#include <linux/slab.h>

#include "vib_verbs.h"

static unsigned int hcas = 2;
module_param(hcas, uint, 0444);
MODULE_PARM_DESC(hcas, "number of HCAs (default: 2)");

static unsigned int ports = 2;
module_param(ports, uint, 0444);
MODULE_PARM_DESC(ports, "ports of each HCA (default: 2)");

static char *topology = "switch";
module_param(topology, charp, 0444);
MODULE_PARM_DESC(topology,
		 "switch: one switch for all ports (default); two: odd ports at one switch, even ones at another, not connected; "
		 "b2b: ports of vib0 to those of vib1, of vib2 to those of vib3...");

static char *cables;
module_param(cables, charp, 0444);
MODULE_PARM_DESC(cables, "instead of topology: a list like vib0:1-sw0:1,vib1:1-sw0:2");

static unsigned int switches;
module_param(switches, uint, 0444);
MODULE_PARM_DESC(switches, "number of switches for cables (default: 0)");

module_param_named(strict, vib_knobs.strict, bool, 0444);
MODULE_PARM_DESC(strict, "poison what is undefined, refuse an R_Key for all memory (default: Y)");
module_param_named(global_rkey, vib_knobs.global_rkey, bool, 0444);
MODULE_PARM_DESC(global_rkey, "allow an R_Key for all memory in strict mode too");
module_param_named(sg_gaps, vib_knobs.sg_gaps, bool, 0444);
MODULE_PARM_DESC(sg_gaps, "registrations may have gaps between their elements (default: N)");
module_param_named(no_fast_reg, vib_knobs.no_fast_reg, bool, 0444);
MODULE_PARM_DESC(no_fast_reg, "the HCAs cannot register memory by work requests (default: N)");

/* ---- topologies ----------------------------------------------------------------------------------------- */

static int plug(struct vib_node *a, unsigned int a_port, struct vib_node *b, unsigned int b_port)
{
	if (!a || !b || !a_port || !b_port || a_port > a->nports || b_port > b->nports)
		return -EINVAL;
	return vib_cable_plug(&a->ports[a_port], &b->ports[b_port]);
}

static struct vib_node *nth(const char *prefix, unsigned int n)
{
	char name[16];

	snprintf(name, sizeof(name), "%s%u", prefix, n);
	return vib_node_by_name(name);
}

/* Port p of every HCA goes to switch (p - 1) modulo the number of switches. */
static int plug_star(unsigned int nswitches)
{
	unsigned int next[2] = { 1, 1 }, h, p, sw;
	int ret;

	for (h = 0; h < hcas; h++) {
		for (p = 1; p <= ports; p++) {
			sw = (p - 1) % nswitches;
			ret = plug(nth("vib", h), p, nth("sw", sw), next[sw]++);
			if (ret)
				return ret;
		}
	}
	return 0;
}

static int plug_one(void) { return plug_star(1); }
static int plug_two(void) { return plug_star(2); }

static int plug_b2b(void)
{
	unsigned int h, p;
	int ret;

	for (h = 0; h + 1 < hcas; h += 2) {
		for (p = 1; p <= ports; p++) {
			ret = plug(nth("vib", h), p, nth("vib", h + 1), p);
			if (ret)
				return ret;
		}
	}
	return 0;
}

static int plug_end(char *text, struct vib_node **node, unsigned int *port)
{
	char *name = strsep(&text, ":");

	*node = vib_node_by_name(name);
	return *node && text && !kstrtouint(text, 10, port) ? 0 : -EINVAL;
}

static int plug_list(const char *list)
{
	char *copy = kstrdup(list, GFP_KERNEL), *rest = copy, *cable, *end;
	unsigned int a_port, b_port;
	struct vib_node *a, *b;
	int ret = copy ? 0 : -ENOMEM;

	while (!ret && (cable = strsep(&rest, ","))) {
		if (!*cable)
			continue;
		pr_debug("vib: cable %s\n", cable);
		end = strsep(&cable, "-");
		if (!cable || plug_end(end, &a, &a_port) || plug_end(cable, &b, &b_port))
			ret = -EINVAL;
		else
			ret = plug(a, a_port, b, b_port);
		if (ret)
			pr_err("vib: bad cable %s in parameter cables\n", end);
	}
	kfree(copy);
	return ret;
}

static const struct topology {
	const char *name;
	unsigned int switches;
	int (*plug)(void);
} topologies[] = {
	{ "switch", 1, plug_one },
	{ "two", 2, plug_two },
	{ "b2b", 0, plug_b2b },
};

static const struct topology *find_topology(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(topologies); i++)
		if (sysfs_streq(topology, topologies[i].name))
			return &topologies[i];
	return NULL;
}

static int make_nodes(enum vib_node_type type, unsigned int count, unsigned int nports, const char *name)
{
	unsigned int i;
	char full[16];

	for (i = 0; i < count; i++) {
		snprintf(full, sizeof(full), "%s%u", name, i);
		if (!vib_node_create(type, nports, full))
			return -ENOMEM;
	}
	return 0;
}

static int build(const struct topology *t)
{
	int ret;

	ret = make_nodes(VIB_CA, hcas, ports, "vib");
	if (!ret)
		ret = make_nodes(VIB_SWITCH, cables ? switches : t->switches, VIB_MAX_PORTS, "sw");
	if (!ret)
		ret = cables ? plug_list(cables) : t->plug();
	return ret;
}

/* ---- init and exit -------------------------------------------------------------------------------------- */

static void remove_hcas(void)
{
	unsigned int h;

	for (h = 0; h < hcas; h++)
		vib_hca_remove(nth("vib", h));
}

static int __init vib_init(void)
{
	const struct topology *t = find_topology();
	unsigned int h, nswitches;
	int ret;

	nswitches = cables ? switches : t ? t->switches : 0;
	if (!t || !hcas || !ports || ports > VIB_MAX_PORTS || hcas > VIB_MAX_NODES || nswitches > VIB_MAX_NODES - hcas) {
		pr_err("vib: bad parameters: hcas=%u ports=%u switches=%u topology=%s\n", hcas, ports, switches, topology);
		return -EINVAL;
	}
	ret = vib_fabric_start(&vib_hca_fabric_ops);
	if (ret)
		return ret;
	ret = build(t);
	if (ret)
		goto destroy_fabric;
	for (h = 0; h < hcas && !ret; h++)
		ret = vib_hca_add(nth("vib", h));
	if (ret)
		goto remove;
	vib_debugfs_create();
	return 0;

remove:
	remove_hcas();
destroy_fabric:
	vib_fabric_destroy();
	return ret;
}

static void __exit vib_exit(void)
{
	vib_debugfs_remove();
	/* Rules that hold packets back must not delay the goodbyes. */
	vib_fault_clear();
	remove_hcas();
	vib_fabric_destroy();
}

module_init(vib_init);
module_exit(vib_exit);

MODULE_DESCRIPTION("Virtual InfiniBand fabric for tests");
MODULE_LICENSE("Dual BSD/GPL");
