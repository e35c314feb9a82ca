// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Engines of a scenario: what their driver registers, and their callbacks. */
#include <linux/slab.h>
#include <linux/string.h>
#include "dma.h"

LIST_HEAD(orc_engines);
LIST_HEAD(orc_shown_engines);

struct orc_engine *orc_shown_engine(const char *name)
{
	struct orc_engine *engine;

	list_for_each_entry(engine, &orc_shown_engines, shown) {
		if (name && !strcmp(engine->owner->name, name))
			return engine;
	}
	return NULL;
}

static struct orc_engine *registered_engine(struct orc_device *device)
{
	struct orc_engine *engine;

	list_for_each_entry(engine, &orc_engines, node) {
		if (engine->owner == device && engine->registered)
			return engine;
	}
	return NULL;
}

bool orc_has_engine(struct orc_device *device)
{
	return registered_engine(device);
}

/* The device of class dma that stands for a channel. */
struct device *orc_find_channel_device(const char *name)
{
	struct orc_engine *engine;
	int i;

	list_for_each_entry(engine, &orc_engines, node) {
		for (i = 0; engine->registered && i < engine->nchannels; i++) {
			struct device *dev = &engine->channels[i].vc.chan.dev->device;

			if (name && !strcmp(dev_name(dev), name))
				return dev;
		}
	}
	return NULL;
}

static int call(struct orc_device *device, enum orc_callback callback, struct dma_chan *chan)
{
	return orc_call_about(device->name, callback, "dma", &device->scripts[callback], chan ? dma_chan_name(chan) : NULL);
}

static int alloc_chan_resources(struct dma_chan *chan)
{
	return call(to_orc_engine(chan->device)->owner, ORC_ALLOC_CHAN_RESOURCES, chan);
}

static void free_chan_resources(struct dma_chan *chan)
{
	call(to_orc_engine(chan->device)->owner, ORC_FREE_CHAN_RESOURCES, chan);
	orc_free_transfers(chan);
}

static int router_config(struct dma_chan *chan)
{
	return call(to_orc_engine(chan->device)->owner, ORC_ROUTER_CONFIG, chan);
}

static void device_release(struct dma_device *dma)
{
	call(to_orc_engine(dma)->owner, ORC_DEVICE_RELEASE, NULL);
}

bool orc_filter_by_number(struct dma_chan *chan, void *number)
{
	return chan->chan_id == *(u32 *)number;
}

int orc_parse_caps(char *words, dma_cap_mask_t *mask)
{
	char *word;

	dma_cap_zero(*mask);
	if (!strcmp(words, "none"))
		return 0;
	while ((word = strsep(&words, ","))) {
		int cap = match_string(orc_cap_names, DMA_TX_TYPE_END, word);

		if (cap < 0)
			return -EINVAL;
		dma_cap_set(cap, *mask);
	}
	return 0;
}

static int parse_callbacks(char *words, struct dma_device *dma)
{
	char *word;

	dma->device_alloc_chan_resources = NULL;
	dma->device_free_chan_resources = NULL;
	dma->device_release = NULL;
	dma->device_router_config = NULL;
	if (!strcmp(words, "none"))
		return 0;
	while ((word = strsep(&words, ","))) {
		if (!strcmp(word, "alloc_chan_resources"))
			dma->device_alloc_chan_resources = alloc_chan_resources;
		else if (!strcmp(word, "free_chan_resources"))
			dma->device_free_chan_resources = free_chan_resources;
		else if (!strcmp(word, "device_release"))
			dma->device_release = device_release;
		else if (!strcmp(word, "router_config"))
			dma->device_router_config = router_config;
		else
			return -EINVAL;
	}
	return 0;
}

/* map=CLIENT:NAME:NUMBER */
static int parse_map(char *words, struct orc_engine *engine)
{
	struct orc_map_data *data = &engine->map_data[engine->nmaps];
	struct dma_slave_map *map = &engine->maps[engine->nmaps];
	char *client = strsep(&words, ":");
	char *name = strsep(&words, ":");
	int number;

	if (!name || orc_parse_number(words, &number) || engine->nmaps == ORC_DMA_ENTRIES)
		return -EINVAL;
	data->client = kstrdup(client, GFP_KERNEL);
	data->name = kstrdup(name, GFP_KERNEL);
	data->number = number;
	map->devname = data->client;
	map->slave = data->name;
	map->param = &data->number;
	engine->nmaps++;
	return 0;
}

/* Prep callbacks are asked for and never called, but for that of the interrupt operation, which async_tx calls. */
#define PREP(cap, name)									\
	do {										\
		if (dma_has_cap(cap, engine->dma.cap_mask) && !dma_has_cap(cap, lacks))	\
			engine->dma.name = (void *)router_config;				\
	} while (0)

static void take_preps(struct orc_engine *engine, dma_cap_mask_t lacks)
{
	PREP(DMA_MEMCPY, device_prep_dma_memcpy);
	PREP(DMA_XOR, device_prep_dma_xor);
	PREP(DMA_XOR_VAL, device_prep_dma_xor_val);
	PREP(DMA_PQ, device_prep_dma_pq);
	PREP(DMA_PQ_VAL, device_prep_dma_pq_val);
	PREP(DMA_MEMSET, device_prep_dma_memset);
	if (dma_has_cap(DMA_INTERRUPT, engine->dma.cap_mask) && !dma_has_cap(DMA_INTERRUPT, lacks))
		engine->dma.device_prep_dma_interrupt = orc_prep_interrupt;
	PREP(DMA_CYCLIC, device_prep_dma_cyclic);
	PREP(DMA_INTERLEAVE, device_prep_interleaved_dma);
}

static int parse_option(char *word, struct orc_engine *engine, dma_cap_mask_t *lacks)
{
	struct dma_device *dma = &engine->dma;

	if (!strncmp(word, "chans=", 6))
		return orc_parse_number(word + 6, &engine->nchannels) || engine->nchannels < 0 ||
		       engine->nchannels > ORC_DMA_CHANNELS ? -EINVAL : 0;
	if (!strncmp(word, "caps=", 5))
		return orc_parse_caps(word + 5, &dma->cap_mask);
	if (!strncmp(word, "lacks=", 6))
		return orc_parse_caps(word + 6, lacks);
	if (!strncmp(word, "callbacks=", 10))
		return parse_callbacks(word + 10, dma);
	if (!strncmp(word, "map=", 4))
		return parse_map(word + 4, engine);
	if (!strcmp(word, "no_tx_status"))
		dma->device_tx_status = NULL;
	else if (!strcmp(word, "no_issue_pending"))
		dma->device_issue_pending = NULL;
	else if (!strcmp(word, "deps"))
		engine->runs_dependencies = true;
	else
		return -EINVAL;
	return 0;
}

static void free_engine(struct orc_engine *engine)
{
	while (engine->nmaps) {
		engine->nmaps--;
		kfree(engine->map_data[engine->nmaps].client);
		kfree(engine->map_data[engine->nmaps].name);
	}
	kfree(engine->channels);
	kfree(engine);
}

static struct orc_engine *parse(struct orc_words *words)
{
	struct orc_engine *engine = kzalloc(sizeof(*engine), GFP_KERNEL);
	struct dma_device *dma = &engine->dma;
	dma_cap_mask_t lacks;
	int i;

	engine->nchannels = 1;
	dma_cap_zero(lacks);
	dma_cap_set(DMA_SLAVE, dma->cap_mask);
	dma->device_alloc_chan_resources = alloc_chan_resources;
	dma->device_free_chan_resources = free_chan_resources;
	dma->device_release = device_release;
	orc_take_transfers(dma);
	for (i = 2; i < words->count; i++) {
		if (parse_option(words->word[i], engine, &lacks)) {
			free_engine(engine);
			return NULL;
		}
	}
	take_preps(engine, lacks);
	dma->filter.map = engine->maps;
	dma->filter.mapcnt = engine->nmaps;
	dma->filter.fn = orc_filter_by_number;
	INIT_LIST_HEAD(&dma->channels);
	engine->channels = kcalloc(engine->nchannels + 1, sizeof(*engine->channels), GFP_KERNEL);
	for (i = 0; i < engine->nchannels; i++)
		orc_init_channel(&engine->channels[i], dma);
	return engine;
}

static void show(struct orc_engine *engine)
{
	struct orc_engine *before = orc_shown_engine(engine->owner->name);

	if (before)
		list_del_init(&before->shown);
	list_add_tail(&engine->shown, &orc_shown_engines);
}

/* dmadev DEV [chans=N] [caps=...] [lacks=...] [callbacks=...] [map=...] [no_tx_status] [no_issue_pending] [deps] */
static int create(struct orc_device *device, struct orc_words *words)
{
	struct orc_engine *engine = parse(words);
	int i, error;

	if (!engine || !device->dev.driver) {
		if (engine)
			free_engine(engine);
		return ORC_BAD;
	}
	if (registered_engine(device)) {
		free_engine(engine);
		return -EEXIST;
	}
	get_device(&device->dev);
	engine->owner = device;
	engine->dma.dev = &device->dev;
	INIT_LIST_HEAD(&engine->shown);
	list_add_tail(&engine->node, &orc_engines);
	error = dma_async_device_register(&engine->dma);
	if (error)
		return error;
	engine->registered = true;
	engine->held = true;
	for (i = 0; i < engine->nchannels; i++)
		get_device(&engine->channels[i].vc.chan.dev->device);
	show(engine);
	return 0;
}

static int destroy(struct orc_device *device, struct orc_words *words)
{
	struct orc_engine *engine = registered_engine(device);

	if (!engine)
		return ORC_BAD;
	engine->registered = false;
	dma_async_device_unregister(&engine->dma);
	return 0;
}

int orc_dma_engine_command(struct orc_words *words)
{
	struct orc_device *device = orc_find_device(words->word[1]);

	if (!device)
		return ORC_BAD;
	if (!strcmp(words->word[0], "dmadev"))
		return create(device, words);
	return !strcmp(words->word[0], "rmdmadev") ? destroy(device, words) : ORC_BAD;
}

/* At the end of a scenario: as rmdmadev. */
void orc_unregister_engines(void)
{
	struct orc_engine *engine;

	list_for_each_entry(engine, &orc_engines, node) {
		if (!engine->registered)
			continue;
		engine->registered = false;
		dma_async_device_unregister(&engine->dma);
	}
}

/* Channels that nobody can give back any more would keep the engine on the kernel's list. */
static void leave_list(struct orc_engine *engine)
{
	struct list_head *entry = &engine->dma.global_node;
	int i;

	if (!engine->held)
		return;
	if (entry->prev == LIST_POISON2)
		INIT_LIST_HEAD(entry);
	for (i = 0; i < engine->nchannels; i++) {
		while (engine->channels[i].vc.chan.client_count)
			dma_release_channel(&engine->channels[i].vc.chan);
	}
}

/* Nothing of the scenario knows them any more. Those of failed registrations are left to the kernel. */
void orc_drop_engines(void)
{
	struct orc_engine *engine, *next;
	int i;

	list_for_each_entry_safe(engine, next, &orc_engines, node) {
		leave_list(engine);
		for (i = 0; engine->held && i < engine->nchannels; i++)
			put_device(&engine->channels[i].vc.chan.dev->device);
		list_del(&engine->node);
		put_device(&engine->owner->dev);
		if (engine->held)
			free_engine(engine);
	}
	INIT_LIST_HEAD(&orc_shown_engines);
}
