// SPDX-License-Identifier: GPL-2.0 OR MIT
/* The command "rpm": each operation is one function of runtime PM. */
#include <linux/pm_runtime.h>
#include <linux/string.h>
#include "orc.h"

#define RETURNS(name, call)					\
	static int op_##name(struct device *dev, int number)	\
	{							\
		return call;					\
	}

#define RETURNS_NOTHING(name, call)				\
	static int op_##name(struct device *dev, int number)	\
	{							\
		call;						\
		return 0;					\
	}

RETURNS_NOTHING(enable, pm_runtime_enable(dev))
RETURNS_NOTHING(disable, pm_runtime_disable(dev))
RETURNS(get_sync, pm_runtime_get_sync(dev))
RETURNS(resume_and_get, pm_runtime_resume_and_get(dev))
RETURNS(get, pm_runtime_get(dev))
RETURNS_NOTHING(get_noresume, pm_runtime_get_noresume(dev))
RETURNS(get_if_active, pm_runtime_get_if_active(dev))
RETURNS(get_if_in_use, pm_runtime_get_if_in_use(dev))
RETURNS(put, pm_runtime_put(dev))
RETURNS(put_sync, pm_runtime_put_sync(dev))
RETURNS(put_sync_suspend, pm_runtime_put_sync_suspend(dev))
RETURNS(put_sync_autosuspend, pm_runtime_put_sync_autosuspend(dev))
RETURNS(put_autosuspend, __pm_runtime_put_autosuspend(dev))
RETURNS_NOTHING(put_noidle, pm_runtime_put_noidle(dev))
RETURNS(idle, pm_runtime_idle(dev))
RETURNS(suspend, pm_runtime_suspend(dev))
RETURNS(autosuspend, pm_runtime_autosuspend(dev))
RETURNS(resume, pm_runtime_resume(dev))
RETURNS(request_idle, pm_request_idle(dev))
RETURNS(request_resume, pm_request_resume(dev))
RETURNS(request_autosuspend, pm_request_autosuspend(dev))
RETURNS(schedule_suspend, pm_schedule_suspend(dev, number))
RETURNS(set_active, pm_runtime_set_active(dev))
RETURNS(set_suspended, pm_runtime_set_suspended(dev))
RETURNS_NOTHING(forbid, pm_runtime_forbid(dev))
RETURNS_NOTHING(allow, pm_runtime_allow(dev))
RETURNS_NOTHING(irq_safe, pm_runtime_irq_safe(dev))
RETURNS_NOTHING(no_callbacks, pm_runtime_no_callbacks(dev))
RETURNS_NOTHING(ignore_children, pm_suspend_ignore_children(dev, number))
RETURNS_NOTHING(use_autosuspend, pm_runtime_use_autosuspend(dev))
RETURNS_NOTHING(dont_use_autosuspend, pm_runtime_dont_use_autosuspend(dev))
RETURNS_NOTHING(set_delay, pm_runtime_set_autosuspend_delay(dev, number))
RETURNS_NOTHING(mark_last_busy, pm_runtime_mark_last_busy(dev))
RETURNS(barrier, pm_runtime_barrier(dev))
RETURNS(force_suspend, pm_runtime_force_suspend(dev))
RETURNS(force_resume, pm_runtime_force_resume(dev))
RETURNS(suspended, pm_runtime_suspended(dev))
RETURNS(active, pm_runtime_active(dev))

#define OPERATION(name) { #name, op_##name, false }
#define OPERATION_WITH_NUMBER(name) { #name, op_##name, true }

static const struct operation {
	const char *name;
	int (*run)(struct device *dev, int number);
	bool takes_number;
} operations[] = {
	OPERATION(enable),
	OPERATION(disable),
	OPERATION(get_sync),
	OPERATION(resume_and_get),
	OPERATION(get),
	OPERATION(get_noresume),
	OPERATION(get_if_active),
	OPERATION(get_if_in_use),
	OPERATION(put),
	OPERATION(put_sync),
	OPERATION(put_sync_suspend),
	OPERATION(put_sync_autosuspend),
	OPERATION(put_autosuspend),
	OPERATION(put_noidle),
	OPERATION(idle),
	OPERATION(suspend),
	OPERATION(autosuspend),
	OPERATION(resume),
	OPERATION(request_idle),
	OPERATION(request_resume),
	OPERATION(request_autosuspend),
	OPERATION_WITH_NUMBER(schedule_suspend),
	OPERATION(set_active),
	OPERATION(set_suspended),
	OPERATION(forbid),
	OPERATION(allow),
	OPERATION(irq_safe),
	OPERATION(no_callbacks),
	OPERATION_WITH_NUMBER(ignore_children),
	OPERATION(use_autosuspend),
	OPERATION(dont_use_autosuspend),
	OPERATION_WITH_NUMBER(set_delay),
	OPERATION(mark_last_busy),
	OPERATION(barrier),
	OPERATION(force_suspend),
	OPERATION(force_resume),
	OPERATION(suspended),
	OPERATION(active),
};

/* rpm OPERATION DEV [N] */
int orc_runtime_command(struct orc_words *words)
{
	struct device *dev = orc_find_any_device(words->word[2]);
	int number = 0;
	int i;

	if (!dev)
		return ORC_BAD;
	for (i = 0; i < ARRAY_SIZE(operations); i++) {
		if (strcmp(words->word[1], operations[i].name))
			continue;
		if (operations[i].takes_number && orc_parse_number(words->word[3], &number))
			return ORC_BAD;
		return operations[i].run(dev, number);
	}
	return ORC_BAD;
}
