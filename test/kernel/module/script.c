// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Commands that say what a callback does: "ret", "on", "off", "delay". */
#include <linux/ctype.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "orc.h"

/* The script of a device, or of a domain; NULL if there is none. */
static struct orc_script *script_of(struct orc_words *words, bool may_sleep)
{
	int callback = orc_parse_callback(words->word[2]);
	struct orc_device *device;

	if (callback < 0)
		return NULL;
	if (callback >= ORC_DEVICE_CALLBACKS)
		return orc_domain_script(words->word[1], callback, may_sleep);
	device = orc_find_device(words->word[1]);
	return device ? &device->scripts[callback] : NULL;
}

static int parse_value(const char *word, struct orc_value *value)
{
	if (!strncmp(word, "defer:", 6)) {
		value->until = kstrdup(word + 6, GFP_KERNEL);
		return 0;
	}
	value->until = NULL;
	if (strcmp(word, "defer"))
		return orc_parse_number(word, &value->number);
	value->number = -EPROBE_DEFER;
	return 0;
}

/*
 * Room for so many values at least: no list is of the size of struct async_entry, whose memory goes round among asynchronous jobs
 * and says which worker carries out the next one.
 */
#define VALUES ((size_t)16)

/* ret DEV CB V[,V...][*] */
static int ret(struct orc_words *words, const char *text)
{
	struct orc_script *script = script_of(words, false);
	char *values = words->word[3];
	struct orc_script parsed = { };
	char *word;

	if (!script || !values)
		return ORC_BAD;
	if (*values && values[strlen(values) - 1] == '*') {
		parsed.repeat = true;
		values[strlen(values) - 1] = 0;
	}
	parsed.values = kcalloc(max(strlen(values) + 1, VALUES), sizeof(*parsed.values), GFP_KERNEL);
	while ((word = strsep(&values, ","))) {
		if (parse_value(word, &parsed.values[parsed.count])) {
			orc_clear_values(&parsed);
			return ORC_BAD;
		}
		parsed.count++;
	}
	orc_clear_values(script);
	script->values = parsed.values;
	script->count = parsed.count;
	script->repeat = parsed.repeat;
	return 0;
}

/* off DEV CB */
static int off(struct orc_words *words, const char *text)
{
	struct orc_script *script = script_of(words, false);

	if (!script)
		return ORC_BAD;
	orc_clear_commands(script);
	return 0;
}

/* delay DEV CB MS */
static int delay(struct orc_words *words, const char *text)
{
	struct orc_script *script = script_of(words, true);

	if (!script || orc_parse_number(words->word[3], &script->delay))
		return ORC_BAD;
	return 0;
}

/* on DEV CB COMMAND: the command is the text behind the third word. */
static int on(struct orc_words *words, const char *text)
{
	struct orc_script *script = script_of(words, true);
	int i;

	if (!script || words->count < 4 || script->ncommands == ORC_COMMANDS)
		return ORC_BAD;
	for (i = 0; i < 3; i++) {
		while (*text && !isspace(*text))
			text++;
		text = skip_spaces(text);
	}
	script->commands[script->ncommands++] = kstrdup(text, GFP_KERNEL);
	return 0;
}

static const struct command {
	const char *name;
	int (*run)(struct orc_words *words, const char *text);
} commands[] = {
	{ "ret", ret },
	{ "on", on },
	{ "off", off },
	{ "delay", delay },
};

/* A command about a script; ORC_BAD for any other. */
int orc_script_command(const char *text, struct orc_words *words)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(commands); i++) {
		if (!strcmp(words->word[0], commands[i].name))
			return commands[i].run(words, text);
	}
	return ORC_BAD;
}
