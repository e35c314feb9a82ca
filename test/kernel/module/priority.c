// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * The script goes before all workers, always. The kernel has a server that lets other tasks run before real-time ones for a moment
 * once a second, in case they starve, and with a clock that stands still it cannot tell that they do not.
 */
#include "sched/sched.h"
#include "orc.h"

void orc_stop_fair_server(void)
{
	struct rq *rq = this_rq();
	struct rq_flags flags;

	rq_lock_irqsave(rq, &flags);
	update_rq_clock(rq);
	dl_server_stop(&rq->fair_server);
	dl_server_apply_params(&rq->fair_server, 0, NSEC_PER_SEC, false);
	rq_unlock_irqrestore(rq, &flags);
}
