# Needs make and Python >= 3.10, nothing else. `make help` lists the targets.
#   PYTHON=python3.12    the Python to build the environment with
#   VENV=.venv           where the environment goes
#   LAB_FLAGS=--no-browser       further words for JupyterLab
#   TEST_FLAGS="-k ascent -x"    further words for pytest

PYTHON ?=
VENV ?= .venv
LAB_FLAGS ?=
TEST_FLAGS ?=

RUN := $(VENV)/bin/python
FETCH := $(RUN) data_scripts/fetch_weights.py
# A stamp tells what is installed; it is newer than pyproject.toml while that holds.
# It bears the folder's checksum: in a folder that was moved or renamed the library is linked anew.
HERE := $(shell pwd | cksum | cut -d ' ' -f 1)
LAB_STAMP := $(VENV)/.lab-$(HERE)
TEST_STAMP := $(VENV)/.test-$(HERE)
BENCH_STAMP := $(VENV)/.bench-$(HERE)
SITE_STAMP := $(VENV)/.site-$(HERE)
SLIDES_STAMP := $(VENV)/.slides-$(HERE)

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help lab test check data site slides bench clean

help:  ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-7s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

lab: $(LAB_STAMP)  ## Set up what is missing, fetch the weights, open the first lesson in JupyterLab
	@$(FETCH) || echo "Opening the lessons all the same: only the cells that need these weights will not run. Try again with 'make data'." >&2
	@if [ "$$(id -u)" = 0 ]; then root=--allow-root; fi; \
	exec $(RUN) -m jupyterlab --ServerApp.root_dir=. notebooks/00_start_here.ipynb $$root $(LAB_FLAGS)

test: $(TEST_STAMP) data  ## Set up what is missing, fetch the weights, run every test and every lesson
	@$(RUN) .ci/halves.py $(TEST_FLAGS)

check: $(TEST_STAMP)  ## Lint and type-check, in seconds
	@$(RUN) -m ruff check .
	@$(RUN) -m mypy

data: $(LAB_STAMP)  ## Fetch and verify the weights and the digits; nothing that is there is fetched again
	@$(FETCH)

site: $(SITE_STAMP) data  ## Run the lessons that have not run yet, build the course as a website in build/site
	@$(RUN) -m website

slides: $(SLIDES_STAMP) data  ## Run the lessons that have not run yet, build a deck of slides of each in build/slides
	@$(RUN) -m slides

bench: $(BENCH_STAMP) data  ## Time ascent and saliency maps against other libraries and this machine's limit
	@$(RUN) benchmarks/ascent.py
	@$(RUN) benchmarks/saliency.py

clean:  ## Remove the environment and the caches of the tools; fetched weights stay
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(LAB_STAMP): pyproject.toml
	@PYTHON="$(PYTHON)" sh .ci/make_venv $(VENV)
	$(RUN) -m pip install --disable-pip-version-check -e .
	@touch $@

$(TEST_STAMP): $(LAB_STAMP)
	$(RUN) -m pip install --disable-pip-version-check -e '.[test]'
	@touch $@

$(SITE_STAMP): $(LAB_STAMP)
	$(RUN) -m pip install --disable-pip-version-check -e '.[site]'
	@touch $@

$(SLIDES_STAMP): $(LAB_STAMP)
	$(RUN) -m pip install --disable-pip-version-check -e '.[slides]'
	@touch $@

$(BENCH_STAMP): $(LAB_STAMP)
	$(RUN) -m pip install --disable-pip-version-check -e '.[benchmark]'
	@touch $@
