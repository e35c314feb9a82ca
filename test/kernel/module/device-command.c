// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Commands about one device that exists. */
#include <linux/ctype.h>
#include <linux/pm_runtime.h>
#include <linux/pm_wakeup.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "base.h"
#include "orc.h"

static int add(struct orc_device *device, struct orc_words *words)
{
	return device_add(&device->dev);
}

static int del(struct orc_device *device, struct orc_words *words)
{
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

static struct orc_script *script_of(struct orc_device *device, struct orc_words *words)
{
	int callback = orc_parse_callback(words->word[2]);

	return callback < 0 ? NULL : &device->scripts[callback];
}

static int parse_value(const char *word, struct orc_value *value)
{
	if (!strncmp(word, "defer:", 6)) {
		value->until = kstrdup(word + 6, GFP_KERNEL);
		return 0;
	}
	value->until = NULL;
	if (strcmp(word, "defer"))
		return orc_parse_number(word, &value->number);
	value->number = -EPROBE_DEFER;
	return 0;
}

/* ret DEV CB V[,V...][*] */
static int ret(struct orc_device *device, struct orc_words *words)
{
	struct orc_script *script = script_of(device, words);
	char *values = words->word[3];
	struct orc_script parsed = { };
	char *word;

	if (!script || !values)
		return ORC_BAD;
	if (*values && values[strlen(values) - 1] == '*') {
		parsed.repeat = true;
		values[strlen(values) - 1] = 0;
	}
	parsed.values = kcalloc(strlen(values) + 1, sizeof(*parsed.values), GFP_KERNEL);
	while ((word = strsep(&values, ","))) {
		if (parse_value(word, &parsed.values[parsed.count])) {
			orc_clear_values(&parsed);
			return ORC_BAD;
		}
		parsed.count++;
	}
	orc_clear_values(script);
	script->values = parsed.values;
	script->count = parsed.count;
	script->repeat = parsed.repeat;
	return 0;
}

/* off DEV CB */
static int off(struct orc_device *device, struct orc_words *words)
{
	struct orc_script *script = script_of(device, words);

	if (!script)
		return ORC_BAD;
	orc_clear_commands(script);
	return 0;
}

/* delay DEV CB MS */
static int delay(struct orc_device *device, struct orc_words *words)
{
	struct orc_script *script = script_of(device, words);

	if (!script || orc_parse_number(words->word[3], &script->delay))
		return ORC_BAD;
	return 0;
}

static int state(struct orc_device *device, struct orc_words *words)
{
	orc_write_device(device);
	return 0;
}

/* on DEV CB COMMAND: the command is the text behind the third word. */
static int on(struct orc_device *device, struct orc_words *words, const char *text)
{
	struct orc_script *script = script_of(device, words);
	int i;

	if (!script || words->count < 4 || script->ncommands == ORC_COMMANDS)
		return ORC_BAD;
	for (i = 0; i < 3; i++) {
		while (*text && !isspace(*text))
			text++;
		text = skip_spaces(text);
	}
	script->commands[script->ncommands++] = kstrdup(text, GFP_KERNEL);
	return 0;
}

static const struct command {
	const char *name;
	int (*run)(struct orc_device *device, struct orc_words *words);
} commands[] = {
	{ "add", add },
	{ "del", del },
	{ "attach", attach },
	{ "bind", bind },
	{ "unbind", unbind },
	{ "move", move },
	{ "flag", flag },
	{ "wakeup", wakeup },
	{ "wakeup_path", wakeup_path },
	{ "ret", ret },
	{ "off", off },
	{ "delay", delay },
	{ "state", state },
};

int orc_device_command(const char *text, struct orc_words *words)
{
	struct orc_device *device = orc_find_device(words->word[1]);
	int i;

	if (!device)
		return ORC_BAD;
	if (!strcmp(words->word[0], "on"))
		return on(device, words, text);
	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(words->word[0], commands[i].name))
			return commands[i].run(device, words);
	}
	return ORC_BAD;
}
