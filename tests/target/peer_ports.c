// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include "peer_act.h"
#include "peer_ch.h"
#include "peer_cm.h"
#include "peer_compat.h"
#include "peer_job.h"
#include "peer_ports.h"
#include "peer_scsi.h"

static struct dentry *root;
static LIST_HEAD(ports);
static DEFINE_MUTEX(ports_lock);	/* ports */

/* ---- files ------------------------------------------------------------------------------------------------ */

static const char * const count_names[PEER_COUNTS] = {
	[PEER_LOGINS] = "logins", [PEER_REJECTS] = "rejects", [PEER_IMM_LOGINS] = "imm_logins", [PEER_CMDS] = "cmds", [PEER_ABORTS] = "aborts",
	[PEER_LUN_RESETS] = "lun_resets", [PEER_I_LOGOUTS] = "i_logouts", [PEER_CRED_RSPS] = "cred_rsps",
	[PEER_AER_RSPS] = "aer_rsps", [PEER_UNKNOWN_IUS] = "unknown_ius", [PEER_BAD_IUS] = "bad_ius", [PEER_DIRECT] = "direct",
	[PEER_INDIRECT] = "indirect", [PEER_TABLES] = "tables", [PEER_IMM] = "imm", [PEER_FAILED_RDMA] = "failed_rdma",
	[PEER_SENT] = "sent", [PEER_MUTATED] = "mutated", [PEER_HELD] = "held", [PEER_OVERDRAWN] = "overdrawn",
	[PEER_TAG_REUSES] = "tag_reuses",
};

static int state_show(struct seq_file *m, void *unused)
{
	struct peer_port *port = m->private;
	struct peer_ch *ch;
	int i, channels = 0;

	mutex_lock(&port->lock);
	list_for_each_entry(ch, &port->channels, entry)
		channels++;
	mutex_unlock(&port->lock);
	seq_printf(m, "channels %d\n", channels);
	for (i = 0; i < PEER_COUNTS; i++)
		seq_printf(m, "%s %d\n", count_names[i], atomic_read(&port->count[i]));
	return 0;
}

static int state_open(struct inode *inode, struct file *file)
{
	return single_open(file, state_show, inode->i_private);
}

static const struct file_operations state_fops = {
	.owner = THIS_MODULE,
	.open = state_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
};

static int complain(const char *name, const char *line, const char *why)
{
	pr_err("srp_peer: %s: \"%s\": %s\n", name, line, why);
	return -EINVAL;
}

/* Each line that was written goes to @line; what it returns ends the write. */
static ssize_t write_lines(const char __user *from, size_t len, void *to, int (*line)(void *to, char *text))
{
	char *text, *rest, *one;
	int ret;

	text = kzalloc(len + 1, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	ret = copy_from_user(text, from, len) ? -EFAULT : 0;
	rest = text;
	while (!ret && (one = strsep(&rest, "\n")))
		if (*strim(one))
			ret = line(to, strim(one));
	kfree(text);
	return ret ? : len;
}

static int private_open(struct inode *inode, struct file *file)
{
	file->private_data = inode->i_private;
	return 0;
}

static int rules_line(void *to, char *text)
{
	struct peer_port *port = to;
	char *copy = kstrdup(text, GFP_KERNEL);
	const char *why;
	int ret = 0;

	if (!copy)
		return -ENOMEM;
	if (!strcmp(text, "clear"))
		peer_script_clear(&port->script);
	else
		ret = peer_script_add(&port->script, text, &why);
	if (ret)
		complain(port->name, copy, why);
	kfree(copy);
	return ret;
}

static ssize_t rules_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	struct seq_file *m = file->private_data;

	return write_lines(from, len, m->private, rules_line);
}

static int rules_show(struct seq_file *m, void *unused)
{
	struct peer_port *port = m->private;

	peer_script_show(&port->script, m);
	return 0;
}

static int rules_open(struct inode *inode, struct file *file)
{
	return single_open(file, rules_show, inode->i_private);
}

static const struct file_operations rules_fops = {
	.owner = THIS_MODULE,
	.open = rules_open,
	.read = seq_read,
	.write = rules_write,
	.llseek = seq_lseek,
	.release = single_release,
};

static int act_on_channels(struct peer_port *port, const struct peer_action *act)
{
	struct peer_ch **channels, *ch;
	unsigned int i, nr;
	u64 up = 0;

	channels = peer_ch_get_all(port, &nr);
	if (!channels)
		return -ENOMEM;
	for (i = 0; i < nr; i++) {
		ch = channels[i];
		if (!test_bit(PEER_CH_UP, &ch->flags) || test_bit(PEER_CH_DEAD, &ch->flags))
			continue;
		if (peer_given(act, ARG_CH) && act->val[ARG_CH] != up++)
			continue;
		if (act->verb == PEER_RELEASE)
			peer_jobs_release(ch, act);
		else
			peer_act(ch, act, 0);
	}
	peer_ch_put_all(channels, nr);
	return 0;
}

static int send_line(void *to, char *text)
{
	struct peer_port *port = to;
	struct peer_action *act;
	const char *why;
	int ret;

	act = peer_parse_send(text, &why);
	if (!act)
		return complain(port->name, text, why);
	ret = act_on_channels(port, act);
	peer_action_free(act);
	return ret;
}

static ssize_t send_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	return write_lines(from, len, file->private_data, send_line);
}

static const struct file_operations send_fops = {
	.owner = THIS_MODULE,
	.open = private_open,
	.write = send_write,
};

/* ---- ports ------------------------------------------------------------------------------------------------ */

static struct peer_port *find_port(const char *name)
{
	struct peer_port *port;

	list_for_each_entry(port, &ports, entry)
		if (!strcmp(port->name, name))
			return port;
	return NULL;
}

static int add_port(char *name, char *where, const char **why)
{
	struct peer_port *port;
	int ret;

	*why = "expected: add NAME WHERE";
	if (!name || !where || strlen(name) >= sizeof(port->name) || strchr(name, '/'))
		return -EINVAL;
	*why = "there is a port of this name";
	if (find_port(name) || !strcmp(name, "control"))
		return -EEXIST;
	port = kzalloc(sizeof(*port), GFP_KERNEL);
	*why = "out of memory";
	if (!port)
		return -ENOMEM;
	strcpy(port->name, name);	/* its length was checked */
	peer_script_init(&port->script);
	mutex_init(&port->lock);
	INIT_LIST_HEAD(&port->channels);
	init_waitqueue_head(&port->empty);
	port->listen = strncmp(where, "ib:", 3) ? &peer_listen_rdma : &peer_listen_ib;
	ret = port->listen->start(port, where, why);
	if (ret) {
		kfree(port);
		return ret;
	}
	list_add_tail(&port->entry, &ports);
	port->dir = debugfs_create_dir(port->name, root);
	debugfs_create_file("state", 0400, port->dir, port, &state_fops);
	debugfs_create_file("rules", 0600, port->dir, port, &rules_fops);
	debugfs_create_file("send", 0200, port->dir, port, &send_fops);
	return 0;
}

static void del_port(struct peer_port *port)
{
	list_del(&port->entry);
	mutex_lock(&port->lock);
	port->removing = true;
	mutex_unlock(&port->lock);
	port->listen->stop(port);
	peer_ch_close_all(port);
	/* Waits for writes that are under way; without channels none of them waits for an initiator. */
	debugfs_remove_recursive(port->dir);
	peer_script_clear(&port->script);
	kfree(port);
}

static int control_line(void *to, char *text)
{
	char *rest = text, *verb = strsep(&rest, " "), *name = strsep(&rest, " ");
	const char *why = "expected \"add NAME WHERE\", \"del NAME\" or \"luns N\"";
	struct peer_port *port;
	unsigned int luns;
	int ret = -EINVAL;

	mutex_lock(&ports_lock);
	if (!strcmp(verb, "add")) {
		ret = add_port(name, rest, &why);
	} else if (!strcmp(verb, "del") && name) {
		why = "no such port";
		ret = -ENOENT;
		port = find_port(name);
		if (port) {
			del_port(port);
			ret = 0;
		}
	} else if (!strcmp(verb, "luns") && name) {
		why = "bad number of LUNs";
		ret = kstrtouint(name, 0, &luns) ? : peer_disks_show(luns);
	}
	mutex_unlock(&ports_lock);
	if (ret)
		complain("control", verb, why);
	return ret;
}

static ssize_t control_write(struct file *file, const char __user *from, size_t len, loff_t *pos)
{
	return write_lines(from, len, NULL, control_line);
}

static const struct file_operations control_fops = {
	.owner = THIS_MODULE,
	.open = private_open,
	.write = control_write,
};

int peer_ports_init(void)
{
	root = debugfs_create_dir("srp_peer", NULL);
	if (IS_ERR(root))
		return PTR_ERR(root);
	debugfs_create_file("control", 0200, root, NULL, &control_fops);
	return 0;
}

void peer_ports_exit(void)
{
	struct peer_port *port, *next;

	mutex_lock(&ports_lock);
	list_for_each_entry_safe(port, next, &ports, entry)
		del_port(port);
	mutex_unlock(&ports_lock);
	debugfs_remove_recursive(root);
}
