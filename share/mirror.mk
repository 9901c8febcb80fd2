# mirror.mk: mirrors driven by make.  In a Makefile of your own:
#
#	CHANTAL_CONFIG = /etc/chantal/config.yaml
#	include /usr/local/share/chantal/mirror.mk
#
# make mirrors                 sync and publish every enabled repository
# make -j4 -k mirrors          four at a time, going on past a failing one
# make published/ID            one of them
# make snapshot NAME=2026-11   a snapshot of each
#
# A repository is synced before it is published; others may be added as
# prerequisites of your own: "published/mine: published/base".

CHANTAL ?= chantal $(if $(CHANTAL_CONFIG),--config $(CHANTAL_CONFIG))
REPOS   ?= $(shell chantal-config $(if $(CHANTAL_CONFIG),--config $(CHANTAL_CONFIG)) --list --enabled)

mirrors: $(REPOS:%=published/%)

$(REPOS:%=synced/%): synced/%:
	$(CHANTAL) repo sync --repo-id $*

$(REPOS:%=published/%): published/%: synced/%
	$(CHANTAL) publish repo --repo-id $*

snapshot: $(REPOS:%=snapshot/%)

$(REPOS:%=snapshot/%): snapshot/%:
	$(CHANTAL) snapshot create --repo-id $* --name $(or $(NAME),$(error NAME=? is missing))

.PHONY: mirrors snapshot $(REPOS:%=synced/%) $(REPOS:%=published/%) $(REPOS:%=snapshot/%)
