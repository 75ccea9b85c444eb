# The two commands: `make book` builds the site into _build/html, `make test` runs every test.
# Everything is installed into .venv; nothing needs to be installed beforehand but Python and make.

PYTHON ?= python3
VENV := .venv/bin
SHELL := /bin/bash -o pipefail
PYTEST := OMP_NUM_THREADS=1 $(VENV)/pytest --numprocesses 2

.PHONY: help install book serve lab test check clean notebooks colab pins address

help:
	@echo "make book      build the site: _build/html/index.html"
	@echo "make test      run every test, the site in a real browser among them"
	@echo "make check     run the fast tests (at most 2 minutes)"
	@echo "make serve     show the site at http://localhost:8000"
	@echo "make lab       open the notebooks in JupyterLab"
	@echo "make clean     remove what was built (.venv stays)"
	@echo "make notebooks bring the notebooks into the form that git keeps"
	@echo "make colab     run notebooks and tests beside the versions that Colab has"
	@echo "make pins      resolve constraints.txt anew"
	@echo "make address URL=https://github.com/you/your-copy   name the public repository"

install:
	@command -v $(PYTHON) >/dev/null || { echo "install: there is no $(PYTHON) here: install Python 3.10 to 3.13"; exit 1; }
	@$(PYTHON) tools/install.py

book: install
	@$(VENV)/python -m dlbook_lib.site.vendor
	@$(VENV)/python -m dlbook_lib.site.exports
	@$(VENV)/python -m dlbook_lib.site.execute
	@$(VENV)/jupyter-book build . -n -W --keep-going

serve: install
	@$(VENV)/python -m dlbook_lib.site.serve

lab: install
	@$(VENV)/jupyter lab

check: install
	@$(VENV)/ruff check .
	@$(VENV)/ruff format --check .
	@$(PYTEST) -m "not slow" --doctest-modules dlbook_lib tests

clean:
	@rm -rf _build build *.egg-info .pytest_cache .ruff_cache assets/node_modules
	@find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +
	@echo "clean: removed the site, the notebooks' stored outputs and the vendored JavaScript (.venv stays)"

test: install
	@$(VENV)/python tests/site/browser.py
	@$(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory book
	@$(PYTEST) --dist loadfile --nbval-lax index.ipynb chapters
	@$(PYTEST) --dist loadfile -m slow

notebooks: install
	@$(VENV)/python -m tools.notebooks

# A second environment, with the versions of tests/colab-packages.txt (which a test compares with our ranges).
COLAB := _build/colab/bin
colab: install
	@$(PYTHON) -m venv _build/colab
	@$(COLAB)/pip install --quiet --requirement tests/colab-packages.txt
	@$(COLAB)/pip install --quiet --constraint tests/colab-packages.txt lxml nbval pytest-timeout pytest-xdist
	@$(COLAB)/pip install --quiet --no-deps --editable .
	@$(COLAB)/pytest --numprocesses 2 --dist loadfile --nbval-lax index.ipynb chapters
	@$(VENV)/dlbook release _build/colab-exercises
	@$(COLAB)/python tests/teach/run_released.py _build/colab-exercises
	@$(COLAB)/pytest --numprocesses 2 tests/cnn tests/data tests/explore/test_kernel.py tests/explorers tests/figures tests/generative tests/layers tests/regularize tests/train tests/test_catalog.py

pins: install
	@$(VENV)/pip install --quiet --constraint constraints.txt uv
	@$(VENV)/uv pip compile pyproject.toml --universal --python-version 3.10 --all-extras --group make \
		--no-annotate --no-header --quiet --output-file constraints.txt

address: install
	@$(VENV)/python tools/address.py "$(URL)"
