#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""oracle.py - a slow and obvious reader of Go heap dumps, to check a fast one.

    oracle.py DUMP [--answer JSON] [--holder HEX|GROUP]... [--spans] [--tsv]

It shares no idea with heapscope beyond the file format: objects sit in one
sorted list, addresses are found by binary search, reachability is a plain
depth-first walk, and a retained size is what a second walk without that root
(or object) no longer reaches.  Quadratic where it need not be; use it on
small dumps.
"""
import argparse
import bisect
import collections
import gzip
import json
import struct
import sys

PAGE = 8192
MEMSTATS = ('Alloc TotalAlloc Sys Lookups Mallocs Frees HeapAlloc HeapSys '
            'HeapIdle HeapInuse HeapReleased HeapObjects StackInuse StackSys '
            'MSpanInuse MSpanSys MCacheInuse MCacheSys BuckHashSys GCSys '
            'OtherSys NextGC LastGC PauseTotalNs').split()
TAGS = ('EOF Object OtherRoot Type Goroutine StackFrame Params Finalizer Itab '
        'OSThread MemStats QueuedFinalizer Data BSS Defer Panic MemProf '
        'AllocSample').split()


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def uint(self):
        value = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def uints(self, n):
        return [self.uint() for _ in range(n)]

    def bytes(self):
        n = self.uint()
        if self.at + n > len(self.data):
            raise IndexError('truncated')
        self.at += n
        return self.data[self.at - n:self.at]

    def text(self):
        return self.bytes().decode('utf-8', 'replace')

    def fields(self):
        out = []
        while True:
            kind = self.uint()
            if kind == 0:
                return out
            if kind != 1:
                raise ValueError('field kind %d at %d' % (kind, self.at))
            out.append(self.uint())


Object = collections.namedtuple('Object', 'addr data fields')
Goroutine = collections.namedtuple(
    'Goroutine', 'g sp goid gopc status system background waitsince reason '
    'ctxt m defer panic')
Frame = collections.namedtuple(
    'Frame', 'sp depth child data entry pc continpc func fields g')
Segment = collections.namedtuple('Segment', 'name start data fields')
Finalizer = collections.namedtuple('Finalizer', 'obj funcval fn fint ot queued')
Defer = collections.namedtuple('Defer', 'addr g sp pc funcval fn link')
Panic = collections.namedtuple('Panic', 'addr g type data defer link')


class Dump:
    """Every record of the file, as it stands there."""

    def __init__(self, path):
        with open(path, 'rb') as f:
            data = f.read()
        if data[:2] == b'\x1f\x8b':
            data = gzip.decompress(data)
        if data[:16] != b'go1.7 heap dump\n':
            raise ValueError('not a Go heap dump')
        self.counts = collections.Counter()
        self.raw, self.goroutines, self.frames = [], [], []
        self.types, self.itabs, self.threads = {}, {}, []
        self.finalizers, self.segments = [], []
        self.defers, self.panics = [], []
        self.memprof, self.samples = {}, []
        self.stats = None
        r = Reader(data)
        r.at = 16
        while self.record(r):
            pass
        self.trailing = len(data) - r.at
        self.word = '%s%s' % ('>' if self.bigendian else '<',
                              'Q' if self.ptr == 8 else 'I')
        self.raw.sort()

    def record(self, r):
        tag = r.uint()
        self.counts[TAGS[tag]] += 1
        if tag == 0:
            return False
        if tag == 1:
            self.raw.append(Object(r.uint(), r.bytes(), r.fields()))
        elif tag == 2:
            r.text(), r.uint()
        elif tag == 3:
            addr, size, name, ind = r.uint(), r.uint(), r.text(), r.uint()
            self.types[addr] = (size, name, ind)
        elif tag == 4:
            self.goroutines.append(
                Goroutine(*r.uints(8), r.text(), *r.uints(4)))
        elif tag == 5:
            self.frames.append(
                Frame(*r.uints(3), r.bytes(), *r.uints(3), r.text(),
                      r.fields(), len(self.goroutines) - 1))
        elif tag == 6:
            self.bigendian, self.ptr, self.lo, self.hi = r.uints(4)
            self.arch, self.version, self.ncpu = r.text(), r.text(), r.uint()
        elif tag in (7, 11):
            self.finalizers.append(Finalizer(*r.uints(5), tag == 11))
        elif tag == 8:
            itab, typ = r.uints(2)
            self.itabs[itab] = typ
        elif tag == 9:
            self.threads.append(r.uints(3))
        elif tag == 10:
            self.stats = dict(zip(MEMSTATS, r.uints(24)))
            r.uints(256)
            self.stats['NumGC'] = r.uint()
        elif tag in (12, 13):
            self.segments.append(Segment('data' if tag == 12 else 'bss',
                                         r.uint(), r.bytes(), r.fields()))
        elif tag == 14:
            self.defers.append(Defer(*r.uints(7)))
        elif tag == 15:
            self.panics.append(Panic(*r.uints(6)))
        elif tag == 16:
            bucket, size, n = r.uints(3)
            stack = [(r.text(), r.text(), r.uint()) for _ in range(n)]
            self.memprof[bucket] = (size, stack, *r.uints(2))
        elif tag == 17:
            self.samples.append(r.uints(2))
        return True

    def at(self, data, offset):
        if offset + self.ptr > len(data):
            return 0
        return struct.unpack_from(self.word, data, offset)[0]


def tail_modes(dump):
    """Modes of span tails, the likely one first: 0 none, 1 pointer bitmap,
    2 bitmap and Green Tea's inline mark bits."""
    version, _, experiment = dump.version.partition('X:')
    try:
        minor = int(version[4:].split('.')[0].rstrip('- '))
    except ValueError:
        minor = 99
    mode = 0 if minor < 22 else 1 if minor < 26 else 2
    for flag in experiment.split(','):
        mode = {'greenteagc': 2, 'nogreenteagc': 1,
                'noallocheaders': 0}.get(flag, mode)
    return [mode] + [m for m in (0, 1, 2) if m != mode]


def drop_phantoms(dump, mode):
    """The real objects: without slots that reach into a span's tail."""
    small, bitmap = 8 * dump.ptr ** 2, PAGE // dump.ptr // 8
    scan = {o.addr // PAGE for o in dump.raw if o.fields}
    real = []
    for o in dump.raw:
        size, page = len(o.data), o.addr // PAGE
        tail = 0
        if mode >= 1 and size <= small and page in scan:
            tail += bitmap
        if mode == 2 and 16 <= size <= small:
            tail += 128
        if size > small or o.addr + size <= (page + 1) * PAGE - tail:
            real.append(o)
    return real


class Graph:
    """Real objects, edges between them, and who holds them.

    A root is a pair (holder, object).  Holders are tuples: ('global', word
    address), ('goroutines', frame functions), ('finalizers',), ('ctxt',) ...
    The runtime's own (allgs, g and sudog structs) neither hold nor pass on.
    """

    def __init__(self, dump):
        self.dump = dump
        self.agrees = False
        for self.mode in tail_modes(dump):
            self.objects = drop_phantoms(dump, self.mode)
            self.bytes = sum(len(o.data) for o in self.objects)
            if not dump.stats or (
                    len(self.objects) == dump.stats['HeapObjects'] and
                    self.bytes == dump.stats['HeapAlloc']):
                self.agrees = bool(dump.stats)
                break
        else:
            self.mode = tail_modes(dump)[0]
            self.objects = drop_phantoms(dump, self.mode)
            self.bytes = sum(len(o.data) for o in self.objects)
        self.starts = [o.addr for o in self.objects]
        self.edges = [self.targets(o.data, o.fields) for o in self.objects]
        self.find_runtime()
        self.roots = []
        self.add_segments()
        self.add_goroutines()
        self.add_finalizers()
        self.add_inferred()

    def find(self, addr):
        i = bisect.bisect_right(self.starts, addr) - 1
        if i >= 0 and addr < self.starts[i] + len(self.objects[i].data):
            return i
        return None

    def targets(self, data, offsets):
        out = []
        for off in offsets:
            i = self.find(self.dump.at(data, off))
            if i is not None:
                out.append(i)
        return out

    def size(self, i):
        return len(self.objects[i].data)

    def find_runtime(self):
        """g structs by their records; allgs is what lists them all."""
        d = self.dump
        self.g = {}
        for n, gr in enumerate(d.goroutines):
            i = self.find(gr.g)
            if i is not None:
                self.g[i] = n
        want = set(self.g)
        self.allgs = {i for i, out in enumerate(self.edges)
                      if len(want) > 1 and want <= set(out)}
        # A sudog is g, next, prev, elem, and after some numbers four more
        # pointers.  Free ones keep their last g, so shape alone counts.
        base = {d.goroutines[n].g: i for i, n in self.g.items()}
        self.sudog = {}
        for i, o in enumerate(self.objects):
            words = [f // d.ptr for f in o.fields]
            if (len(words) == 8 and words[:4] == [0, 1, 2, 3] and
                    words[4] > 6 and
                    words[4:] == list(range(words[4], words[4] + 4)) and
                    d.at(o.data, 0) in base):
                self.sudog[i] = base[d.at(o.data, 0)]
        # Nothing but its goroutine holds a g, and nothing but its g a sudog.
        for i, out in enumerate(self.edges):
            mine = i if i in self.g else self.sudog.get(i)
            self.edges[i] = [] if i in self.allgs else [
                j for j in out if j not in self.g and
                (j not in self.sudog or self.sudog[j] == mine)]
        self.dead_g = set()
        for i in self.allgs:
            o = self.objects[i]
            for j in self.targets(o.data, o.fields):
                if j not in self.g:
                    self.dead_g.add(j)

    def add_segments(self):
        """Words of data and bss: each is a holder of its own."""
        d = self.dump
        words = {}
        for s in d.segments:
            for off in s.fields:
                words[s.start + off] = d.at(s.data, off)
        self.words = words
        for addr, value in words.items():
            i = self.find(value)
            if i is None or i in self.g or i in self.sudog:
                continue  # runtime.semtable, forcegc and the like
            self.roots.append((('global', addr), i))

    def add_goroutines(self):
        d = self.dump
        names = {}
        for n, gr in enumerate(d.goroutines):
            stack = [f for f in d.frames if f.g == n]
            names[n] = ('goroutines', tuple(
                f.func for f in stack if 'gowrap' not in f.func))
            conservative = -1
            for k, f in enumerate(stack):
                if f.func == 'runtime.asyncPreempt':
                    conservative = k + 2
            listed = []
            for k, f in enumerate(stack):
                if k < conservative:
                    listed += [d.at(f.data, o)
                               for o in range(0, len(f.data), d.ptr)]
                else:
                    listed += [d.at(f.data, o) for o in f.fields]
            # A listed pointer into a frame is a stack object: everything
            # from there to the frame's end may be one, word by word.
            seen = set()
            while listed:
                value = listed.pop()
                i = self.find(value)
                mine = self.find(gr.g)
                if i is not None and (i not in self.g or i == mine) and \
                        self.sudog.get(i, mine) == mine:
                    self.roots.append((names[n], i))
                for f in stack:
                    if f.sp <= value < f.sp + len(f.data):
                        off = (value - f.sp) // d.ptr * d.ptr
                        if (f.sp, off) in seen:
                            continue
                        for o in range(off, len(f.data), d.ptr):
                            if (f.sp, o) in seen:
                                break
                            seen.add((f.sp, o))
                            listed.append(d.at(f.data, o))
            for value in (gr.ctxt,):
                i = self.find(value)
                if i is not None:
                    self.roots.append((names[n], i))
            i = self.find(gr.g)
            if i is not None:
                self.roots.append((names[n], i))
            by_g = [x for x in d.defers + d.panics if x.g == gr.g]
            for x in by_g:
                value = x.funcval if isinstance(x, Defer) else x.data
                for v in (value, x.addr):
                    i = self.find(v)
                    if i is not None:
                        self.roots.append((names[n], i))
        self.names = names

    def add_finalizers(self):
        for f in self.dump.finalizers:
            i = self.find(f.obj)
            fn = self.find(f.funcval)
            if fn is not None:
                self.roots.append((('finalizers',), fn))
            if i is None:
                continue
            if f.queued:
                self.roots.append((('finalizers',), i))
            else:
                # The collector skips an object's pointers to itself.
                for j in self.edges[i]:
                    if j != i:
                        self.roots.append((('finalizers',), j))

    def add_inferred(self):
        """Dead g structs and free sudogs are the runtime's; the rest is what
        no root reaches."""
        reached = self.reach()
        self.roots += [(('runtime',), i) for i in
                       self.allgs | self.dead_g | (set(self.sudog) - reached)]
        reached = self.reach()
        self.unrooted = [i for i in range(len(self.objects))
                         if i not in reached]

    def reach(self, without=None, cut_object=None):
        """Objects reached without holders that WITHOUT says yes to."""
        stack = [i for h, i in self.roots if without is None or
                 not without(h)]
        seen = set()
        while stack:
            i = stack.pop()
            if i in seen or i == cut_object:
                continue
            seen.add(i)
            stack.extend(j for j in self.edges[i] if j not in seen)
        return seen

    def total(self, which):
        return len(which), sum(self.size(i) for i in which)

    def matcher(self, match):
        """A predicate on holders for one row of an answer sheet."""
        kind = match['kind']
        if kind == 'global':
            base = int(match['address'], 16)
            mine = [(base, base + match.get('words', 1) * self.dump.ptr)]
            # Unnamed static values that the variable points to.
            for r in match.get('statics', []):
                lo = int(r['address'], 16)
                mine.append((lo, lo + r['bytes']))
            return lambda h: h[0] == 'global' and any(
                lo <= h[1] < hi for lo, hi in mine)
        if kind == 'goroutines':
            want = tuple(match['functions'])
            # Before Go 1.22 the wrapper of a go statement looks like any
            # other function, so only the inner frames are compared.
            return lambda h: h[0] == 'goroutines' and tuple(
                f for f in h[1] if f.startswith('main.'))[:len(want)] == want
        return lambda h: h[0] == kind

    def retained(self, match):
        return self.reach() - self.reach(self.matcher(match))

    def owned(self, match):
        """Objects that no holder but this one and goroutines reach."""
        test = self.matcher(match)
        return self.reach(lambda h: not test(h)) - self.reach(
            lambda h: test(h) or h[0] == 'goroutines')

    def shared(self, members):
        """Objects whose exact set of holders is MEMBERS."""
        tests = [self.matcher(m) for m in members]
        out = self.reach()
        for t in tests:
            out &= self.reach(lambda h, t=t: not t(h))
        return out - self.reach(lambda h: any(t(h) for t in tests))


def check(graph, sheet):
    """Compares every answer; returns how many are wrong."""
    wrong = 0
    for h in sheet['holders']:
        match = h['match']
        if match['kind'] == 'shared':
            got = graph.shared(match['members'])
        elif match['kind'] in ('unreachable', 'cleanups'):
            got = set(graph.unrooted)
        else:
            got = graph.retained(match)
        runtime = [i for i in got if i in graph.g or i in graph.sudog]
        n, b = graph.total(got)
        rn, rb = graph.total(runtime)
        want = h['retained_objects'], h['retained_bytes']
        ok = (n - rn, b - rb) == want
        if 'slack_objects' in h:
            ok = 0 <= n - want[0] <= h['slack_objects'] and b >= want[1]
        if 'owned_objects' in h:
            ok = ok and graph.total(graph.owned(match)) == (
                h['owned_objects'], h['owned_bytes'])
        if match['kind'] == 'goroutines':
            ok = ok and rn == h.get('g', 0) + h.get('sudog', 0)
        if not ok:
            wrong += 1
        name = match.get('name') or ' + '.join(
            match.get('functions') or
            [m.get('name') or m.get('kind') + ':' +
             '/'.join(m.get('functions', [])) for m in match.get(
                 'members', [])] or [match['kind']])
        print('%-5s %-40s %7d objects %9d bytes (want %d, %d; runtime %d)' % (
            'ok' if ok else 'WRONG', match['kind'] + ' ' + name, n - rn,
            b - rb, *want, rn))
    for key, n in sheet.get('numbers', {}).items():
        print('      %s: %d' % (key, n))
    return wrong


def describe(path, graph):
    d = graph.dump
    reached = graph.reach()
    stats = d.stats or {}
    print('%s: %s %s, %d-bit, %d bytes after the end' % (
        path, d.version, d.arch, d.ptr * 8, d.trailing))
    print('records', ' '.join('%s=%d' % (t, d.counts[t]) for t in TAGS
                              if d.counts[t]))
    print('slots %d, objects %d (HeapObjects %s), bytes %d (HeapAlloc %s), '
          'tail mode %d, agrees %s' % (
              len(d.raw), len(graph.objects), stats.get('HeapObjects'),
              graph.bytes, stats.get('HeapAlloc'), graph.mode, graph.agrees))
    print('reachable %d objects %d bytes; unrooted %d objects %d bytes' % (
        *graph.total(reached), *graph.total(graph.unrooted)))


def main():
    p = argparse.ArgumentParser(description=__doc__,
                                formatter_class=argparse.
                                RawDescriptionHelpFormatter)
    p.add_argument('dump')
    p.add_argument('--answer', help='answer sheet to compare with')
    p.add_argument('--global', dest='globals', action='append', default=[],
                   metavar='HEX', help='retained size of a pointer variable')
    p.add_argument('--object', action='append', default=[], metavar='HEX',
                   help='retained size of one object')
    p.add_argument('--tsv', action='store_true',
                   help='one line: version, arch, slots, objects, bytes')
    args = p.parse_args()
    graph = Graph(Dump(args.dump))
    d = graph.dump
    if args.tsv:
        print('\t'.join(map(str, (
            args.dump.split('/')[-1], d.version, d.arch, len(d.raw),
            len(graph.objects), graph.bytes, d.stats['HeapObjects'],
            d.stats['HeapAlloc'], *graph.total(graph.reach())))))
        return 0
    describe(args.dump, graph)
    wrong = 0 if graph.agrees else 1
    for text in args.globals:
        got = graph.retained({'kind': 'global', 'address': text})
        print('global %s retains %d objects %d bytes' % (
            text, *graph.total(got)))
    for text in args.object:
        i = graph.find(int(text, 16))
        got = graph.reach() - graph.reach(cut_object=i)
        print('object %s retains %d objects %d bytes' % (
            text, *graph.total(got)))
    if args.answer:
        with open(args.answer) as f:
            wrong += check(graph, json.load(f))
    return 1 if wrong else 0


if __name__ == '__main__':
    sys.exit(main())
