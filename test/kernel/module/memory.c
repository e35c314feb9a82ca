// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Memory for asynchronous jobs. A worker is known by the address of what it carries out, so who carries out the next job depends on
 * which address that gets: the one that was given back last, as long as both lie in the slab that is taken from.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include "orc.h"

/* The size of struct async_entry, which kernel/async.c keeps to itself. */
#define SIZE 96

#define OBJECTS_OF_A_SLAB (PAGE_SIZE / SIZE)
#define SLABS 64

static void *objects[SLABS * OBJECTS_OF_A_SLAB];

static bool are_neighbours(void *one, void *other)
{
	return ((unsigned long)one & PAGE_MASK) == ((unsigned long)other & PAGE_MASK);
}

/* A slab is taken from that has nothing in it, whatever ran before. */
void orc_take_fresh_slab(void)
{
	int first = 0, count = 0;

	while (count < ARRAY_SIZE(objects) && count - first < OBJECTS_OF_A_SLAB) {
		objects[count] = kmalloc(SIZE, GFP_KERNEL);
		if (!objects[count])
			break;
		if (!are_neighbours(objects[first], objects[count]))
			first = count;
		count++;
	}
	while (count > 0)
		kfree(objects[--count]);
}
