/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_kernel.c - processes that the kernel has killed for want of memory.
 *
 *   "oom-kill:" ... "oom_memcg=" group "," ... "pid=" n "," ...
 *   ... "Killed process " pid " (" name ") total-vm:" n "kB, anon-rss:" n "kB"
 *       ", file-rss:" n "kB" [", shmem-rss:" n "kB"] ...
 *   "memory: usage " n "kB, limit " n "kB, failcnt " n
 *
 * The first came with Linux 4.19, and stands before the second; the last is of
 * the control group.
 */
#include "format/log.h"

#include "model/process.h"

#define NAME_MOST 200

struct log_kernel {
    uint64_t pid; /* whom the last "oom-kill:" was about */
    char group[NAME_MOST];
    size_t group_size;
};

/* `anon-rss:` n `kB`, anywhere in SCAN. */
static bool find_kb(struct hs_cursor scan, const char *key, uint64_t *bytes)
{
    uint64_t kb;

    if (!hs_scan_past(&scan, key) || !hs_scan_unsigned(&scan, &kb) ||
        !hs_scan_literal(&scan, "kB") || kb > UINT64_MAX >> 10)
        return false;
    *bytes = kb << 10;
    return true;
}

/* What stands before the message: a time, a host. */
static struct hs_str before(struct hs_cursor line, const uint8_t *end)
{
    struct hs_str text = {(const char *)line.at, (size_t)(end - line.at)};
    static const char *const starts[] = {
        "Memory cgroup out of memory: ",
        "Out of memory: ",
        "Out of memory (oom_kill_allocating_task): ",
    };

    for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
        size_t size = strlen(starts[i]);

        if (text.size >= size &&
            memcmp(text.text + text.size - size, starts[i], size) == 0) {
            text.size -= size;
            break;
        }
    }
    if (text.size > NAME_MOST)
        text.size = NAME_MOST;
    return hs_scan_trim(text);
}

static bool find_kill(struct hs_cursor line, struct hs_oom_kill *kill)
{
    struct hs_cursor scan = line;
    const uint8_t *start, *end;

    *kill = (struct hs_oom_kill){0};
    if (!hs_scan_past(&scan, "Killed process "))
        return false;
    kill->when = before(line, scan.at - strlen("Killed process "));
    if (!hs_scan_unsigned(&scan, &kill->pid) || !hs_scan_literal(&scan, " ("))
        return false;
    start = scan.at;
    /* A name may have brackets of its own. */
    if (!hs_scan_past(&scan, ") total-vm:") && !hs_scan_past(&scan, "), UID") &&
        !hs_scan_past(&scan, "), "))
        return false;
    end = start;
    for (const uint8_t *at = start; at < scan.at; at++)
        if (*at == ')')
            end = at;
    kill->name = (struct hs_str){(const char *)start, (size_t)(end - start)};
    if (kill->name.size > NAME_MOST)
        kill->name.size = NAME_MOST;
    find_kb(line, "total-vm:", &kill->virtual);
    find_kb(line, "file-rss:", &kill->file);
    find_kb(line, "shmem-rss:", &kill->shmem);
    return find_kb(line, "anon-rss:", &kill->anon);
}

static bool find_group(struct hs_cursor line, struct hs_str *group,
                       uint64_t *pid)
{
    struct hs_cursor scan = line;

    if (!hs_scan_past(&scan, "oom-kill:"))
        return false;
    line = scan;
    *group = (struct hs_str){0};
    if (hs_scan_past(&scan, ",oom_memcg="))
        hs_scan_until(&scan, ',', group);
    return hs_scan_past(&line, ",pid=") && hs_scan_unsigned(&line, pid);
}

static bool find_limit(struct hs_cursor line, uint64_t *used, uint64_t *limit)
{
    return hs_scan_past(&line, "memory: usage ") && find_kb(line, "", used) &&
           find_kb(line, ", limit ", limit) &&
           hs_scan_past(&line, ", failcnt ");
}

static bool knows(struct hs_cursor line)
{
    struct hs_oom_kill kill;
    struct hs_str group;
    uint64_t a, b;

    return find_kill(line, &kill) || find_group(line, &group, &a) ||
           find_limit(line, &a, &b);
}

static void take_kill(struct log *log, struct hs_oom_kill *kill)
{
    struct hs_process *process = hs_process_of(log->snapshot);
    const struct log_kernel *kernel = log->kernel;
    uint64_t rss, known = 0;

    if (kernel->pid == kill->pid)
        kill->group = (struct hs_str){kernel->group, kernel->group_size};
    hs_process_kill(process, log->snapshot, kill);
    /* Of several, the largest is the one that is asked for. */
    if (!__builtin_add_overflow(kill->anon, kill->file, &rss) &&
        !__builtin_add_overflow(rss, kill->shmem, &rss) &&
        !(process->facts[HS_FACT_RSS].by == HS_BY_KERNEL &&
          hs_process_knows(process, HS_FACT_RSS, &known) && known > rss)) {
        hs_process_say(process, HS_FACT_RSS, rss, HS_BY_KERNEL);
        hs_process_say(process, HS_FACT_RSS_ANON, kill->anon, HS_BY_KERNEL);
        hs_process_say(process, HS_FACT_RSS_FILE, kill->file, HS_BY_KERNEL);
        hs_process_say(process, HS_FACT_RSS_SHMEM, kill->shmem, HS_BY_KERNEL);
    }
}

static bool take(struct log *log, struct hs_cursor line)
{
    struct log_kernel *kernel = log->kernel;
    struct hs_oom_kill kill;
    struct hs_str group;
    uint64_t used, limit;

    if (find_kill(line, &kill)) {
        take_kill(log, &kill);
        return true;
    }
    if (find_group(line, &group, &kernel->pid)) {
        kernel->group_size = group.size < NAME_MOST ? group.size : NAME_MOST;
        if (kernel->group_size)
            memcpy(kernel->group, group.text, kernel->group_size);
    } else if (find_limit(line, &used, &limit)) {
        struct hs_process *process = hs_process_of(log->snapshot);

        hs_process_say(process, HS_FACT_GROUP_USED, used, HS_BY_KERNEL);
        hs_process_say(process, HS_FACT_GROUP_LIMIT, limit, HS_BY_KERNEL);
    }
    return false;
}

static void begin(struct log *log, struct hs_arena *scratch)
{
    log->kernel = hs_arena_zeroed(scratch, 1, sizeof(*log->kernel));
    log->kernel->pid = UINT64_MAX;
}

const struct log_taker log_kernel = {
    .marks = "Kim-y:",
    .one = "process killed",
    .many = "processes killed",
    .knows = knows,
    .take = take,
    .begin = begin,
};
