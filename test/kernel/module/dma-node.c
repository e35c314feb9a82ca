// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Device-tree nodes of engines, routers and clients. They are children of the root, so that phandles are found, and stay in memory:
 * the kernel keeps a cache of phandles.
 */
#include <linux/of.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "dma.h"

static u32 last_phandle = ORC_DMA_NO_NODE;

struct orc_controller {
	struct list_head node;
	struct device_node *np;
	struct of_dma_filter_info info;
	struct dma_router router;
	struct orc_device *device;
	struct device_node *target;
	bool removed;
};

static LIST_HEAD(controllers);

/* Calls of of_dma_request_slave_channel() that looked at names, so far: see orc_reset_requests(). */
static int requests;

static struct property **find_property(struct device_node *np, const char *name)
{
	struct property **at = &np->properties;

	while (*at && strcmp((*at)->name, name))
		at = &(*at)->next;
	return at;
}

static void set_property(struct device_node *np, const char *name, const void *value, int length)
{
	struct property **at = find_property(np, name);
	struct property *property;

	if (*at)
		*at = (*at)->next;
	if (!value)
		return;
	property = kzalloc(sizeof(*property), GFP_KERNEL);
	property->name = kstrdup(name, GFP_KERNEL);
	property->value = kmemdup(value, length ?: 1, GFP_KERNEL);
	property->length = length;
	property->next = np->properties;
	np->properties = property;
}

static void set_cells(struct device_node *np, int cells)
{
	__be32 value = cpu_to_be32(cells);

	set_property(np, "#dma-cells", cells < 0 ? NULL : &value, sizeof(value));
}

static struct device_node *make_node(struct orc_device *device)
{
	struct device_node *np = kzalloc(sizeof(*np), GFP_KERNEL);

	of_node_init(np);
	np->full_name = kstrdup(device->name, GFP_KERNEL);
	np->name = np->full_name;
	np->phandle = ++last_phandle;
	np->parent = of_root;
	np->sibling = of_root->child;
	of_root->child = np;
	device->dev.of_node = np;
	return np;
}

/* The node of a device, made where there is none; as controller it counts one argument then. */
static struct device_node *node_for(struct orc_device *device, bool controller)
{
	struct device_node *np = device->dev.of_node;

	if (np)
		return np;
	np = make_node(device);
	if (controller)
		set_cells(np, 1);
	return np;
}

/* The node would be named in messages of device_add(). */
static struct orc_device *find_registered(const char *name)
{
	struct orc_device *device = orc_find_device(name);

	return device && device_is_registered(&device->dev) ? device : NULL;
}

static int dmacells(struct orc_device *device, struct orc_words *words)
{
	int cells = -1;

	if (!words->word[2])
		return ORC_BAD;
	if (strcmp(words->word[2], "none") &&
	    (orc_parse_number(words->word[2], &cells) || cells < 0 || cells > ORC_DMA_CELLS))
		return ORC_BAD;
	set_cells(node_for(device, false), cells);
	return 0;
}

struct entries {
	__be32 cells[ORC_DMA_ENTRIES * (ORC_DMA_CELLS + 1)];
	int ncells;
	char names[512];
	int length;
	int nnames;
};

static int parse_arguments(char *words, struct entries *entries)
{
	int number, count = 0;
	char *word;

	while ((word = strsep(&words, ":"))) {
		if (orc_parse_number(word, &number) || ++count > ORC_DMA_CELLS)
			return -EINVAL;
		entries->cells[entries->ncells++] = cpu_to_be32(number);
	}
	return 0;
}

/* [NAME=][REFERENCE[:ARGUMENT...]]; the nodes that are referred to are made in a second turn, when all is known to be well. */
static int parse_entry(char *word, struct entries *entries, bool make)
{
	char *equals = strchr(word, '=');
	char *name = equals ? word : NULL;
	char *arguments = equals ? equals + 1 : word;
	struct orc_device *device;
	char *reference;
	int i;

	if (name) {
		*equals = 0;
		if (entries->length + strlen(name) >= sizeof(entries->names) - 1)
			return -EINVAL;
		strcpy(entries->names + entries->length, name);
		entries->length += strlen(name) + 1;
		entries->nnames++;
	}
	reference = strsep(&arguments, ":");
	if (!*reference)
		return 0;
	i = entries->ncells++;
	if (strcmp(reference, "!") && strcmp(reference, "0")) {
		device = find_registered(reference);
		if (!device)
			return -EINVAL;
		if (make)
			entries->cells[i] = cpu_to_be32(node_for(device, true)->phandle);
	} else if (*reference == '!') {
		entries->cells[i] = cpu_to_be32(ORC_DMA_NO_NODE);
	} else {
		entries->cells[i] = 0;
		return 0;
	}
	return arguments ? parse_arguments(arguments, entries) : 0;
}

static int parse_entries(struct orc_words *words, struct entries *entries, bool make)
{
	int i, error = 0;

	memset(entries, 0, sizeof(*entries));
	for (i = 2; i < words->count && !error; i++) {
		char *copy = kstrdup(words->word[i], GFP_KERNEL);

		error = parse_entry(copy, entries, make);
		kfree(copy);
	}
	return error;
}

/* dmas DEV [ENTRY...] */
static int dmas(struct orc_device *device, struct orc_words *words)
{
	struct entries *entries = kzalloc(sizeof(*entries), GFP_KERNEL);
	struct device_node *np;
	int error = words->count > ORC_DMA_ENTRIES + 2 ? -EINVAL : parse_entries(words, entries, false);

	if (!error) {
		parse_entries(words, entries, true);
		np = node_for(device, false);
		set_property(np, "dmas", words->count > 2 ? entries->cells : NULL,
			     entries->ncells * sizeof(entries->cells[0]));
		set_property(np, "dma-names", entries->nnames ? entries->names : NULL, entries->length);
	}
	kfree(entries);
	return error ? ORC_BAD : 0;
}

static struct orc_controller *make_controller(struct orc_device *device)
{
	struct orc_controller *controller = kzalloc(sizeof(*controller), GFP_KERNEL);

	get_device(&device->dev);
	controller->device = device;
	controller->np = node_for(device, true);
	list_add_tail(&controller->node, &controllers);
	return controller;
}

/* dmaof DEV simple|chan_id [caps=...] */
static int dmaof(struct orc_device *device, struct orc_words *words)
{
	struct orc_engine *engine = orc_shown_engine(device->name);
	struct orc_controller *controller;
	dma_cap_mask_t caps;
	bool simple;

	dma_cap_zero(caps);
	dma_cap_set(DMA_SLAVE, caps);
	if (!words->word[2] || words->count > 4)
		return ORC_BAD;
	if (words->word[3] && (strncmp(words->word[3], "caps=", 5) || orc_parse_caps(words->word[3] + 5, &caps)))
		return ORC_BAD;
	simple = !strcmp(words->word[2], "simple");
	if (!simple && (strcmp(words->word[2], "chan_id") || !engine))
		return ORC_BAD;
	controller = make_controller(device);
	controller->info.dma_cap = caps;
	controller->info.filter_fn = orc_filter_by_number;
	if (simple)
		return of_dma_controller_register(controller->np, of_dma_simple_xlate, &controller->info);
	return of_dma_controller_register(controller->np, of_dma_xlate_by_chan_id, &engine->dma);
}

static int rmdmaof(struct orc_device *device, struct orc_words *words)
{
	struct device_node *np = device->dev.of_node;
	struct orc_controller *controller;

	if (!np)
		return 0;
	of_dma_controller_free(np);
	list_for_each_entry(controller, &controllers, node) {
		if (controller->np != np || controller->removed)
			continue;
		controller->removed = true;
		break;
	}
	return 0;
}

static int call_router(struct orc_controller *controller, enum orc_callback callback)
{
	struct orc_device *device = controller->device;

	return orc_call_about(device->name, callback, "dma", &device->scripts[callback], NULL);
}

static void *route_allocate(struct of_phandle_args *spec, struct of_dma *ofdma)
{
	struct orc_controller *controller = container_of(ofdma->dma_router, struct orc_controller, router);
	int error = call_router(controller, ORC_ROUTE_ALLOCATE);
	u32 cells = 0;

	if (error < 0)
		return ERR_PTR(error);
	of_property_read_u32(controller->target, "#dma-cells", &cells);
	spec->np = of_node_get(controller->target);
	spec->args_count = min_t(int, spec->args_count, cells);
	return controller;
}

static void route_free(struct device *dev, void *data)
{
	call_router(data, ORC_ROUTE_FREE);
}

static bool is_router(struct orc_device *device)
{
	struct orc_controller *controller;

	list_for_each_entry(controller, &controllers, node) {
		if (controller->np == device->dev.of_node && controller->target && !controller->removed)
			return true;
	}
	return false;
}

/* dmarouter DEV TARGET: routers that lead to each other in a circle would use up the stack. */
static int dmarouter(struct orc_device *device, struct orc_words *words)
{
	struct orc_device *target = find_registered(words->word[2]);
	struct orc_controller *controller;

	if (!target || target == device || is_router(target))
		return ORC_BAD;
	controller = make_controller(device);
	controller->target = node_for(target, true);
	controller->router.dev = &device->dev;
	controller->router.route_free = route_free;
	return of_dma_router_register(controller->np, route_allocate, &controller->router);
}

static const struct orc_device_command commands[] = {
	{ "dmacells", dmacells },
	{ "dmas", dmas },
	{ "dmaof", dmaof },
	{ "rmdmaof", rmdmaof },
	{ "dmarouter", dmarouter },
};

int orc_dma_node_command(struct orc_words *words)
{
	return orc_run_on_device(find_registered(words->word[1]), words, commands, ARRAY_SIZE(commands));
}

/* dma_request_chan() of a device counts as a request if it comes to look at names. */
void orc_count_request(struct device *dev)
{
	struct device_node *np = dev->of_node;

	if (np && *find_property(np, "dmas") && *find_property(np, "dma-names"))
		requests++;
}

/* All numbers of entries that a scenario can have divide it. */
#define REQUESTS_CYCLE 840

/*
 * The kernel counts requests for as long as it lives, and where a request begins to look depends on that count. A scenario begins
 * with a count that any number of entries divides.
 */
static void reset_requests(void)
{
	struct device_node *np;

	if (requests % REQUESTS_CYCLE == 0)
		return;
	np = kzalloc(sizeof(*np), GFP_KERNEL);
	of_node_init(np);
	np->full_name = "requests";
	set_property(np, "dmas", "", 0);
	set_property(np, "dma-names", "x", 2);
	for (; requests % REQUESTS_CYCLE; requests++)
		of_dma_request_slave_channel(np, "y");
}

/* Controllers leave the kernel's list, and nodes the tree. */
void orc_drop_nodes(void)
{
	struct orc_controller *controller, *next;
	struct orc_device *device;

	list_for_each_entry_safe(controller, next, &controllers, node) {
		of_dma_controller_free(controller->np);
		list_del(&controller->node);
		put_device(&controller->device->dev);
	}
	while (of_root && of_root->child && of_root->child->phandle > ORC_DMA_NO_NODE)
		of_root->child = of_root->child->sibling;
	list_for_each_entry(device, &orc_devices, node)
		device->dev.of_node = NULL;
	reset_requests();
}
