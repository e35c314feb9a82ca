// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * What the kernel made of the board that it was booted with (dtb=FILE): one line of JSON before deferred_probe_timeout and one
 * behind it. With drivers, their events stand before the first.
 */
#include <linux/fwnode.h>
#include <linux/of.h>
#include <linux/of_platform.h>
#include <linux/platform_device.h>
#include <linux/pm_runtime.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "base.h"
#include "power/power.h"
#include "orc.h"

/* deferred_probe_timeout and two seconds. */
#define AFTER_TIMEOUT 12000

/* The platform devices of the tree. */
static bool is_counted(const struct device *dev)
{
	return dev->bus == &platform_bus_type && dev->of_node;
}

static bool first;

static void begin_list(const char *key)
{
	orc_trace_raw(key);
	orc_trace_raw("[");
	first = true;
}

static void next_item(void)
{
	if (!first)
		orc_trace_raw(",");
	first = false;
}

static void write_path(const struct device_node *node)
{
	char *path = kasprintf(GFP_KERNEL, "%pOF", node);

	orc_trace_quoted(path);
	kfree(path);
}

static void write_string(const char *key, const char *value)
{
	orc_trace_raw(key);
	orc_trace_quoted(value);
}

static void write_number(const char *key, int value)
{
	char text[16];

	orc_trace_raw(key);
	snprintf(text, sizeof(text), "%d", value);
	orc_trace_raw(text);
}

static void write_fwnode_flags(struct fwnode_handle *fwnode)
{
	static const char *const names[] = {
		"links_added", "not_device", "initialized", "needs_child_bound_on_add", "best_effort",
	};
	bool any = false;
	int i;

	orc_trace_raw(",\"fw\":[");
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (!fwnode_test_flag(fwnode, i))
			continue;
		if (any)
			orc_trace_raw(",");
		any = true;
		orc_trace_quoted(names[i]);
	}
	orc_trace_raw("]");
}

static int write_device(struct device *dev, void *unused)
{
	char reason[256];

	if (!is_counted(dev))
		return 0;
	next_item();
	write_string("{\"name\":", dev_name(dev));
	orc_trace_raw(",\"of\":");
	write_path(dev->of_node);
	write_string(",\"parent\":", dev_name(dev->parent));
	if (device_is_bound(dev))
		write_string(",\"driver\":", dev->driver->name);
	else
		orc_trace_raw(",\"driver\":null");
	write_number(",\"waiting\":", !list_empty(&dev->fwnode->suppliers));
	write_number(",\"deferred\":", !list_empty(&dev->p->deferred_probe));
	write_number(",\"dl_status\":", dev->links.status);
	if (dev->p->deferred_probe_reason) {
		strscpy(reason, dev->p->deferred_probe_reason, sizeof(reason));
		write_string(",\"defer_reason\":", strim(reason));
	}
	write_fwnode_flags(dev->fwnode);
	orc_trace_raw("}");
	return 0;
}

static void write_link(const char *key, const struct device *dev)
{
	char *name = kasprintf(GFP_KERNEL, "%s:%s", dev_bus_name(dev), dev_name(dev));

	write_string(key, name);
	kfree(name);
}

/* In the words of sysfs. */
static const char *link_status(enum device_link_state status)
{
	switch (status) {
	case DL_STATE_NONE:
		return "not tracked";
	case DL_STATE_DORMANT:
		return "dormant";
	case DL_STATE_AVAILABLE:
		return "available";
	case DL_STATE_CONSUMER_PROBE:
		return "consumer probing";
	case DL_STATE_ACTIVE:
		return "active";
	default:
		return "supplier unbinding";
	}
}

static void write_links(struct device *dev)
{
	struct device_link *link;

	list_for_each_entry(link, &dev->links.suppliers, c_node) {
		next_item();
		write_link("{\"supplier\":", link->supplier);
		write_link(",\"consumer\":", link->consumer);
		write_string(",\"status\":", link_status(link->status));
		write_number(",\"flags\":", link->flags);
		orc_trace_raw("}");
	}
}

static void write_orders(void)
{
	struct kobject *kobj;
	struct device *dev;

	begin_list(",\"links\":");
	list_for_each_entry(dev, &dpm_list, power.entry)
		write_links(dev);
	begin_list("],\"dpm\":");
	list_for_each_entry(dev, &dpm_list, power.entry) {
		if (is_counted(dev)) {
			next_item();
			orc_trace_quoted(dev_name(dev));
		}
	}
	begin_list("],\"kset\":");
	list_for_each_entry(kobj, &devices_kset->list, entry) {
		dev = kobj_to_dev(kobj);
		if (is_counted(dev)) {
			next_item();
			orc_trace_quoted(dev_name(dev));
		}
	}
	orc_trace_raw("]");
}

static void write_fwnode_links(void)
{
	struct device_node *node;
	struct fwnode_link *link;

	begin_list(",\"fwlinks\":");
	for_each_of_allnodes(node) {
		list_for_each_entry(link, &node->fwnode.suppliers, c_hook) {
			next_item();
			orc_trace_raw("[");
			write_path(node);
			orc_trace_raw(",");
			write_path(to_of_node(link->supplier));
			orc_trace_raw(link->flags & FWLINK_FLAG_CYCLE ? ",1]" : ",0]");
		}
	}
	begin_list("],\"not_device\":");
	for_each_of_allnodes(node) {
		if (fwnode_test_flag(&node->fwnode, FWNODE_FLAG_NOT_DEVICE)) {
			next_item();
			write_path(node);
		}
	}
	orc_trace_raw("]");
}

static void write_board(void)
{
	begin_list("{\"platform\":");
	bus_for_each_dev(&platform_bus_type, NULL, NULL, write_device);
	orc_trace_raw("]");
	write_orders();
	write_fwnode_links();
	orc_trace_raw("}\n");
}

/* With drivers "none", "all-drivers" or "driver-per-compatible"; see board-drivers.c. */
int orc_run_board(const char *drivers)
{
	int error;

	orc_settle();
	orc_set_start_time(ktime_get());
	error = orc_register_board_drivers(drivers);
	if (error)
		return error;
	orc_settle();
	write_board();
	orc_sleep(AFTER_TIMEOUT);
	orc_settle();
	error = orc_register_late_drivers(drivers);
	if (error)
		return error;
	orc_settle();
	write_board();
	return 0;
}
