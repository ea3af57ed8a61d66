# Two commands do everything: `make run` and `make test`. Both can be interrupted and repeated.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$p; break; }; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
export PIP_NO_INPUT = 1

.PHONY: run test check bench long lock clean

run: .venv/installed  ## the main job: charts and tables of the packaged record, into out/
	$(BIN)/tradesim tour --out out

test: check  ## everything that CI checks
	$(BIN)/python -m pytest --cov --cov-report=term

check: .venv/developed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/installed  ## measured against what a user would write instead
	$(BIN)/python -m benchmarks.schedule

long: .venv/developed  ## the property tests with many more examples
	HYPOTHESIS_PROFILE=long $(BIN)/python -m pytest tests

lock: .venv/developed  ## pin the development set anew
	$(BIN)/python -m pip install -q pip-tools
	$(BIN)/pip-compile -q --all-extras --strip-extras --no-emit-index-url --no-emit-find-links \
		--no-header --no-annotate --output-file constraints.txt pyproject.toml
	sed -i.old '/^tradesim @/d' constraints.txt && rm constraints.txt.old

.venv/made:
	@test -n "$(PYTHON)" || { echo "tradesim needs Python 3.11 or newer; none was found" >&2; exit 2; }
	$(PYTHON) -m venv .venv
	@touch $@

.venv/installed: .venv/made pyproject.toml constraints.txt
	$(PIP) install -q -c constraints.txt -e .
	@touch $@

.venv/developed: .venv/installed
	$(PIP) install -q -c constraints.txt -e '.[dev]'
	@touch $@

clean:  ## remove what the commands made
	rm -rf .venv out
