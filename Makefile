# People and CI use the same targets. `make run` and `make test` do all their own set-up.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: run serve test test-slow test-all lint format contract lock build clean help

help:            ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(VENV)/run.done           ## the whole service on the newsroom of seeds/, then a summary
	@$(BIN)/demarche run

serve: $(VENV)/run.done         ## the whole service on the real feeds of seeds/feeds.toml
	@$(BIN)/demarche serve

test: $(VENV)/dev.done          ## the fast tests
	$(BIN)/python -m pytest

test-slow: $(VENV)/dev.done     ## the tests of minutes: the whole service, a browser, a package
	$(BIN)/python -m pytest -m slow --timeout 900

test-all: test test-slow        ## all tests

lint: $(VENV)/dev.done          ## style, types, and the contracts between the rooms
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/dev.done        ## put the code into its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

contract: $(VENV)/dev.done     ## JSON Schema and AsyncAPI document of the streams, from the models
	$(BIN)/python -m worker.stream.schema docs/contract

build: $(VENV)/dev.done         ## wheel and sdist, into dist/
	$(BIN)/python -m build --no-isolation --outdir dist .

# Needs uv (https://docs.astral.sh/uv/): the only tool that locks for every platform at once.
lock:                           ## renew the lock files from pyproject.toml
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate --no-emit-index-url --upgrade --output-file requirements.lock
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate --no-emit-index-url --constraint requirements.lock \
	  --output-file requirements-dev.lock
	uv pip compile pyproject.toml --extra training --universal --python-version 3.11 --generate-hashes \
	  --no-header --no-annotate --no-emit-index-url --constraint requirements.lock \
	  --output-file training/requirements.lock

clean:                          ## remove what was installed and built (the data in .demarche stays)
	rm -rf $(VENV) build dist *.egg-info

# What is installed is exactly what the lock files name; the project itself is installed editable.
$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 …" >&2; exit 2; }
	@$(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "Python's venv module is missing: apt-get install python3-venv" >&2; exit 2; }

$(VENV)/run.done: requirements.lock pyproject.toml | $(VENV)/bin/python
	@test -e $(VENV)/dev.done || echo "Installing what Démarche needs (a minute or two) …"
	@$(PIP) install --require-hashes --requirement requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.done: requirements-dev.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing what Démarche and its tests need (a minute or two) …"
	@$(PIP) install --require-hashes --requirement requirements-dev.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/run.done
