# make app: the page on http://127.0.0.1:7860; make test: all tests. Both set up .venv when needed.
PYTHON ?= python3
BIN := .venv/bin
TORCH := $(shell grep '^torch==' requirements.txt)

.PHONY: setup app test

setup: .venv/ready

.venv/ready: requirements.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check $(TORCH)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

.venv/ready-to-test: .venv/ready tests/requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	touch $@

app: setup
	$(BIN)/python app.py

test: .venv/ready-to-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python -m pytest
