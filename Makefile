# Everything a person or a machine does with this repository. Each target sets up what it needs.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
READY = $(VENV)/.ready
READY_SLOW = $(VENV)/.ready-slow

.PHONY: setup demo test test-slow bench lint format build validate pictures gallery clean

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	  || { echo "judge needs Python 3.11 to 3.13; name one: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

$(READY_SLOW): $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev-slow]'
	sh .ci/tools
	@touch $@

demo: setup  ## grade the solution notebook, then a wrong one
	JUDGE_DATA=$(VENV)/demo $(BIN)/judge check flash_attention solutions/flash_attention.ipynb
	JUDGE_DATA=$(VENV)/demo $(BIN)/judge check flash_attention \
	  tests/submissions/flash_attention/wrong/output_keeps_its_old_scale.py; test $$? -eq 1

test: setup lint  ## the tests, in a few minutes
	$(BIN)/judge build --check
	$(BIN)/pytest

test-slow: $(READY_SLOW)  ## the long ones: seeds, whole corpora, installs, browser
	$(BIN)/judge validate --all
	$(BIN)/pytest -m slow

lint: setup
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

format: setup
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

build: setup  ## templates, solutions and the index, from challenges/
	$(BIN)/judge build

validate: setup  ## prove that the hidden tests kill every mutant
	$(BIN)/judge validate --all

bench: setup  ## the figures of the README
	$(BIN)/python -m tests.bench

pictures: setup  ## the README's pictures, made by the program
	$(BIN)/python -m tests.pictures

gallery: setup  ## every kind of report on one page, build/gallery.html
	$(BIN)/python -m tests.gallery

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
