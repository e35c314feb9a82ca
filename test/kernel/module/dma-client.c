// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Requests of channels. A granted channel is known by a handle, which points to it also when it is released. */
#include <linux/slab.h>
#include <linux/string.h>
#include "../dma/dmaengine.h"
#include "dma.h"

struct orc_handle {
	struct list_head node;
	char *name;
	struct dma_chan *chan;
	/* The client by name, which the kernel looks at when the channel is released. */
	struct orc_device *client;
	bool held;
};

static LIST_HEAD(handles);

/* dmaengine_get() without its dmaengine_put(). */
static int users;

static struct orc_handle *find_handle(const char *name)
{
	struct orc_handle *handle;

	list_for_each_entry(handle, &handles, node) {
		if (name && !strcmp(handle->name, name))
			return handle;
	}
	return NULL;
}

/* The channel of a handle, released or not; NULL without one. */
struct dma_chan *orc_channel_of(const char *name)
{
	struct orc_handle *handle = find_handle(name);

	return handle ? handle->chan : NULL;
}

static void keep(const char *name, struct dma_chan *chan, struct orc_device *client)
{
	struct orc_handle *handle = find_handle(name);

	if (!handle) {
		handle = kzalloc(sizeof(*handle), GFP_KERNEL);
		handle->name = kstrdup(name, GFP_KERNEL);
		list_add_tail(&handle->node, &handles);
	}
	if (client)
		get_device(&client->dev);
	if (handle->client)
		put_device(&handle->client->dev);
	handle->client = client;
	handle->chan = chan;
	handle->held = true;
	orc_write_grant(name, chan);
}

/* Of a function that returns a channel or an error. */
static int answer(const char *handle, struct dma_chan *chan, struct orc_device *client)
{
	if (IS_ERR(chan))
		return PTR_ERR(chan);
	keep(handle, chan, client);
	return 0;
}

/* Of one that returns a channel or NULL. */
static int grant(const char *handle, struct dma_chan *chan)
{
	if (!chan)
		return 0;
	keep(handle, chan, NULL);
	return 1;
}

static bool is_free(const char *name)
{
	struct orc_handle *handle = find_handle(name);

	return name && !(handle && handle->held);
}

/* The word behind others, with capabilities. */
static int parse_caps_word(char *word, dma_cap_mask_t *caps, enum dma_transaction_type usual)
{
	dma_cap_zero(*caps);
	dma_cap_set(usual, *caps);
	if (!word)
		return 0;
	return strncmp(word, "caps=", 5) ? -EINVAL : orc_parse_caps(word + 5, caps);
}

/* dmareq DEV HANDLE NAME */
static int dmareq(struct orc_words *words)
{
	struct orc_device *device = orc_find_device(words->word[1]);

	if (words->count < 4 || !device || !is_free(words->word[2]))
		return ORC_BAD;
	orc_count_request(&device->dev);
	return answer(words->word[2], dma_request_chan(&device->dev, words->word[3]), device);
}

static bool ask_filter(struct dma_chan *chan, void *param)
{
	struct orc_device *device = param;

	return orc_call_about(device->name, ORC_DMA_FILTER, "dma", &device->scripts[ORC_DMA_FILTER],
			      dma_chan_name(chan)) != 0;
}

/* dmareq_filter DEV HANDLE [caps=...] */
static int dmareq_filter(struct orc_words *words)
{
	struct orc_device *device = orc_find_device(words->word[1]);
	dma_cap_mask_t caps;

	if (!device || !is_free(words->word[2]) || words->count > 4 ||
	    parse_caps_word(words->word[3], &caps, DMA_SLAVE))
		return ORC_BAD;
	return grant(words->word[2], __dma_request_channel(&caps, ask_filter, device, NULL));
}

/* dmareq_mask HANDLE [caps=...] */
static int dmareq_mask(struct orc_words *words)
{
	dma_cap_mask_t caps;

	if (!is_free(words->word[1]) || words->count > 3 || parse_caps_word(words->word[2], &caps, DMA_MEMCPY))
		return ORC_BAD;
	return answer(words->word[1], dma_request_chan_by_mask(&caps), NULL);
}

/* dmaslave DEV HANDLE NUMBER */
static int dmaslave(struct orc_words *words)
{
	struct orc_engine *engine = orc_shown_engine(words->word[1]);
	int number;

	if (!orc_find_device(words->word[1]) || !engine || !is_free(words->word[2]) ||
	    orc_parse_number(words->word[3], &number) || number < 0 || number >= engine->nchannels)
		return ORC_BAD;
	return grant(words->word[2], dma_get_slave_channel(&engine->channels[number].vc.chan));
}

/* dmaany DEV HANDLE */
static int dmaany(struct orc_words *words)
{
	struct orc_engine *engine = orc_shown_engine(words->word[1]);

	if (!orc_find_device(words->word[1]) || !engine || !is_free(words->word[2]))
		return ORC_BAD;
	return grant(words->word[2], dma_get_any_slave_channel(&engine->dma));
}

/* dmarel HANDLE */
static int dmarel(struct orc_words *words)
{
	struct orc_handle *handle = find_handle(words->word[1]);

	if (!handle)
		return ORC_BAD;
	handle->held = false;
	dma_release_channel(handle->chan);
	return 0;
}

static int dmaget(struct orc_words *words)
{
	users++;
	dmaengine_get();
	return 0;
}

/* The kernel dies of a count below 0. */
static int dmaput(struct orc_words *words)
{
	if (!users)
		return ORC_BAD;
	users--;
	dmaengine_put();
	return 0;
}

static bool has_row(int cap)
{
	return cap >= 0 && cap != DMA_INTERRUPT && cap != DMA_PRIVATE && cap != DMA_SLAVE;
}

/* dmafind CAP */
static int dmafind(struct orc_words *words)
{
	int cap = words->word[1] ? match_string(orc_cap_names, DMA_TX_TYPE_END, words->word[1]) : -EINVAL;
	struct dma_chan *chan;

	if (!has_row(cap))
		return ORC_BAD;
	chan = dma_find_channel(cap);
	if (!chan)
		return 0;
	orc_write_grant(words->word[1], chan);
	return 1;
}

static const struct command {
	const char *name;
	int (*run)(struct orc_words *words);
} commands[] = {
	{ "dmareq", dmareq },
	{ "dmareq_filter", dmareq_filter },
	{ "dmareq_mask", dmareq_mask },
	{ "dmaslave", dmaslave },
	{ "dmaany", dmaany },
	{ "dmarel", dmarel },
	{ "dmaget", dmaget },
	{ "dmaput", dmaput },
	{ "dmafind", dmafind },
};

/* A command about DMA; ORC_BAD for any other. */
int orc_dma_command(struct orc_words *words)
{
	int i, value;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(words->word[0], commands[i].name))
			return commands[i].run(words);
	}
	value = orc_dma_transfer_command(words);
	if (value == ORC_BAD)
		value = orc_dma_engine_command(words);
	return value == ORC_BAD ? orc_dma_node_command(words) : value;
}

/* The lines that end a state: engines with their channels, and the table of public channels. */
void orc_write_engines(void)
{
	struct orc_engine *engine;
	unsigned long flags;
	int cap;

	if (list_empty(&orc_shown_engines))
		return;
	list_for_each_entry(engine, &orc_shown_engines, shown)
		orc_write_engine(engine);
	flags = orc_trace_begin("table");
	orc_trace_number("users", users);
	orc_trace_list_begin("rows");
	for (cap = 0; cap < DMA_TX_TYPE_END; cap++) {
		struct dma_chan *chan = has_row(cap) ? dma_find_channel(cap) : NULL;
		char row[64];

		if (!chan)
			continue;
		snprintf(row, sizeof(row), "%s:%s", orc_cap_names[cap], dma_chan_name(chan));
		orc_trace_list_item(row);
	}
	orc_trace_list_end();
	orc_trace_end(flags);
}

static void release_channels(void)
{
	struct orc_handle *handle;

	list_for_each_entry(handle, &handles, node) {
		if (!handle->held)
			continue;
		handle->held = false;
		dma_release_channel(handle->chan);
	}
	for (; users; users--)
		dmaengine_put();
}

static void drop_handles(void)
{
	struct orc_handle *handle, *next;

	list_for_each_entry_safe(handle, next, &handles, node) {
		list_del(&handle->node);
		if (handle->client)
			put_device(&handle->client->dev);
		kfree(handle->name);
		kfree(handle);
	}
}

/* At the end of a scenario, before its devices go. */
void orc_dma_clean_up(void)
{
	release_channels();
	orc_unregister_engines();
	orc_drop_nodes();
	orc_drop_engines();
	orc_drop_descriptors();
	drop_handles();
}
