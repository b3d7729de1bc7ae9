/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bus.c - says which input was cut, from within a signal handler: nothing but
 * write, pause and _exit.
 */
#include "bus.h"

#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "command.h"

#define MOST 64 /* files beyond are not named */

struct mapped {
    const char *path;
    const uint8_t *at, *end;
};

static const char *command_name;
static struct mapped inputs[MOST];
static volatile size_t input_count;
static atomic_flag telling = ATOMIC_FLAG_INIT;

static void say(const char *text)
{
    ssize_t ignored = write(STDERR_FILENO, text, strlen(text));

    (void)ignored;
}

/* The text of the input that ADDRESS is in. */
static const char *path_of(const uint8_t *address)
{
    for (size_t i = 0; i < input_count; i++)
        if (address >= inputs[i].at && address < inputs[i].end)
            return inputs[i].path;
    return "an input";
}

static void end_run(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
    /* Threads meet the end of a file together; one tells. */
    while (atomic_flag_test_and_set(&telling))
        pause();
    say("heapscope ");
    say(command_name);
    say(": ");
    say(path_of(info->si_addr));
    say(": the file was cut, or its disk failed, while it was read\n");
    _exit(HS_EXIT_NO_REPORT);
}

void hs_bus_watch(const char *command)
{
    struct sigaction action = {.sa_sigaction = end_run, .sa_flags = SA_SIGINFO};

    command_name = command;
    sigemptyset(&action.sa_mask);
    sigaction(SIGBUS, &action, NULL);
}

void hs_bus_note(const struct hs_input *input)
{
    struct hs_cursor all = hs_input_stored(input);

    if (input_count >= MOST)
        return;
    inputs[input_count] = (struct mapped){
        .path = hs_input_path(input), .at = all.at, .end = all.end};
    input_count++;
}
