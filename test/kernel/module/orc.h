/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Scenarios on the real driver core: devices and drivers of a private bus "orc", created and called by the commands of
 * a script; each command, callback and message is one line of JSON. The language is described in docs/scenarios.md.
 */
#ifndef ORC_H
#define ORC_H

#include <linux/device.h>
#include <linux/ktime.h>
#include <linux/list.h>
#include <linux/pm.h>
#include <linux/pm_domain.h>
#include <linux/pm_qos.h>

/* The order is that of the tables in words.c. */
enum orc_callback {
	ORC_PREPARE,
	ORC_SUSPEND,
	ORC_SUSPEND_LATE,
	ORC_SUSPEND_NOIRQ,
	ORC_RESUME_NOIRQ,
	ORC_RESUME_EARLY,
	ORC_RESUME,
	ORC_COMPLETE,
	ORC_RUNTIME_SUSPEND,
	ORC_RUNTIME_RESUME,
	ORC_RUNTIME_IDLE,
	ORC_PROBE,
	ORC_REMOVE,
	ORC_SYNC_STATE,
	ORC_START,
	ORC_STOP,
	/* of DMA engines, routers and clients */
	ORC_ALLOC_CHAN_RESOURCES,
	ORC_FREE_CHAN_RESOURCES,
	ORC_DEVICE_RELEASE,
	ORC_ROUTER_CONFIG,
	ORC_ROUTE_ALLOCATE,
	ORC_ROUTE_FREE,
	ORC_DMA_FILTER,
	ORC_CLIENT_ATTACH,
	ORC_CLIENT_DETACH,
	ORC_DMA_COMPLETE,
	ORC_DEVICE_CALLBACKS,
	/* of power domains */
	ORC_POWER_ON = ORC_DEVICE_CALLBACKS,
	ORC_POWER_OFF,
	ORC_CALLBACKS
};

/* Who has a callback. */
enum orc_layer { ORC_DRV, ORC_TYPE, ORC_DOM };

/* What a command returns, beside the kernel's return values: no such command, device or driver. */
#define ORC_BAD INT_MIN

/* Commands that one callback can hold. */
#define ORC_COMMANDS 8

/* Words of a command that are looked at. */
#define ORC_WORDS 64

/* A scripted return value; with until, -EPROBE_DEFER as long as no device of that name is bound. */
struct orc_value {
	int number;
	char *until;
};

/* What a callback of a device does besides returning 0. */
struct orc_script {
	struct orc_value *values;
	int count;
	int next;
	bool repeat;
	char *commands[ORC_COMMANDS];
	int ncommands;
	int delay;
};

struct orc_device {
	struct device dev;
	struct list_head node;
	char *name;
	struct device *parent;
	struct device_type type;
	struct dev_pm_ops type_ops;
	struct dev_pm_domain domain;
	struct orc_script scripts[ORC_DEVICE_CALLBACKS];
	struct dev_pm_qos_request latency;
};

struct orc_driver {
	struct device_driver drv;
	struct list_head node;
	char *name;
	char *matches;
	struct dev_pm_ops ops;
};

#define to_orc_device(d) container_of(d, struct orc_device, dev)
#define to_orc_driver(d) container_of_const(d, struct orc_driver, drv)

/* Words of one command. */
struct orc_words {
	int count;
	char *word[ORC_WORDS];
};

/* run.c */
extern struct task_struct *orc_script_task;
void orc_progress(void);
void orc_end(const char *outcome, const char *where);

/* clock.c: the time does not move while anything can run. */
int orc_clock_init(void);
void orc_wait_idle(void);
void orc_sleep_until(ktime_t end);
void orc_doze_until(ktime_t end);
bool orc_someone_sleeps(void);

/* wait.c */
ktime_t orc_start_time(void);
void orc_set_start_time(ktime_t time);
void orc_elapse(int milliseconds);
void orc_sleep(int milliseconds);
void orc_flush(void);
void orc_settle(void);
int orc_suspend(const char *level);
bool orc_timer_is_pending(void);

/* priority.c */
void orc_stop_fair_server(void);

/* workers.c */
void orc_make_workers(void);

/* memory.c */
void orc_take_fresh_slab(void);

/* trace.c */
extern bool orc_silent;
int orc_trace_open(const char *path);
void orc_trace_raw(const char *text);
void orc_trace_quoted(const char *text);
unsigned long orc_trace_begin(const char *kind);
void orc_trace_string(const char *key, const char *value);
void orc_trace_number(const char *key, int value);
void orc_trace_null(const char *key);
void orc_trace_list_begin(const char *key);
void orc_trace_list_item(const char *value);
void orc_trace_list_end(void);
void orc_trace_end(unsigned long flags);
void orc_freeze_time(bool frozen);

/* console.c */
void orc_console_init(void);

/* words.c */
void orc_split(char *text, struct orc_words *words);
int orc_parse_number(const char *word, int *number);
int orc_parse_callback(const char *word);
int orc_parse_callbacks(char *words, u32 *set);
int orc_parse_link_flags(char *words, u32 *flags);
int orc_parse_order(const char *word, enum dpm_order *order);
const char *orc_callback_name(enum orc_callback callback);

/* genpd.c */
#ifdef CONFIG_PM_GENERIC_DOMAINS
struct orc_domain;
void orc_domains_init(void);
int orc_domain_command(struct orc_words *words);
struct orc_script *orc_domain_script(const char *name, enum orc_callback callback, bool may_sleep);
void orc_write_domain(struct orc_domain *domain);
void orc_write_domains(void);
void orc_leave_domain(struct device *dev);
void orc_delete_domains(void);
#else
static inline void orc_domains_init(void) { }
static inline int orc_domain_command(struct orc_words *words)
{
	return ORC_BAD;
}
static inline struct orc_script *orc_domain_script(const char *name, enum orc_callback callback,
						   bool may_sleep)
{
	return NULL;
}
static inline void orc_write_domains(void) { }
static inline void orc_leave_domain(struct device *dev) { }
static inline void orc_delete_domains(void) { }
#endif

/* dma-*.c */
int orc_dma_command(struct orc_words *words);
bool orc_may_sleep_here(struct orc_words *words);
bool orc_has_engine(struct orc_device *device);
struct device *orc_find_channel_device(const char *name);
void orc_write_engines(void);
void orc_dma_clean_up(void);

/* bus.c */
extern const struct bus_type orc_bus;

/* callback.c */
int orc_call(const char *name, enum orc_callback callback, const char *layer, struct orc_script *script);
int orc_call_about(const char *name, enum orc_callback callback, const char *layer, struct orc_script *script,
		   const char *channel);
void orc_take_ops(struct dev_pm_ops *ops, enum orc_layer layer, u32 set);
int orc_probe(struct device *dev);
int orc_remove(struct device *dev);
void orc_sync_state(struct device *dev);

/* device.c, driver.c */
extern struct list_head orc_devices;
extern struct list_head orc_deleted_devices;
extern struct list_head orc_drivers;
struct orc_device *orc_find_device(const char *name);
struct device *orc_find_any_device(const char *name);
const char *orc_device_name(struct device *dev);
struct orc_driver *orc_find_driver(const char *name);
void orc_clear_values(struct orc_script *script);
void orc_clear_commands(struct orc_script *script);
int orc_create_device(struct orc_words *words);
void orc_delete_device(struct orc_device *device);
void orc_leave_domains(void);
void orc_release_deleted_devices(void);
int orc_create_driver(struct orc_words *words);
void orc_delete_driver(struct orc_driver *driver);

/* command.c, device-command.c, script.c, runtime.c */
void orc_reset_commands(void);
void orc_run_command(const char *text);
/* A command that begins with the name of a device. */
struct orc_device_command {
	const char *name;
	int (*run)(struct orc_device *device, struct orc_words *words);
};

int orc_run_on_device(struct orc_device *device, struct orc_words *words,
		      const struct orc_device_command *commands, int count);
int orc_device_command(struct orc_words *words);
int orc_script_command(const char *text, struct orc_words *words);
int orc_runtime_command(struct orc_words *words);

/* board.c, board-drivers.c */
int orc_run_board(const char *drivers);
int orc_register_board_drivers(const char *drivers);
int orc_register_late_drivers(const char *drivers);

/* state.c */
void orc_write_device(struct orc_device *device);
void orc_write_devices(void);
void orc_write_links(void);
void orc_write_lists(void);

#endif
