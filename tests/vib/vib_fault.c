// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * The list of fault rules. Commands, one per write:
 *
 *	add RULE	a rule at the end of the list; the grammar of rules is in vib_rule.h. Its number N is in the list.
 *	del N		rule N is removed; what it held goes on
 *	release N|all	what rule N holds goes on, and the rule holds nothing from then on
 *	clear		all rules are removed
 */
#include <linux/kernel.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "vib_rule.h"

#define MESSAGE_SIZE	512

struct fault {
	struct list_head entry;
	u32 number;
	bool released;		/* holds nothing any more */
	struct vib_rule rule;
};

static DEFINE_SPINLOCK(fault_lock);
static LIST_HEAD(faults);	/* fault_lock; the first rule that is due decides */
static u32 last_number;		/* fault_lock; never used again, because packets may still be held in its name */
static void (*on_release)(void);

void vib_fault_judge(const struct vib_hdr *hdr, const struct vib_port *from, struct vib_fate *fate)
{
	struct fault *f;
	unsigned long flags;

	*fate = (struct vib_fate){ .action = VIB_PASS };
	if (list_empty_careful(&faults))
		return;
	spin_lock_irqsave(&fault_lock, flags);
	list_for_each_entry(f, &faults, entry) {
		if (f->released || !vib_rule_matches(&f->rule, hdr, from->node->name, from->num) || !vib_rule_due(&f->rule))
			continue;
		fate->action = f->rule.action;
		fate->arg = f->rule.arg;
		fate->delay_us = fate->action == VIB_DELAY ? f->rule.arg : 0;
		fate->rule = f->number;
		break;
	}
	spin_unlock_irqrestore(&fault_lock, flags);
}

/* fault_lock is held. */
static struct fault *find(u32 number)
{
	struct fault *f;

	list_for_each_entry(f, &faults, entry)
		if (f->number == number)
			return f;
	return NULL;
}

bool vib_fault_holding(u32 rule)
{
	unsigned long flags;
	struct fault *f;
	bool holding;

	spin_lock_irqsave(&fault_lock, flags);
	f = find(rule);
	holding = f && f->rule.action == VIB_HOLD && !f->released;
	spin_unlock_irqrestore(&fault_lock, flags);
	return holding;
}

void vib_fault_on_release(void (*fn)(void))
{
	on_release = fn;
}

static void tell_release(void)
{
	if (on_release)
		on_release();
}

static int command_add(char *args, char *error)
{
	struct fault *f = kzalloc(sizeof(*f), GFP_KERNEL);
	int ret;

	if (!f)
		return -ENOMEM;
	ret = vib_rule_parse(args, &f->rule, error, MESSAGE_SIZE);
	if (ret) {
		kfree(f);
		return ret;
	}
	spin_lock_irq(&fault_lock);
	f->number = ++last_number;
	list_add_tail(&f->entry, &faults);
	spin_unlock_irq(&fault_lock);
	return 0;
}

/* Removes rule @number, or all of them if it is 0. Returns how many. */
static int remove_faults(u32 number)
{
	struct fault *f, *next;
	LIST_HEAD(gone);
	int n = 0;

	spin_lock_irq(&fault_lock);
	list_for_each_entry_safe(f, next, &faults, entry) {
		if (number && f->number != number)
			continue;
		list_move_tail(&f->entry, &gone);
		n++;
	}
	spin_unlock_irq(&fault_lock);
	list_for_each_entry_safe(f, next, &gone, entry)
		kfree(f);
	tell_release();
	return n;
}

/* Releases rule @number, or all of them if it is 0. Returns how many held something. */
static int release_faults(u32 number)
{
	struct fault *f;
	int n = 0;

	spin_lock_irq(&fault_lock);
	list_for_each_entry(f, &faults, entry) {
		if (f->rule.action != VIB_HOLD || (number && f->number != number))
			continue;
		f->released = true;
		n++;
	}
	spin_unlock_irq(&fault_lock);
	tell_release();
	return n;
}

static int command_del(char *args, char *error)
{
	u32 number;

	if (kstrtouint(args, 10, &number) == 0 && number && remove_faults(number))
		return 0;
	scnprintf(error, MESSAGE_SIZE, "\"%s\": expected the number of a rule in the list", args);
	return -EINVAL;
}

static int command_release(char *args, char *error)
{
	u32 number;

	if (!strcmp(args, "all")) {
		release_faults(0);
		return 0;
	}
	if (kstrtouint(args, 10, &number) == 0 && number && release_faults(number))
		return 0;
	scnprintf(error, MESSAGE_SIZE, "\"%s\": expected all or the number of a rule that holds", args);
	return -EINVAL;
}

static int command_clear(char *args, char *error)
{
	if (*args) {
		scnprintf(error, MESSAGE_SIZE, "\"%s\": expected nothing after clear", args);
		return -EINVAL;
	}
	remove_faults(0);
	return 0;
}

static const struct {
	const char *name;
	int (*run)(char *args, char *error);
} commands[] = {
	{ "add", command_add }, { "del", command_del }, { "release", command_release }, { "clear", command_clear },
};

int vib_fault_command(char *text)
{
	char *args = strim(text);
	char *verb = strsep(&args, " \t");
	char *error;
	unsigned int i;
	int ret = -EINVAL;

	error = kzalloc(MESSAGE_SIZE, GFP_KERNEL);
	if (!error)
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(commands[i].name, verb))
			break;
	if (i < ARRAY_SIZE(commands))
		ret = commands[i].run(args ? strim(args) : verb + strlen(verb), error);
	else
		scnprintf(error, MESSAGE_SIZE, "\"%s\": expected add, del, release or clear", verb);
	if (ret == -EINVAL)
		pr_err("vib: rules: %s\n", error);
	kfree(error);
	return ret;
}

void vib_fault_show(struct seq_file *s)
{
	struct fault *f;
	char text[256];

	spin_lock_irq(&fault_lock);
	list_for_each_entry(f, &faults, entry) {
		vib_rule_format(&f->rule, text, sizeof(text));
		seq_printf(s, "%u: %s%s\n", f->number, text, f->released ? " released" : "");
	}
	spin_unlock_irq(&fault_lock);
}

void vib_fault_clear(void)
{
	remove_faults(0);
}
