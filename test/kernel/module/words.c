// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Words of the command language. */
#include <linux/ctype.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "orc.h"

static const char *const callback_names[ORC_CALLBACKS] = {
	"prepare", "suspend", "suspend_late", "suspend_noirq", "resume_noirq", "resume_early", "resume",
	"complete", "runtime_suspend", "runtime_resume", "runtime_idle", "probe", "remove", "sync_state", "start", "stop",
	"alloc_chan_resources", "free_chan_resources", "device_release", "router_config", "route_allocate", "route_free",
	"dma_filter", "client_attach", "client_detach",
	"dma_complete",
	"power_on", "power_off",
};

#define SLEEP_SET GENMASK(ORC_COMPLETE, ORC_PREPARE)
#define RUNTIME_SET GENMASK(ORC_RUNTIME_IDLE, ORC_RUNTIME_SUSPEND)

static const struct {
	const char *name;
	u32 set;
} callback_groups[] = {
	{ "all", SLEEP_SET | RUNTIME_SET },
	{ "sleep", SLEEP_SET },
	{ "rpm", RUNTIME_SET },
	{ "sr", BIT(ORC_RUNTIME_SUSPEND) | BIT(ORC_RUNTIME_RESUME) },
	{ "basic", BIT(ORC_SUSPEND) | BIT(ORC_RESUME) },
};

/* In the order of the DL_FLAG_ bits. */
static const char *const link_flags[] = {
	"stateless", "autoremove_consumer", "pm_runtime", "rpm_active", "autoremove_supplier",
	"autoprobe_consumer", "managed", "sync_state_only", "inferred", "cycle",
};

static const char *const orders[] = { "none", "after", "before", "last" };

/* Cuts the text at its blanks; the words point into it. */
void orc_split(char *text, struct orc_words *words)
{
	memset(words, 0, sizeof(*words));
	for (;;) {
		while (isspace(*text))
			*text++ = 0;
		if (!*text || words->count == ORC_WORDS)
			return;
		words->word[words->count++] = text;
		while (*text && !isspace(*text))
			text++;
	}
}

/* A decimal or hexadecimal number of the kernel's int; -EINVAL if it is none. */
int orc_parse_number(const char *word, int *number)
{
	bool negative;
	long long value;
	int error;

	if (!word)
		return -EINVAL;
	negative = *word == '-';
	word += negative;
	if (!isdigit(*word))
		return -EINVAL;
	if (word[0] == '0' && tolower(word[1]) == 'x')
		error = kstrtoll(word, 16, &value);
	else
		error = kstrtoll(word, 10, &value);
	if (error || value > INT_MAX)
		return -EINVAL;
	*number = negative ? -value : value;
	return 0;
}

const char *orc_callback_name(enum orc_callback callback)
{
	return callback_names[callback];
}

int orc_parse_callback(const char *word)
{
	return word ? match_string(callback_names, ORC_CALLBACKS, word) : -EINVAL;
}

int orc_parse_callbacks(char *words, u32 *set)
{
	char *word;

	*set = 0;
	while ((word = strsep(&words, ","))) {
		int callback = orc_parse_callback(word);
		int i;

		for (i = 0; i < ARRAY_SIZE(callback_groups); i++) {
			if (!strcmp(word, callback_groups[i].name))
				break;
		}
		if (i < ARRAY_SIZE(callback_groups))
			*set |= callback_groups[i].set;
		else if (callback >= 0 && callback < ORC_START)
			*set |= BIT(callback);
		else
			return -EINVAL;
	}
	return 0;
}

/* A number, or names joined by commas; a number among them counts too. */
int orc_parse_link_flags(char *words, u32 *flags)
{
	char *word;

	if (!words)
		return -EINVAL;
	*flags = 0;
	while ((word = strsep(&words, ","))) {
		int bit = match_string(link_flags, ARRAY_SIZE(link_flags), word);
		int number;

		if (bit >= 0)
			*flags |= BIT(bit);
		else if (!orc_parse_number(word, &number))
			*flags |= number;
		else
			return -EINVAL;
	}
	return 0;
}

/* Where device_move() puts a device: the number in enum dpm_order, or a name that contains the word. */
int orc_parse_order(const char *word, enum dpm_order *order)
{
	static const int by_name[] = { 1, 2, 3, 0 };
	int number;
	int i;

	*order = DPM_ORDER_NONE;
	if (!word)
		return 0;
	if (!orc_parse_number(word, &number) && number >= 0 && number < ARRAY_SIZE(orders)) {
		*order = number;
		return 0;
	}
	for (i = 0; i < ARRAY_SIZE(by_name); i++) {
		*order = by_name[i];
		if (strstr(word, orders[*order]))
			return 0;
	}
	return -EINVAL;
}
