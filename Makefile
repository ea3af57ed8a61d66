# Two commands do everything: `make run` and `make test`. Both can be interrupted and repeated.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$p; break; }; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
export PIP_NO_INPUT = 1
# What is compiled cannot be measured: these tests run the day loop in Python first.
IN_PYTHON := tests/test_engine_against_oracle.py tests/test_kernel.py
# One process a core; the tests of a file stay together, for they share what is slow to make.
PYTEST := $(BIN)/python -m pytest --numprocesses auto --dist loadfile

SOURCES := $(wildcard tradesim/*.py tradesim/*/*.py)
EXECUTED := $(patsubst notebooks/%,out/notebooks/%,$(wildcard notebooks/*.ipynb))

# What the package does, with the extras that it runs with: tested at its lowest versions and at the newest.
CORE := $(addsuffix .py,$(addprefix tests/test_,app app_access app_page averages cli closed_forms datasets duties \
	economics_single economies errors events floors io knowledge measures path_tables paths plots plots_futures \
	rows rules run scenario scenario_files schedule schedule_plot shocks spreadsheets stacking sweep_design \
	sweep_results timegrid trade_baci trade_dataweb trade_icio truces))
CORE_NEEDS := -e '.[app,cluster,excel,icio,store,xarray]' hypothesis pytest pytest-xdist sybil

.PHONY: run test check bench oracle pages docs long fuzz fuzz-atheris mutants kills lock floors test-floors test-newest clean

run: .venv/installed  ## the main job: charts and tables of the packaged record, into out/
	$(BIN)/tradesim tour --out out

test: check  ## everything that CI checks
	NUMBA_DISABLE_JIT=1 TRADESIM_ORACLE_SCENARIOS=100 $(PYTEST) --cov --cov-report= --cov-fail-under=0 $(IN_PYTHON)
	$(PYTEST) --cov --cov-append --cov-report=term

check: .venv/developed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/installed  ## measured against what a user would write instead; numbers into out/bench
	$(BIN)/python -m benchmarks.schedule --json out/bench/schedule.json
	$(BIN)/python -m benchmarks.engine --quick --json out/bench/engine.json
	$(BIN)/python -m benchmarks.sweep --quick --json out/bench/sweep.json
	$(BIN)/python -m benchmarks.impact --json out/bench/impact.json
	$(BIN)/python -m benchmarks.economics --json out/bench/economics.json
	$(BIN)/python -m benchmarks.economics_many_sectors --json out/bench/economics_many_sectors.json

oracle: .venv/developed  ## the engine against its second reading in plain Python, on 10,000 random scenarios
	NUMBA_DISABLE_JIT=1 TRADESIM_ORACLE_SCENARIOS=10000 $(BIN)/python -m pytest tests/test_engine_against_oracle.py

pages: .venv/installed  ## the pages and pictures that are made from the package, kept under version control
	$(BIN)/python docs/generate.py
	$(BIN)/python docs/pictures.py
	$(BIN)/python -m benchmarks.page
	for example in what_it_costs chosen_duties best_answers economic_rules; do $(BIN)/python examples/$$example.py || exit 1; done
	cp out/what_it_costs/*.png out/chosen_duties/*.png out/best_answers/*.png out/economic_rules/*.png docs/images/costs/

docs: .venv/developed $(EXECUTED)  ## the documentation as a site, out/site/index.html, with executed notebooks
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

out/notebooks/%.ipynb: notebooks/%.ipynb $(SOURCES) .venv/developed
	$(BIN)/jupyter-nbconvert --log-level WARN --to notebook --execute --output-dir out/notebooks $<

long: .venv/developed  ## the property tests with many more examples
	HYPOTHESIS_PROFILE=long $(BIN)/python -m pytest tests

fuzz: .venv/developed  ## 5,000 spoilt files of each kind: refused with file and line, each within a second
	TRADESIM_FUZZ=5000 $(BIN)/python -m pytest tests/test_file_fuzz.py

fuzz-atheris: .venv/developed  ## the same readers, led by what of them has been covered (Linux, Python 3.11 to 3.13)
	$(PIP) install -q -c constraints.txt atheris
	$(BIN)/python -m benchmarks.fuzz_files -max_total_time=$(or $(SECONDS),300) -max_len=3000

mutants: .venv/developed  ## small faults put into the rules, the schedule and the day loop: which does no test see?
	$(PIP) install -q -c constraints.txt mutmut
	rm -rf out/mutants && mkdir -p out/mutants
	git ls-files -z | xargs -0 tar cf - | tar xf - -C out/mutants
	sed -i.old '/^@\(called\|compiled\)$$/d' out/mutants/tradesim/engine/*.py
	cd out/mutants && NUMBA_DISABLE_JIT=1 TRADESIM_ORACLE_SCENARIOS=100 ../../$(BIN)/mutmut run $(MUTANTS)
	cd out/mutants && ../../$(BIN)/mutmut results

kills: .venv/developed  ## a sweep killed at 200 random moments, each gone on with to the same result
	TRADESIM_KILLS=200 $(BIN)/python -m pytest tests/test_sweep_store.py -k killed

lock: .venv/developed  ## pin the development set anew
	$(BIN)/python -m pip install -q pip-tools
	$(BIN)/pip-compile -q --all-extras --strip-extras --no-emit-index-url --no-emit-find-links \
		--no-header --no-annotate --output-file constraints.txt pyproject.toml
	sed -i.old '/^tradesim @/d' constraints.txt && rm constraints.txt.old

floors:  ## the lowest versions that pyproject.toml allows, as constraints
	sed -n '/^\[project\]/,/^\[project.scripts\]/p' pyproject.toml | grep -oE '"[a-z0-9-]+(\[[a-z]+\])?>=[0-9.]+' \
		| sed -E 's/"([a-z0-9-]+)(\[[a-z]+\])?>=/\1==/' | LC_ALL=C sort -u > constraints-floors.txt

test-floors:  ## the core of the tests with the lowest versions, in an environment of its own
	$(PYTHON) -m venv out/floors
	out/floors/bin/python -m pip --disable-pip-version-check install -q -c constraints-floors.txt $(CORE_NEEDS)
	NUMBA_CACHE_DIR=out/floors/numba out/floors/bin/python -m pytest -n auto --dist loadfile $(CORE)

test-newest:  ## the same with the newest versions there are
	$(PYTHON) -m venv out/newest
	out/newest/bin/python -m pip --disable-pip-version-check install -q --upgrade $(CORE_NEEDS)
	NUMBA_CACHE_DIR=out/newest/numba out/newest/bin/python -m pytest -n auto --dist loadfile $(CORE)

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
