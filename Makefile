# Everything a user or an engineer does, each with all set-up it needs. Only Python 3.11+ and make are taken for granted.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
ARGS   ?=
ONLY   ?=

.PHONY: install demo test check bench faults soak docs pictures clean
.DEFAULT_GOAL := help

help:
	@echo "make demo     seven firms, one order, end to end (ARGS=\"--once --json\" for one unpaced run)"
	@echo "make test     all tests; what needs an absent engine is skipped and listed"
	@echo "make check    ruff, mypy, layers, house rules"
	@echo "make bench    all figures, one JSON line each (ONLY=name for one)"
	@echo "make faults   many more kills, losses of power and damaged files than the tests have time for (hours; ARGS=\"--no-matrix\" for one)"
	@echo "make soak     one node under steady load for two hours, its memory printed (ARGS=\"--minutes 5\")"
	@echo "make docs     rebuild the generated reference pages"
	@echo "make pictures take the pictures of README and tutorial, and the ones screens are held against, from the running demo (look at every one)"

$(READY): pyproject.toml constraints.txt
	@echo "[1/3] Making $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit("plait needs Python 3.11 to 3.13, this is %s: set PYTHON=..." % sys.version.split()[0]) if not (3, 11) <= sys.version_info[:2] <= (3, 13) else None'
	@$(PYTHON) -m venv $(VENV)
	@echo "[2/3] Installing what plait stands on (a few minutes the first time)"
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --progress-bar on --require-hashes -r constraints.txt
	@echo "[3/3] Installing plait"
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet --no-deps --no-build-isolation --editable .
	@touch $(READY)

install: $(READY)

demo: $(READY)
	@$(BIN)/plait demo $(ARGS)

test: $(READY)
	$(BIN)/python -m pytest -n 2 --no-loadscope-reorder $(ARGS)

check: $(READY)
	$(BIN)/ruff check src tests bench examples
	$(BIN)/ruff format --check src tests bench examples
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m pytest -q tests/test_house.py

bench: $(READY)
	@$(BIN)/python -m bench $(ONLY)

faults: $(READY)
	@$(BIN)/python -m tests.faults $(ARGS)

soak: $(READY)
	@$(BIN)/python -m bench.soak $(ARGS)

docs: $(READY)
	@$(BIN)/python -m docs.make

pictures: $(READY)
	PLAIT_BLESS=1 $(BIN)/python -m pytest -q tests/browser $(ARGS)

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
