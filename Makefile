# Chantal. GNU make; "make" builds, "make check" tests, "make help" tells.

VERSION    = 0.1.0
PREFIX     = /usr/local
BINDIR     = $(PREFIX)/bin
LIBEXECDIR = $(PREFIX)/libexec
DATADIR    = $(PREFIX)/share
MANDIR     = $(DATADIR)/man
SYSCONFDIR = /etc
B          = build

CC      = gcc
PKGS    = libcurl jansson libcrypto yaml-0.1 expat libpcre2-8 libxml-2.0 \
	libarchive zlib liblzma libzstd liblz4
# ISA-L reads gzip instead of zlib; ISAL=0 builds without.  Not on other
# processors, where it is no faster, and wrong on arm64 before 2.32.
ISAL   := $(if $(findstring x86_64,$(shell $(CC) -dumpmachine)),$(shell \
	pkg-config --exists libisal && echo 1))
CFLAGS  = -O2 -g
WARN    = -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow \
	-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	-Wpointer-arith -Wcast-qual -Wcast-align -Wwrite-strings -Wvla \
	-Wformat=2 -Wundef -Wswitch-enum -Wnull-dereference \
	-Wdouble-promotion -Wdeclaration-after-statement -fno-common
GCCWARN = -Wduplicated-cond -Wduplicated-branches -Wlogical-op
HARDEN  = -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fPIE
LDHARD  = -pie -Wl,-z,relro,-z,now -Wl,--as-needed
ifdef CI
WERROR  = -Werror
endif
ifdef SAN
B       = build/san
HARDEN  = -fPIE -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer
LDHARD  = -pie -fsanitize=address,undefined -Wl,--as-needed
endif
ifdef FUZZ
B      = build/fuzz
HARDEN = -fPIE -fsanitize=fuzzer-no-link,address,undefined -fno-omit-frame-pointer
LDHARD = -pie -fsanitize=fuzzer,address,undefined
endif
ifdef FAULTS
B       = build/faults
DEFS   += -DCH_FAULTS
endif
ifeq ($(ISAL),1)
PKGS   += libisal
DEFS   += -DCH_ISAL
else
NO_SRC  = lib/inflate_isal.c
endif
ifneq (,$(findstring gcc,$(CC)))
WARN   += $(GCCWARN)
endif
ALL_CFLAGS = -std=c17 -D_GNU_SOURCE -DCH_VERSION='"$(VERSION)"' $(DEFS) -I. \
	$(WARN) $(WERROR) $(HARDEN) $(filter-out -I%,$(PKG_CFLAGS)) \
	$(patsubst -I%,-isystem %,$(filter -I%,$(PKG_CFLAGS))) $(CFLAGS)
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
# bzip2 has no .pc file
PKG_LIBS   := $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lbz2
# Libraries of one plugin alone.
LIBS_rpm   := $(shell pkg-config --libs rpm 2>/dev/null)

LIBSRC  = $(filter-out $(NO_SRC),$(sort $(wildcard lib/*.c)))
TOOLS   = $(patsubst tools/%.c,%,$(sort $(wildcard tools/*.c)))
PLUGINS = $(patsubst plugins/%/main.c,%,$(sort $(wildcard plugins/*/main.c)))
UNITS   = $(patsubst tests/unit/%.c,%,$(sort $(wildcard tests/unit/*.c)))
LIB     = $(B)/libchantal.a
PLUGDIR = $(B)/libexec/chantal/plugins
HELPERS = plugin-new plugin-check

ifndef V
.SILENT:
endif

all: $(LIB) $(TOOLS:%=$(B)/bin/%) $(B)/bin/chantal $(PLUGINS:%=$(PLUGDIR)/%) \
	$(HELPERS:%=$(B)/libexec/chantal/%) $(B)/share/chantal

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(if $(V),,@echo 'CC $<')
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(LIB): $(LIBSRC:%.c=$(B)/%.o)
	@mkdir -p $(@D)
	@rm -f $@
	$(AR) rcs $@ $^

$(TOOLS:%=$(B)/bin/%): $(B)/bin/%: $(B)/tools/%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $(LDHARD) -o $@ $^ $(PKG_LIBS)

$(B)/bin/chantal: tools/chantal
	@mkdir -p $(@D)
	install -m 755 $< $@

$(HELPERS:%=$(B)/libexec/chantal/%): $(B)/libexec/chantal/%: tools/%
	@mkdir -p $(@D)
	install -m 755 $< $@

.SECONDEXPANSION:
$(PLUGINS:%=$(PLUGDIR)/%): $(PLUGDIR)/%: \
		$$(addprefix $(B)/,$$(addsuffix .o,$$(basename $$(sort $$(wildcard plugins/$$*/*.c))))) $(LIB)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $(LDHARD) -o $@ $^ $(PKG_LIBS) $(LIBS_$*)

$(B)/share/chantal:
	@mkdir -p $(@D)
	ln -sfn $(abspath share) $@

# Units of a plugin's files are named like it: apt_select.
$(UNITS:%=$(B)/unit/%): $(B)/unit/%: $(B)/tests/unit/%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $(LDHARD) -o $@ $(filter %.o,$^) $(LIB) $(PKG_LIBS) \
		$(LIBS_$(firstword $(subst _, ,$*)))

$(patsubst %,$(B)/unit/%,$(filter apt_%,$(UNITS))): $(patsubst %.c,$(B)/%.o,\
	$(filter-out %/main.c,$(sort $(wildcard plugins/apt/*.c))))
$(patsubst %,$(B)/unit/%,$(filter rpm_%,$(UNITS))): $(patsubst %.c,$(B)/%.o,\
	$(filter-out %/main.c,$(sort $(wildcard plugins/rpm/*.c))))

help:
	@printf '%s\n' 'all       build into $(B)' \
		'demo      mirror the sample upstream, show what to type next' \
		'check     install what the tests need, build, run them all' \
		'          (TESTS=tests/pool.bats for some, SAN=1 with sanitizers)' \
		'lint      format, floors, sizes, tidy, cppcheck, shell, pages' \
		'bench     measure against the peers; fuzz, faults: search longer' \
		'install   to PREFIX=$(PREFIX) below DESTDIR; uninstall' \
		'dist      a tar.gz of the sources'

units: $(UNITS:%=$(B)/unit/%)

# Fuzz targets: a program each that replays its corpus, and with "make fuzz"
# one that searches (libFuzzer).
FUZZERS = $(filter-out replay,$(patsubst tests/fuzz/%.c,%,$(sort $(wildcard tests/fuzz/*.c))))
FUZZ_LIBS = $(PKG_LIBS) $(LIBS_rpm)
# A target of a plugin's parser takes the files, but main.c, of the plugins
# whose headers it includes.
fuzz_plugins = $(shell sed -n 's,^\#include "plugins/\([a-z]*\)/.*,\1,p' tests/fuzz/$(1).c)
fuzz_extra = $(patsubst %.c,$(B)/%.o,$(filter-out plugins/%/main.c,\
	$(sort $(foreach p,$(call fuzz_plugins,$(1)),$(wildcard plugins/$(p)/*.c)))))

$(FUZZERS:%=$(B)/replay/%): $(B)/replay/%: $(B)/tests/fuzz/%.o $(B)/tests/fuzz/replay.o $$(call fuzz_extra,$$*) $(LIB)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $(LDHARD) -o $@ $^ $(FUZZ_LIBS)

replays: $(FUZZERS:%=$(B)/replay/%)

FUZZ_TIME = 20
fuzz:
	@tests/install-packages build fuzz
	$(MAKE) CC=clang FUZZ=1 fuzzers
	@for f in $(FUZZERS); do \
		echo "== $$f"; mkdir -p build/fuzz/corpus/$$f; \
		build/fuzz/fuzzers/$$f -max_total_time=$(FUZZ_TIME) -timeout=10 \
			-rss_limit_mb=2048 -print_final_stats=1 \
			build/fuzz/corpus/$$f tests/fuzz/corpus/$$f 2>&1 | tail -n 8; \
	done

$(FUZZERS:%=$(B)/fuzzers/%): $(B)/fuzzers/%: $(B)/tests/fuzz/%.o $$(call fuzz_extra,$$*) $(LIB)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $(LDHARD) -o $@ $^ $(FUZZ_LIBS)
fuzzers: $(FUZZERS:%=$(B)/fuzzers/%)

# The tests: "make check" for all, "make check TESTS=tests/pool.bats" for some.
TESTS =
check: deps
	+$(MAKE) all units replays
	+$(MAKE) FAULTS=1 all
	@CHANTAL_BUILD=$(abspath $(B)) tests/run $(TESTS)

# Every system call of pool add, catalog save and publish, killed and failed;
# takes half an hour.  "make check" takes a sample of it.
faults: deps
	+$(MAKE) FAULTS=1 all
	tests/bin/fault-sweep --build build/faults --files 160
	tests/bin/fault-sweep --build $(B) --files 100 --strace --action KILL

deps:
	@tests/install-packages build run test

lint:
	@tests/install-packages build test lint
	@for l in floors sizes format shell man tidy cppcheck; do \
		echo "lint: $$l"; tests/lint/$$l || exit 1; done

bench: all
	@tests/install-packages build run test bench
	@for b in tests/bench/*.sh; do echo "== $$b"; $$b || exit 1; done

demo:
	@tests/install-packages build run
	+$(MAKE) all
	@share/demo/run $(abspath $(B))

DOC = $(DATADIR)/doc/chantal
install: all
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(LIBEXECDIR)/chantal/plugins \
		$(DESTDIR)$(DATADIR)/chantal $(DESTDIR)$(DOC)
	install -m 755 $(B)/bin/* $(DESTDIR)$(BINDIR)
	install -m 755 $(PLUGINS:%=$(PLUGDIR)/%) $(DESTDIR)$(LIBEXECDIR)/chantal/plugins
	install -m 755 $(HELPERS:%=$(B)/libexec/chantal/%) $(DESTDIR)$(LIBEXECDIR)/chantal
	cp -R share/. $(DESTDIR)$(DATADIR)/chantal
	install -m 644 README.md $(DESTDIR)$(DOC)
	for p in man/*.[1-8]; do d=$(DESTDIR)$(MANDIR)/man$${p##*.}; \
		install -d $$d && install -m 644 $$p $$d || exit 1; done

uninstall:
	cd $(B)/bin && for f in *; do rm -f $(DESTDIR)$(BINDIR)/$$f; done
	rm -rf $(DESTDIR)$(LIBEXECDIR)/chantal $(DESTDIR)$(DATADIR)/chantal $(DESTDIR)$(DOC)
	cd man && for p in *.[1-8]; do rm -f $(DESTDIR)$(MANDIR)/man$${p##*.}/$$p; done

dist:
	mkdir -p dist
	git archive --format=tar.gz --prefix=chantal-$(VERSION)/ \
		-o dist/chantal-$(VERSION).tar.gz HEAD

clean:
	rm -rf build dist

.PHONY: all help faults units replays fuzz fuzzers check deps lint bench demo install uninstall dist clean
.DELETE_ON_ERROR:
-include $(shell find $(B) -type f -name '*.d' 2>/dev/null)
