# All that one does by hand; `make` alone lists it.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
PORT ?= 8501
WORKERS ?= auto
NUMBER ?= 200
SEED ?= 1
DATA := $(or $(COP_DATA),data)
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
COP := $(BIN)/python -m cop_metrics --data "$(DATA)"

# What is installed to test can also run, so `make run` changes nothing in an environment made by `make test`.
READY := $(if $(wildcard .venv/for-tests),.venv/for-tests,.venv/to-run)

.PHONY: help run demo test test-all fuzz mutations calibrate record lint lock questions bench clean

help: ## list what there is to make
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 18

run: $(READY) ## install what is needed, make the samples on first use, serve the pages
	@test -e "$(DATA)/store/CURRENT" || $(COP) demo
	@exec $(COP) serve --port $(PORT)

demo: $(READY) ## make the samples into a store
	@$(COP) demo

test: .venv/for-tests ## run the tests of every day, ten minutes at most
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -m "not slow"

test-all: .venv/for-tests ## run all tests, the slow ones too
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder --hypothesis-profile new-draws

fuzz: .venv/for-tests ## read thousands of damaged exports of every source; COP_FUZZ_INPUTS=N sets how many each
	$(BIN)/python -m pytest -n $(WORKERS) -m slow --hypothesis-profile new-draws -rP tests/test_fuzz.py

lint: .venv/for-tests ## check the style and the types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

mutations: .venv/for-tests ## change one sign at a time and see which tests notice; NUMBER=N and SEED=N choose how many and which
	$(BIN)/python tests/mutations.py --number $(NUMBER) --seed $(SEED)

record: .venv/for-tests ## record every number and exhibit of the samples anew, where one moved on purpose
	PYTHONPATH=. $(BIN)/python tests/recorded_figures.py

questions: .venv/for-tests ## measure how well questions are found in chat and mail, on labelled messages
	@$(BIN)/python -m benchmarks.question_finder $(ARCHIVES)

bench: .venv/for-tests ## measure speed, with every benchmark that needs no arguments
	@for benchmark in benchmarks/[a-z]*.py; do \
		echo "== $$benchmark"; \
		$(BIN)/python -m "benchmarks.$$(basename "$$benchmark" .py)"; \
	done

calibrate: .venv/for-tests ## count what pages claim of communities in which nothing changes; COMMUNITIES=N sets how many of each kind
	@$(BIN)/python -m benchmarks.calibration $(COMMUNITIES)

lock: .venv/for-tests ## compile the requirement files from pyproject.toml; UPGRADE=--upgrade takes newer versions
	$(PIP) uv
	$(BIN)/uv pip compile --quiet --universal --no-emit-index-url --generate-hashes --no-header $(UPGRADE) \
		pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --no-emit-index-url --generate-hashes --no-header $(UPGRADE) \
		pyproject.toml --group dev -o requirements-dev.txt

clean: ## remove caches; the data and .venv stay
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis tests/screenshots
	find . -path ./.venv -prune -o -name __pycache__ -type d -exec rm -rf {} +

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "CoP Metrics needs Python 3.11 or newer: name one with 'make run PYTHON=python3.12'." >&2; exit 1; }
	@echo "Making an environment in .venv; the first time takes a minute or two." >&2
	$(PYTHON) -m venv .venv

.venv/to-run: requirements.txt | .venv/bin/python
	$(PIP) -r requirements.txt
	@touch $@

.venv/for-tests: requirements-dev.txt | .venv/bin/python
	$(PIP) -r requirements-dev.txt
	@touch $@
