// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Runs a command, at the top of a scenario or inside a callback, with its "cmd" and "ret" lines. */
#include <linux/pm_runtime.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/suspend.h>
#include "base.h"
#include "power/power.h"
#include "orc.h"

static int number_of_commands;

void orc_reset_commands(void)
{
	number_of_commands = 0;
}

static int undrv(struct orc_words *words)
{
	struct orc_driver *driver = orc_find_driver(words->word[1]);

	if (!driver)
		return ORC_BAD;
	orc_delete_driver(driver);
	return 0;
}

static int add_link(struct device *consumer, struct device *supplier, char *words)
{
	u32 flags;

	if (orc_parse_link_flags(words, &flags))
		return ORC_BAD;
	return device_link_add(consumer, supplier, flags) ? 1 : 0;
}

static int delete_link(struct device *consumer, struct device *supplier)
{
	struct device_link *link;

	list_for_each_entry(link, &consumer->links.suppliers, c_node) {
		if (link->supplier == supplier) {
			device_link_del(link);
			return 0;
		}
	}
	return -ENOENT;
}

/* link CON SUP FLAGS, dellink CON SUP, rmlink CON SUP */
static int link_command(struct orc_words *words)
{
	struct device *consumer = orc_find_any_device(words->word[1]);
	struct device *supplier = orc_find_any_device(words->word[2]);

	if (!consumer || !supplier)
		return ORC_BAD;
	if (!strcmp(words->word[0], "link"))
		return add_link(consumer, supplier, words->word[3]);
	if (!strcmp(words->word[0], "dellink"))
		return delete_link(consumer, supplier);
	device_link_remove(consumer, supplier);
	return 0;
}

static int set_pm_async(struct orc_words *words)
{
	int enabled;

	if (orc_parse_number(words->word[1], &enabled))
		return ORC_BAD;
	pm_async_enabled = enabled != 0;
	return 0;
}

/* sleep MS, sleep_raw MS */
static int sleep(struct orc_words *words)
{
	int milliseconds;

	if (orc_parse_number(words->word[1], &milliseconds))
		return ORC_BAD;
	milliseconds = max(milliseconds, 0);
	if (!strcmp(words->word[0], "sleep"))
		orc_sleep(milliseconds);
	else
		orc_elapse(milliseconds);
	return 0;
}

static int suspend(struct orc_words *words)
{
	return orc_suspend(words->word[1]);
}

static int state(struct orc_words *words)
{
	orc_write_devices();
	orc_write_links();
	orc_write_domains();
	orc_write_engines();
	return 0;
}

static int dump(struct orc_words *words)
{
	state(words);
	orc_write_lists();
	return 0;
}

#define NO_WORDS(name, call)				\
	static int name##_command(struct orc_words *words)	\
	{						\
		call;					\
		return 0;				\
	}

NO_WORDS(flush, orc_flush())
NO_WORDS(settle, orc_settle())
NO_WORDS(probe_wait, wait_for_device_probe())
NO_WORDS(system_wakeup, pm_system_wakeup())
NO_WORDS(links, orc_write_links())
NO_WORDS(lists, orc_write_lists())

static const struct command {
	const char *name;
	int (*run)(struct orc_words *words);
} commands[] = {
	{ "dev", orc_create_device },
	{ "drv", orc_create_driver },
	{ "undrv", undrv },
	{ "link", link_command },
	{ "dellink", link_command },
	{ "rmlink", link_command },
	{ "pm_async", set_pm_async },
	{ "system_wakeup", system_wakeup_command },
	{ "suspend", suspend },
	{ "sleep", sleep },
	{ "sleep_raw", sleep },
	{ "flush", flush_command },
	{ "settle", settle_command },
	{ "probe_wait", probe_wait_command },
	{ "links", links_command },
	{ "lists", lists_command },
	{ "dump", dump },
};

static int carry_out(const char *text, struct orc_words *words)
{
	int i, value;

	if (!words->count)
		return ORC_BAD;
	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(words->word[0], commands[i].name))
			return commands[i].run(words);
	}
	if (!strcmp(words->word[0], "rpm"))
		return words->count < 3 ? ORC_BAD : orc_runtime_command(words);
	if (!strcmp(words->word[0], "state") && words->count == 1)
		return state(words);
	value = orc_script_command(text, words);
	if (value == ORC_BAD)
		value = orc_device_command(words);
	if (value == ORC_BAD)
		value = orc_dma_command(words);
	return value == ORC_BAD ? orc_domain_command(words) : value;
}

void orc_run_command(const char *text)
{
	int number = ++number_of_commands;
	char *copy = kstrdup(text, GFP_KERNEL);
	struct orc_words *words = kmalloc(sizeof(*words), GFP_KERNEL);
	unsigned long flags;
	int value;

	if (!orc_silent) {
		flags = orc_trace_begin("cmd");
		orc_trace_number("n", number);
		orc_trace_string("c", text);
		orc_trace_end(flags);
	}
	orc_split(copy, words);
	value = orc_may_sleep_here(words) ? carry_out(text, words) : ORC_BAD;
	kfree(words);
	kfree(copy);
	if (orc_silent)
		return;
	flags = orc_trace_begin("ret");
	orc_trace_number("n", number);
	if (value == ORC_BAD)
		orc_trace_string("v", "bad");
	else
		orc_trace_number("v", value);
	orc_trace_end(flags);
}
