// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * /sys/kernel/debug/vib: what tests do to the fabric, and what they read from it.
 *
 * Files for commands take one line each; a node is vib0, vib1... (HCAs) or sw0... (switches):
 *	link		NODE PORT up|down|cut|heal	the cable; cut: what the port sends vanishes while the link stays up
 *	port		NODE PORT disable|reset		the port's physical state
 *	freeze		NODE PORT 0|1			packets that arrive wait
 *	smlid		NODE PORT LID			and IB_EVENT_SM_CHANGE
 *	pkey		NODE PORT INDEX VALUE		and IB_EVENT_PKEY_CHANGE
 *	qp_err		NODE QPN|all			to the error state, with IB_EVENT_QP_FATAL
 *	cq_overflow	NODE				completion queues besides those for MADs are overrun at their next completion
 *	fatal		NODE				IB_EVENT_DEVICE_FATAL
 *	no_flush	NODE 0|1			connections in the error state complete nothing
 *	refuse		NODE CALL N			the N-th such call from now on fails with ENOMEM; 0: none (calls: see do_refuse())
 *	hca_remove, hca_add	NODE			as if pulled out and put in; returns when it is done
 *	rules		see vib_fault.c; reading lists them
 *	trace		writing anything empties it
 * objects lists ports, queue pairs, regions and completion queues. The other files are the knobs of struct vib_knobs.
 */
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "vib_verbs.h"

#define VIB_LINE	256
#define VIB_WORDS	6

static struct dentry *vib_dir;

/* ---- names ---------------------------------------------------------------------------------------------- */

struct vib_node *vib_node_by_name(const char *name)
{
	int i;

	for (i = 0; i < vib_node_count; i++)
		if (!strcmp(vib_nodes[i]->name, name))
			return vib_nodes[i];
	return NULL;
}

/* ---- commands ------------------------------------------------------------------------------------------- */

struct word_request {
	struct vib_node *node;
	struct vib_port *port;		/* if the command wants one */
	char **argv;			/* words after those, as many as the command wants */
};

/* What a port may be told, by word. */
struct port_word {
	const char *word;
	int (*fn)(struct vib_port *port);
};

static int do_word(const struct word_request *r, const struct port_word *words)
{
	for (; words->word; words++) {
		if (strcmp(words->word, r->argv[0]))
			continue;
		return words->fn(r->port);
	}
	return -EINVAL;
}

static int link_up(struct vib_port *port) { return vib_cable_set(port, true); }
static int link_down(struct vib_port *port) { return vib_cable_set(port, false); }

static int link_loses(struct vib_port *port, bool loses)
{
	spin_lock_irq(&vib_fabric_lock);
	port->cable_cut_tx = loses;
	spin_unlock_irq(&vib_fabric_lock);
	return 0;
}

static int link_cut(struct vib_port *port) { return link_loses(port, true); }
static int link_heal(struct vib_port *port) { return link_loses(port, false); }

static int do_link(const struct word_request *r)
{
	static const struct port_word words[] = {
		{ "up", link_up }, { "down", link_down }, { "cut", link_cut }, { "heal", link_heal }, {}
	};

	return do_word(r, words);
}

static int port_disable(struct vib_port *port)
{
	vib_port_set_phys(port, IB_PORT_PHYS_STATE_DISABLED);
	return 0;
}

static int port_reset(struct vib_port *port)
{
	vib_port_set_phys(port, IB_PORT_PHYS_STATE_POLLING);
	return 0;
}

static int do_port(const struct word_request *r)
{
	static const struct port_word words[] = { { "disable", port_disable }, { "reset", port_reset }, {} };

	return do_word(r, words);
}

static int do_freeze(const struct word_request *r)
{
	bool frozen;
	int ret = kstrtobool(r->argv[0], &frozen);

	if (!ret)
		vib_port_freeze(r->port, frozen);
	return ret;
}

struct port_event {
	enum ib_event_type event;
	u8 port;
};

static int raise_event(struct vib_hca *hca, void *arg)
{
	const struct port_event *e = arg;

	vib_hca_event(hca, e->event, e->port);
	return 0;
}

static int do_smlid(const struct word_request *r)
{
	struct port_event e = { IB_EVENT_SM_CHANGE, r->port->num };
	u16 lid;
	int ret = kstrtou16(r->argv[0], 0, &lid);

	if (ret)
		return ret;
	spin_lock_irq(&vib_fabric_lock);
	r->port->s.sm_lid = lid;
	spin_unlock_irq(&vib_fabric_lock);
	return vib_hca_with(r->node, raise_event, &e);
}

static int do_pkey(const struct word_request *r)
{
	struct port_event e = { IB_EVENT_PKEY_CHANGE, r->port->num };
	u16 index, pkey;

	if (kstrtou16(r->argv[0], 0, &index) || kstrtou16(r->argv[1], 0, &pkey) || index >= VIB_PKEYS)
		return -EINVAL;
	spin_lock_irq(&vib_fabric_lock);
	r->port->s.pkeys[index] = pkey;
	spin_unlock_irq(&vib_fabric_lock);
	return vib_hca_with(r->node, raise_event, &e);
}

static int qp_fail(struct vib_hca *hca, void *arg)
{
	unsigned long *wanted = arg, qpn;
	struct vib_qp *qp;
	int ret = -ENOENT;

	vib_table_lock_irq(&hca->qps);
	vib_table_for_each(&hca->qps, qpn, qp) {
		if (*wanted && *wanted != qpn)
			continue;
		vib_qp_error(qp);
		vib_qp_event(qp, IB_EVENT_QP_FATAL);
		ret = 0;
	}
	vib_table_unlock_irq(&hca->qps);
	return ret;
}

static int do_qp_err(const struct word_request *r)
{
	unsigned long qpn = 0;

	if (strcmp(r->argv[0], "all") && (kstrtoul(r->argv[0], 0, &qpn) || qpn < 2))
		return -EINVAL;
	return vib_hca_with(r->node, qp_fail, &qpn);
}

/* The kernel's MAD layer cannot recover from the loss of its completion queues; nor can it from that of an HCA's. */
static bool is_for_mads(struct vib_hca *hca, const struct vib_cq *cq)
{
	bool found = false;
	int port, num;

	lockdep_assert_held(&hca->cq_lock);	/* interrupts are off */
	vib_table_lock(&hca->qps);
	for (port = 1; port <= hca->node->nports; port++)
		for (num = 0; num < 2; num++)
			if (hca->special[port][num])
				found |= hca->special[port][num]->ib.send_cq == &cq->ib || hca->special[port][num]->ib.recv_cq == &cq->ib;
	vib_table_unlock(&hca->qps);
	return found;
}

static int cq_overflow(struct vib_hca *hca, void *arg)
{
	struct vib_cq *cq;

	spin_lock_irq(&hca->cq_lock);
	list_for_each_entry(cq, &hca->cqs, entry) {
		if (is_for_mads(hca, cq))
			continue;
		spin_lock(&cq->lock);
		cq->capacity = 0;
		spin_unlock(&cq->lock);
	}
	spin_unlock_irq(&hca->cq_lock);
	return 0;
}

static int do_cq_overflow(const struct word_request *r)
{
	return vib_hca_with(r->node, cq_overflow, NULL);
}

static int do_fatal(const struct word_request *r)
{
	struct port_event e = { IB_EVENT_DEVICE_FATAL, 1 };

	return vib_hca_with(r->node, raise_event, &e);
}

/* What was kept is flushed when the fault ends. */
static int set_no_flush(struct vib_hca *hca, void *arg)
{
	const bool *on = arg;
	unsigned long qpn;
	struct vib_qp *qp;

	WRITE_ONCE(hca->no_flush, *on);
	vib_table_lock_irq(&hca->qps);
	vib_table_for_each(&hca->qps, qpn, qp)
		queue_work(hca->wq, &qp->engine);
	vib_table_unlock_irq(&hca->qps);
	return 0;
}

static int do_no_flush(const struct word_request *r)
{
	bool on;
	int ret = kstrtobool(r->argv[0], &on);

	return ret ? ret : vib_hca_with(r->node, set_no_flush, &on);
}

struct refusal {
	enum vib_call call;
	int nth;
};

static int set_refusal(struct vib_hca *hca, void *arg)
{
	const struct refusal *refusal = arg;

	atomic_set(&hca->refuse[refusal->call], refusal->nth);
	return 0;
}

static int do_refuse(const struct word_request *r)
{
	static const char *const names[VIB_CALLS] = {
		[VIB_ALLOC_PD] = "alloc_pd", [VIB_CREATE_CQ] = "create_cq", [VIB_CREATE_QP] = "create_qp", [VIB_ALLOC_MR] = "alloc_mr",
		[VIB_MODIFY_QP] = "modify_qp", [VIB_POST_SEND] = "post_send", [VIB_POST_RECV] = "post_recv",
	};
	struct refusal refusal = {};

	while (refusal.call < VIB_CALLS && strcmp(names[refusal.call], r->argv[0]))
		refusal.call++;
	if (refusal.call == VIB_CALLS || kstrtoint(r->argv[1], 10, &refusal.nth) || refusal.nth < 0)
		return -EINVAL;
	return vib_hca_with(r->node, set_refusal, &refusal);
}

static int do_hca_remove(const struct word_request *r)
{
	return r->node->type == VIB_CA ? vib_hca_remove(r->node) : -EINVAL;
}

static int do_hca_add(const struct word_request *r)
{
	return r->node->type == VIB_CA ? vib_hca_add(r->node) : -EINVAL;
}

static const struct command {
	const char *file;
	bool port;
	int args;		/* after node and port */
	int (*fn)(const struct word_request *r);
} commands[] = {
	{ "link",	true,	1, do_link },
	{ "port",	true,	1, do_port },
	{ "freeze",	true,	1, do_freeze },
	{ "smlid",	true,	1, do_smlid },
	{ "pkey",	true,	2, do_pkey },
	{ "qp_err",	false,	1, do_qp_err },
	{ "cq_overflow", false,	0, do_cq_overflow },
	{ "fatal",	false,	0, do_fatal },
	{ "no_flush",	false,	1, do_no_flush },
	{ "refuse",	false,	2, do_refuse },
	{ "hca_remove",	false,	0, do_hca_remove },
	{ "hca_add",	false,	0, do_hca_add },
};

static int split(char *text, char **words)
{
	int n = 0;
	char *w;

	while ((w = strsep(&text, " \t\n"))) {
		if (!*w)
			continue;
		if (n == VIB_WORDS)
			return -EINVAL;
		words[n++] = w;
	}
	return n;
}

static int run_command(const struct command *c, char *text)
{
	struct word_request r = {};
	char *words[VIB_WORDS];
	unsigned int num;
	int n, used = 1;

	n = split(text, words);
	if (n != 1 + c->port + c->args)
		return -EINVAL;
	r.node = vib_node_by_name(words[0]);
	if (!r.node)
		return -ENODEV;
	if (c->port) {
		if (kstrtouint(words[used++], 10, &num) || !num || num > r.node->nports)
			return -ENODEV;
		r.port = &r.node->ports[num];
	}
	r.argv = words + used;
	return c->fn(&r);
}

/* One write is one command. */
static char *copy_line(const char __user *buf, size_t len)
{
	return len < VIB_LINE ? memdup_user_nul(buf, len) : ERR_PTR(-E2BIG);
}

static ssize_t command_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	char *text = copy_line(buf, len);
	int ret;

	if (IS_ERR(text))
		return PTR_ERR(text);
	ret = run_command(file_inode(file)->i_private, text);
	kfree(text);
	return ret ? ret : len;
}

static const struct file_operations command_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
	.write = command_write,
	.llseek = noop_llseek,
};

/* ---- lists ---------------------------------------------------------------------------------------------- */

static const char *state_name(enum ib_qp_state state)
{
	static const char *const names[] = { "RESET", "INIT", "RTR", "RTS", "SQD", "SQE", "ERR" };

	return names[state];
}

static const char *type_name(enum ib_qp_type type)
{
	static const char *const names[] = { [IB_QPT_SMI] = "SMI", [IB_QPT_GSI] = "GSI", [IB_QPT_RC] = "RC", [IB_QPT_UD] = "UD" };

	return names[type];
}

static void show_qp(struct seq_file *s, const struct vib_hca *hca, struct vib_qp *qp)
{
	seq_printf(s, "qp %s %u %s %s port %u dlid %u dest %u pkey %u sq %u/%u rq %u/%u%s%s\n", dev_name(&hca->ib.dev), qp->ib.qp_num,
		   type_name(qp->init.qp_type), state_name(READ_ONCE(qp->state)), qp->attr.port_num, qp->av.dlid, qp->attr.dest_qp_num,
		   qp->attr.pkey_index, vib_ring_used(&qp->sq), qp->sq.capacity,
		   vib_ring_used(qp->srq ? &qp->srq->rq : &qp->rq), qp->srq ? qp->srq->rq.capacity : qp->rq.capacity,
		   qp->srq ? " srq" : "", qp->ib.uobject ? " user" : "");
}

static void show_mr(struct seq_file *s, const struct vib_hca *hca, const struct vib_mr *mr)
{
	static const char *const kinds[] = { [VIB_MR_DMA] = "dma", [VIB_MR_FAST] = "fast", [VIB_MR_USER] = "user" };

	seq_printf(s, "mr %s 0x%08x %s %s access 0x%x length %llu users %u\n", dev_name(&hca->ib.dev), mr->key, kinds[mr->kind],
		   mr->valid ? "valid" : "free", mr->access, mr->length, mr->users);
}

static void show_port(struct seq_file *s, struct vib_port *port)
{
	seq_printf(s, "port %s %u waited %u%s\n", port->node->name, port->num, READ_ONCE(port->waited),
		   vib_port_frozen(port) ? " frozen" : "");
}

static int show_hca(struct vib_hca *hca, void *arg)
{
	struct seq_file *s = arg;
	unsigned long i, num;
	struct vib_qp *qp;
	struct vib_mr *mr;
	struct vib_cq *cq;

	for (i = 1; i <= hca->node->nports; i++)
		show_port(s, &hca->node->ports[i]);
	vib_table_lock_irq(&hca->qps);
	for (i = 1; i <= hca->node->nports; i++)
		for (num = 0; num < 2; num++)
			if (hca->special[i][num])
				show_qp(s, hca, hca->special[i][num]);
	vib_table_for_each(&hca->qps, num, qp)
		show_qp(s, hca, qp);
	vib_table_unlock_irq(&hca->qps);
	spin_lock_irq(&hca->mr_lock);
	vib_table_for_each(&hca->mrs, num, mr)
		show_mr(s, hca, mr);
	spin_unlock_irq(&hca->mr_lock);
	spin_lock_irq(&hca->cq_lock);
	list_for_each_entry(cq, &hca->cqs, entry)
		seq_printf(s, "cq %s %u/%u late %llu%s%s\n", dev_name(&hca->ib.dev), READ_ONCE(cq->tail) - READ_ONCE(cq->head),
			   cq->capacity, READ_ONCE(cq->late_count), cq->armed ? " armed" : "", cq->dead ? " dead" : "");
	spin_unlock_irq(&hca->cq_lock);
	return 0;
}

static int objects_show(struct seq_file *s, void *unused)
{
	int i;

	for (i = 0; i < vib_node_count; i++)
		if (vib_nodes[i]->type == VIB_CA)
			vib_hca_with(vib_nodes[i], show_hca, s);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(objects);

/* NAME_fops of a file that is read by NAME_show() and written by NAME_write(). Linux 6.1 has no such macro. */
#define VIB_READ_WRITE(name)								\
static int name##_open(struct inode *inode, struct file *file)				\
{											\
	return single_open(file, name##_show, inode->i_private);			\
}											\
static const struct file_operations name##_fops = {					\
	.owner = THIS_MODULE, .open = name##_open, .read = seq_read, .write = name##_write,	\
	.llseek = seq_lseek, .release = single_release,					\
}

static int trace_show(struct seq_file *s, void *unused)
{
	vib_trace_show(s);
	return 0;
}

static ssize_t trace_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	vib_trace_clear();
	return len;
}

VIB_READ_WRITE(trace);

static int rules_show(struct seq_file *s, void *unused)
{
	vib_fault_show(s);
	return 0;
}

static ssize_t rules_write(struct file *file, const char __user *buf, size_t len, loff_t *pos)
{
	char *text = copy_line(buf, len);
	int ret;

	if (IS_ERR(text))
		return PTR_ERR(text);
	ret = vib_fault_command(text);
	kfree(text);
	return ret ? ret : len;
}

VIB_READ_WRITE(rules);

/* ---- life ----------------------------------------------------------------------------------------------- */

void vib_debugfs_create(void)
{
	int i;

	vib_dir = debugfs_create_dir("vib", NULL);
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		debugfs_create_file(commands[i].file, 0200, vib_dir, (void *)&commands[i], &command_fops);
	debugfs_create_file("objects", 0400, vib_dir, NULL, &objects_fops);
	debugfs_create_file("trace", 0600, vib_dir, NULL, &trace_fops);
	debugfs_create_file("rules", 0600, vib_dir, NULL, &rules_fops);
	vib_debugfs_bool("strict", 0600, vib_dir, &vib_knobs.strict);
	vib_debugfs_bool("global_rkey", 0600, vib_dir, &vib_knobs.global_rkey);
	vib_debugfs_bool("tracing", 0600, vib_dir, &vib_knobs.trace);
	debugfs_create_u32("late_complete_us", 0600, vib_dir, &vib_knobs.late_complete_us);
}

void vib_debugfs_remove(void)
{
	debugfs_remove_recursive(vib_dir);
}
