# make book    set up and build the site          make serve     build it and open it on localhost:8000
# make test    set up and check everything        make fast      the checks without notebooks and browser
# make seal    show formulas that are not as sealed; make seal SEAL="eq-a eq-b" seals them
# make notebooks   run every notebook and store its outputs      make clean     remove what was built
# make gallery     every widget on one page, for those who work on them
# make editions    plain notebooks for Colab, students and instructors
# make student, make instructor   those of one kind: assignments to hand out; solved, with a rubric
# make slides      a deck for each chapter, in _build/slides
# make bank        the questions for Moodle, Canvas and paper, in _build/bank
# make pdf         the whole book as one PDF, printed by Chromium from the site
# make newest, make lowest   the quick tests with the newest and the lowest dependencies

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/ready
CHECKS := _build/checks.json
export OMP_NUM_THREADS ?= 1
export PIP_DISABLE_PIP_VERSION_CHECK = 1
# Each of some hundred processes would compile the package and the tests anew.
unexport PYTHONDONTWRITEBYTECODE

NOTEBOOKS := $(shell find book -name '*.ipynb' -not -path '*/.ipynb_checkpoints/*' | sort)
# What the checks of the equations rest on: these tests, the package, the formulas of the book.
CHECKED := $(shell find tests/equations dgm_lessons book -not -path '*/.*' \
  \( -name '*.py' -o -name '*.tex' -o -name '*.ipynb' -o -name '*.md' -o -name '*.safetensors' \))
UNIT := tests --ignore=tests/book --ignore=tests/equations -q
# Two at a time, each file by one of them: its pages and networks are made once.
BOTH := -n 2 --dist loadfile

# The environment remembers its Python, and is built anew when PYTHON is another one.
FOUND := $(shell $(PYTHON) -c 'import sys; print("%d.%d:" % sys.version_info[:2] + sys.base_prefix)')
OTHER := $(if $(filter $(FOUND),$(shell cat $(READY) 2>/dev/null)),,anew)

.PHONY: book test fast lint unit timing checks nbval rerun browser serve notebooks seal gallery editions student instructor bank slides pdf newest lowest clean anew
.DELETE_ON_ERROR:

$(READY): requirements.txt pyproject.toml $(OTHER)
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed, found " + sys.version.split()[0])'
	@echo "installing into $(VENV): some 200 packages, a few minutes"
	$(PYTHON) -m venv $(if $(OTHER),--clear) $(VENV)
	$(BIN)/pip install --quiet -r requirements.txt
	$(BIN)/pip install --quiet --no-deps -e .
	echo $(FOUND) > $@

book: $(READY) $(CHECKS)
	$(BIN)/jupyter-book build . -W --keep-going -n --all
	@echo "open _build/html/index.html"

# Every labelled equation is checked, and what was found is written down for the page "Checks".
checks: $(CHECKS)

$(CHECKS): $(READY) $(CHECKED)
	$(BIN)/pytest tests/equations -q -n 2 --checks $@

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check dgm_lessons tests benchmarks editions teaching book/_ext
	$(BIN)/mypy
	$(BIN)/oxlint --deny-warnings --quiet dgm_lessons/widgets tests/widgets

unit: $(READY)
	$(BIN)/pytest $(UNIT) -n 3 --dist loadfile -m "not timing and not rerun"

# The tests that measure times run one after the other, alone.
timing: $(READY)
	$(BIN)/pytest $$(grep -rl --include='*.py' 'mark.timing' tests) -q -m timing

fast: $(READY)
	$(MAKE) -j 2 lint checks
	$(BIN)/pytest $(UNIT) $(BOTH) -m "not slow and not browser and not timing"

# Twice the time of nbval: each cell again after the whole, on the pages that one has changed.
rerun: $(READY)
	$(BIN)/pytest tests/test_rerun.py -q -n 2 -m rerun

nbval: $(READY)
	PYTHONPATH=tests$${PYTHONPATH:+:$$PYTHONPATH} $(BIN)/pytest -p warm_kernels --nbval book \
	  --nbval-sanitize-with tests/nbval_sanitize.cfg -q -n 2 --dist loadfile

BROWSER := $(BIN)/pytest tests/book -q -n 3

browser: book
	$(BROWSER)

# The linters and the build each keep one core busy. Unit tests wait for browsers half of their time,
# and browsers for their pages: notebooks, which never wait, and a third browser fill it.
test: $(READY)
	$(MAKE) -j 2 lint book
	$(MAKE) -j 2 unit nbval
	$(BROWSER)
	$(MAKE) timing

serve: book
	$(BIN)/python -m http.server 8000 --bind 127.0.0.1 --directory _build/html

notebooks: $(READY)
	$(BIN)/python tests/execute.py $(NOTEBOOKS)

seal: $(READY)
	$(BIN)/python tests/seal.py $(SEAL)

gallery: $(READY)
	$(BIN)/python book/_ext/gallery.py _build/gallery.html

editions: $(READY)
	$(BIN)/python -m editions

student instructor: $(READY)
	$(BIN)/python -m editions --edition $@

slides: $(READY)
	$(BIN)/python -m teaching.slides

bank: $(READY)
	$(BIN)/python -m teaching.bank

pdf: book
	$(BIN)/python -m teaching.press

# The package's own dependencies as new, or as old, as pyproject.toml allows; the tools as pinned.
newest lowest:
	$(PYTHON) -m venv --clear _build/$@
	_build/$@/bin/pip install --quiet $$($(PYTHON) tests/dependencies.py $@)
	_build/$@/bin/pip install --quiet --no-deps -e .
	_build/$@/bin/pytest $(UNIT) $(BOTH) -m "not slow and not browser and not timing"

clean:
	rm -rf _build
