/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commands.c - the table of commands, made from commands.def.
 */
#include "commands.h"

#include <string.h>

#define HS_COMMAND(name) extern const struct hs_command command_##name;
#include "commands.def"
#undef HS_COMMAND

static const struct hs_command *const commands[] = {
#define HS_COMMAND(name) &command_##name,
#include "commands.def"
#undef HS_COMMAND
    NULL,
};

#define WORD_ROOM 32 /* longer words are like no command */

const struct hs_command *const *hs_commands(size_t *count)
{
    *count = sizeof(commands) / sizeof(commands[0]) - 1;
    return commands;
}

const struct hs_command *hs_command_named(const char *name)
{
    for (const struct hs_command *const *c = commands; *c; c++)
        if (strcmp((*c)->name, name) == 0 ||
            ((*c)->alias && strcmp((*c)->alias, name) == 0))
            return *c;
    return NULL;
}

/* How many letters have to be added, dropped or replaced to get from A to B;
 * one row of the usual table at a time. */
static size_t distance(const char *a, const char *b)
{
    size_t row[WORD_ROOM + 1], length = strlen(b);

    if (length > WORD_ROOM || strlen(a) > WORD_ROOM)
        return WORD_ROOM;
    for (size_t j = 0; j <= length; j++)
        row[j] = j;
    for (size_t i = 0; a[i]; i++) {
        size_t diagonal = row[0];

        row[0] = i + 1;
        for (size_t j = 0; j < length; j++) {
            size_t best = diagonal + (a[i] != b[j]);

            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j + 1] + 1 < best)
                best = row[j + 1] + 1;
            diagonal = row[j + 1];
            row[j + 1] = best;
        }
    }
    return row[length];
}

const char *hs_command_nearest(const char *word)
{
    const char *nearest = NULL;
    size_t least = strlen(word) / 2 + 1;

    for (const struct hs_command *const *c = commands; *c; c++) {
        const char *names[] = {(*c)->name, (*c)->alias};

        for (size_t i = 0; i < 2 && names[i]; i++) {
            size_t d = distance(word, names[i]);

            if (strncmp(names[i], word, strlen(word)) == 0)
                d = 0;
            if (d < least) {
                least = d;
                nearest = names[i];
            }
        }
    }
    return nearest;
}

uint64_t hs_run_limit(const struct hs_run *run, uint64_t usual)
{
    return run->options->limit == HS_LIMIT_DEFAULT ? usual
                                                   : run->options->limit;
}
