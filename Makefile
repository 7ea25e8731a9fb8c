# `make run` and `make test` are all that a newcomer needs; `make help` lists the rest.
.DEFAULT_GOAL := help
SHELL := /bin/sh
# The first Python of 3.11 or later; name another with `make PYTHON=/path/to/python run`.
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo "$$python" && break; done)
BIN := .venv/bin
# Only the versions of the lock, each checked by its hash.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check \
	--root-user-action=ignore --require-hashes

.PHONY: help setup setup-dev run check fix test test-browser docs bench migrate lock clean

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' Makefile | expand -t 14

setup: .venv/run.stamp ## Make the virtual environment with what running needs

setup-dev: .venv/dev.stamp ## Add what tests, lint and types need

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "Oferta needs Python 3.11 or later; none is here." >&2; exit 2; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
	  echo "$(PYTHON) cannot make a virtual environment (on Debian: apt install python3-venv)." >&2; \
	  exit 2; }

.venv/run.stamp: requirements.lock | .venv/bin/python
	$(INSTALL) -r requirements.lock
	@$(BIN)/python tools/link.py
	@touch $@

.venv/dev.stamp: requirements-dev.lock .venv/run.stamp
	$(INSTALL) -r requirements-dev.lock
	@touch $@

run: .venv/run.stamp ## Bring everything up and print the address
	@# Compiling everything anew is a third of a start: what was compiled is kept, whatever is set.
	@PYTHONDONTWRITEBYTECODE= exec $(BIN)/oferta run

check: .venv/dev.stamp ## Lint, format, types, import contracts
	$(BIN)/ruff check src tests tools
	$(BIN)/ruff format --check src tests tools
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: .venv/dev.stamp ## Mend what lint and format can mend by themselves
	$(BIN)/ruff check --fix src tests tools
	$(BIN)/ruff format src tests tools

test: check ## Everything that CI runs; the last lines are pytest's own
	$(BIN)/pytest --numprocesses auto --maxprocesses 4 --dist loadfile

test-browser: .venv/dev.stamp ## Only the tests that drive a real Chromium; pictures go to test-artifacts/
	$(BIN)/pytest -m browser tests/browser

docs: .venv/dev.stamp ## Write the generated reference pages anew
	$(BIN)/python -m oferta.project.reference docs

bench: .venv/dev.stamp ## Measure beside the anchors: make bench NAME=ledger
	$(BIN)/oferta bench $(NAME)

migrate: .venv/run.stamp ## Bring the database's tables up to date
	$(BIN)/oferta migrate

lock: ## Write both locks anew for pyproject.toml, changing no version without need (needs uv)
	uv pip compile --quiet --universal --generate-hashes --no-header pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --generate-hashes --no-header --group dev pyproject.toml -o requirements-dev.lock

clean: ## Remove caches (neither the environment nor data)
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
