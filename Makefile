# `make install`, `make run` and `make test` are all that most people need; CONTRIBUTING.md tells the rest.
PYTHON ?= python3
WORKERS ?= auto

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet
SOURCES := adapters benchmarks bot conversations storage tests
COMPILE := $(VENV)/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-strip-extras --no-emit-index-url --no-header --no-annotate

MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := install
.PHONY: install run test check bench simulate faults simulate-turns fuzz format requirements

install: $(VENV)/.tools

run: $(VENV)/.run
	@$(BIN)/ai-readiness chat

# The line that CI and the README use: format, lint, contracts, types, tests. The counts come last.
# Tests stay together by file; a worker that has none left takes over half of what the other one has before it.
test: $(VENV)/.tools
	@$(BIN)/ruff format --check --quiet . || { echo "Not formatted: make format" >&2; exit 1; }
	@$(BIN)/ruff check --quiet .
	@contracts=$$($(BIN)/lint-imports --no-logo --no-cache 2>&1) || { echo "$$contracts" >&2; exit 1; }
	@$(BIN)/mypy --no-error-summary $(SOURCES)
	@$(BIN)/pytest --quiet --numprocesses $(WORKERS) --dist worksteal --cov

check: test

# What the product costs over a floor (docs/performance.md). QUICK=1 counts instead of timing, and fails on a miss;
# STRICT=1 fails on a missed time; ONLY=cards,relay takes these parts; MARKDOWN=1 tells the table of the document.
bench: $(VENV)/.tools
	@$(BIN)/python -m benchmarks $(if $(QUICK),--quick) $(if $(STRICT),--strict) $(if $(ONLY),--only $(ONLY)) \
		$(if $(MARKDOWN),--markdown)

# A year of nudges and digests for 900 people, by a clock of its own; 1 where one rule of etiquette was broken once.
simulate: $(VENV)/.tools
	@$(BIN)/python -m tests.simulation $(if $(SEED),--seed $(SEED))

# Histories of the whole bot, one for each seed; 1 where one of them lost, doubled or mixed up something.
simulate-turns: $(VENV)/.tools
	@$(BIN)/python -m tests.turns $(if $(SEEDS),--seeds $(SEEDS))

# Forged and mangled requests to every endpoint of a real `serve`; 1 where one broke something or was believed.
fuzz: $(VENV)/.tools
	@$(BIN)/python -m tests.fuzz $(if $(REQUESTS),--requests $(REQUESTS)) $(if $(SEED),--seed $(SEED))

# 1,000 kills at every named point of a turn, a delivery and a tick and in migrations, and all other faults; 1 where
# anything was lost, said twice or out of order. LOAD=minutes instead: four processes on one PostgreSQL under load, of
# which two are killed.
faults: $(VENV)/.tools
	@$(BIN)/python -m tests.faults $(if $(KILLS),--kills $(KILLS)) $(if $(SEED),--seed $(SEED)) $(if $(LOAD),load --minutes $(LOAD))

format: $(VENV)/.tools
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; name it with: make install PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
		|| { rm -rf $(VENV); echo "$(PYTHON) could not make $(VENV). On Debian: apt-get install python3-venv" >&2; exit 1; }

# A stamp is newer than the files it was made from, so that nothing is done twice.
$(VENV)/.run: requirements.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing into $(VENV)" >&2
	@$(PIP) install --require-hashes -r requirements.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.tools: requirements-dev.txt $(VENV)/.run
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@

# Only for those who change the dependencies in pyproject.toml. UPGRADE=1 takes the newest versions.
requirements: | $(VENV)/bin/python
	@$(PYTHON) -m venv $(VENV)/lock
	@$(VENV)/lock/bin/python -m pip --disable-pip-version-check --quiet --quiet install uv==0.13.9
	@$(COMPILE) $(if $(UPGRADE),--upgrade) pyproject.toml --group build --output-file requirements.txt >/dev/null
	@$(COMPILE) $(if $(UPGRADE),--upgrade) benchmarks/peers/requirements.in --output-file benchmarks/peers/requirements.txt \
		>/dev/null
	@$(COMPILE) $(if $(UPGRADE),--upgrade) --group dev --constraint requirements.txt --output-file requirements-dev.txt >/dev/null
