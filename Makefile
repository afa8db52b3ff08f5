# Everything happens in .venv; the two commands of the README are `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LISTEN ?= 127.0.0.1:8080
CASE ?=
comma := ,

.PHONY: demo run test lint torture bench lock schema clean

demo: $(VENV)/.runtime
	$(BIN)/justkalm-monitor demo --listen $(LISTEN)

run: $(VENV)/.runtime
	$(BIN)/justkalm-monitor run --config probes.yaml --listen $(LISTEN)

test: $(VENV)/.dev
	$(BIN)/pytest -n auto --dist worksteal

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --config setup.cfg

# Takes up to three hours; `make torture CASE=killed,rivals` runs some of the bad days.
torture: $(VENV)/.dev
	$(BIN)/python -m tests.torture $(subst $(comma), ,$(CASE))

bench: $(VENV)/.dev
	$(BIN)/python -m bench

# Needs uv on the path; the locks carry hashes and no address.
lock:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header pyproject.toml -o requirements.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header pyproject.toml --group dev -o requirements-dev.lock

schema: $(VENV)/.runtime
	$(BIN)/python -m monitor.config.schema > monitor/config/probes.schema.json

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: $(VENV)/bin/python requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

$(VENV)/.dev: $(VENV)/.runtime requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

clean:
	rm -rf $(VENV) build *.egg-info
