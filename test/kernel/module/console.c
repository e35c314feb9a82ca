// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Kernel messages at warning level or above become events of the trace: "msg" with the text, and "warn" with the place of
 * a WARN(); its registers and stack are left out. What the kernel says when it dies goes to the host's stderr.
 */
#include <linux/console.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/string.h>
#include <os.h>
#include "orc.h"

static enum { NORMAL, IN_WARNING, IN_STACK, DEAD } state;

static bool starts_with(const char *text, const char *start)
{
	return !strncmp(text, start, strlen(start));
}

static void write_event(const char *kind, const char *text)
{
	unsigned long flags;

	if (orc_silent)
		return;
	flags = orc_trace_begin(kind);
	orc_trace_string("m", text);
	orc_trace_end(flags);
}

/* "WARNING: CPU: 0 PID: 1 at FILE:LINE FUNCTION+0x1/0x2" */
static void write_warning(char *text)
{
	char *place = strstr(text, " at ");
	char *offset = strchr(text, '+');

	if (!place)
		return;
	if (offset)
		*offset = 0;
	write_event("warn", place + 4);
}

/*
 * "PM: dpm_run_callback(): drv_suspend returns -5" is "drv_suspend [orc] returns" from a module, as in the recorded
 * traces; here the functions are built in.
 */
static void write_message(const char *text)
{
	static char with_module[1024];
	const char *call = strstr(text, "(): ");
	const char *returns = call ? strstr(call, " returns ") : NULL;

	if (returns && (starts_with(call + 4, "drv_") || starts_with(call + 4, "type_") ||
			starts_with(call + 4, "dom_"))) {
		snprintf(with_module, sizeof(with_module), "%.*s [orc]%s", (int)(returns - text), text, returns);
		text = with_module;
	}
	write_event("msg", text);
}

/* Lines of a stack dump, which say nothing that another kernel would say too. */
static bool is_dump(const char *text)
{
	static const char *const starts[] = { "CPU: ", "Tainted: ", "Stack:", "Call Trace:", "Modules linked in:", "Workqueue: ", " " };
	int i;

	for (i = 0; i < ARRAY_SIZE(starts); i++) {
		if (starts_with(text, starts[i]))
			return true;
	}
	return false;
}

static void write_line(char *text)
{
	if (starts_with(text, "------------[ cut here ]"))
		return;
	if (starts_with(text, "---[ end trace")) {
		state = NORMAL;
		return;
	}
	if (starts_with(text, "WARNING: ")) {
		state = IN_WARNING;
		write_warning(text);
		return;
	}
	/* What the kernel says when it dies goes to stderr alone; the trace has no end then. */
	if (starts_with(text, "Kernel panic"))
		state = DEAD;
	if (state == IN_WARNING && (starts_with(text, "Modules linked in:") || starts_with(text, "CPU: ")))
		state = IN_STACK;
	if (state != IN_STACK && state != DEAD && !is_dump(text))
		write_message(text);
}

/* One record of one or more lines, each behind "<LEVEL>". */
static void orc_console_write(struct console *console, const char *record, unsigned int length)
{
	static char text[4096];
	char *rest = text;
	char *line;

	if (oops_in_progress || panic_in_progress())
		os_write_file(2, record, length);
	strscpy(text, record, min_t(size_t, length + 1, sizeof(text)));
	while ((line = strsep(&rest, "\n"))) {
		char *level_end = *line == '<' ? strchr(line, '>') : NULL;

		if (level_end)
			line = level_end + 1;
		if (*line)
			write_line(line);
	}
}

static struct console orc_console = {
	.name = "orc",
	.write = orc_console_write,
	.flags = CON_ENABLED | CON_ANYTIME,
	.index = -1,
};

void orc_console_init(void)
{
	/* Messages of a suspend come when they are printed. */
	console_suspend_enabled = false;
	register_console(&orc_console);
}
