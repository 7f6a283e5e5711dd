# `make run` and `make test` are the first two commands; every recipe sets up .venv first.  CI calls the same recipes.
#
#   make run                         install, then the demo: a small news site and the events it leads to
#   make run URLS="https://…"        read these articles instead
#   make run SOURCES=deploy/sources.toml    follow these feeds until Ctrl-C
#   make test                        the tests, on a real private server (ARGS="tests/queue -k defer" for some of them)
#   make test-all                    these and the slow suites: browser, alerts, queue model, API conformance
#   make test-slow                   the slow suites alone
#   make coverage                    all tests with line and branch coverage, and its table
#   make compose-test                docker-compose.yml on a real container engine, about 20 minutes (ARGS="--only fleet")
#   make check                       format, lint and types
#   make chaos                       faults of every kind, at most ten minutes: docs/guarantees.md (SEED=7, ARGS=--help)
#   make bench                       the benchmark tables: cost of each stage, memory, growth
#   make pictures                    draw the pictures of the documentation (those of the page with Chromium)
#   make golden                      write the golden events (then read the diff)
#   make reference                   write docs/configuration.md, docs/events.md, the JSON Schema, deploy/settings.env and the runbook page
#   make lock                        renew deploy/locks: the versions and hashes of all dependencies (UPGRADE=1: the newest)
#   make calibrate GOLD=file         fit the statements' confidence to annotated articles
#   make train-events GOLD=file      train the scorer of decisions (KIND=meeting: of meetings) on annotated articles
#   make train-acts GOLD=file        train the model of the acts of statements on annotated articles
#   make train TREEBANK=folder       train the tagger; the folder holds the treebanks that NOTICE names

PYTHON ?= python3
BIN := .venv/bin
DEV := $(BIN)/.dev-ready
RUN := $(BIN)/.run-ready

.PHONY: run test test-all test-slow coverage compose-test chaos check format bench pictures golden reference lock calibrate train train-acts train-events clean

run: $(RUN)
ifdef URLS
	@set -f; exec $(BIN)/communique run $$URLS # from the environment, since a URL's & and ? mean something to the shell
else ifdef SOURCES
	@exec $(BIN)/communique run --sources "$$SOURCES"
else
	$(BIN)/communique demo
endif

# One process per core; a file's tests stay in one process (tests/conftest.py).
PYTEST := $(BIN)/pytest --numprocesses=auto --dist=loadfile

test: $(DEV)
	$(PYTEST) -m "not slow" $(ARGS)

test-all: $(DEV)
	$(PYTEST) $(ARGS)

test-slow: $(DEV)
	$(PYTEST) -m slow $(ARGS)

coverage: $(DEV)
	$(PYTEST) --cov --cov-report=term --cov-report=html $(ARGS)

# Not a part of CI: it needs an engine.  Without one it is skipped, with the reason.
compose-test: $(DEV)
	$(BIN)/python -m tests.compose $(ARGS)

check: $(DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(DEV)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

SEED ?= 0
chaos: $(DEV)
	$(BIN)/python -m tests.chaos --seed $(SEED) $(ARGS)

bench: $(BIN)/.bench-ready
	$(BIN)/python -m tests.benchmarks

pictures: $(DEV)
	$(BIN)/python -m tools.picture_of_top
	$(BIN)/python -m tools.pictures_of_page

golden: $(DEV)
	$(BIN)/python -m tests.golden

reference: $(DEV)
	$(BIN)/python -m tools.reference

# One resolution for all platforms and Python versions; the other files are parts of dev.txt.  Versions change only if
# pyproject.toml demands it, or with UPGRADE=1.
LOCKS := deploy/locks
COMPILE = $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-annotate --python-version 3.11 --custom-compile-command "make lock"

lock: $(BIN)/python
	$(BIN)/python -m pip install --quiet uv
	printf 'hatchling>=1.25\neditables\n' | $(COMPILE) $(if $(UPGRADE),--upgrade) pyproject.toml - --extra dev --extra parquet --extra postgresql --extra otel --output-file $(LOCKS)/dev.txt
	$(COMPILE) --constraints $(LOCKS)/dev.txt pyproject.toml --output-file $(LOCKS)/run.txt
	for extra in parquet postgresql otel; do $(COMPILE) --constraints $(LOCKS)/dev.txt pyproject.toml --extra $$extra --output-file $(LOCKS)/$$extra.txt || exit; done
	printf 'hatchling>=1.25\npip\n' | $(COMPILE) --constraints $(LOCKS)/dev.txt - --output-file $(LOCKS)/build.txt

# The same articles and rules give the same weights.  Without --fit it only shows the tables, for articles held out.
calibrate: $(DEV)
	@test -n "$(GOLD)" || { echo "make calibrate GOLD=file: annotated articles (python -m tests.benchmarks.calibration --help)"; exit 1; }
	$(BIN)/python -m tests.benchmarks.calibration --gold "$(GOLD)" --fit

# The same treebanks give the same bytes.  The tagger is tested on the dev parts, which it is not trained on.
train: $(DEV)
	@test -n "$(TREEBANK)" || { echo "make train TREEBANK=folder: with ewt_train, gum_open_train and their _dev (.conllu.gz)"; exit 1; }
	$(BIN)/python -m tools.train_tagger --out worker/extract/lexicon/en.tags \
	    --test "$(TREEBANK)/ewt_dev.conllu.gz" --test "$(TREEBANK)/gum_open_dev.conllu.gz" \
	    "$(TREEBANK)/ewt_train.conllu.gz" "$(TREEBANK)/gum_open_train.conllu.gz"

# The same articles give the same weights; python -m tools.train_acts --help and tools.train_events --help describe them.
train-acts: $(DEV)
	@test -n "$(GOLD)" || { echo "make train-acts GOLD=file: articles with annotated statements (several: \"a b\")"; exit 1; }
	$(BIN)/python -m tools.train_acts $(GOLD)

KIND ?= decision
train-events: $(DEV)
	@test -n "$(GOLD)" || { echo "make train-events GOLD=file KIND=decision: annotated articles (several: \"a b\", the first is judged)"; exit 1; }
	$(BIN)/python -m tools.train_events $(addprefix --gold ,$(GOLD)) --kind "$(KIND)" --write

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage* htmlcov dist

# Debian's Python without python3-venv has no ensurepip; its pip can still fill the environment from outside.
# pip is upgraded first: pip 23.0 misreads extras such as lxml[html_clean].
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -m venv .venv >/dev/null 2>&1 || { $(PYTHON) -m venv --clear --without-pip .venv && $(PYTHON) -m pip --python $(BIN)/python install --quiet pip; } \
	|| { rm -rf .venv; echo "no virtual environment: install your system's python3-venv or python3-pip"; exit 1; }
	$(BIN)/python -m pip install --quiet --upgrade pip

$(RUN): pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(DEV): pyproject.toml deploy/locks/dev.txt | $(BIN)/python
	$(BIN)/python -m pip install --quiet --require-hashes --requirement deploy/locks/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@ $(RUN)

$(BIN)/.bench-ready: $(DEV)
	$(BIN)/python -m pip install --quiet --editable '.[dev,bench]'
	@touch $@
