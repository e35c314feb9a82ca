// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Workers enough for all that waits at once. Making one takes turns of the scheduler, and idle ones are given up after five
 * minutes, so the order of work would depend on what ran before a scenario.
 */
#include <linux/completion.h>
#include <linux/workqueue.h>
#include "orc.h"

#define WORKERS 24

static DECLARE_COMPLETION(all_there);

static void occupy_worker(struct work_struct *work)
{
	wait_for_completion(&all_there);
}

/* Each of the pools of workers that scenarios use: of a CPU, and of none. */
void orc_make_workers(void)
{
	static struct work_struct works[2][WORKERS];
	int i;

	reinit_completion(&all_there);
	for (i = 0; i < WORKERS; i++) {
		INIT_WORK(&works[0][i], occupy_worker);
		INIT_WORK(&works[1][i], occupy_worker);
		queue_work(system_wq, &works[0][i]);
		queue_work(system_unbound_wq, &works[1][i]);
	}
	orc_wait_idle();
	complete_all(&all_there);
	orc_wait_idle();
}
