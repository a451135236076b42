# Start with `make help`. Each target installs what it needs in .venv, from requirements.lock alone.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DOCS := README.md docs/ccu.1 $(wildcard docs/*.md)
PIP = $(BIN)/python -m pip --quiet --disable-pip-version-check
LOCK = uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--only-binary :all: --emit-build-options --no-annotate --custom-compile-command "make lock"

# Vulnerabilities are looked up once a day. A package that could not be looked up is not taken for a
# sound one: where the data cannot be reached, that is printed and nothing is claimed.
AUDITED := $(VENV)/.audited-$(shell date +%F)
AUDIT = $(BIN)/pip-audit --require-hashes --disable-pip --requirement requirements.lock \
	--timeout 5 --progress-spinner off

.PHONY: demo help test test-slow house lint lock bench docs deb clean

demo: $(READY)  ## build the demo town and print the main screens
	@rm -f demo.db*
	$(BIN)/ccu --db demo.db demo

help:  ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' Makefile | expand -t 12

test: $(READY)  ## run every test but the slow ones
	$(BIN)/python -m pytest -n auto --dist worksteal -m "not slow"

test-slow: $(READY)  ## run the slow ones, and search every property at random; takes minutes
	$(BIN)/python -m pytest -n auto --dist worksteal -m "slow or searched" --hypothesis-profile=search

house: $(READY)  ## print the size of the program: lines, files, folders, what `ccu history` loads
	$(BIN)/python -m tests.test_house

lint: $(READY) $(AUDITED)  ## check style, types, import direction, README.md and docs/, known vulnerabilities
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m cogapp --check $(DOCS)

docs: $(READY)  ## regenerate the generated parts of README.md and docs/
	$(BIN)/python -m cogapp -r $(DOCS)

lock:  ## choose the newest releases that pyproject.toml allows (by uv, in a temporary venv)
	set -e; folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; \
	$(PYTHON) -m venv $$folder; $$folder/bin/python -m pip install --quiet "uv>=0.13,<0.14"; \
	PATH=$$folder/bin:$$PATH; \
	$(LOCK) --all-extras --group dev --group build --output-file requirements.lock pyproject.toml; \
	$(LOCK) --group bench --constraint requirements.lock --output-file requirements-bench.lock

bench: $(READY)  ## measure speed beside named peers, and write BENCHMARKS.md
	$(PIP) install --require-hashes --requirement requirements-bench.lock
	$(BIN)/python -m tests.benchmarks --write

deb: $(READY)  ## build dist/ccu_*.deb, which installs /opt/ccu without a network
	.ci/deb

clean:  ## remove .venv and the demo town
	rm -rf $(VENV) demo.db*

$(AUDITED): requirements.lock | $(READY)
	@told=$$($(AUDIT) 2>&1); code=$$?; case $$told in \
	  *Found*known*vulnerabilit*) echo "$$told"; exit 1;; \
	  *"could not be audited"*) code=1;; \
	esac; if [ $$code = 0 ]; then echo "pip-audit: no known vulnerabilities in requirements.lock"; \
	else echo "pip-audit: skipped, its data cannot be reached from here"; fi
	@touch $@

$(READY): pyproject.toml requirements.lock
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "ccu needs Python 3.11 or newer; try make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv --clear $(VENV)
	$(PIP) install --require-hashes --requirement requirements.lock
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@
