# Everything a developer or a build server does with this repository. `make` alone lists the goals.
# A comment after `##` on a goal's line is what `make help` prints.

.DEFAULT_GOAL := help
SHELL := /bin/sh
.SHELLFLAGS := -eu -c
.DELETE_ON_ERROR:
.PHONY: help run test prove bench bench-full check check-code check-openapi check-types check-web web openapi lock clean

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# The first Python that is new enough; PYTHON=/path/to/python chooses another.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$name; break; fi; done)
TEST_WORKERS ?= 2
TEST_DEPTH ?= 1
UPGRADE ?=

help:  ## List the goals
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

run: export SHANHAI_PORT := $(or $(PORT),$(SHANHAI_PORT),8000)
run: export SHANHAI_DATA_DIR := $(or $(DATA_DIR),$(SHANHAI_DATA_DIR),data)
run: export SHANHAI_WORKERS := 1
run: $(VENV)/run.stamp web-where-npm-is  ## Set up, rank the demo project, serve (PORT=8000 DATA_DIR=data)
	@$(BIN)/shanhai demo
	@exec $(BIN)/shanhai serve

test: $(VENV)/dev.stamp web-where-npm-is chromium-where-apt-is  ## Run all tests, on SQLite and PostgreSQL (TEST_WORKERS=2 TEST_DEPTH=1)
	TEST_DEPTH=$(TEST_DEPTH) $(BIN)/python -m pytest -n $(TEST_WORKERS) --dist worksteal tests

prove: $(VENV)/dev.stamp  ## Try 10,000 times what must never happen (ROUNDS=10000 KILLS=500, resumable)
	$(BIN)/python -m tests.prove --proof holds --rounds $(or $(ROUNDS),10000) --json $(or $(PROOF),proof.json)
	$(BIN)/python -m tests.prove --proof webhooks --rounds $(or $(KILLS),500) \
		--json $(or $(WEBHOOK_PROOF),webhook-proof.json)

bench: $(VENV)/bench.stamp  ## Measure small sizes beside their peers, and print one table
	$(BIN)/python -m benchmarks --json benchmarks.json

bench-full: $(VENV)/bench.stamp  ## Measure all sizes; takes about 20 minutes
	$(BIN)/python -m benchmarks --full --json benchmarks.json

check: check-code check-openapi check-types check-web  ## Run every static check

check-code: $(VENV)/dev.stamp  ## Check format, style, types, imports, security and the Dockerfile
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy service
	$(BIN)/lint-imports --no-logo
	$(BIN)/bandit -c pyproject.toml -r service -q
	$(BIN)/hadolint Dockerfile

check-openapi: $(VENV)/dev.stamp  ## Check that openapi/openapi.json is what the code says
	$(BIN)/shanhai openapi --check

# The linter and the compiler are the only tools that need npm; Python alone must do for all the rest.
check-types: check-openapi  ## Lint the OpenAPI document and compile the TypeScript types made from it
	@set -e; if command -v npm >/dev/null; then \
		$(MAKE) --no-print-directory openapi/node_modules/.stamp; \
		cd openapi; \
		export REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true; \
		npm run --silent lint; \
		npm run --silent types; \
		npm run --silent compile; \
		echo 'OpenAPI document linted, its TypeScript types compile.'; \
	elif [ "$${CI:-}" = true ]; then \
		echo 'npm is missing: the OpenAPI document can be neither linted nor compiled to types. CI must have npm.' >&2; \
		exit 1; \
	else \
		echo 'SKIPPED: npm is missing, so the OpenAPI document was neither linted nor compiled to types.' >&2; \
	fi

web: service/console/index.html  ## Build the web console into the service

# The service runs without its console too, and says so: neither npm nor its registry may keep `make run` waiting.
.PHONY: web-where-npm-is
web-where-npm-is:
	@if ! command -v npm >/dev/null; then \
		echo 'npm is missing: the service runs without its web console.' >&2; \
	elif ! $(MAKE) --no-print-directory web >&2; then \
		echo 'The web console could not be built; the service runs without it.' >&2; \
	fi

# The browser tests drive Debian's Chromium, or what SHANHAI_TEST_BROWSER names; without the fonts, Chinese is squares.
.PHONY: chromium-where-apt-is
chromium-where-apt-is:
	@if [ -n "$${SHANHAI_TEST_BROWSER:-}" ] || command -v chromium >/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ]; then as_root=env; else as_root='sudo -n'; fi; \
	if command -v apt-get >/dev/null && $$as_root true 2>/dev/null && $$as_root apt-get update --quiet >&2 \
		&& $$as_root env DEBIAN_FRONTEND=noninteractive \
			apt-get install --yes --quiet --no-install-recommends chromium fonts-noto-cjk >&2; then \
		exit 0; \
	elif [ "$${CI:-}" = true ]; then \
		echo 'Chromium is missing and cannot be installed here. CI must have it for the browser tests.' >&2; \
		exit 1; \
	else \
		echo 'SKIPPED: Chromium is missing and cannot be installed here, so the browser tests do not run.' >&2; \
	fi

# The console is built and tested where npm is; Python alone must do for all the rest.
check-web:  ## Compile, test and build the web console
	@set -e; if command -v npm >/dev/null; then \
		$(MAKE) --no-print-directory web; \
		cd web; npm test --silent; \
	elif [ "$${CI:-}" = true ]; then \
		echo 'npm is missing: the web console can be neither built nor tested. CI must have npm.' >&2; \
		exit 1; \
	else \
		echo 'SKIPPED: npm is missing, so the web console was neither built nor tested.' >&2; \
	fi

openapi: $(VENV)/dev.stamp  ## Write openapi/openapi.json anew from the code
	$(BIN)/shanhai openapi

# The smaller locks follow the large one, so that no package has two versions in one environment.
lock: $(VENV)/dev.stamp  ## Resolve the locked requirements anew (UPGRADE=--upgrade for newer versions)
	$(call compile,pyproject.toml --extra dev,dev)
	$(call compile,pyproject.toml --constraint requirements/dev.txt,run)
	$(call compile,pyproject.toml --extra bench --constraint requirements/dev.txt,bench)
	$(call compile,requirements/build.in --constraint requirements/dev.txt,build)
	cd openapi && npm install --package-lock-only --ignore-scripts --no-audit --no-fund
	cd web && npm install --package-lock-only --ignore-scripts --no-audit --no-fund
	@if grep -nE '^ *(-i|-f|--[a-z-]*(url|links|host))|://|@ file|"resolved"' requirements/*.txt \
		|| grep -n '"resolved"' openapi/package-lock.json web/package-lock.json; \
		then echo 'A lock names a host or a path; see above.' >&2; exit 1; fi

compile = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command 'make lock' $(UPGRADE) $(1) --output-file requirements/$(2).txt

clean:  ## Remove the environment and everything generated; the data directory stays
	rm -rf $(VENV) web/node_modules web/src/api/schema.d.ts web/src/api/limits.ts service/console openapi/node_modules openapi/types build dist *.egg-info benchmarks.json
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .grimp_cache test-artefacts
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/created.stamp:
	@if [ -z '$(PYTHON)' ]; then echo 'Python 3.11 or newer is needed: make PYTHON=/path/to/python3' >&2; exit 1; fi
	$(PYTHON) -m venv $(VENV)
	@touch $@

# A stamp is older than a changed lock, and then installs it; a second call finds nothing to do.
# The package itself is built by the locked build backend: isolation would download an unlocked one.
$(VENV)/run.stamp: requirements/run.txt requirements/build.txt pyproject.toml | $(VENV)/created.stamp
	$(PIP) install --require-hashes -r requirements/build.txt -r requirements/run.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/run.stamp
	$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

# The peers that are measured against are large, and nothing else needs them.
$(VENV)/bench.stamp: requirements/bench.txt $(VENV)/dev.stamp
	$(PIP) install --require-hashes -r requirements/bench.txt
	@touch $@

web/node_modules/.stamp: web/package.json web/package-lock.json web/.npmrc
	cd web && npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

service/console/index.html: web/node_modules/.stamp openapi/openapi.json web/index.html web/vite.config.ts web/limits.js \
		web/tsconfig.json $(shell find web/src web/public -type f -not -path 'web/src/api/limits.ts' -not -name schema.d.ts 2>/dev/null)
	cd web && npm run --silent build
	@touch $@

openapi/node_modules/.stamp: openapi/package.json openapi/package-lock.json
	cd openapi && npm ci --ignore-scripts --no-audit --no-fund
	@touch $@
