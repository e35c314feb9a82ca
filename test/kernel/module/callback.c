// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Scripted callbacks of drivers, device types and PM domains. */
#include <linux/delay.h>
#include <linux/pm_runtime.h>
#include <linux/slab.h>
#include "base.h"
#include "orc.h"

static const char *const layer_names[] = { "drv", "type", "dom" };

static int next_value(struct orc_script *script)
{
	while (script->next < script->count) {
		struct orc_value *value = &script->values[script->next];

		if (!value->until) {
			if (script->next + 1 < script->count || !script->repeat)
				script->next++;
			return value->number;
		}
		struct orc_device *awaited = orc_find_device(value->until);

		if (!awaited || !device_is_bound(&awaited->dev))
			return -EPROBE_DEFER;
		script->next++;
	}
	return 0;
}

static void run_script(struct orc_script *script)
{
	int i;

	for (i = 0; i < script->ncommands; i++) {
		char *command = kstrdup(script->commands[i], GFP_KERNEL);

		orc_run_command(command);
		kfree(command);
	}
	if (script->delay > 0)
		orc_elapse(script->delay);
}

/* Runs the commands of a callback, takes its time and returns its next value. It may be about a DMA channel. */
int orc_call_about(const char *name, enum orc_callback callback, const char *layer, struct orc_script *script,
		   const char *channel)
{
	unsigned long flags;
	int value;

	if (orc_silent)
		return 0;
	flags = orc_trace_begin("cb");
	orc_trace_string("d", name);
	orc_trace_string("c", orc_callback_name(callback));
	orc_trace_string("l", layer);
	orc_trace_string("x", in_serving_softirq() ? "bh" : current == orc_script_task ? "cmd" : "wq");
	if (channel)
		orc_trace_string("ch", channel);
	orc_trace_end(flags);
	run_script(script);
	value = orc_silent ? 0 : next_value(script);
	if (!orc_silent) {
		flags = orc_trace_begin("cbr");
		orc_trace_string("d", name);
		orc_trace_string("c", orc_callback_name(callback));
		orc_trace_number("v", value);
		orc_trace_end(flags);
	}
	return value;
}

int orc_call(const char *name, enum orc_callback callback, const char *layer, struct orc_script *script)
{
	return orc_call_about(name, callback, layer, script, NULL);
}

static int call(struct device *dev, enum orc_callback callback, enum orc_layer layer)
{
	struct orc_device *device = to_orc_device(dev);
	int value;

	get_device(dev);
	value = orc_call(device->name, callback, layer_names[layer], &device->scripts[callback]);
	put_device(dev);
	return value;
}

int orc_probe(struct device *dev)
{
	return call(dev, ORC_PROBE, ORC_DRV);
}

int orc_remove(struct device *dev)
{
	return call(dev, ORC_REMOVE, ORC_DRV);
}

void orc_sync_state(struct device *dev)
{
	call(dev, ORC_SYNC_STATE, ORC_DRV);
}

/* The kernel names the functions in its messages: LAYER_PHASE. */
#define PM_CALLBACK(layer, LAYER, phase, PHASE)		\
	static int layer##_##phase(struct device *dev)	\
	{						\
		return call(dev, ORC_##PHASE, ORC_##LAYER);	\
	}

#define PM_CALLBACKS(layer, LAYER)					\
	PM_CALLBACK(layer, LAYER, prepare, PREPARE)			\
	PM_CALLBACK(layer, LAYER, suspend, SUSPEND)			\
	PM_CALLBACK(layer, LAYER, suspend_late, SUSPEND_LATE)		\
	PM_CALLBACK(layer, LAYER, suspend_noirq, SUSPEND_NOIRQ)		\
	PM_CALLBACK(layer, LAYER, resume_noirq, RESUME_NOIRQ)		\
	PM_CALLBACK(layer, LAYER, resume_early, RESUME_EARLY)		\
	PM_CALLBACK(layer, LAYER, resume, RESUME)			\
	PM_CALLBACK(layer, LAYER, runtime_suspend, RUNTIME_SUSPEND)	\
	PM_CALLBACK(layer, LAYER, runtime_resume, RUNTIME_RESUME)	\
	PM_CALLBACK(layer, LAYER, runtime_idle, RUNTIME_IDLE)		\
	static void layer##_complete(struct device *dev)		\
	{								\
		call(dev, ORC_COMPLETE, ORC_##LAYER);			\
	}								\
	static const struct dev_pm_ops layer##_ops = {			\
		.prepare = layer##_prepare,				\
		.suspend = layer##_suspend,				\
		.suspend_late = layer##_suspend_late,			\
		.suspend_noirq = layer##_suspend_noirq,			\
		.resume_noirq = layer##_resume_noirq,			\
		.resume_early = layer##_resume_early,			\
		.resume = layer##_resume,				\
		.complete = layer##_complete,				\
		.runtime_suspend = layer##_runtime_suspend,		\
		.runtime_resume = layer##_runtime_resume,		\
		.runtime_idle = layer##_runtime_idle,			\
	}

PM_CALLBACKS(drv, DRV);
PM_CALLBACKS(type, TYPE);
PM_CALLBACKS(dom, DOM);

static const struct dev_pm_ops *const layer_ops[] = { &drv_ops, &type_ops, &dom_ops };

#define TAKE(phase, PHASE)			\
	do {					\
		if (set & BIT(ORC_##PHASE))	\
			ops->phase = all->phase;	\
	} while (0)

/* Fills in the callbacks of a set. */
void orc_take_ops(struct dev_pm_ops *ops, enum orc_layer layer, u32 set)
{
	const struct dev_pm_ops *all = layer_ops[layer];

	TAKE(prepare, PREPARE);
	TAKE(suspend, SUSPEND);
	TAKE(suspend_late, SUSPEND_LATE);
	TAKE(suspend_noirq, SUSPEND_NOIRQ);
	TAKE(resume_noirq, RESUME_NOIRQ);
	TAKE(resume_early, RESUME_EARLY);
	TAKE(resume, RESUME);
	TAKE(complete, COMPLETE);
	TAKE(runtime_suspend, RUNTIME_SUSPEND);
	TAKE(runtime_resume, RUNTIME_RESUME);
	TAKE(runtime_idle, RUNTIME_IDLE);
}
