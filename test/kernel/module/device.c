// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Devices of a scenario, by name, in the order in which they were created. */
#include <linux/hrtimer.h>
#include <linux/pm_runtime.h>
#include <linux/pm_wakeup.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include "orc.h"

LIST_HEAD(orc_devices);

/*
 * Deleted, but not given up: device_del() alone stops runtime PM, so one that was never added may have a timer or a request
 * until the scenario has ended. Some had to stay in their domains.
 */
LIST_HEAD(orc_deleted_devices);

struct orc_device *orc_find_device(const char *name)
{
	struct orc_device *device;

	list_for_each_entry(device, &orc_devices, node) {
		if (name && !strcmp(device->name, name))
			return device;
	}
	return NULL;
}

/* A device of the scenario, or one that the kernel made for a DMA channel. */
struct device *orc_find_any_device(const char *name)
{
	struct orc_device *device = orc_find_device(name);

	return device ? &device->dev : orc_find_channel_device(name);
}

const char *orc_device_name(struct device *dev)
{
	return dev->bus == &orc_bus ? to_orc_device(dev)->name : dev_name(dev);
}

void orc_clear_values(struct orc_script *script)
{
	while (script->count)
		kfree(script->values[--script->count].until);
	kfree(script->values);
	script->values = NULL;
	script->next = 0;
	script->repeat = false;
}

void orc_clear_commands(struct orc_script *script)
{
	while (script->ncommands)
		kfree(script->commands[--script->ncommands]);
}

static void release(struct device *dev)
{
	struct orc_device *device = to_orc_device(dev);
	int i;

	for (i = 0; i < ORC_DEVICE_CALLBACKS; i++) {
		orc_clear_values(&device->scripts[i]);
		orc_clear_commands(&device->scripts[i]);
	}
	put_device(device->parent);
	kfree(device->name);
	kfree(device);
}

struct options {
	const char *parent;
	bool has_type;
	bool has_domain;
	u32 type;
	u32 domain;
	bool async;
	bool syscore;
	bool noadd;
};

static int parse_option(char *word, struct options *options)
{
	if (!strncmp(word, "parent=", 7)) {
		options->parent = word + 7;
	} else if (!strncmp(word, "type=", 5)) {
		options->has_type = true;
		return orc_parse_callbacks(word + 5, &options->type);
	} else if (!strncmp(word, "dom=", 4)) {
		options->has_domain = true;
		return orc_parse_callbacks(word + 4, &options->domain);
	} else if (!strcmp(word, "async")) {
		options->async = true;
	} else if (!strcmp(word, "syscore")) {
		options->syscore = true;
	} else if (!strcmp(word, "noadd")) {
		options->noadd = true;
	} else {
		return -EINVAL;
	}
	return 0;
}

static struct orc_device *make(const char *name, const struct options *options, struct device *parent)
{
	struct orc_device *device = kzalloc(sizeof(*device), GFP_KERNEL);
	struct device *dev = &device->dev;

	device->name = kstrdup(name, GFP_KERNEL);
	dev->bus = &orc_bus;
	/* device_add() needs it, however long it is until then. */
	device->parent = get_device(parent);
	dev->parent = parent;
	dev->release = release;
	device_initialize(dev);
	dev_set_name(dev, "%s", name);
	if (options->has_type) {
		orc_take_ops(&device->type_ops, ORC_TYPE, options->type);
		device->type.pm = &device->type_ops;
		dev->type = &device->type;
	}
	if (options->has_domain) {
		orc_take_ops(&device->domain.ops, ORC_DOM, options->domain);
		dev_pm_domain_set(dev, &device->domain);
	}
	if (options->async)
		device_enable_async_suspend(dev);
	if (options->syscore)
		dev_pm_syscore_device(dev, true);
	list_add_tail(&device->node, &orc_devices);
	return device;
}

/* dev NAME [parent=P] [type=CBS] [dom=CBS] [async] [syscore] [noadd] */
int orc_create_device(struct orc_words *words)
{
	struct orc_device *device, *parent = NULL;
	struct options options = { };
	int i;

	for (i = 2; i < words->count; i++) {
		if (parse_option(words->word[i], &options))
			return ORC_BAD;
	}
	if (options.parent) {
		parent = orc_find_device(options.parent);
		if (!parent)
			return ORC_BAD;
	}
	if (words->count < 2)
		return ORC_BAD;
	if (orc_find_device(words->word[1]))
		return -EEXIST;
	device = make(words->word[1], &options, parent ? &parent->dev : NULL);
	return options.noadd ? 0 : device_add(&device->dev);
}

void orc_delete_device(struct orc_device *device)
{
	if (device_is_registered(&device->dev))
		device_del(&device->dev);
	orc_leave_domain(&device->dev);
	list_move_tail(&device->node, &orc_deleted_devices);
}

/* Behind all devices: those that stayed in their domains can leave now. */
void orc_leave_domains(void)
{
	struct orc_device *device;

	list_for_each_entry(device, &orc_deleted_devices, node)
		orc_leave_domain(&device->dev);
}

/* A timer queues work, and work may set the timer. */
static void stop_runtime_pm(struct dev_pm_info *power)
{
	cancel_work_sync(&power->work);
	hrtimer_cancel(&power->suspend_timer);
	cancel_work_sync(&power->work);
}

/*
 * Between two scenarios, when nothing runs: their devices are given up. One that was never added, or that was enabled to wake the system
 * behind its removal, still has a wakeup source, whose number would be taken for good.
 */
void orc_release_deleted_devices(void)
{
	struct orc_device *device, *next;

	list_for_each_entry_safe(device, next, &orc_deleted_devices, node) {
		stop_runtime_pm(&device->dev.power);
		device_init_wakeup(&device->dev, false);
		list_del(&device->node);
		put_device(&device->dev);
	}
}
