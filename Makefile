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
PKGS    = libcurl jansson libcrypto yaml-0.1 expat libpcre2-8 libxml-2.0
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
ifdef FAULTS
B       = build/faults
DEFS    = -DCH_FAULTS
endif
ifneq (,$(findstring gcc,$(CC)))
WARN   += $(GCCWARN)
endif
ALL_CFLAGS = -std=c17 -D_GNU_SOURCE -DCH_VERSION='"$(VERSION)"' $(DEFS) -I. \
	$(WARN) $(WERROR) $(HARDEN) $(filter-out -I%,$(PKG_CFLAGS)) \
	$(patsubst -I%,-isystem %,$(filter -I%,$(PKG_CFLAGS))) $(CFLAGS)
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
PKG_LIBS   := $(shell pkg-config --libs $(PKGS) 2>/dev/null)

LIBSRC  = $(sort $(wildcard lib/*.c))
TOOLS   = $(patsubst tools/%.c,%,$(sort $(wildcard tools/*.c)))
PLUGINS = $(patsubst plugins/%/,%,$(sort $(wildcard plugins/*/)))
UNITS   = $(patsubst tests/unit/%.c,%,$(sort $(wildcard tests/unit/*.c)))
LIB     = $(B)/libchantal.a
PLUGDIR = $(B)/libexec/chantal/plugins

ifndef V
.SILENT:
endif

all: $(LIB) $(TOOLS:%=$(B)/bin/%) $(B)/bin/chantal $(PLUGINS:%=$(PLUGDIR)/%) \
	$(B)/share/chantal

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

.SECONDEXPANSION:
$(PLUGINS:%=$(PLUGDIR)/%): $(PLUGDIR)/%: \
		$$(patsubst %.c,$(B)/%.o,$$(sort $$(wildcard plugins/$$*/*.c))) $(LIB)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $(LDHARD) -o $@ $^ $(PKG_LIBS)

$(B)/share/chantal:
	@mkdir -p $(@D)
	ln -sfn $(abspath share) $@

$(UNITS:%=$(B)/unit/%): $(B)/unit/%: $(B)/tests/unit/%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $(LDHARD) -o $@ $^ $(PKG_LIBS)

units: $(UNITS:%=$(B)/unit/%)

clean:
	rm -rf build

.PHONY: all units clean
.DELETE_ON_ERROR:
-include $(shell find $(B) -name '*.d' 2>/dev/null)
