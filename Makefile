# All a contributor must know. Each target sets up what it needs in .venv and then works.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DOCS := README.md $(wildcard docs/*.md)

.PHONY: demo test test-slow lint bench docs clean

demo: $(READY)  ## build the demo town and print the main screens
	@rm -f demo.db demo.db-wal demo.db-shm
	$(BIN)/ccu --db demo.db demo

test: $(READY)  ## every test but the slow ones
	$(BIN)/python -m pytest -n auto -m "not slow"

test-slow: $(READY)  ## the slow ones, and every property searched at random; minutes long
	$(BIN)/python -m pytest -n auto -m "slow or searched" --hypothesis-profile=search

lint: $(READY)  ## style, types, import direction, README.md and docs/ up to date
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m cogapp --check $(DOCS)

docs: $(READY)  ## regenerate the generated parts of README.md and docs/
	$(BIN)/python -m cogapp -r $(DOCS)

bench: $(READY)  ## speed, as ratios against named peers in the same run
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --group bench
	$(BIN)/python -m tests.benchmarks

clean:
	rm -rf $(VENV) demo.db*

$(READY): pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "ccu needs Python 3.11 or newer; try make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable . --group dev
	@touch $@
