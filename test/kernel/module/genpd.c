// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Power domains of a scenario, by name: generic PM domains whose power_on and power_off are scripted. */
#include <linux/debugfs.h>
#include <linux/pm_domain.h>
#include <linux/pm_runtime.h>
#include <linux/slab.h>
#include "orc.h"

struct orc_domain {
	struct generic_pm_domain genpd;
	struct list_head node;
	char *name;
	struct orc_script scripts[ORC_CALLBACKS - ORC_DEVICE_CALLBACKS];
};

#define to_orc_domain(d) container_of(d, struct orc_domain, genpd)

static LIST_HEAD(domains);

/* Removed ones are freed when the scenario is over: some callback may still be on its way out of them. */
static LIST_HEAD(removed);

static struct orc_domain *find_domain(const char *name)
{
	struct orc_domain *domain;

	list_for_each_entry(domain, &domains, node) {
		if (name && !strcmp(domain->name, name))
			return domain;
	}
	return NULL;
}

static int call_domain(struct generic_pm_domain *genpd, enum orc_callback callback)
{
	struct orc_domain *domain = to_orc_domain(genpd);

	return orc_call(domain->name, callback, "genpd", &domain->scripts[callback - ORC_DEVICE_CALLBACKS]);
}

static int power_on(struct generic_pm_domain *genpd)
{
	return call_domain(genpd, ORC_POWER_ON);
}

static int power_off(struct generic_pm_domain *genpd)
{
	return call_domain(genpd, ORC_POWER_OFF);
}

static int start(struct device *dev)
{
	struct orc_device *device = to_orc_device(dev);

	return orc_call(device->name, ORC_START, "genpd", &device->scripts[ORC_START]);
}

static int stop(struct device *dev)
{
	struct orc_device *device = to_orc_device(dev);

	return orc_call(device->name, ORC_STOP, "genpd", &device->scripts[ORC_STOP]);
}

/*
 * The script of a domain's callback; NULL without one. What an irq_safe domain does is done under a spinlock: it takes
 * no time and runs no commands.
 */
struct orc_script *orc_domain_script(const char *name, enum orc_callback callback, bool may_sleep)
{
	struct orc_domain *domain = find_domain(name);

	if (!domain || (may_sleep && domain->genpd.flags & GENPD_FLAG_IRQ_SAFE))
		return NULL;
	return &domain->scripts[callback - ORC_DEVICE_CALLBACKS];
}

struct options {
	bool off;
	bool dev_ops;
	unsigned int flags;
	struct dev_power_governor *governor;
};

static int parse_option(const char *word, struct options *options)
{
	static const struct {
		const char *name;
		unsigned int flag;
	} flags[] = {
		{ "always_on", GENPD_FLAG_ALWAYS_ON },
		{ "rpm_always_on", GENPD_FLAG_RPM_ALWAYS_ON },
		{ "irq_safe", GENPD_FLAG_IRQ_SAFE },
		{ "active_wakeup", GENPD_FLAG_ACTIVE_WAKEUP },
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		if (strcmp(word, flags[i].name))
			continue;
		options->flags |= flags[i].flag;
		return 0;
	}
	if (!strcmp(word, "off"))
		options->off = true;
	else if (!strcmp(word, "dev_ops"))
		options->dev_ops = true;
	else if (!strcmp(word, "gov=none"))
		options->governor = NULL;
	else if (!strcmp(word, "gov=simple"))
		options->governor = &simple_qos_governor;
	else if (!strcmp(word, "gov=always_on"))
		options->governor = &pm_domain_always_on_gov;
	else
		return -EINVAL;
	return 0;
}

static void free_domain(struct orc_domain *domain)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(domain->scripts); i++) {
		orc_clear_values(&domain->scripts[i]);
		orc_clear_commands(&domain->scripts[i]);
	}
	kfree(domain->name);
	kfree(domain);
}

/* genpd NAME [off] [gov=none|simple|always_on] [FLAG...] */
static int create(struct orc_words *words)
{
	struct options options = { };
	struct orc_domain *domain;
	int i, error;

	for (i = 2; i < words->count; i++) {
		if (parse_option(words->word[i], &options))
			return ORC_BAD;
	}
	if (words->count < 2)
		return ORC_BAD;
	if (find_domain(words->word[1]))
		return -EEXIST;
	domain = kzalloc(sizeof(*domain), GFP_KERNEL);
	domain->name = kstrdup(words->word[1], GFP_KERNEL);
	domain->genpd.name = domain->name;
	domain->genpd.flags = options.flags;
	domain->genpd.power_on = power_on;
	domain->genpd.power_off = power_off;
	if (options.dev_ops) {
		domain->genpd.dev_ops.start = start;
		domain->genpd.dev_ops.stop = stop;
	}
	error = pm_genpd_init(&domain->genpd, options.governor, options.off);
	if (error) {
		free_domain(domain);
		return error;
	}
	list_add_tail(&domain->node, &domains);
	return 0;
}

static int remove_domain(struct orc_domain *domain)
{
	int error = pm_genpd_remove(&domain->genpd);

	if (!error)
		list_move(&domain->node, &removed);
	return error;
}

/* rmgenpd NAME */
static int destroy(struct orc_words *words)
{
	struct orc_domain *domain = find_domain(words->word[1]);

	return domain ? remove_domain(domain) : ORC_BAD;
}

/* subdomain PARENT CHILD, rmsubdomain PARENT CHILD */
static int change_subdomain(struct orc_words *words)
{
	struct orc_domain *parent = find_domain(words->word[1]);
	struct orc_domain *child = find_domain(words->word[2]);

	if (!parent || !child)
		return ORC_BAD;
	if (!strcmp(words->word[0], "subdomain"))
		return pm_genpd_add_subdomain(&parent->genpd, &child->genpd);
	return pm_genpd_remove_subdomain(&parent->genpd, &child->genpd);
}

/* domain DEV NAME */
static int join(struct orc_words *words)
{
	struct orc_device *device = orc_find_device(words->word[1]);
	struct orc_domain *domain = find_domain(words->word[2]);

	return device && domain ? pm_genpd_add_device(&domain->genpd, &device->dev) : ORC_BAD;
}

/* undomain DEV: the callback of a device in transition would go on with what is freed here. */
static int leave(struct orc_words *words)
{
	struct orc_device *device = orc_find_device(words->word[1]);
	enum rpm_status status;

	if (!device)
		return ORC_BAD;
	status = device->dev.power.runtime_status;
	if (status == RPM_SUSPENDING || status == RPM_RESUMING)
		return ORC_BAD;
	return pm_genpd_remove_device(&device->dev);
}

/* domain_always_on DEV 0|1 */
static int set_always_on(struct orc_words *words)
{
	struct orc_device *device = orc_find_device(words->word[1]);
	int on;

	if (!device || orc_parse_number(words->word[2], &on))
		return ORC_BAD;
	return dev_pm_genpd_rpm_always_on(&device->dev, on != 0);
}

/* state NAME, for a domain */
static int write_one(struct orc_words *words)
{
	struct orc_domain *domain = find_domain(words->word[1]);

	if (!domain)
		return ORC_BAD;
	orc_write_domain(domain);
	return 0;
}

static const struct command {
	const char *name;
	int (*run)(struct orc_words *words);
} commands[] = {
	{ "genpd", create },
	{ "rmgenpd", destroy },
	{ "subdomain", change_subdomain },
	{ "rmsubdomain", change_subdomain },
	{ "domain", join },
	{ "undomain", leave },
	{ "domain_always_on", set_always_on },
	{ "state", write_one },
};

/* A command about domains; ORC_BAD for any other. */
int orc_domain_command(struct orc_words *words)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(words->word[0], commands[i].name))
			return commands[i].run(words);
	}
	return ORC_BAD;
}

void orc_write_domain(struct orc_domain *domain)
{
	struct generic_pm_domain *genpd = &domain->genpd;
	unsigned long flags = orc_trace_begin("gpd");
	struct pm_domain_data *data;
	struct gpd_link *link;

	orc_trace_string("d", domain->name);
	orc_trace_string("st", genpd->status == GENPD_STATE_ON ? "on" : "off");
	orc_trace_number("sd", atomic_read(&genpd->sd_count));
	orc_trace_list_begin("devs");
	list_for_each_entry(data, &genpd->dev_list, list_node)
		orc_trace_list_item(to_orc_device(data->dev)->name);
	orc_trace_list_end();
	orc_trace_number("prep", genpd->prepared_count);
	orc_trace_number("susp", genpd->suspended_count);
	orc_trace_list_begin("parents");
	list_for_each_entry(link, &genpd->child_links, child_node)
		orc_trace_list_item(to_orc_domain(link->parent)->name);
	orc_trace_list_end();
	orc_trace_number("off_n", genpd->states[0].usage);
	orc_trace_number("rej", genpd->states[0].rejected);
	orc_trace_end(flags);
}

void orc_write_domains(void)
{
	struct orc_domain *domain;

	list_for_each_entry(domain, &domains, node)
		orc_write_domain(domain);
}

static bool is_member(struct device *dev)
{
	return dev->power.subsys_data && dev->power.subsys_data->domain_data;
}

/* Behind device_del(). The device has to stay in a domain whose devices are prepared for sleep. */
void orc_leave_domain(struct device *dev)
{
	if (is_member(dev))
		pm_genpd_remove_device(dev);
}

/* Subdomains before their parents. */
static bool remove_some(void)
{
	struct orc_domain *domain, *next;
	bool any = false;

	list_for_each_entry_safe_reverse(domain, next, &domains, node)
		any |= !remove_domain(domain);
	return any;
}

/* Domains below each other in a circle can never be removed: they are left to the kernel, but for their names. */
static void abandon(struct orc_domain *domain)
{
	debugfs_lookup_and_remove(domain->name, debugfs_lookup("pm_genpd", NULL));
	list_del(&domain->node);
}

/* All domains go, without a trace. */
void orc_delete_domains(void)
{
	while (remove_some())
		;
	while (!list_empty(&domains))
		abandon(list_first_entry(&domains, struct orc_domain, node));
	while (!list_empty(&removed)) {
		struct orc_domain *domain = list_first_entry(&removed, struct orc_domain, node);

		list_del(&domain->node);
		free_domain(domain);
	}
}

static void nothing(struct device *dev)
{
}

/*
 * The kernel tells once in its life that a domain stays on for an irq_safe device. It does so here, before the first
 * scenario.
 */
void orc_domains_init(void)
{
	static struct generic_pm_domain genpd = { .name = "first" };
	static struct device dev = { .release = nothing };

	device_initialize(&dev);
	dev_set_name(&dev, "first");
	dev.power.irq_safe = true;
	if (pm_genpd_init(&genpd, NULL, false) || pm_genpd_add_device(&genpd, &dev))
		return;
	genpd.domain.ops.runtime_resume(&dev);
	pm_genpd_remove_device(&dev);
	pm_genpd_remove(&genpd);
}
