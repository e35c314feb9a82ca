// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Commands that let time or other tasks go on, and the system sleep cycle. */
#include <linux/cpu.h>
#include <linux/hrtimer.h>
#include <linux/pm_runtime.h>
#include <linux/suspend.h>
#include <linux/workqueue.h>
#include "power.h"
#include "orc.h"

/* A sleep cycle ends on a multiple of this many milliseconds since the start. */
#define SLEEP_CYCLE_GRAIN 10

static ktime_t start_time;
static bool suspending;

/* Callbacks that take their time, by when they end. */
static LIST_HEAD(delays);

struct delay {
	struct list_head node;
	ktime_t end;
};

ktime_t orc_start_time(void)
{
	return start_time;
}

void orc_set_start_time(ktime_t time)
{
	start_time = time;
}

/* A timer of autosuspend may be late by a quarter of its delay; here it is not. */
static void sharpen(struct hrtimer *timer)
{
	ktime_t due = hrtimer_get_softexpires(timer);

	if (hrtimer_active(timer) && ktime_after(hrtimer_get_expires(timer), due))
		hrtimer_start_range_ns(timer, due, 0, HRTIMER_MODE_ABS);
}

static void sharpen_timers_of(struct list_head *devices)
{
	struct orc_device *device;

	list_for_each_entry(device, devices, node)
		sharpen(&device->dev.power.suspend_timer);
}

/* The idle loop, before time moves: also when every task waits for another one, and none looks at timers. */
void arch_cpu_idle_enter(void)
{
	sharpen_timers_of(&orc_devices);
	sharpen_timers_of(&orc_deleted_devices);
}

/* When the first timer of some devices is due, KTIME_MAX if none is set. */
static ktime_t first_timer_of(struct list_head *devices)
{
	struct orc_device *device;
	ktime_t first = KTIME_MAX;

	list_for_each_entry(device, devices, node) {
		struct hrtimer *timer = &device->dev.power.suspend_timer;

		if (hrtimer_active(timer))
			first = min(first, hrtimer_get_softexpires(timer));
	}
	return first;
}

static ktime_t first_timer(void)
{
	return min(first_timer_of(&orc_devices), first_timer_of(&orc_deleted_devices));
}

bool orc_timer_is_pending(void)
{
	return first_timer() != KTIME_MAX;
}

static ktime_t first_delay(void)
{
	ktime_t first = KTIME_MAX;
	struct delay *delay;

	list_for_each_entry(delay, &delays, node)
		first = min(first, delay->end);
	return first;
}

/*
 * Lets time pass until the end, from one time at which something runs to the next: it is done before time goes on, and may
 * set timers. At the end itself only this task has run.
 */
static void pass_time(ktime_t end)
{
	while (ktime_before(ktime_get(), end)) {
		orc_wait_idle();
		orc_sleep_until(min3(end, first_delay(), first_timer()));
	}
}

/* The time that a callback takes: none with interrupts off or in a tasklet, when nothing else could run anyway. */
void orc_elapse(int milliseconds)
{
	struct delay delay = { .end = ktime_add_ms(ktime_get(), milliseconds) };

	if (irqs_disabled() || in_serving_softirq())
		return;
	list_add_tail(&delay.node, &delays);
	pass_time(delay.end);
	list_del(&delay.node);
}

/* Returns when all is done that was due until then. */
void orc_sleep(int milliseconds)
{
	ktime_t end = ktime_add_ms(ktime_get(), milliseconds);

	pass_time(end);
	do {
		orc_wait_idle();
	} while (ktime_compare(first_timer(), end) <= 0);
}

/* Until no device has a request of runtime PM pending. */
void orc_flush(void)
{
	struct orc_device *device;

again:
	list_for_each_entry(device, &orc_devices, node) {
		if (device->dev.power.request_pending) {
			flush_work(&device->dev.power.work);
			goto again;
		}
	}
}

static void wait_for_delays(void)
{
	for (;;) {
		orc_wait_idle();
		if (list_empty(&delays))
			break;
		orc_sleep_until(min(first_delay(), first_timer()));
	}
}

/*
 * Until no task is in the middle of anything: workers are idle, callbacks have returned, removed links are gone. A probe that is
 * waited for may leave work behind, with callbacks that take their time.
 */
void orc_settle(void)
{
	do {
		wait_for_delays();
		if (!suspending)
			flush_workqueue(pm_wq);
		wait_for_device_probe();
		device_link_wait_removal();
		orc_wait_idle();
	} while (!list_empty(&delays));
}

static int suspend_to_idle(int test_level)
{
	int error;

	/* Inside another cycle, which stays as it is, the kernel refuses. */
	if (suspending)
		return pm_suspend(PM_SUSPEND_TO_IDLE);
	suspending = true;
	pm_test_level = test_level;
	error = pm_suspend(PM_SUSPEND_TO_IDLE);
	pm_test_level = TEST_NONE;
	suspending = false;
	return error;
}

/* suspend [platform|devices|freezer] */
int orc_suspend(const char *level)
{
	int test_level = TEST_PLATFORM;
	int error, rest;

	if (level && !strcmp(level, "devices"))
		test_level = TEST_DEVICES;
	else if (level && !strcmp(level, "freezer"))
		test_level = TEST_FREEZER;
	else if (level && strcmp(level, "platform"))
		return ORC_BAD;
	orc_settle();
	orc_freeze_time(true);
	error = suspend_to_idle(test_level);
	orc_settle();
	rest = ktime_us_delta(ktime_get(), start_time) % (SLEEP_CYCLE_GRAIN * USEC_PER_MSEC);
	pass_time(ktime_add_us(ktime_get(), SLEEP_CYCLE_GRAIN * USEC_PER_MSEC - rest));
	orc_sleep(0);
	orc_freeze_time(false);
	return error;
}
