// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Commands about one device that exists. */
#include <linux/pm_qos.h>
#include <linux/pm_runtime.h>
#include <linux/pm_wakeup.h>
#include <linux/string.h>
#include "base.h"
#include "orc.h"

/* Adding a device twice is no refusal of the kernel's: it breaks its lists. */
static int add(struct orc_device *device, struct orc_words *words)
{
	if (device_is_registered(&device->dev))
		return -EEXIST;
	return device_add(&device->dev);
}

/* The device of an engine stays as long as that is registered. */
static int del(struct orc_device *device, struct orc_words *words)
{
	if (orc_has_engine(device))
		return ORC_BAD;
	orc_delete_device(device);
	return 0;
}

static int attach(struct orc_device *device, struct orc_words *words)
{
	return device_attach(&device->dev);
}

static int bind(struct orc_device *device, struct orc_words *words)
{
	struct orc_driver *driver = orc_find_driver(words->word[2]);

	return driver ? device_driver_attach(&driver->drv, &device->dev) : ORC_BAD;
}

static int unbind(struct orc_device *device, struct orc_words *words)
{
	device_release_driver(&device->dev);
	return 0;
}

/* move DEV PARENT ORDER; "-" for no parent */
static int move(struct orc_device *device, struct orc_words *words)
{
	const char *name = words->word[2];
	struct orc_device *parent = NULL;
	enum dpm_order order;

	if (!name || orc_parse_order(words->word[3], &order))
		return ORC_BAD;
	if (strcmp(name, "-") && strcmp(name, "none")) {
		parent = orc_find_device(name);
		if (!parent)
			return ORC_BAD;
	}
	return device_move(&device->dev, parent ? &parent->dev : NULL, order);
}

static const char *const flag_names[] = {
	"async", "noasync", "syscore", "clear", "no_direct_complete", "smart_prepare", "smart_suspend",
	"may_skip_resume",
};

static void set_flag(struct device *dev, int flag)
{
	static const u32 driver_flags[ARRAY_SIZE(flag_names)] = {
		[4] = DPM_FLAG_NO_DIRECT_COMPLETE,
		[5] = DPM_FLAG_SMART_PREPARE,
		[6] = DPM_FLAG_SMART_SUSPEND,
		[7] = DPM_FLAG_MAY_SKIP_RESUME,
	};

	switch (flag) {
	case 0:
		device_enable_async_suspend(dev);
		break;
	case 1:
		device_disable_async_suspend(dev);
		break;
	case 2:
		dev_pm_syscore_device(dev, true);
		break;
	case 3:
		dev_pm_set_driver_flags(dev, 0);
		break;
	default:
		dev_pm_set_driver_flags(dev, dev->power.driver_flags | driver_flags[flag]);
	}
}

static int flag(struct orc_device *device, struct orc_words *words)
{
	int flags[ORC_WORDS];
	int i;

	for (i = 2; i < words->count; i++) {
		flags[i] = match_string(flag_names, ARRAY_SIZE(flag_names), words->word[i]);
		if (flags[i] < 0)
			return ORC_BAD;
	}
	for (i = 2; i < words->count; i++)
		set_flag(&device->dev, flags[i]);
	return 0;
}

static int wakeup(struct orc_device *device, struct orc_words *words)
{
	int enabled;

	if (orc_parse_number(words->word[2], &enabled))
		return ORC_BAD;
	device_init_wakeup(&device->dev, enabled != 0);
	return 0;
}

static int wakeup_path(struct orc_device *device, struct orc_words *words)
{
	device_set_wakeup_path(&device->dev);
	return 0;
}

/* qos DEV USEC|none: one request of a resume latency */
static int qos(struct orc_device *device, struct orc_words *words)
{
	struct dev_pm_qos_request *request = &device->latency;
	int value;

	if (words->word[2] && !strcmp(words->word[2], "none"))
		return dev_pm_qos_request_active(request) ? dev_pm_qos_remove_request(request) : -EINVAL;
	if (orc_parse_number(words->word[2], &value) || value < 0)
		return ORC_BAD;
	if (dev_pm_qos_request_active(request))
		return dev_pm_qos_update_request(request, value);
	return dev_pm_qos_add_request(&device->dev, request, DEV_PM_QOS_RESUME_LATENCY, value);
}

static int state(struct orc_device *device, struct orc_words *words)
{
	orc_write_device(device);
	return 0;
}

static const struct orc_device_command commands[] = {
	{ "add", add },
	{ "del", del },
	{ "attach", attach },
	{ "bind", bind },
	{ "unbind", unbind },
	{ "move", move },
	{ "flag", flag },
	{ "wakeup", wakeup },
	{ "wakeup_path", wakeup_path },
	{ "qos", qos },
	{ "state", state },
};

/* The command of a table that the first word names, on a device; ORC_BAD without either. */
int orc_run_on_device(struct orc_device *device, struct orc_words *words,
		      const struct orc_device_command *commands, int count)
{
	int i;

	for (i = 0; device && i < count; i++) {
		if (!strcmp(words->word[0], commands[i].name))
			return commands[i].run(device, words);
	}
	return ORC_BAD;
}

int orc_device_command(struct orc_words *words)
{
	return orc_run_on_device(orc_find_device(words->word[1]), words, commands, ARRAY_SIZE(commands));
}
