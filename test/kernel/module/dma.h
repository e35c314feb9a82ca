/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/* DMA engines of a scenario: struct dma_devices whose driver does what the script says. */
#ifndef ORC_DMA_H
#define ORC_DMA_H

#include <linux/dmaengine.h>
#include <linux/of_dma.h>
#include "../dma/virt-dma.h"
#include "orc.h"

/* As in the model's parser. */
#define ORC_DMA_CHANNELS 64
#define ORC_DMA_ENTRIES 8
#define ORC_DMA_CELLS 8

/* A phandle that no node has. */
#define ORC_DMA_NO_NODE 0xffff

struct orc_map_data {
	char *client;
	char *name;
	u32 number;
};

/* A channel, and the descriptor that its hardware has. */
struct orc_channel {
	struct virt_dma_chan vc;
	struct virt_dma_desc *running;
	bool paused;
};

#define to_orc_channel(c) container_of(c, struct orc_channel, vc.chan)

struct orc_engine {
	struct dma_device dma;
	struct list_head node;
	/* Behind the last successful registration of a device of that name. */
	struct list_head shown;
	struct orc_device *owner;
	bool registered;
	/* Its registration succeeded: the devices of its channels are held. */
	bool held;
	/* Its driver calls dma_run_dependencies(). */
	bool runs_dependencies;
	int nchannels;
	struct orc_channel *channels;
	int nmaps;
	struct dma_slave_map maps[ORC_DMA_ENTRIES];
	struct orc_map_data map_data[ORC_DMA_ENTRIES];
};

#define to_orc_engine(d) container_of(d, struct orc_engine, dma)

/* dma-engine.c */
extern struct list_head orc_engines;
extern struct list_head orc_shown_engines;
struct orc_engine *orc_shown_engine(const char *name);
int orc_parse_caps(char *words, dma_cap_mask_t *mask);
int orc_dma_engine_command(struct orc_words *words);
bool orc_filter_by_number(struct dma_chan *chan, void *number);
void orc_unregister_engines(void);
void orc_drop_engines(void);

/* dma-node.c */
int orc_dma_node_command(struct orc_words *words);
void orc_drop_nodes(void);

void orc_count_request(struct device *dev);

/* dma-client.c */
struct dma_chan *orc_channel_of(const char *name);

/* dma-transfer.c */
struct dma_async_tx_descriptor *orc_prep_interrupt(struct dma_chan *chan, unsigned long flags);
void orc_take_transfers(struct dma_device *dma);
void orc_init_channel(struct orc_channel *channel, struct dma_device *dma);
void orc_free_transfers(struct dma_chan *chan);
int orc_dma_transfer_command(struct orc_words *words);
void orc_drop_descriptors(void);

/* dma-state.c */
extern const char *const orc_cap_names[DMA_TX_TYPE_END];
void orc_write_engine(struct orc_engine *engine);
void orc_write_grant(const char *handle, struct dma_chan *chan);

#endif
