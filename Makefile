# make run    from a fresh clone: installs, indexes corpus/, opens the chat page
# make test   the same set-up, then lint, types and every test
# make help   the rest

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PORT ?= 7860

.PHONY: run test lint types unit format index evaluate audit sbom clean help

run: .venv/installed  ## install, index corpus/ and open the chat page
	$(BIN)/python ui.py --port $(PORT)

test: lint types unit  ## lint, types and tests

lint: .venv/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/installed-test
	$(BIN)/mypy

unit: .venv/installed-test
	$(BIN)/python -m pytest $(PYTEST)

format: .venv/installed-test  ## rewrite the code in the house's form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

index: .venv/installed  ## build or update index/ from corpus/
	$(BIN)/footnote index corpus

evaluate: index  ## measure the sample question set
	$(BIN)/footnote evaluate corpus/questions.jsonl

audit: .venv/installed-test  ## look for known weaknesses of the installed packages
	$(BIN)/python -m release.audit

sbom: .venv/installed-test  ## list what a release holds, as CycloneDX JSON in dist/
	$(PIP) install -c constraints.txt -e '.[release]'
	$(BIN)/python -m release.sbom

clean:  ## remove the environment and the built index
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find index -mindepth 1 ! -name README.md -delete

help:
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

# torch comes first and pinned, so that the CPU build named in constraints.txt is the one that is used
.venv/torch: constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing into .venv (once; a few minutes)"
	$(PIP) install -r constraints.txt
	touch $@

.venv/installed: .venv/torch pyproject.toml
	$(PIP) install -c constraints.txt -e .
	touch $@

.venv/installed-test: .venv/installed pyproject.toml
	$(PIP) install -c constraints.txt -e '.[test]'
	touch $@
