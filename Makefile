# Everything that people who work on Rhizome do. `make` alone lists it.
# A fresh machine needs Python 3.11 or newer with venv, and make.

SHELL := /bin/sh
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# Dependency groups by hand: pip learnt `--group` only in version 25.1.
GROUP = import sys, tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"][sys.argv[1]], sep="\n")

TESTS ?= tests
WORKERS ?= 2
# What goes along to the measurements, such as --quick.
BENCH ?=
# The tests start many processes of the product; each would compile all that it imports anew.
unexport PYTHONDONTWRITEBYTECODE
CONFIG := data/rhizome.toml
PACKAGES := node federation schemas web
CODE := $(PACKAGES) tests $(wildcard benchmarks)
# The test files whose tests run on each database.
DATABASE_TESTS = $(shell grep -rlE "stores\.(database|store|postgresql)\b|\bBACKENDS\b|each_database" tests --include="test_*.py")

# The test files that state properties.
PROPERTY_TESTS = $(shell grep -rlwE 'given|DEPTH' tests --include='test_*.py')

.PHONY: help
help: ## list what there is to do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# -- using ------------------------------------------------------------------------------------------------------------

.PHONY: setup
setup: $(VENV)/node-installed $(VENV)/test-installed $(VENV)/dev-installed $(VENV)/javascript-ready ## make .venv with the node and all tools

.PHONY: run
run: $(VENV)/node-installed ## serve ./data on http://localhost:8000
	@test -e $(CONFIG) || $(BIN)/rhizome init --config $(CONFIG) --data data --host localhost:8000 \
		--name "My organisation" --development >/dev/null
	@RHIZOME_LOG__FORMAT=text exec $(BIN)/rhizome serve --config $(CONFIG)

.PHONY: demo
demo: $(VENV)/node-installed ## three organisations on this machine, following each other
	@exec $(BIN)/rhizome demo

# -- working ----------------------------------------------------------------------------------------------------------

.PHONY: test
test: $(VENV)/node-installed $(VENV)/test-installed $(VENV)/javascript-ready ## the whole suite, or TESTS=path
	$(BIN)/python -m pytest -n $(WORKERS) $(TESTS)

.PHONY: test-postgresql
test-postgresql: $(VENV)/node-installed $(VENV)/test-installed ## tests with a database, on PostgreSQL
	RHIZOME_TEST_POSTGRESQL=only $(BIN)/python -m pytest -n $(WORKERS) $(DATABASE_TESTS)

.PHONY: test-all
test-all: $(VENV)/node-installed $(VENV)/test-installed $(VENV)/javascript-ready ## the whole suite on both databases
	RHIZOME_TEST_POSTGRESQL=1 $(BIN)/python -m pytest -n $(WORKERS) $(TESTS)

.PHONY: test-deep
test-deep: $(VENV)/node-installed $(VENV)/test-installed $(VENV)/javascript-ready ## the tests that state properties with twenty times the examples, colours of pages by axe too
	RHIZOME_TEST_DEPTH=20 $(BIN)/python -m pytest -n $(WORKERS) -o timeout=0 $(PROPERTY_TESTS)

.PHONY: check
check: $(VENV)/node-installed $(VENV)/test-installed $(VENV)/dev-installed ## format, lint, types, import layers
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: lint
lint: $(VENV)/dev-installed ## what ruff finds
	$(BIN)/ruff check $(CODE)

.PHONY: types
types: $(VENV)/node-installed $(VENV)/test-installed $(VENV)/dev-installed ## what mypy finds
	$(BIN)/mypy

.PHONY: format
format: $(VENV)/dev-installed ## rewrite the code as ruff wants it
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

.PHONY: design
design: $(VENV)/node-installed $(VENV)/test-installed ## serve every page and component with sample content, to look at
	@exec $(BIN)/python -m tests.web.samples.server

.PHONY: messages
messages: $(VENV)/node-installed $(VENV)/test-installed ## bring the catalogues of other languages into step, list what is missing
	$(BIN)/python -m tests.translations

.PHONY: lock
lock: $(VENV)/lock-installed ## write requirements.lock anew: what a node runs with, by version and hash
	@echo "# What a node runs with, by version and hash, on every platform. Written by make lock." >requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		--constraints constraints.txt pyproject.toml >>requirements.lock

.PHONY: bench
bench: $(VENV)/node-installed $(VENV)/test-installed ## measure speed and memory, as a table and as JSON
	$(BIN)/python -m benchmarks $(BENCH)

.PHONY: baseline
baseline: $(VENV)/node-installed $(VENV)/test-installed ## the same, kept as what later measurements are compared with
	$(BIN)/python -m benchmarks --out benchmarks/baseline.json

.PHONY: clean
clean: ## remove .venv, caches and builds; data stays
	rm -rf $(VENV) dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +

# -- the environment --------------------------------------------------------------------------------------------------

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Rhizome needs Python 3.11 or newer; none was found." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/node-installed: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) install -e . -c constraints.txt
	@touch $@

$(VENV)/%-installed: pyproject.toml constraints.txt | $(BIN)/python
	$(BIN)/python -c '$(GROUP)' $* >$(VENV)/$*-group.txt
	$(PIP) install -r $(VENV)/$*-group.txt -c constraints.txt
	@touch $@

# masto.js, which drives a live node in tests/clients, Fedify, a server of another make for tests/networks, and
# axe-core, which looks at pages; without Node.js those tests skip and say so.
$(VENV)/javascript-ready: tests/clients/javascript/package-lock.json | $(BIN)/python
	@if command -v npm >/dev/null; then npm ci --silent --prefix $(<D); else echo "No npm: tests with masto.js, Fedify and axe-core will skip."; fi
	@touch $@
