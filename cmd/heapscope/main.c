/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main.c - one run: options, files, command, report, exit status.
 */
#include <errno.h>
#include <stdio.h>

#include "bus.h"
#include "help.h"
#include "inputs.h"
#include "load.h"
#include "options.h"
#include "output.h"
#include "progress.h"

/* What ends a run without a report, said once. */
static int give_up(const struct hs_run *run, const struct hs_err *err)
{
    hs_complain(run->command, NULL, err);
    return hs_status_of(err);
}

static int write_report(const struct hs_run *run,
                        const struct hs_report *report, struct hs_err *err)
{
    struct hs_sink sink;
    bool good;

    if (!hs_sink_open(&sink, run->options, run->scratch, err))
        return give_up(run, err);
    good = report->render(run->doc, &sink.out, err);
    if (!hs_sink_close(&sink, good, err)) {
        /* A reader that has seen enough (head, less) is no failure to tell. */
        if (sink.error != EPIPE)
            return give_up(run, err);
        return HS_EXIT_NO_REPORT;
    }
    return good ? run->status : give_up(run, err);
}

/* Loads the files, runs the command and writes the document. */
static int run_on_files(struct hs_run *run, const struct hs_request *request)
{
    struct hs_err err = HS_ERR_NONE;
    const struct hs_report *report = hs_output_report(run->options, &err);
    int status;

    if (report && report->draws && !(run->command->options & HS_OPT_VIEW))
        hs_fail(&err, HS_EUSAGE, HS_NOWHERE,
                "there is no picture of that; 'heapscope render' makes one");
    if (err.kind != HS_OK || !hs_output_check(run->options, run->scratch, &err))
        return give_up(run, &err);
    status = hs_load(run, request->arguments.at, request->arguments.count);
    if (status != HS_EXIT_OK && status != HS_EXIT_PARTIAL)
        return status;
    run->status = status;
    run->doc = hs_doc_new(run->scratch, run->command->name);
    hs_inputs_section(run);
    if (!run->command->run(run, &err))
        return give_up(run, &err);
    hs_progress_done();
    status = write_report(run, report, &err);
    if (run->options->verbose)
        hs_progress_note(run->command->name, "report");
    return status;
}

/* help: prints by itself. */
static int run_alone(struct hs_run *run, const struct hs_request *request)
{
    struct hs_err err = HS_ERR_NONE;
    const char *const *arguments = request->arguments.at;

    if (request->arguments.count > 1)
        hs_fail(&err, HS_EUSAGE, HS_NOWHERE, "one topic at a time");
    else if (request->arguments.count == 1)
        run->target = arguments[0];
    if (err.kind != HS_OK || !run->command->run(run, &err))
        return give_up(run, &err);
    return hs_close_stdout("heapscope") ? run->status : HS_EXIT_NO_REPORT;
}

int main(int argc, char **argv)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_request request;
    struct hs_run run;
    int status;

    hs_options_parse(&request, &arena, argc, argv);
    run = (struct hs_run){
        .command = request.command,
        .options = &request.options,
        .scratch = &arena,
    };
    hs_bus_watch(request.command->name);
    hs_progress_show(!request.options.quiet);
    status = request.command->takes == HS_TAKES_NOTHING
                 ? run_alone(&run, &request)
                 : run_on_files(&run, &request);
    hs_unload(&run);
    hs_arena_free(&arena);
    return status;
}
