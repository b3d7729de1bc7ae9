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
