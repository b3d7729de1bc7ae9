/* SPDX-License-Identifier: Apache-2.0 */
/*
 * typing_signs.c - signs of a type in what nothing typed points to.
 *
 * Without debug information no variable has a type, and what only variables
 * point to would have none.  But some words can hardly be anything else:
 *
 *   - an interface: a word that is no pointer, but the address of a type's
 *     descriptor or an itab, and behind it a pointer;
 *   - a closure: an object whose first word, which is no pointer, is the first
 *     instruction of a function;
 *   - a chan: its header has the descriptor of its elements, and their size.
 */
#include "golang/typing_impl.h"

#include "base/parallel.h"
#include "model/heap_walk.h"

void typing_find_signs(struct typing *t)
{
    (void)t;
}
