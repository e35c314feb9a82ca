// SPDX-License-Identifier: GPL-2.0 OR MIT
/* The lines that show engines and channels: "dma", "chan" and "grant". */
#include <linux/string.h>
#include "dma.h"

const char *const orc_cap_names[DMA_TX_TYPE_END] = {
	[DMA_MEMCPY] = "memcpy",
	[DMA_XOR] = "xor",
	[DMA_PQ] = "pq",
	[DMA_XOR_VAL] = "xor_val",
	[DMA_PQ_VAL] = "pq_val",
	[DMA_MEMSET] = "memset",
	[DMA_MEMSET_SG] = "memset_sg",
	[DMA_INTERRUPT] = "interrupt",
	[DMA_PRIVATE] = "private",
	[DMA_ASYNC_TX] = "async_tx",
	[DMA_SLAVE] = "slave",
	[DMA_CYCLIC] = "cyclic",
	[DMA_INTERLEAVE] = "interleave",
	[DMA_COMPLETION_NO_ORDER] = "completion_no_order",
	[DMA_REPEAT] = "repeat",
	[DMA_LOAD_EOT] = "load_eot",
};

void orc_write_grant(const char *handle, struct dma_chan *chan)
{
	unsigned long flags;

	if (orc_silent)
		return;
	flags = orc_trace_begin("grant");
	orc_trace_string("h", handle);
	orc_trace_string("ch", dma_chan_name(chan));
	orc_trace_end(flags);
}

static void write_word(const char *key, const char *word)
{
	if (word)
		orc_trace_string(key, word);
	else
		orc_trace_null(key);
}

static void write_channel(struct dma_chan *chan)
{
	struct virt_dma_chan *vc = to_virt_chan(chan);
	unsigned long flags = orc_trace_begin("chan");
	char lists[64];

	snprintf(lists, sizeof(lists), "%zu,%zu,%zu,%zu,%zu", list_count_nodes(&vc->desc_allocated),
		 list_count_nodes(&vc->desc_submitted), list_count_nodes(&vc->desc_issued),
		 list_count_nodes(&vc->desc_completed), list_count_nodes(&vc->desc_terminated));

	orc_trace_string("ch", dma_chan_name(chan));
	orc_trace_number("use", chan->client_count);
	orc_trace_number("tab", chan->table_count);
	write_word("slave", chan->slave ? to_orc_device(chan->slave)->name : NULL);
	write_word("name", chan->name);
	write_word("router", chan->router ? to_orc_device(chan->router->dev)->name : NULL);
	orc_trace_number("cookie", chan->cookie);
	orc_trace_number("done", chan->completed_cookie);
	orc_trace_number("run", to_orc_channel(chan)->running != NULL);
	orc_trace_string("lists", lists);
	orc_trace_end(flags);
}

static bool is_listed(const struct list_head *entry)
{
	return entry->prev && entry->prev != LIST_POISON2;
}

/* Nothing for an engine that is gone. */
void orc_write_engine(struct orc_engine *engine)
{
	struct dma_device *dma = &engine->dma;
	unsigned long flags;
	int i;

	if (!kref_read(&dma->ref))
		return;
	flags = orc_trace_begin("dma");
	orc_trace_string("d", engine->owner->name);
	orc_trace_list_begin("caps");
	for (i = 0; i < DMA_TX_TYPE_END; i++) {
		if (dma_has_cap(i, dma->cap_mask))
			orc_trace_list_item(orc_cap_names[i]);
	}
	orc_trace_list_end();
	orc_trace_number("n", dma->chancnt);
	orc_trace_number("priv", dma->privatecnt);
	orc_trace_number("ref", kref_read(&dma->ref));
	orc_trace_number("on", is_listed(&dma->global_node));
	orc_trace_end(flags);
	for (i = 0; i < engine->nchannels; i++)
		write_channel(&engine->channels[i].vc.chan);
}
