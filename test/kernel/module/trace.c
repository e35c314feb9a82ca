// SPDX-License-Identifier: GPL-2.0 OR MIT
/* The trace: one JSON object a line, written to a file of the host at once, so that nothing is lost in a hang. */
#include <linux/irqflags.h>
#include <linux/string.h>
#include <os.h>
#include "orc.h"

static int file = -1;
static char line[1 << 16];
static int length;
static bool first_item;
static int freezers;
static ktime_t frozen_at;

/* Nothing is traced: the devices of a scenario are being removed. */
bool orc_silent = true;

static void write_out(void)
{
	int done = 0;

	while (done < length) {
		int n = os_write_file(file, line + done, length - done);

		if (n <= 0 && n != -EINTR)
			break;
		if (n > 0)
			done += n;
	}
	length = 0;
}

static void put(char c)
{
	if (length == sizeof(line))
		write_out();
	line[length++] = c;
}

static void put_text(const char *text)
{
	while (*text)
		put(*text++);
}

/* As JSON.stringify() does. */
static void put_string(const char *text)
{
	static const char short_escapes[] = "\bb\ff\nn\rr\tt\"\"\\\\";
	char escape[8];

	put('"');
	for (; *text; text++) {
		const char *known = strchr(short_escapes, *text);
		bool is_control = (unsigned char)*text < 0x20;

		if (is_control || *text == '"' || *text == '\\') {
			if (known)
				snprintf(escape, sizeof(escape), "\\%c", known[1]);
			else
				snprintf(escape, sizeof(escape), "\\u%04x", *text);
			put_text(escape);
		} else {
			put(*text);
		}
	}
	put('"');
}

static void put_number(long long number)
{
	char digits[24];

	snprintf(digits, sizeof(digits), "%lld", number);
	put_text(digits);
}

static void put_key(const char *key)
{
	put(',');
	put_string(key);
	put(':');
}

int orc_trace_open(const char *path)
{
	file = os_open_file(path, of_create(of_write(OPENFLAGS())), 0644);
	return file < 0 ? file : 0;
}

void orc_trace_raw(const char *text)
{
	unsigned long flags;

	local_irq_save(flags);
	put_text(text);
	write_out();
	local_irq_restore(flags);
}

void orc_trace_quoted(const char *text)
{
	unsigned long flags;

	local_irq_save(flags);
	put_string(text);
	write_out();
	local_irq_restore(flags);
}

/* Events of a sleep cycle carry the time of its start, also inside another one that is refused. */
void orc_freeze_time(bool freeze)
{
	if (freeze && !freezers++)
		frozen_at = ktime_get();
	else if (!freeze)
		freezers--;
}

unsigned long orc_trace_begin(const char *kind)
{
	ktime_t now = freezers ? frozen_at : ktime_get_mono_fast_ns();
	unsigned long flags;

	local_irq_save(flags);
	put_text("{\"t\":");
	put_number(ktime_to_ms(ktime_sub(now, orc_start_time())));
	put_key("e");
	put_string(kind);
	return flags;
}

void orc_trace_end(unsigned long flags)
{
	put_text("}\n");
	write_out();
	local_irq_restore(flags);
	orc_progress();
}

void orc_trace_string(const char *key, const char *value)
{
	put_key(key);
	put_string(value);
}

void orc_trace_number(const char *key, int value)
{
	put_key(key);
	put_number(value);
}

void orc_trace_null(const char *key)
{
	put_key(key);
	put_text("null");
}

void orc_trace_list_begin(const char *key)
{
	put_key(key);
	put('[');
	first_item = true;
}

void orc_trace_list_item(const char *value)
{
	if (!first_item)
		put(',');
	first_item = false;
	put_string(value);
}

void orc_trace_list_end(void)
{
	put(']');
}
