// SPDX-License-Identifier: GPL-2.0 OR MIT
/* The bus of all devices: a driver matches the devices that it names. */
#include <linux/device/bus.h>
#include <linux/string.h>
#include "orc.h"

static int orc_match(struct device *dev, const struct device_driver *drv)
{
	const char *name = to_orc_device(dev)->name;
	const char *match = to_orc_driver(drv)->matches;
	size_t length = strlen(name);

	for (; match; match = strchr(match, ',')) {
		match += *match == ',';
		if (!strncmp(match, name, length) && (match[length] == ',' || !match[length]))
			return 1;
	}
	return 0;
}

const struct bus_type orc_bus = {
	.name = "orc",
	.match = orc_match,
};
