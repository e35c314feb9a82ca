// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Drivers of a scenario, by name. */
#include <linux/slab.h>
#include "orc.h"

LIST_HEAD(orc_drivers);

struct orc_driver *orc_find_driver(const char *name)
{
	struct orc_driver *driver;

	list_for_each_entry(driver, &orc_drivers, node) {
		if (name && !strcmp(driver->name, name))
			return driver;
	}
	return NULL;
}

static void free_driver(struct orc_driver *driver)
{
	kfree(driver->name);
	kfree(driver->matches);
	kfree(driver);
}

static int parse_option(char *word, struct orc_driver *driver)
{
	u32 set;

	if (!strncmp(word, "match=", 6)) {
		kfree(driver->matches);
		driver->matches = kstrdup(word + 6, GFP_KERNEL);
	} else if (!strncmp(word, "ops=", 4)) {
		if (orc_parse_callbacks(word + 4, &set))
			return -EINVAL;
		memset(&driver->ops, 0, sizeof(driver->ops));
		orc_take_ops(&driver->ops, ORC_DRV, set);
		driver->drv.pm = &driver->ops;
	} else if (!strcmp(word, "sync_state")) {
		driver->drv.sync_state = orc_sync_state;
	} else if (!strcmp(word, "async")) {
		driver->drv.probe_type = PROBE_PREFER_ASYNCHRONOUS;
	} else {
		return -EINVAL;
	}
	return 0;
}

static struct orc_driver *parse(struct orc_words *words)
{
	struct orc_driver *driver = kzalloc(sizeof(*driver), GFP_KERNEL);
	int i;

	for (i = 2; i < words->count; i++) {
		if (parse_option(words->word[i], driver))
			goto bad;
	}
	if (words->count < 2 || !driver->matches)
		goto bad;
	driver->name = kstrdup(words->word[1], GFP_KERNEL);
	driver->drv.name = driver->name;
	driver->drv.bus = &orc_bus;
	driver->drv.probe = orc_probe;
	driver->drv.remove = orc_remove;
	return driver;
bad:
	free_driver(driver);
	return NULL;
}

/* drv NAME match=D1,D2 [ops=CBS] [sync_state] [async] */
int orc_create_driver(struct orc_words *words)
{
	struct orc_driver *driver = parse(words);
	int error;

	if (!driver)
		return ORC_BAD;
	if (orc_find_driver(driver->name)) {
		free_driver(driver);
		return -EEXIST;
	}
	list_add_tail(&driver->node, &orc_drivers);
	error = driver_register(&driver->drv);
	if (error) {
		list_del(&driver->node);
		free_driver(driver);
	}
	return error;
}

void orc_delete_driver(struct orc_driver *driver)
{
	driver_unregister(&driver->drv);
	list_del(&driver->node);
	free_driver(driver);
}
