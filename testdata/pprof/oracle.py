#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""oracle.py - what go tool pprof says of a profile, as exact integers.

    oracle.py top FILE OUTDIR [VARIANT GRANULARITY [FLAG...]]
    oracle.py diff BASE FILE OUT.tsv
    oracle.py report OUT.tsv FILE... [FLAG...]
    oracle.py tags FILE OUT.tsv
    oracle.py defaults OUT.tsv FILE...
    oracle.py text FILE.txt OUT.tsv

text reads the names from the comments of a ?debug=1 heap profile, which pprof
throws away, and so needs no pprof.
"""
import collections
import gzip
import math
import os
import re
import subprocess
import sys
import tempfile

UNITS = {'bytes': 'B', 'kilobytes': 'kB', 'nanoseconds': 'ns',
         'microseconds': 'us'}
NO_TABLE = ('names-not-utf8',)  # names that a line of text cannot hold
ROW = re.compile(r'^\s*(\S+)\s+\S+\s+\S+\s+(\S+)\s+\S+  (.*)$')
TOTAL = re.compile(r' of (\S+) total$')


def tool():
    return subprocess.check_output(['go', 'tool', '-n', 'pprof'],
                                   text=True).strip()


def pprof(*args):
    """Runs pprof in an empty folder, as it strips its folder from names."""
    with tempfile.TemporaryDirectory() as tmp:
        run = subprocess.run([TOOL, '-symbolize=none', *args], cwd=tmp,
                             capture_output=True, encoding='utf-8',
                             errors='replace')
    if run.returncode:
        sys.exit(' '.join(args) + ': ' + run.stderr)
    return run.stdout


def sample_types(*paths):
    lines = pprof('-raw', *paths).splitlines()
    words = lines[lines.index('Samples:') + 1].split()
    return [w.replace('[dflt]', '').rsplit('/', 1) for w in words]


def integer(text, unit):
    found = re.fullmatch(r'(-?\d+)(' + re.escape(unit) + ')?', text)
    if not found or abs(int(found[1])) >= 1 << 53:
        sys.exit('not an exact integer: ' + text)
    return int(found[1])


def top(index, unit, *args):
    """The total and the rows that -top prints for one sample type."""
    scale = UNITS.get(unit, 'count')
    label = UNITS.get(unit, '')
    out = pprof('-top', '-trim=false', '-unit=' + scale,
                '-sample_index=%d' % index, *args)
    total, rows, body = None, [], False
    for line in out.splitlines():
        if body:
            flat, cum, name = ROW.match(line).groups()
            name = re.sub(r' \((partial-)?inline\)$', '', name)
            rows.append((name, integer(flat, label), integer(cum, label)))
        elif line.startswith('Showing nodes'):
            total = integer(TOTAL.search(line)[1], label)
        body = body or line.lstrip().startswith('flat  flat%')
    return total, rows


def varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 128:
            return value, at


def fields(data):
    """Number, whole encoding and payload of the fields of a message."""
    at = 0
    while at < len(data):
        start = at
        key, at = varint(data, at)
        payload, at = varint(data, at)
        if key & 7 == 2:
            payload, at = data[at:at + payload], at + payload
        yield key >> 3, data[start:at], payload


def without_start_lines(path, out):
    """Copies a profile, its functions at start line 0.

    By file, pprof splits the functions of a file by their start line, and so
    prints one row for each; without start lines it adds them up.
    """
    with gzip.open(path) as profile:
        data = profile.read()
    for number, whole, payload in fields(data):
        if number == 5:
            body = b''.join(w for n, w, _ in fields(payload) if n != 5)
            whole = b'\x2a' + bytes([len(body)]) + body
            assert len(body) < 128
        out.write(whole)
    out.flush()


def write(path, flags, rows):
    with open(path, 'w') as out:
        out.write(' '.join(['# pprof -top -trim=false', *flags]) + '\n')
        for row in rows:
            out.write('\t'.join(map(str, row)) + '\n')


def main_top(path, out, variant='top', granularity='functions', *flags):
    rows = [('sample_type', 'granularity', 'name', 'flat', 'cum')]
    full = os.path.abspath(path)
    if os.path.exists(full + '.right.tsv') or path.count(NO_TABLE[0]):
        return
    if granularity == 'files':
        copy = tempfile.NamedTemporaryFile(suffix='.pb')
        without_start_lines(path, copy)
        full = copy.name
    for index, (name, unit) in enumerate(sample_types(full)):
        total, nodes = top(index, unit, *flags, full)
        rows.append((name, 'total', '-', total, total))
        rows += [(name, granularity, *n) for n in nodes]
    if variant == 'by':
        variant = granularity
    target = os.path.join(out, os.path.basename(path))
    if os.path.dirname(path):
        target = os.path.join(out, path)
    write('%s.%s.tsv' % (target, variant), flags, rows)


def main_diff(base, path, out):
    base, path = os.path.abspath(base), os.path.abspath(path)
    rows = [('sample_type', 'granularity', 'name', 'flat', 'cum')]
    for index, (name, unit) in enumerate(sample_types(path)):
        total, nodes = top(index, unit, '-diff_base', base, path)
        rows.append((name, 'total', '-', total, total))
        rows += [(name, 'functions', *n) for n in nodes]
    write(out, ['-diff_base', os.path.basename(base), os.path.basename(path)],
          rows)


def main_report(out, *args):
    """What -top prints of all files merged; the first line has all of ARGS."""
    paths = [os.path.abspath(a) for a in args if not a.startswith('-')]
    flags = [a for a in args if a.startswith('-')]
    granularity = 'lines' if '-lines' in flags else 'functions'
    rows = [('sample_type', 'granularity', 'name', 'flat', 'cum')]
    for index, (name, unit) in enumerate(sample_types(*paths)):
        total, nodes = top(index, unit, *flags, *paths)
        rows.append((name, 'total', '-', total, total))
        rows += [(name, granularity, *n) for n in nodes]
    write(out, args, rows)


def main_tags(path, out):
    """Sums by label; a row of value - has the sum of all samples with it."""
    path = os.path.abspath(path)
    rows = [('sample_type', 'key', 'value', 'sum')]
    for index, (name, unit) in enumerate(sample_types(path)):
        key, label = None, UNITS.get(unit, '')
        for line in pprof('-tags', '-unit=' + UNITS.get(unit, 'count'),
                          '-sample_index=%d' % index, path).splitlines():
            head = re.match(r' *(.*): Total (\S+) of ', line)
            row = re.match(r' *(\S+) \([ .\d]+%\): (.*)$', line)
            if head:
                key = head[1]
                rows.append((name, key, '-', integer(head[2], label)))
            elif row:
                rows.append((name, key, row[2], integer(row[1], label)))
    write(out, ['-tags'], rows)


def main_defaults(out, *paths):
    """The sample type that pprof takes if no flag asks for one."""
    rows = [('file', 'sample_type')]
    for path in paths:
        if path.endswith('long-line.txt.gz'):
            continue  # pprof cannot read it
        head = pprof('-top', os.path.abspath(path))
        rows.append((path, re.search(r'^Type: (.*)$', head, re.M)[1]))
    write(out, [], rows)


def text_records(lines):
    """The four numbers and the function names of each record, unscaled."""
    records = []
    for line in lines:
        row = re.match(r'(\d+): (\d+) \[(\d+): (\d+)\] @', line)
        if row:
            records.append((list(map(int, row.groups())), []))
        elif line.startswith('#\t'):
            records[-1][1].append(re.sub(r'\+0x\w+$', '', line.split('\t')[2]))
        elif line.startswith('# runtime.MemStats'):
            break
    return records


def unbias(count, size, rate):
    if not count or not size:
        return [0, 0]
    scale = 1 / (1 - math.exp(-(size / count) / rate))
    return [int(count * scale), int(size * scale)]


def main_text(path, out):
    with open(path) as text:
        lines = text.read().splitlines()
    rate = int(lines[0].rsplit('/', 1)[1]) // 2
    flat, cum, total = (collections.Counter() for _ in range(3))
    for (used, used_size, made, made_size), stack in text_records(lines[1:]):
        values = unbias(made, made_size, rate) + unbias(used, used_size, rate)
        for index, value in enumerate(values):
            total[index] += value
            flat[index, stack[0]] += value
            cum.update({(index, name): value for name in set(stack)})
    rows = [('sample_type', 'granularity', 'name', 'flat', 'cum')]
    for index, name in enumerate(['alloc_objects', 'alloc_space',
                                  'inuse_objects', 'inuse_space']):
        rows.append((name, 'total', '-', total[index], total[index]))
        nodes = [(n, flat[i, n], c) for (i, n), c in cum.items()
                 if i == index and c]
        nodes.sort(key=lambda n: (-n[1], n[0], -n[2]))
        rows += [(name, 'functions', *n) for n in nodes]
    write(out, ['with the names of the comments'], rows)


TOOL = tool()
{'top': main_top, 'diff': main_diff, 'text': main_text, 'tags': main_tags,
 'defaults': main_defaults, 'report': main_report}[sys.argv[1]](*sys.argv[2:])
