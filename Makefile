# make install  bus and all it needs, at pinned versions, in .venv
# make demo     the whole bus on this machine: a real Kafka, partners, an order stream
# make test     every check and test, the ones on a real Kafka included
# They need Python 3.11+ and make; neither Docker nor Java.

PYTHON ?= $(firstword $(foreach p,python3.11 python3 python3.12 python3.13,\
  $(shell $(p) -c 'import sys, venv; print("$(p)") if sys.version_info >= (3, 11) else 0' 2>/dev/null | grep python)))
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
ARGS ?=

.PHONY: help install demo test test-long simulate bench faults intake-faults moving fuzz fuzz-native client proto lint format lock wheel clean

help:
	@sed -n '1,4s/^# //p' Makefile
	@echo "make demo ARGS=--json · make test-long · make simulate SEEDS=1000000 · make bench ARGS='a b' · make faults MINUTES=30 · make intake-faults MINUTES=15 · make moving ORDERS=20000 · make fuzz MINUTES=10 · make fuzz-native MINUTES=10 · make lint · make format · make clean"

NATIVE := $(wildcard bus/native/src/*.rs bus/native/Cargo.* bus/native/build.rs)
$(READY): requirements/dev.txt requirements/web.txt pyproject.toml hatch_build.py $(NATIVE)
	@test -n "$(PYTHON)" || { echo "make: no Python 3.11 or newer with venv found; install one, or say make PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "Making $(VENV) with $$($(PYTHON) --version) …" >&2
	@$(PYTHON) -m venv $(VENV)
	@$(PYTHON) hatch_build.py native & \
	{ $(PIP) install --quiet --require-hashes -r requirements/uv.txt && $(UV) pip install --require-hashes -r requirements/dev.txt || { \
	  echo "make: uv could not do it; now pip, which takes minutes" >&2; $(PIP) install --progress-bar off --require-hashes -r requirements/dev.txt; }; } >&2; \
	installed=$$?; wait; exit $$installed
	@ORDERBUS_PURE=1 $(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

PIP = $(BIN)/python -m pip --disable-pip-version-check
# In seconds what takes pip minutes, from the index that pip is told of; it makes bytecode only where Python is told to keep none.
UV = index=$$($(PIP) config list | sed -n "s/^[:a-z]*\.index-url='\(.*\)'/\1/p" | tail -1); \
  $${index:+env UV_DEFAULT_INDEX="$$index"} env UV_SYSTEM_CERTS=1 $(if $(PYTHONDONTWRITEBYTECODE),UV_COMPILE_BYTECODE=1) VIRTUAL_ENV=$(VENV) $(BIN)/uv

install: $(READY)
	@echo "bus is $(BIN)/bus; to have it as \`bus\` in this shell:  . $(BIN)/activate"

demo: $(READY)
	@$(BIN)/bus demo $(ARGS)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy -p bus -p processors -p tests
	$(BIN)/lint-imports

# A file of tests a worker, one Kafka for all; two more than there are cores, since tests wait a good deal: with one
# more, a quarter of two cores was idle. In the order of their names: integration comes early, and what runs last,
# beside nothing, is small. What fails beside others is run once more, alone: that counts.
WORKERS = $(shell echo $$(($$(getconf _NPROCESSORS_ONLN) + 2)))
# mypy reads everything on one core. Meanwhile the other one makes the bytecode of a fresh clone, asserts rewritten:
# else each worker would make all of it, all at the same time, and where Python is told to keep none, every time.
test test-long: export PYTHONDONTWRITEBYTECODE =
test: $(READY)
	@{ [ -d tests/unit/__pycache__ ] || exec $(BIN)/pytest --collect-only -qq >/dev/null 2>&1; } & \
	$(MAKE) --no-print-directory lint || { failed=$$?; kill $$! 2>/dev/null; exit $$failed; }; wait
	@$(BIN)/pytest -n $(WORKERS) --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(ARGS) || { failed=$$?; [ $$failed -eq 1 ] || exit $$failed; \
	  echo "make: those that failed beside others run once more, one after the other" >&2; \
	  $(BIN)/pytest --last-failed --last-failed-no-failures none $(ARGS); }

# The long runs, and all examples of the properties, of which `make test` looks at a quarter.
test-long: $(READY)
	$(BIN)/pytest -m long $(ARGS)
	ORDERBUS_TEST_EXAMPLES=all $(BIN)/pytest tests/property tests/contract/sender/test_same.py $(ARGS)

# SEEDS of them from FIRST on, on all cores; or one SEED, replayed with its history.
SEEDS ?= 20000
FIRST ?= 0
simulate: $(READY)
	@$(BIN)/python -m tests.simulation $(if $(SEED),--seed $(SEED),--seeds $(SEEDS) --first $(FIRST))

bench: $(READY)
	$(BIN)/python -m tests.bench $(ARGS)

# Faults on three brokers while events flow; SEED=… repeats a schedule. ARGS=--sinks: partners on queues, too.
faults: $(READY)
	$(BIN)/python -m tests.faults --minutes $(or $(MINUTES),30) $(if $(SEED),--seed $(SEED)) $(ARGS)

# Senders as their channels are, while doors, converts and brokers are killed; SEED=… repeats one.
intake-faults: $(READY)
	$(BIN)/python -m tests.faults.intake --minutes $(or $(MINUTES),15) $(if $(SEED),--seed $(SEED)) $(ARGS)

# A company moves its orders from an old sender outside to the bus, all of it killed often.
moving: $(READY)
	$(BIN)/python -m tests.moving --orders $(or $(ORDERS),20000) $(ARGS)

# Any bytes as answers to the sender; FILE=… repeats what was found. Linux, CPython 3.11 to 3.13.
fuzz: $(READY)
	@$(UV) pip install --quiet --group fuzz
	@$(BIN)/python -m tests.fuzz .fuzz $(or $(FILE),$(MINUTES),10)

# Random schemas and damaged records: the native part does as the Python does, or leaves it; SEED=… repeats one.
# SANITIZER=address has every byte watched that it touches: Rust's nightly from rustup, and cc, on Linux on x86-64.
fuzz-native: $(READY)
	@$(BIN)/python -m tests.fuzz.$(if $(SANITIZER),sanitized,native) $(if $(SEED),--seed $(SEED),--minutes $(or $(MINUTES),10))

# The methods and types of bus/api, after a change of the gateway's table of routes.
client: $(READY)
	@$(BIN)/python -m tests.api_client

# Python of schemas/*.proto, after a change there.
proto: $(READY)
	@$(BIN)/python -m tests.proto

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# After a change of dependencies in pyproject.toml.
lock: $(READY)
	echo uv | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-find-links -U - -o requirements/uv.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --all-extras --group dev \
	  --no-strip-extras --generate-hashes --no-header --no-emit-find-links pyproject.toml -o requirements/dev.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-strip-extras --generate-hashes --no-header --no-annotate \
	  --extra grpc --extra amqp --extra nats --extra redis --extra aws --no-emit-find-links -c requirements/dev.txt pyproject.toml -o requirements/run.txt

wheel: $(READY)
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation -w dist .

clean:
	rm -rf $(VENV) dist .fuzz .native bus/native/_core.abi3.so bus/native/_core.sources .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
