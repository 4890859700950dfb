# Two commands matter: `make run` serves the product, `make test` tries it. Both set up what they need.
SHELL := /bin/bash
PYTHON := .venv/bin/python
PORT ?= 8000
SCALE ?= small
export PORT

.PHONY: run test lint bench proof messages requirements pictures clean

run:
	@setup/setup.sh run
	@exec $(PYTHON) manage.py serve --prepare

test:
	@setup/setup.sh test
	@exec setup/test.sh

lint:
	@setup/setup.sh lint
	@exec setup/lint.sh

# PART is a module of bench/ (make bench PART=pages SCALE=full); without one, all of them.
bench:
	@setup/setup.sh test
	@exec $(PYTHON) -m bench $(PART) --scale $(SCALE)

# Tests of promises, in full and on both databases: slow, not part of `make test`. Sizes are settings:
# make proof KILLS=20 FILES=500 REQUESTS=200
proof:
	@setup/setup.sh test
	@exec setup/proof.sh

# Collect the texts of the pages into the catalogue, sorted, for someone to fill in.
messages:
	@setup/setup.sh lint
	@exec $(PYTHON) setup/collect_messages.py

requirements:
	uv pip compile -q pyproject.toml --universal --python-version 3.12 --no-emit-index-url \
	  --no-emit-find-links --no-annotate --no-header -o requirements.txt
	uv pip compile -q pyproject.toml --group dev -c requirements.txt --universal \
	  --python-version 3.12 --no-emit-index-url --no-emit-find-links --no-annotate --no-header \
	  -o requirements-dev.txt

# The README's pictures, from the running product.
pictures:
	@setup/setup.sh test
	@exec $(PYTHON) setup/pictures.py

clean:
	rm -rf .venv .setup node_modules static/vendor .pytest_cache .mypy_cache .ruff_cache
	@echo "The data in var/ stays; remove it yourself if you mean it."
