/* SPDX-License-Identifier: Apache-2.0 */
/*
 * help.c - the command help: usage, one command, or how to take a capture.
 *
 * All of it is read from the tables of commands, options and formats.
 */
#include "help.h"

#include <string.h>

#include "base/versions.h"
#include "command.h"
#include "commands.h"
#include "format/format.h"
#include "format/versions.h"
#include "options.h"
#include "report/versions.h"

void hs_help_usage(FILE *to)
{
    size_t count;
    const struct hs_command *const *commands = hs_commands(&count);
    const struct hs_format *const *formats;

    fputs("Usage: heapscope COMMAND [OPTION...] FILE...\n"
          "What holds the memory of a Go program, told from its profiles and "
          "dumps.\n\nCommands:\n",
          to);
    for (size_t i = 0; i < count; i++)
        fprintf(to, "  %-10s %s\n", commands[i]->name, commands[i]->summary);
    formats = hs_formats(&count);
    fputs("\nFiles, known by their content:\n", to);
    for (size_t i = 0; i < count; i++)
        if (formats[i]->decode)
            fprintf(to, "  %-10s %s\n", formats[i]->name, formats[i]->title);
    fputs("\n'heapscope help COMMAND' tells of one command and its options,\n"
          "'heapscope help capture' how to take the files.\n",
          to);
}

void hs_help_capture(FILE *to)
{
    size_t count;
    const struct hs_format *const *formats = hs_formats(&count);

    fputs("How to take what heapscope reads, and what taking it costs the "
          "process.\nSeveral files of one moment tell more together.\n",
          to);
    for (size_t i = 0; i < count; i++)
        if (formats[i]->capture)
            fprintf(to, "\n%s\n\n%s\n", formats[i]->title, formats[i]->capture);
        else if (formats[i]->command)
            fprintf(to, "\n%s\n\n    %s\n", formats[i]->title,
                    formats[i]->command);
}

void hs_help_version(FILE *to)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_column libraries = HS_COLUMN(struct hs_library, &arena);
    const struct hs_library *library;

    hs_base_libraries(&libraries);
    hs_format_libraries(&libraries);
    hs_report_libraries(&libraries);
    library = libraries.at;
    fprintf(to, "heapscope %s\nwith", HS_VERSION);
    for (size_t i = 0; i < libraries.count; i++)
        fprintf(to, "%s %s %s", i ? "," : "", library[i].name,
                library[i].version);
    fputs("\n", to);
    hs_arena_free(&arena);
}

static bool help_run(struct hs_run *run, struct hs_err *err)
{
    const struct hs_command *command;
    const char *nearest;

    if (!run->target) {
        hs_help_usage(stdout);
        return true;
    }
    if (strcmp(run->target, "capture") == 0) {
        hs_help_capture(stdout);
        return true;
    }
    command = hs_command_named(run->target);
    if (command) {
        hs_options_help(command);
        return true;
    }
    nearest = hs_command_nearest(run->target);
    return hs_fail(err, HS_EUSAGE, HS_NOWHERE,
                   nearest ? "there is no command '%s'; did you mean '%s'?"
                           : "there is no command '%s'",
                   run->target, nearest);
}

const struct hs_command command_help = {
    .name = "help",
    .summary = "tell of a command, or of how to take a capture",
    .arguments = "[COMMAND|capture]",
    .takes = HS_TAKES_NOTHING,
    .run = help_run,
};
