// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Drivers for all devices of a board, whatever they are, and events of what they see. */
#include <linux/device/bus.h>
#include <linux/of.h>
#include <linux/of_platform.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include <linux/sort.h>
#include <linux/string.h>
#include "orc.h"

static const char **compatibles;
static int ncompatibles;

static void write_event(const char *kind, struct device *dev)
{
	unsigned long flags = orc_trace_begin(kind);

	orc_trace_string("d", dev_name(dev));
	orc_trace_end(flags);
}

static int notice(struct notifier_block *block, unsigned long action, void *dev)
{
	if (action == BUS_NOTIFY_ADD_DEVICE)
		write_event("add", dev);
	else if (action == BUS_NOTIFY_BOUND_DRIVER)
		write_event("bound", dev);
	return NOTIFY_OK;
}

static struct notifier_block notifier = { .notifier_call = notice };

static int probe(struct platform_device *pdev)
{
	write_event("probe", &pdev->dev);
	return 0;
}

static int probe_and_populate(struct platform_device *pdev)
{
	write_event("probe", &pdev->dev);
	return of_platform_populate(pdev->dev.of_node, NULL, NULL, &pdev->dev);
}

static void sync_state(struct device *dev)
{
	write_event("sync_state", dev);
}

static int compare(const void *one, const void *other)
{
	return strcmp(*(const char *const *)one, *(const char *const *)other);
}

/* The first compatible of each node, sorted, each once. */
static int collect(void)
{
	struct device_node *node;
	const char *compatible;
	int i, count = 0, kept = 0;

	for_each_of_allnodes(node)
		count++;
	compatibles = kcalloc(count + 1, sizeof(*compatibles), GFP_KERNEL);
	if (!compatibles)
		return -ENOMEM;
	count = 0;
	for_each_of_allnodes(node) {
		if (!of_property_read_string_index(node, "compatible", 0, &compatible))
			compatibles[count++] = compatible;
	}
	sort(compatibles, count, sizeof(*compatibles), compare, NULL);
	for (i = 0; i < count; i++) {
		if (!kept || strcmp(compatibles[kept - 1], compatibles[i]))
			compatibles[kept++] = compatibles[i];
	}
	ncompatibles = kept;
	return 0;
}

static int probe_and_fail(struct platform_device *pdev)
{
	write_event("probe", &pdev->dev);
	return -EINVAL;
}

/* A driver for some compatibles. It stays for ever, as the kernel ends soon. */
static int add_driver(const char *name, const char *const *matches, int count, bool synced,
		      int (*probe)(struct platform_device *pdev))
{
	struct platform_driver *driver = kzalloc(sizeof(*driver), GFP_KERNEL);
	struct of_device_id *table = kcalloc(count + 1, sizeof(*table), GFP_KERNEL);
	int i;

	if (!driver || !table || !name)
		return -ENOMEM;
	for (i = 0; i < count; i++)
		strscpy(table[i].compatible, matches[i], sizeof(table[i].compatible));
	driver->driver.name = name;
	driver->driver.of_match_table = table;
	driver->driver.sync_state = synced ? sync_state : NULL;
	driver->probe = probe;
	return platform_driver_register(driver);
}

static int add_driver_per_compatible(void)
{
	int i, error = 0;

	for (i = 0; i < ncompatibles && !error; i++)
		error = add_driver(kasprintf(GFP_KERNEL, "u:%s", compatibles[i]), compatibles + i, 1, true,
				   probe_and_populate);
	return error;
}

/*
 * One word of /chosen { orc,drivers }: what the probe does and a compatible, as "b:vendor,device". b binds, s binds and has a
 * sync_state, p populates the nodes below, f fails.
 */
static int add_listed_driver(const char *word)
{
	const char *compatible = word + 2;

	switch (word[0]) {
	case 'b':
		return add_driver(word, &compatible, 1, false, probe);
	case 's':
		return add_driver(word, &compatible, 1, true, probe);
	case 'p':
		return add_driver(word, &compatible, 1, false, probe_and_populate);
	case 'f':
		return add_driver(word, &compatible, 1, false, probe_and_fail);
	}
	return -EINVAL;
}

/* The words before "timeout", or those behind it. */
static int add_listed_drivers(bool late)
{
	struct property *property;
	const char *word;
	bool is_late = false;
	int error = 0;

	of_property_for_each_string(of_chosen, "orc,drivers", property, word) {
		if (!strcmp(word, "timeout"))
			is_late = true;
		else if (is_late == late && !error)
			error = add_listed_driver(word);
	}
	return error;
}

/* Drivers that come when deferred_probe_timeout is over. */
int orc_register_late_drivers(const char *drivers)
{
	return strcmp(drivers, "listed") ? 0 : add_listed_drivers(true);
}

/* "none", "listed": as the tree says, "all-drivers": one that binds all, "driver-per-compatible": each populates the nodes below its device */
int orc_register_board_drivers(const char *drivers)
{
	int error;

	if (!strcmp(drivers, "none"))
		return 0;
	error = collect();
	if (!error)
		error = bus_register_notifier(&platform_bus_type, &notifier);
	if (error)
		return error;
	if (!strcmp(drivers, "all-drivers"))
		return add_driver("univ", compatibles, ncompatibles, true, probe);
	if (!strcmp(drivers, "listed"))
		return add_listed_drivers(false);
	if (!strcmp(drivers, "driver-per-compatible"))
		return add_driver_per_compatible();
	return -EINVAL;
}
