# Needs only Python 3.11 or later with its venv module. `make lab` and `make test` set up what they need in .venv,
# and do nothing of that again until pyproject.toml or constraints.txt changes.
# Another Python: make clean, then make lab PYTHON=python3.12.

PYTHON ?=
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# What is never imported need not be compiled.
INSTALL := $(PIP) install --no-compile --constraint constraints.txt
# Two without their dependencies: tf_keras has a second copy of TensorFlow (see pyproject.toml), and of
# axe-playwright-python only the script of axe-core is used, not the browser that it brings.
APART := tf_keras axe-playwright-python
PYTEST := $(BIN)/python -m pytest --numprocesses 2 --dist worksteal
# The files of these rooms are not even read: that imports Keras and what drives browsers, in seconds.
QUICK := -m "not (slow or keras or tensorflow or torch or notebook or browser)" \
    --ignore tests/keras_fit --ignore tests/models --ignore tests/browser
# Where it's set (images of containers often do), each process compiles all that it imports, for seconds.
unexport PYTHONDONTWRITEBYTECODE
FITS := import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))

.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
.PHONY: help lab docs test check lint fix extras oldest generated golden bench clean

help:  ## say what each command does
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 17

lab: .venv/lab.stamp  ## set up and run the course lab
	$(BIN)/unitscope lab

docs: .venv/docs.stamp  ## build the site of docs/ in build/docs
	$(BIN)/python tools/pages/build.py

# Three at once: those of browsers, notebooks and servers wait for much of their time.
test: .venv/test.stamp  ## set up and run every test that can run here
	$(PYTEST) --numprocesses 3

check: lint  ## lint, check the types and run the quick tests
	$(PYTEST) --quiet $(QUICK)

lint: .venv/test.stamp  ## lint, check the format and the types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/deno fmt --check
	$(BIN)/deno lint
	$(BIN)/mypy

fix: .venv/test.stamp  ## mend what the linter can mend, and format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/deno fmt

extras: .venv/pyvenv.cfg  ## install PyTorch, Dask, Ray, regioncam and pyright, for the tests that need them
	$(INSTALL) --editable ".[dev,torch,dask,ray,bench,pyright]"
	$(INSTALL) --no-deps $(APART)
	@touch .venv/lab.stamp .venv/docs.stamp .venv/test.stamp

oldest: .venv/pyvenv.cfg  ## run the lab and the quick tests with the oldest versions that pyproject.toml allows
	$(BIN)/python tools/oldest.py

generated: .venv/test.stamp  ## make anew every file that a program in tools/ writes
	for tool in llvm_ir wasm contract sentences fixtures images explanations models fits; do $(BIN)/python tools/$$tool.py || exit; done

golden: .venv/test.stamp  ## accept the pictures as they are drawn now
	UNITSCOPE_ACCEPT_FIGURES=1 $(BIN)/python -m pytest tests/figures/test_golden.py

bench: .venv/test.stamp  ## measure the speed of training, exact regions, start-up and pictures
	$(INSTALL) --editable ".[bench]"
	$(BIN)/python benchmarks/run.py

clean:  ## remove .venv and what the tools left behind
	rm -rf .venv .venv-oldest build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/pyvenv.cfg:
	@python=; for candidate in $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11 python); do \
	    if $$candidate -c '$(FITS)' 2>/dev/null; then python=$$candidate; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	    echo "unitscope needs Python 3.11 or later with its venv module: make PYTHON=/path/to/python3.12" >&2; \
	    exit 1; \
	fi; \
	echo "Setting up .venv with $$($$python --version): once, a few minutes."; \
	$$python -m venv --clear .venv

# Editable installs: an edit in src counts at once.
.venv/lab.stamp: pyproject.toml constraints.txt | .venv/pyvenv.cfg
	$(INSTALL) --editable .
	@touch $@

.venv/docs.stamp: .venv/lab.stamp
	$(INSTALL) --editable ".[docs]"
	@touch $@

.venv/test.stamp: .venv/lab.stamp
	$(INSTALL) --editable ".[dev]"
	$(INSTALL) --no-deps $(APART)
	@touch .venv/docs.stamp $@
