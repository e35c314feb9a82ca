// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * A clock that stands still while anything can run, and waiting until nothing can.
 *
 * In User-Mode Linux with time-travel=inf-cpu time moves when the CPU is idle, but also by 256 ns at each reading, and a
 * timer fires a little after its time. This clock source reads the same virtual time, costs nothing, counts whole
 * microseconds, and leaves out what passes in orc_wait_idle(). So all that a script does without sleeping happens at one time.
 */
#include <linux/clocksource.h>
#include <linux/hrtimer.h>
#include <linux/sched.h>
#include <linux/timekeeping.h>
#include "orc.h"

static u64 first;
static u64 left_out;
static u64 held;
static int holders;
static int sleepers;

static u64 raw_time(void)
{
	struct timespec64 now;

	read_persistent_clock64(&now);
	return timespec64_to_ns(&now) - first;
}

static u64 clock_read(struct clocksource *cs)
{
	u64 time;

	if (holders)
		return held;
	time = raw_time() - left_out;
	return time - time % NSEC_PER_USEC;
}

static struct clocksource orc_clock = {
	.name = "orc",
	.rating = 400,
	.read = clock_read,
	.mask = CLOCKSOURCE_MASK(64),
	.flags = CLOCK_SOURCE_IS_CONTINUOUS,
};

int orc_clock_init(void)
{
	first = raw_time();
	return clocksource_register_hz(&orc_clock, NSEC_PER_SEC);
}

/* Drops what passed since the clock showed this time. */
static void set_back(u64 time)
{
	left_out = raw_time() - time;
}

static void wait_for_timer(ktime_t end)
{
	set_current_state(TASK_UNINTERRUPTIBLE);
	schedule_hrtimeout_range(&end, 0, HRTIMER_MODE_ABS_HARD);
}

/*
 * Returns when every other task sleeps, at the same time as before. The timer is due at once, but its interrupt comes
 * only from the idle loop.
 */
void orc_wait_idle(void)
{
	if (!holders)
		held = clock_read(NULL);
	holders++;
	wait_for_timer(ktime_get());
	holders--;
	if (!holders)
		set_back(held);
}

void orc_sleep_until(ktime_t end)
{
	sleepers++;
	while (ktime_before(ktime_get(), end))
		wait_for_timer(end);
	if (!holders)
		set_back(clock_read(NULL));
	sleepers--;
}

/* The same for a task that is no part of a scenario. */
void orc_doze_until(ktime_t end)
{
	while (ktime_before(ktime_get(), end))
		wait_for_timer(end);
}

bool orc_someone_sleeps(void)
{
	return sleepers > 0;
}
