# Everything a newcomer needs: make run, make test. Both set up .venv from the hashed lock first.
PYTHON ?= python3
VENV := .venv
STAMP := $(VENV)/.installed

.PHONY: setup run serve test check verify slice bench ontology sbom lock release robot clean

setup: $(STAMP)

$(STAMP): requirements/build.txt requirements/dev.txt requirements/semantic.txt pyproject.toml
	$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11), "Python 3.11 or newer is needed, this is " + sys.version.split()[0]'
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/build.txt
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --require-hashes -r requirements/dev.txt
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/semantic.txt
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	touch $(STAMP)

QUESTION := Pancytopenia with low iron, normal TIBC, normal transferrin saturation and a markedly raised B12: what is it, and what next?

run: setup            ## the main job: the pancytopenia case, asked in words
	$(VENV)/bin/warrant ask "$(QUESTION)" --format text $(FULL)
	@echo "The whole answer: make run FULL=--full. In a browser: make serve, then open http://127.0.0.1:8000/"

serve: setup          ## the SPARQL endpoint and the API on 127.0.0.1:8000
	$(VENV)/bin/warrant serve

test: setup           ## lint, types, order of imports, gates and tests
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/warrant check
	$(VENV)/bin/python -m pytest -n 2 --dist loadfile -m "not long"

check: setup          ## every gate on the ontology, HermiT included
	$(VENV)/bin/warrant check --hermit

ontology: setup       ## compile the sources to modules, and the example patients
	$(VENV)/bin/warrant compile

verify: setup         ## HermiT judges 1,050 invented patients and 200 justifications, ELK 1,000; 1,000 mutated cases, 22,000 mutated certificates, 600 countermodels; long tests
	$(VENV)/bin/warrant check --hermit --patients 1050 --justifications 200 --seed 7
	WARRANT_MUTATIONS=1000 $(VENV)/bin/python -m pytest tests/assess/test_mutated.py
	WARRANT_MUTANTS=22000 $(VENV)/bin/python -m pytest tests/certificate -k "mutant or replay"
	WARRANT_COMPLETENESS=200 WARRANT_COUNTERMODELS=600 $(VENV)/bin/python -m pytest -m long tests/certificate/test_completeness.py
	WARRANT_ELK=1000 $(VENV)/bin/python -m pytest tests/judges/test_elk.py
	WARRANT_LAYOUT_SETS=300 $(VENV)/bin/python -m pytest tests/readers/test_layouts.py
	WARRANT_CONCLUSIONS=50 $(VENV)/bin/python -m pytest -m long tests/judges/test_third_reasoner.py
	$(VENV)/bin/python -m pytest -m long

SLICE := tests/api tests/check tests/export tests/house tests/judges/test_examples.py tests/questions/test_questions.py tests/store

slice: setup          ## what CI runs of it: the long tests of SLICE; 36 patients and 12 justifications
	$(VENV)/bin/warrant check --patients 36 --justifications 12 --seed 7
	$(VENV)/bin/python -m pytest -n 2 -m long $(SLICE)

bench: setup          ## measures against other reasoners up to 1,000 claims and prints; `python -m bench.run` does all
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --require-hashes -r requirements/bench.txt
	$(VENV)/bin/python -m bench.run --quick

robot: setup          ## the checks that OWL tools make, by ROBOT through Maven
	$(VENV)/bin/python -m pytest tests/export/test_robot.py -rs

release: setup        ## the files of a release in build/release/DATE, and the merged ontology as RDF/XML
	$(VENV)/bin/warrant release build/release
	$(VENV)/bin/warrant release build/warrant.owl

sbom:                 ## what the service is made of, as CycloneDX, from the locks: build/sbom.json
	$(PYTHON) -m venv build/tools/sbom
	build/tools/sbom/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/sbom.txt
	build/tools/sbom/bin/cyclonedx-py requirements requirements/run.txt --pyproject pyproject.toml --short-PURLs --output-reproducible -o build/sbom.json

lock: setup           ## renew the hashed locks
	$(VENV)/bin/python -m pip install --quiet uv
	$(VENV)/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet pyproject.toml --extra semantic --extra pictures --extra cohort --extra hermit --extra mcp --extra jwt --extra dev -o requirements/dev.txt
	$(VENV)/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet pyproject.toml -c requirements/dev.txt -o requirements/run.txt
	$(VENV)/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet pyproject.toml --extra semantic --extra pictures --extra cohort --extra hermit --extra mcp --extra jwt --extra dev --extra bench -c requirements/dev.txt -o requirements/bench.txt
	$(VENV)/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet requirements/build.in -o requirements/build.txt
	$(VENV)/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-deps --no-emit-index-url --no-header --quiet requirements/semantic.in -o requirements/semantic.txt
	$(VENV)/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet requirements/sssom.in -o requirements/sssom.txt
	$(VENV)/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet requirements/sbom.in -o requirements/sbom.txt
	sed -i '/^# This file/d;/--index-url/d;/--find-links/d' requirements/dev.txt requirements/run.txt requirements/bench.txt requirements/build.txt requirements/semantic.txt requirements/sssom.txt requirements/sbom.txt

clean:
	rm -rf $(VENV) build
