# The commands of this repository: `make help` lists them. Only Python 3.11 or 3.12 and make are needed.
.PHONY: help up test env check bench bench-scoring bench-worlds requirements messages
.DEFAULT_GOAL := help
PYTHON := .venv/bin/python

help: ## list these commands
	@sed -n 's/^\([a-z-]*\):.*## /  make \1|/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-20s %s\n", $$1, $$2}'

up: ## start the whole platform; ARGS="--port 9000" and the like are passed on
	@bin/environment && exec $(PYTHON) manage.py up $(ARGS)

test: ## run every test against its own PostgreSQL and Redis; ARGS="-k ledger" and the like
	@bin/environment --tools && exec $(PYTHON) -m pytest -n logical --maxprocesses 4 --dist loadfile $(ARGS)

env: ## only create .venv, with the developers' tools
	@bin/environment --tools

check: ## format, lint, types, import contracts, templates, migrations, dependencies
	@bin/environment --tools && exec bin/check

bench: ## measure speed and memory into bench/results.json
	@bin/environment --tools && exec $(PYTHON) -m bench $(ARGS)

bench-scoring: ## measure our models and kernel against others', in an environment of its own
	@bin/environment --bench && exec .venv-bench/bin/python -m bench.scoring $(ARGS)

bench-worlds: ## measure rings, models and forecasts on made people, into bench/results.json
	@bin/environment --tools && exec $(PYTHON) -m bench.worlds $(ARGS)

requirements: ## compile requirements*.in to hashed requirements*.txt
	@bin/environment --tools && $(PYTHON) -m pip install --quiet uv==0.13.9 && for name in requirements requirements-dev requirements-spark requirements-bench; do $(PYTHON) -m uv pip compile --python-version 3.11 --generate-hashes $$name.in -o $$name.txt || exit 1; done

messages: ## collect the texts for translation and compile the catalogues (needs gettext)
	@bin/environment --tools && $(PYTHON) manage.py makemessages --locale zh_Hans --no-wrap --ignore .venv --ignore var && $(PYTHON) manage.py compilemessages --ignore .venv
