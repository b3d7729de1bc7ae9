# SPDX-License-Identifier: Apache-2.0
# heapscope: sources are found, not listed; a new file needs no word here.

CC       ?= gcc
OPT      ?= -O2 -g
PREFIX   ?= /usr/local
DESTDIR  ?=
B        := build
PKG_CONFIG ?= pkg-config
PKGS     := zlib libprotobuf-c libpcre2-8 jansson libxxhash libcgraph libgvc \
            libelf libdw
VERSION  := 0.1.0

WARN := -Wall -Wextra -Werror -Wconversion -Wsign-conversion -Wshadow \
        -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wundef \
        -Wwrite-strings -Wcast-qual -Wvla -Wformat=2
CPPFLAGS += -D_GNU_SOURCE -DHS_VERSION='"$(VERSION)"' -Ilib -I$(B)/gen
# Library headers are not ours to warn about.
PKG_CFLAGS := $(patsubst -I%,-isystem %,$(shell $(PKG_CONFIG) --cflags $(PKGS)))
CFLAGS   ?=
ALL_CFLAGS = -std=gnu11 $(OPT) $(WARN) $(PKG_CFLAGS) -pthread $(CFLAGS)
LDLIBS   := $(shell $(PKG_CONFIG) --libs $(PKGS)) -pthread -lm
# gvc's two plugins that draw, linked in: no configuration of graphviz is read.
GVPLUGINS := $(shell $(PKG_CONFIG) --variable=libdir libgvc)/graphviz
LDLIBS   += -L$(GVPLUGINS) -Wl,-rpath,$(GVPLUGINS) \
            -lgvplugin_dot_layout -lgvplugin_core
SANITIZE := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
            -fno-omit-frame-pointer

LIB_ALL  := $(sort $(wildcard lib/*/*.c))
LIB      := $(filter-out %_test.c lib/base/test.c,$(LIB_ALL))
TESTS    := $(filter %_test.c,$(LIB_ALL)) lib/base/test.c \
            $(wildcard cmd/mkdump/*_test.c)
CMD      := $(wildcard cmd/heapscope/*.c)
MKDUMP   := $(filter-out %_test.c,$(wildcard cmd/mkdump/*.c))
PROTO    := $(wildcard proto/*.proto)
GEN_C    := $(PROTO:proto/%.proto=$(B)/gen/%.pb-c.c)
GEN_H    := $(GEN_C:.c=.h)

# Objects of another compiler or with other flags are not ours: this file
# changes only when they do, and every object is younger than it.
STAMP    := $(B)/flags
STAMPED  := $(CC) $(CPPFLAGS) $(ALL_CFLAGS)
$(shell mkdir -p $(B); \
        printf '%s\n' '$(subst ','\'',$(STAMPED))' >$(STAMP).new; \
        cmp -s $(STAMP).new $(STAMP) || cp $(STAMP).new $(STAMP); \
        rm -f $(STAMP).new)

# $(call objects,FLAVOUR,SOURCES): fast (the program) or san (the tests)
objects   = $(patsubst %.c,$(B)/$(1)/%.o,$(2))
gen_objs  = $(patsubst $(B)/gen/%.c,$(B)/$(1)/gen/%.o,$(GEN_C))

## all: the program, build/heapscope, and build/mkdump
all: $(if $(CMD),$(B)/heapscope) $(if $(MKDUMP),$(B)/mkdump)

# The library is an archive, so that a program takes of it what it uses.
$(B)/fast/heapscope.a: $(call objects,fast,$(LIB)) $(call gen_objs,fast)
$(B)/san/heapscope.a: $(call objects,san,$(LIB)) $(call gen_objs,san)
$(B)/fuzz/heapscope.a: $(call objects,fuzz,$(LIB)) $(call gen_objs,fuzz)
$(B)/fast/heapscope.a $(B)/san/heapscope.a $(B)/fuzz/heapscope.a:
	@rm -f $@
	$(AR) rcs $@ $^

$(B)/heapscope: $(call objects,fast,$(CMD)) $(B)/fast/heapscope.a
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(B)/mkdump: $(call objects,fast,$(MKDUMP)) $(B)/fast/heapscope.a
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(B)/measure: $(call objects,fast,$(wildcard cmd/measure/*.c))
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^
$(B)/yardstick: $(call objects,fast,cmd/yardstick/main.c) $(B)/fast/heapscope.a
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(B)/san/heapscope: $(call objects,san,$(CMD)) $(B)/san/heapscope.a
	$(CC) $(ALL_CFLAGS) $(SANITIZE) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(B)/unit: $(call objects,san,$(TESTS) $(filter-out %/main.c,$(MKDUMP))) \
           $(B)/san/heapscope.a
	$(CC) $(ALL_CFLAGS) $(SANITIZE) $(LDFLAGS) -o $@ $^ $(LDLIBS) -lcmocka

# The fuzzer is clang's; $(B)/san/replay gives it files without it.
FUZZ_CC  ?= clang
FUZZ     := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all
COMMANDS := $(filter-out cmd/heapscope/main.c,$(CMD))
FUZZING  := $(filter-out cmd/fuzz/main.c,$(wildcard cmd/fuzz/*.c)) $(COMMANDS)
$(B)/fuzz/heapscope: $(call objects,fuzz,$(FUZZING)) $(B)/fuzz/heapscope.a
	$(FUZZ_CC) $(FUZZ) -fsanitize=fuzzer $(LDFLAGS) -o $@ $^ $(LDLIBS)
REPLAY   := $(filter-out cmd/fuzz/libfuzzer.c,$(wildcard cmd/fuzz/*.c))
$(B)/san/replay: $(call objects,san,$(REPLAY) $(COMMANDS)) \
                 $(B)/san/heapscope.a
	$(CC) $(ALL_CFLAGS) $(SANITIZE) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(B)/fuzz/%.o: %.c $(STAMP) | $(GEN_H)
	@mkdir -p $(@D)
	$(FUZZ_CC) $(CPPFLAGS) $(ALL_CFLAGS) $(FUZZ) -fsanitize=fuzzer-no-link \
	    -MMD -MP -c -o $@ $<
$(B)/fuzz/gen/%.o: $(B)/gen/%.c $(STAMP)
	@mkdir -p $(@D)
	$(FUZZ_CC) $(CPPFLAGS) -std=gnu11 $(PKG_CFLAGS) $(FUZZ) \
	    -fsanitize=fuzzer-no-link -c -o $@ $<

$(B)/fast/%.o: %.c $(STAMP) | $(GEN_H)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<
$(B)/san/%.o: %.c $(STAMP) | $(GEN_H)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(SANITIZE) -MMD -MP -c -o $@ $<
# Generated code answers to its generator, not to our warnings.
$(B)/fast/gen/%.o: $(B)/gen/%.c $(STAMP)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -std=gnu11 $(OPT) $(PKG_CFLAGS) -c -o $@ $<
$(B)/san/gen/%.o: $(B)/gen/%.c $(STAMP)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -std=gnu11 $(PKG_CFLAGS) $(SANITIZE) -c -o $@ $<
$(B)/gen/%.pb-c.c $(B)/gen/%.pb-c.h &: proto/%.proto
	@mkdir -p $(B)/gen
	protoc-c --proto_path=proto --c_out=$(B)/gen $<

## test: all tests, under AddressSanitizer and UBSan, and their sum
test: $(B)/unit $(B)/san/heapscope $(B)/san/replay
	scripts/run-tests

## unit: the unit tests alone; only=WORD picks some
unit: $(B)/unit
	$(B)/unit $(only)

## cli: the transcripts in testdata/cli alone; only=WORD picks some
cli: $(B)/san/heapscope
	scripts/transcripts $(only)

## accept: rewrites transcripts and README as the program now answers
accept: $(B)/san/heapscope
	scripts/transcripts --accept $(only)
	$(if $(only),,scripts/test-readme --accept)

## check: layers, sizes, headers, format, manual, clang-tidy
check: $(GEN_H) $(STAMP)
	scripts/check

## bench: time and memory, as ratios to plain reading; only=WORD, objects=N
bench: all $(B)/measure $(B)/yardstick
	scripts/bench '$(only)'

## fuzz: libFuzzer on all decoders; seconds=N (60), format=NAME
fuzz: $(B)/fuzz/heapscope
	scripts/fuzz $(or $(seconds),60) $(format)

## install: the program and its manual, below DESTDIR and PREFIX
install: $(B)/heapscope
	install -D -m 755 $(B)/heapscope $(DESTDIR)$(PREFIX)/bin/heapscope
	install -D -m 644 man/heapscope.1 \
	    $(DESTDIR)$(PREFIX)/share/man/man1/heapscope.1

## clean: removes build/
clean:
	rm -rf $(B)

## help: this list
help:
	@sed -n 's/^## //p' Makefile

.PHONY: all test unit cli accept check bench fuzz install clean help
.SECONDARY:
-include $(shell find $(B) -name '*.d' 2>/dev/null)
