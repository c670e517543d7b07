# make app: serve the page on http://127.0.0.1:7860; make test: run all tests. Both set up .venv when
# needed, and the tests install a browser where there is none.
# make docs: write the tables of figures into the documents.
# make fuzz, make load: measure the figures of docs/trust.md, which takes long; make bench: those of
# docs/speed.md, of which it repeats nothing that is of this model.
# make lock: pin new versions. make audit: list known vulnerabilities of what is installed, from a server.
PYTHON ?= python3
BIN := .venv/bin
# Two processes, as page tests mostly wait; the tests of a file run in the same one, so that they
# share fixtures. One thread each, or the two would compete for the cores.
PARALLEL := -n 2 --dist loadfile --no-loadscope-reorder
TORCH := $(shell grep '^torch==' requirements.txt)

.PHONY: setup app programs test test-long examples rehearsal docs formats fuzz bench load lock audit

setup: .venv/ready

# torch is not in the lock: which build is right differs by machine.
.venv/ready: requirements.txt requirements.lock
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check $(TORCH)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	touch $@

.venv/ready-to-test: .venv/ready tests/requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	touch $@

app: setup
	$(BIN)/python app.py

# The programs that the tests need; stops with one line where they cannot be installed.
programs: .venv/ready-to-test
	@PYTHONPATH=. $(BIN)/python tests/install_programs.py

test: programs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest $(PARALLEL) --durations=25

test-long: programs
	$(BIN)/python -m pytest -m "long or not long"

# Make the page's synthetic voices anew; needs espeak-ng.
examples: setup
	$(BIN)/python -m ser.training.data.synthetic_voices ser/page/static/examples

# Run the page as a Space does: on $(PYTHON), with requirements.txt and nothing else.
rehearsal: .venv/ready-to-test
	$(PYTHON) -m venv --clear .cache/space
	.cache/space/bin/pip install --quiet $(TORCH)
	.cache/space/bin/pip install --quiet -r requirements.txt
	SER_REHEARSAL=.cache/space/bin/python $(BIN)/python -m pytest tests/page/test_space.py

# Write the tables of figures into README.md, README.ru.md, docs/ and the encoder's model card.
docs: .venv/ready-to-test
	PYTHONPATH=. $(BIN)/python tests/documentation.py

# Write the tables of docs/formats.md.
formats: .venv/ready-to-test
	PYTHONPATH=. $(BIN)/python tests/formats_table.py

fuzz: .venv/ready-to-test
	PYTHONPATH=. $(BIN)/python tests/fuzzing.py --files 20000 --json docs/bench.json
	PYTHONPATH=. $(BIN)/python tests/documentation.py

bench: .venv/ready-to-test
	$(BIN)/python -m ser bench --json docs/bench.json
	PYTHONPATH=. $(BIN)/python tests/documentation.py
	PYTHONPATH=. $(BIN)/python tests/page/bench_picture.py docs/bench.png docs/bench.json

load: .venv/ready-to-test
	$(BIN)/python -m ser bench load --people 20 --minutes 10 --json docs/bench.json
	PYTHONPATH=. $(BIN)/python tests/documentation.py

lock:
	uv pip compile requirements.txt --universal --python-version 3.11 --generate-hashes --no-header \
	  --no-annotate --quiet --output-file requirements.lock

audit: setup
	pip-audit --requirement requirements.lock --disable-pip
