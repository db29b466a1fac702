# make book    set up and build the site          make serve     build it and open it on localhost:8000
# make test    set up and check everything        make fast      the checks without notebooks and browser
# make notebooks   run every notebook and store its outputs      make clean     remove what was built
# make gallery     every widget on one page, for those who work on them

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/ready
CHECKS := _build/checks.json
export OMP_NUM_THREADS ?= 1
export PIP_DISABLE_PIP_VERSION_CHECK = 1

NOTEBOOKS := $(shell find book -name '*.ipynb' -not -path '*/.ipynb_checkpoints/*' | sort)

.PHONY: gallery book test fast lint unit checks nbval browser serve notebooks clean

$(READY): requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet -r requirements.txt
	$(BIN)/pip install --quiet --no-deps -e .
	touch $@

book: $(READY) checks
	$(BIN)/jupyter-book build . -W --keep-going -n --all
	@echo "open _build/html/index.html"

# Every labelled equation is checked, and what was found is written down for the page "Checks".
checks: $(READY)
	$(BIN)/pytest tests/equations -q

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check dgm_lessons tests benchmarks book/_ext
	$(BIN)/mypy
	$(BIN)/oxlint --deny-warnings --quiet dgm_lessons/widgets tests/widgets

unit: $(READY)
	$(BIN)/pytest tests --ignore=tests/book -q

fast: lint $(READY)
	$(BIN)/pytest tests --ignore=tests/book -q -n 2 -m "not slow and not browser"

nbval: $(READY)
	$(BIN)/pytest --nbval book --nbval-sanitize-with tests/nbval_sanitize.cfg -q -n 2 --dist loadfile

browser: $(READY)
	$(BIN)/pytest tests/book -q

test: lint unit nbval book browser

serve: book
	$(BIN)/python -m http.server 8000 --bind 127.0.0.1 --directory _build/html

notebooks: $(READY)
	$(BIN)/python tests/execute.py $(NOTEBOOKS)

gallery: $(READY)
	$(BIN)/python book/_ext/gallery.py _build/gallery.html

clean:
	rm -rf _build
