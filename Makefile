# The few commands a person needs. `make run` and `make test` are enough to begin.
SHELL := /bin/sh
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help run test check bench format lock clean

help:
	@echo 'make run    a living province on http://127.0.0.1:8080, simulated'
	@echo 'make test   every test and every check'
	@echo 'make check  format, lint, types, layers'
	@echo 'make bench  the table of docs/performance.md, measured here'
	@echo 'make lock   resolve the lock file anew from pyproject.toml'

$(STAMP): pyproject.toml requirements.lock
	@./deploy/prerequisites.sh $(PYTHON)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
	  --no-build-isolation -e .
	@touch $@

run: $(STAMP)
	@exec $(BIN)/extranet demo $(DEMO)

test: $(STAMP)
	@./deploy/debian-packages.sh
	@$(MAKE) --no-print-directory check
	$(BIN)/python -m tests $(TESTS)

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(STAMP)
	@./deploy/debian-packages.sh
	$(BIN)/python -m bench

format: $(STAMP)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock:
	$(BIN)/python -m piptools compile --quiet --generate-hashes --allow-unsafe --strip-extras \
	  --no-emit-index-url --no-emit-find-links --extra dev --output-file requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) var build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
