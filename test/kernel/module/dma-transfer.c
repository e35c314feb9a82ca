// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Transfers: a driver of the usual form above virt-dma, whose hardware has one descriptor of a channel at a time and is done with
 * it when the script says so.
 */
#include <linux/async_tx.h>
#include <linux/interrupt.h>
#include <linux/pm_runtime.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "../dma/dmaengine.h"
#include "dma.h"

struct orc_descriptor {
	struct virt_dma_desc vd;
	struct list_head node;
	char *name;
	struct orc_device *client;
	bool cyclic;
	bool submitted;
	bool freed;
};

static LIST_HEAD(descriptors);

static void desc_free(struct virt_dma_desc *vd)
{
	container_of(vd, struct orc_descriptor, vd)->freed = true;
}

void orc_init_channel(struct orc_channel *channel, struct dma_device *dma)
{
	channel->vc.desc_free = desc_free;
	vchan_init(&channel->vc, dma);
}

static void start_next(struct orc_channel *channel)
{
	struct virt_dma_desc *next = vchan_next_desc(&channel->vc);

	if (next)
		list_del(&next->node);
	channel->running = next;
}

static void issue_pending(struct dma_chan *chan)
{
	struct orc_channel *channel = to_orc_channel(chan);
	unsigned long flags;

	spin_lock_irqsave(&channel->vc.lock, flags);
	if (vchan_issue_pending(&channel->vc) && !channel->running)
		start_next(channel);
	spin_unlock_irqrestore(&channel->vc.lock, flags);
}

static enum dma_status tx_status(struct dma_chan *chan, dma_cookie_t cookie, struct dma_tx_state *state)
{
	struct orc_channel *channel = to_orc_channel(chan);
	enum dma_status status = dma_cookie_status(chan, cookie, state);

	if (status == DMA_IN_PROGRESS && channel->paused && channel->running &&
	    channel->running->tx.cookie == cookie)
		return DMA_PAUSED;
	return status;
}

static int terminate_all(struct dma_chan *chan)
{
	struct orc_channel *channel = to_orc_channel(chan);
	unsigned long flags;
	LIST_HEAD(head);

	spin_lock_irqsave(&channel->vc.lock, flags);
	if (channel->running)
		vchan_terminate_vdesc(channel->running);
	channel->running = NULL;
	channel->paused = false;
	vchan_get_all_descriptors(&channel->vc, &head);
	spin_unlock_irqrestore(&channel->vc.lock, flags);
	vchan_dma_desc_free_list(&channel->vc, &head);
	return 0;
}

static void synchronize(struct dma_chan *chan)
{
	vchan_synchronize(to_virt_chan(chan));
}

static int pause_channel(struct dma_chan *chan)
{
	to_orc_channel(chan)->paused = true;
	return 0;
}

static int resume_channel(struct dma_chan *chan)
{
	to_orc_channel(chan)->paused = false;
	return 0;
}

void orc_take_transfers(struct dma_device *dma)
{
	dma->device_tx_status = tx_status;
	dma->device_issue_pending = issue_pending;
	dma->device_terminate_all = terminate_all;
	dma->device_synchronize = synchronize;
	dma->device_pause = pause_channel;
	dma->device_resume = resume_channel;
}

/* The channel's resources go. */
void orc_free_transfers(struct dma_chan *chan)
{
	struct orc_channel *channel = to_orc_channel(chan);

	if (channel->running)
		desc_free(channel->running);
	channel->running = NULL;
	channel->paused = false;
	vchan_free_chan_resources(&channel->vc);
}

static struct orc_descriptor *find_descriptor(const char *name)
{
	struct orc_descriptor *descriptor;

	list_for_each_entry_reverse(descriptor, &descriptors, node) {
		if (name && !strcmp(descriptor->name, name))
			return descriptor;
	}
	return NULL;
}

/* An operation that only says that those before it are done; async_tx makes it, and no script knows it. */
struct dma_async_tx_descriptor *orc_prep_interrupt(struct dma_chan *chan, unsigned long flags)
{
	struct orc_descriptor *descriptor = kzalloc(sizeof(*descriptor), GFP_ATOMIC);

	descriptor->name = kstrdup("", GFP_ATOMIC);
	descriptor->submitted = true;
	list_add_tail(&descriptor->node, &descriptors);
	return vchan_tx_prep(to_virt_chan(chan), &descriptor->vd, flags);
}

static void transfer_complete(void *param)
{
	struct orc_descriptor *descriptor = param;
	struct orc_device *client = descriptor->client;

	orc_call_about(client->name, ORC_DMA_COMPLETE, "dma", &client->scripts[ORC_DMA_COMPLETE],
		       dma_chan_name(descriptor->vd.tx.chan));
}

/* dmaprep HANDLE DESC [client=DEV] [cyclic] */
static int prepare(struct orc_words *words)
{
	struct dma_chan *chan = orc_channel_of(words->word[1]);
	struct orc_descriptor *descriptor = find_descriptor(words->word[2]);
	struct orc_device *client = NULL;
	bool cyclic = false;
	int i;

	if (!chan || words->count < 3 || (descriptor && !descriptor->freed))
		return ORC_BAD;
	for (i = 3; i < words->count; i++) {
		if (!strncmp(words->word[i], "client=", 7)) {
			client = orc_find_device(words->word[i] + 7);
			if (!client)
				return ORC_BAD;
		} else if (!strcmp(words->word[i], "cyclic")) {
			cyclic = true;
		} else {
			return ORC_BAD;
		}
	}
	descriptor = kzalloc(sizeof(*descriptor), GFP_ATOMIC);
	descriptor->name = kstrdup(words->word[2], GFP_ATOMIC);
	descriptor->client = client;
	descriptor->cyclic = cyclic;
	list_add_tail(&descriptor->node, &descriptors);
	vchan_tx_prep(to_virt_chan(chan), &descriptor->vd, 0);
	if (client) {
		get_device(&client->dev);
		descriptor->vd.tx.callback = transfer_complete;
		descriptor->vd.tx.callback_param = descriptor;
	}
	return 0;
}

/* dmasubmit DESC */
static int submit_descriptor(struct orc_words *words)
{
	struct orc_descriptor *descriptor = find_descriptor(words->word[1]);

	if (!descriptor || descriptor->freed || descriptor->submitted)
		return ORC_BAD;
	descriptor->submitted = true;
	return dmaengine_submit(&descriptor->vd.tx);
}

#ifdef CONFIG_ASYNC_TX_ENABLE_CHANNEL_SWITCH
/* The kernel stops at a BUG_ON() or polls for ever where this says no. */
static bool can_depend(struct orc_descriptor *descriptor, struct orc_descriptor *on)
{
	if (descriptor == on || descriptor->freed || descriptor->submitted || on->freed || !on->submitted)
		return false;
	if (async_tx_test_ack(&on->vd.tx) || txd_next(&on->vd.tx) || txd_parent(&descriptor->vd.tx))
		return false;
	return descriptor->vd.tx.chan == on->vd.tx.chan ||
	       dma_has_cap(DMA_INTERRUPT, on->vd.tx.chan->device->cap_mask);
}

/* dmadepend DESC DESC */
static int depend(struct orc_words *words)
{
	struct orc_descriptor *descriptor = find_descriptor(words->word[1]);
	struct orc_descriptor *on = find_descriptor(words->word[2]);
	struct async_submit_ctl submit;

	if (!descriptor || !on || !can_depend(descriptor, on))
		return ORC_BAD;
	descriptor->submitted = true;
	init_async_submit(&submit, 0, &on->vd.tx, descriptor->vd.tx.callback, descriptor->vd.tx.callback_param, NULL);
	async_tx_submit(descriptor->vd.tx.chan, &descriptor->vd.tx, &submit);
	return 0;
}
#else
static int depend(struct orc_words *words)
{
	return ORC_BAD;
}
#endif

/* dmairq HANDLE: the tasklet runs before it returns, or behind the one that runs. */
static int interrupt(struct dma_chan *chan)
{
	struct orc_channel *channel = to_orc_channel(chan);
	struct virt_dma_desc *running = channel->running;

	if (!running || channel->paused)
		return 0;
	local_bh_disable();
	spin_lock_irq(&channel->vc.lock);
	if (container_of(running, struct orc_descriptor, vd)->cyclic) {
		vchan_cyclic_callback(running);
	} else {
		vchan_cookie_complete(running);
		start_next(channel);
	}
	spin_unlock_irq(&channel->vc.lock);
	if (to_orc_engine(channel->vc.chan.device)->runs_dependencies)
		dma_run_dependencies(&running->tx);
	local_bh_enable();
	return 1;
}

static int with_channel(struct dma_chan *chan, struct orc_words *words)
{
	const char *name = words->word[0];
	int cookie;

	if (!strcmp(name, "dmairq"))
		return interrupt(chan);
	if (!strcmp(name, "dmaterm"))
		return dmaengine_terminate_async(chan);
	if (!strcmp(name, "dmapause"))
		return dmaengine_pause(chan);
	if (!strcmp(name, "dmaresume"))
		return dmaengine_resume(chan);
	if (!strcmp(name, "dmaissue"))
		dma_async_issue_pending(chan);
	else if (!strcmp(name, "dmasync"))
		dmaengine_synchronize(chan);
	else if (!strcmp(name, "dmastatus") && !orc_parse_number(words->word[2], &cookie))
		return dma_async_is_tx_complete(chan, cookie, NULL, NULL);
	else
		return ORC_BAD;
	return 0;
}

int orc_dma_transfer_command(struct orc_words *words)
{
	struct dma_chan *chan;

	if (!strcmp(words->word[0], "dmaprep"))
		return prepare(words);
	if (!strcmp(words->word[0], "dmasubmit"))
		return submit_descriptor(words);
	if (!strcmp(words->word[0], "dmadepend"))
		return depend(words);
	if (!strcmp(words->word[0], "dmaissueall")) {
		dma_issue_pending_all();
		return 0;
	}
	chan = orc_channel_of(words->word[1]);
	return chan ? with_channel(chan, words) : ORC_BAD;
}

/* What the hardware and the lists of a channel had is freed by then, or lost with the channel. */
void orc_drop_descriptors(void)
{
	struct orc_descriptor *descriptor, *next;

	list_for_each_entry_safe(descriptor, next, &descriptors, node) {
		list_del(&descriptor->node);
		if (descriptor->client)
			put_device(&descriptor->client->dev);
		kfree(descriptor->name);
		kfree(descriptor);
	}
}

static bool is_one_of(const char *word, const char *const *words, int count)
{
	return word && match_string(words, count, word) >= 0;
}

static bool is_atomic_operation(struct orc_words *words)
{
	static const char *const operations[] = {
		"get", "put", "get_noresume", "put_noidle", "put_autosuspend", "mark_last_busy", "request_idle",
		"request_resume", "get_if_active", "get_if_in_use",
	};
	static const char *const resumes[] = { "get_sync", "resume_and_get", "resume" };
	struct device *dev = orc_find_any_device(words->word[2]);

	if (is_one_of(words->word[1], operations, ARRAY_SIZE(operations)))
		return true;
	return dev && is_one_of(words->word[1], resumes, ARRAY_SIZE(resumes)) &&
	       (dev->power.irq_safe || dev->power.runtime_status == RPM_ACTIVE);
}

/* In a tasklet nothing may sleep. */
bool orc_may_sleep_here(struct orc_words *words)
{
	static const char *const commands[] = {
		"dmaprep", "dmasubmit", "dmadepend", "dmaissue", "dmaissueall", "dmairq", "dmaterm", "dmapause", "dmaresume",
		"dmastatus", "state", "ret", "off",
	};

	if (!in_serving_softirq() || !words->count)
		return true;
	if (is_one_of(words->word[0], commands, ARRAY_SIZE(commands)))
		return true;
	return !strcmp(words->word[0], "rpm") && words->count > 2 && is_atomic_operation(words);
}
