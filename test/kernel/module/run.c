// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Runs the scenarios of a file, one after another, when the kernel has booted, and ends the kernel. There is no user space.
 *
 *	orc.trace=FILE		where their traces go
 *	orc.scenarios=FILE	scenarios, each behind "=== NAME"; without them it is the board that is written, see board.c
 *	orc.board=DRIVERS	which drivers the board gets: none, all-drivers, driver-per-compatible
 *	orc.events=N		events of one command at which it counts as endless
 *
 * The file of traces also has lines that are no events: "=== NAME" before each trace, "=cleanup" where the removal of devices
 * begins, and "=done" at the end of all.
 */
#include <linux/clocksource.h>
#include <linux/freezer.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/pm_runtime.h>
#include <linux/reboot.h>
#include <linux/sched.h>
#include <linux/sched/rt.h>
#include <linux/sched/signal.h>
#include <linux/vmalloc.h>
#include <asm/sections.h>
#include <os.h>
#include "base.h"
#include "power/power.h"
#include "orc.h"

/* deferred_probe_timeout is over then. */
#define BOOT_SECONDS 12

/* Scenarios start on a multiple of this: the kernel's own timers have the same phase in all. */
#define START_GRAIN (100 * NSEC_PER_MSEC)

/* The freezer gives up after 20 s; what hangs for longer does so for ever. */
#define WATCH_SECONDS 5

/* Between two milliseconds, so that nothing of a scenario happens at the time of a look. */
#define WATCH_PHASE (NSEC_PER_MSEC / 2)
#define WATCHES_UNTIL_HANG 8

static char scenarios_path[256];
module_param_string(scenarios, scenarios_path, sizeof(scenarios_path), 0);
static char board_drivers[32] = "none";
module_param_string(board, board_drivers, sizeof(board_drivers), 0);
static char trace_path[256];
module_param_string(trace, trace_path, sizeof(trace_path), 0);
static int event_limit = 100000;
module_param_named(events, event_limit, int, 0);

struct task_struct *orc_script_task;
static const char *where;
static int events_of_command;
static unsigned long events;

static void power_off(void)
{
	machine_power_off();
}

/* The last line of a trace. */
void orc_end(const char *outcome, const char *in)
{
	char line[64];

	if (in)
		snprintf(line, sizeof(line), "{\"e\":\"%s\",\"in\":\"%s\"}\n", outcome, in);
	else
		snprintf(line, sizeof(line), "{\"e\":\"%s\"}\n", outcome);
	orc_trace_raw(line);
}

/* Between scenarios it is no outcome of any; the next needs a new boot all the same. */
static void hang(void)
{
	if (where)
		orc_end("hang", where);
	power_off();
}

/* Called at each event. */
void orc_progress(void)
{
	events++;
	if (++events_of_command > event_limit)
		hang();
}

/* Nothing happens any more, and nothing will. */
static int watch(void *unused)
{
	ktime_t next = roundup(ktime_get(), NSEC_PER_SEC) + WATCH_PHASE;
	unsigned long seen = 0;
	int still = 0;

	for (;;) {
		next = ktime_add(next, WATCH_SECONDS * NSEC_PER_SEC);
		orc_doze_until(next);
		if (events != seen || orc_someone_sleeps() || orc_timer_is_pending())
			still = 0;
		else if (++still == WATCHES_UNTIL_HANG)
			hang();
		seen = events;
	}
	return 0;
}

/*
 * The freezer sleeps as long as a thread has to be woken to freeze. kswapd has to, now and then more than once; this one
 * stands in for it, so that freezing always takes one millisecond.
 */
static int freeze_slowly(void *unused)
{
	set_freezable();
	for (;;) {
		set_current_state(TASK_INTERRUPTIBLE);
		schedule();
		try_to_freeze();
	}
}

static void make_freezing_definite(void)
{
	struct task_struct *task;

	for_each_process(task) {
		if (!strcmp(task->comm, "kswapd0"))
			task->flags |= PF_NOFREEZE;
	}
	kthread_run(freeze_slowly, NULL, "orc-freeze");
}

static void begin(const char *header)
{
	orc_settle();
	orc_release_deleted_devices();
	orc_make_workers();
	orc_sleep_until(roundup(ktime_get() + 1, START_GRAIN));
	/* What the kernel itself does at that time. */
	orc_wait_idle();
	orc_take_fresh_slab();
	orc_trace_raw(header);
	orc_trace_raw("\n");
	orc_reset_commands();
	memset(__start_once, 0, __end_once - __start_once);
	pm_async_enabled = 0;
	orc_set_start_time(ktime_get());
	where = "script";
	orc_silent = false;
}

static void end(void)
{
	orc_silent = true;
	where = "cleanup";
	orc_trace_raw("=cleanup\n");
	orc_dma_clean_up();
	while (!list_empty(&orc_devices))
		orc_delete_device(list_last_entry(&orc_devices, struct orc_device, node));
	while (!list_empty(&orc_drivers))
		orc_delete_driver(list_first_entry(&orc_drivers, struct orc_driver, node));
	orc_leave_domains();
	orc_delete_domains();
	orc_end("end", NULL);
	where = NULL;
}

static void run_all(char *text)
{
	char *line;
	bool running = false;

	while ((line = strsep(&text, "\n"))) {
		events_of_command = 0;
		if (!strncmp(line, "===", 3)) {
			if (running)
				end();
			begin(line);
			running = true;
		} else if (*line) {
			orc_run_command(line);
		}
	}
	if (running)
		end();
}

static char *read_scenarios(void)
{
	unsigned long long size;
	char *text;
	int file, length = 0;

	file = os_open_file(scenarios_path, of_read(OPENFLAGS()), 0);
	if (file < 0 || os_file_size(scenarios_path, &size))
		return NULL;
	text = vzalloc(size + 1);
	while (text && length < size) {
		int n = os_read_file(file, text + length, size - length);

		if (n <= 0)
			break;
		length += n;
	}
	os_close_file(file);
	return text;
}

static void give_up(const char *what)
{
	pr_emerg("orc: %s\n", what);
	power_off();
}

static void nothing_to_release(struct device *dev)
{
}

/*
 * A link that no scenario sees: the folder of links in sysfs stays while scenarios make and remove theirs. Made in the middle of a
 * scenario, it would take memory of the size of an asynchronous job's (see script.c).
 */
static void keep_folder_of_links(void)
{
	static struct device ends[2];
	int i;

	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		device_initialize(&ends[i]);
		dev_set_name(&ends[i], "orc-end%d", i);
		ends[i].release = nothing_to_release;
		if (device_add(&ends[i]))
			give_up("cannot add the end of a link");
	}
	if (!device_link_add(&ends[0], &ends[1], DL_FLAG_STATELESS))
		give_up("cannot link");
}

static void run_scenarios(void)
{
	char *text = read_scenarios();

	if (!text)
		give_up("cannot read the scenarios");
	if (bus_register(&orc_bus))
		give_up("cannot register the bus");
	orc_domains_init();
	orc_console_init();
	make_freezing_definite();
	keep_folder_of_links();
	orc_sleep(BOOT_SECONDS * MSEC_PER_SEC);
	run_all(text);
}

static int script(void *unused)
{
	orc_script_task = current;
	sched_set_fifo(current);
	orc_stop_fair_server();
	/* No kernel outlives the program that reads its trace. */
	os_set_pdeathsig();
	if (orc_trace_open(trace_path))
		give_up("cannot open the trace");
	if (orc_clock_init())
		give_up("cannot register the clock");
	kthread_run(watch, NULL, "orc-watch");
	if (*scenarios_path)
		run_scenarios();
	else if (orc_run_board(board_drivers))
		give_up("cannot register the drivers");
	orc_trace_raw("=done\n");
	power_off();
	return 0;
}

/* Never returns: behind the last initcall the kernel would look for an init. */
static int __init orc_init(void)
{
	if (!*trace_path)
		return 0;
	system_state = SYSTEM_RUNNING;
	kthread_run(script, NULL, "orc");
	current->flags |= PF_NOFREEZE;
	for (;;)
		schedule_timeout_uninterruptible(MAX_SCHEDULE_TIMEOUT);
}
late_initcall_sync(orc_init);
