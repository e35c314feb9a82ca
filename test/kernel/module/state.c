// SPDX-License-Identifier: GPL-2.0 OR MIT
/* The lines that show a state: "dev", "link" and "list". */
#include <linux/pm_runtime.h>
#include <linux/string.h>
#include "base.h"
#include "power/power.h"
#include "orc.h"

static const char *rpm_status_name(enum rpm_status status)
{
	switch (status) {
	case RPM_ACTIVE:
		return "active";
	case RPM_RESUMING:
		return "resuming";
	case RPM_SUSPENDED:
		return "suspended";
	case RPM_SUSPENDING:
		return "suspending";
	case RPM_BLOCKED:
		return "blocked";
	default:
		return "invalid";
	}
}

static const char *link_status_name(enum device_link_state status)
{
	switch (status) {
	case DL_STATE_NONE:
		return "none";
	case DL_STATE_DORMANT:
		return "dormant";
	case DL_STATE_AVAILABLE:
		return "available";
	case DL_STATE_CONSUMER_PROBE:
		return "consumer-probe";
	case DL_STATE_ACTIVE:
		return "active";
	case DL_STATE_SUPPLIER_UNBIND:
		return "supplier-unbind";
	}
	return "?";
}

static void write_power(struct dev_pm_info *power)
{
	orc_trace_string("rpm", rpm_status_name(power->runtime_status));
	orc_trace_number("usage", atomic_read(&power->usage_count));
	orc_trace_number("child", atomic_read(&power->child_count));
	orc_trace_number("disable", power->disable_depth);
	orc_trace_number("err", power->runtime_error);
	orc_trace_number("auto", power->runtime_auto);
	orc_trace_number("req", power->request_pending ? power->request : 0);
	orc_trace_number("timer", power->timer_expires > 0);
	orc_trace_number("links", power->links_count);
	orc_trace_string("last", rpm_status_name(power->last_status));
	orc_trace_number("idle_n", power->idle_notification);
	orc_trace_number("defres", power->deferred_resume);
}

/* What the driver core knows of a registered device. */
static void write_deferral(struct device_private *p)
{
	char reason[256];

	if (!p || !p->deferred_probe_reason)
		return;
	strscpy(reason, p->deferred_probe_reason, sizeof(reason));
	orc_trace_string("why", strim(reason));
}

void orc_write_device(struct orc_device *device)
{
	struct device *dev = &device->dev;
	unsigned long flags = orc_trace_begin("dev");

	orc_trace_string("d", device->name);
	write_power(&dev->power);
	if (device_is_bound(dev))
		orc_trace_string("drv", dev->driver->name);
	else
		orc_trace_null("drv");
	orc_trace_number("dl", dev->links.status);
	orc_trace_number("deferred", dev->p && !list_empty(&dev->p->deferred_probe));
	orc_trace_number("synced", dev->state_synced);
	write_deferral(dev->p);
	orc_trace_end(flags);
}

void orc_write_devices(void)
{
	struct orc_device *device;

	list_for_each_entry(device, &orc_devices, node)
		orc_write_device(device);
}

static void write_link(struct device_link *link)
{
	unsigned long flags = orc_trace_begin("link");

	orc_trace_string("con", orc_device_name(link->consumer));
	orc_trace_string("sup", orc_device_name(link->supplier));
	orc_trace_string("st", link_status_name(link->status));
	orc_trace_number("fl", link->flags);
	orc_trace_number("rpm", refcount_read(&link->rpm_active));
	orc_trace_number("ref", kref_read(&link->kref));
	orc_trace_number("spp", link->supplier_preactivated);
	orc_trace_end(flags);
}

/* All links, by consumer. */
void orc_write_links(void)
{
	struct orc_device *device;
	struct device_link *link;

	list_for_each_entry(device, &orc_devices, node) {
		list_for_each_entry(link, &device->dev.links.suppliers, c_node)
			write_link(link);
	}
}

static void write_name(struct device *dev)
{
	if (dev->bus == &orc_bus || (dev->class && !strcmp(dev->class->name, "dma")))
		orc_trace_list_item(orc_device_name(dev));
}

void orc_write_lists(void)
{
	unsigned long flags = orc_trace_begin("list");
	struct device *dev;
	struct kobject *kobj;

	orc_trace_list_begin("dpm");
	list_for_each_entry(dev, &dpm_list, power.entry)
		write_name(dev);
	orc_trace_list_end();
	orc_trace_list_begin("kset");
	list_for_each_entry(kobj, &devices_kset->list, entry)
		write_name(kobj_to_dev(kobj));
	orc_trace_list_end();
	orc_trace_end(flags);
}
