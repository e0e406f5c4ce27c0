# make demo    a sample workspace, its figures and the server, with nothing installed but Rust and Node.js
# make test    everything that is tested, on SQLite and PostgreSQL, and in a real browser
# make test-citus     the tests on a real Citus cluster, of the PostgreSQL that CITUS_PGBIN names
# make test-browser   the dashboard alone, in a real browser
# make screenshot     the picture in README.md anew
# make fuzz    readers of others' bytes, each fed for SECONDS=30; make fuzz SECONDS=600 TARGETS=front for longer
# make lint    format, clippy, documentation, and the dashboard's types
# make audit   licences, advisories and unused dependencies
# make bench   measurements; make bench ARGS="--conversations 2500000 --workspaces 20" for large ones

.DEFAULT_GOAL := help
.PHONY: help demo build test test-citus test-browser screenshot test-tools fuzz lint format audit bench clean

CARGO ?= cargo
ARGS ?=

help:
	@sed -n 's/^# make/make/p' Makefile

# The development build: there in half the time, and fast enough for a sample.
demo:
	$(CARGO) run -p caseload-api --bin caseload -- demo $(ARGS)

build:
	$(CARGO) build --release -p caseload-api --bin caseload

# The binary first: tests run it from outside. Pages of the real server in a real browser last; what they look like is in
# target/screenshots.
test: test-tools
	$(CARGO) build -p caseload-api --bin caseload
	scripts/test-and-record $(CARGO) $(ARGS)
	npm --prefix web --silent test
	npm --prefix tests/browser --silent test

# A coordinator and two worker nodes, in a temporary folder: CITUS_PGBIN=/usr/lib/postgresql/17/bin make test-citus
test-citus: test-tools
	$(CARGO) build -p caseload-api --bin caseload
	CARGO=$(CARGO) scripts/test-citus $(ARGS)

test-browser: test-tools
	$(CARGO) build -p caseload-api --bin caseload
	npm --prefix tests/browser --silent test

screenshot: test-tools
	$(CARGO) build -p caseload-api --bin caseload
	npm --prefix tests/browser --silent run screenshot

test-tools:
	@scripts/install-test-tools
	@npm ci --prefix tests/clients --no-audit --no-fund --silent
	@npm ci --prefix tests/browser --silent
	@npm install --prefix web --no-save --silent

TARGETS ?= front records block cursor config
SECONDS ?= 30

# Without sanitizers: Caseload has no unsafe code to watch, and so the stable compiler will do. What is new is kept in
# fuzz/found; what fails is in fuzz/artifacts, and belongs in fuzz/corpus once it is mended: `make test` takes that.
fuzz:
	@command -v cargo-fuzz > /dev/null || $(CARGO) install cargo-fuzz --locked
	@cp Cargo.lock fuzz/Cargo.lock
	@for target in $(TARGETS); do \
		mkdir -p fuzz/found/$$target && \
		$(CARGO) fuzz run --sanitizer none $$target fuzz/found/$$target fuzz/corpus/$$target -- \
			-max_total_time=$(SECONDS) -max_len=70000 -timeout=10 -rss_limit_mb=2048 -dict=fuzz/words.dict -print_final_stats=1 \
			|| exit 1; \
	done

lint:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings -A rustdoc::private_intra_doc_links' $(CARGO) doc --workspace --no-deps --document-private-items --quiet
	npm ci --prefix tests/browser --silent
	npm install --prefix web --no-save --silent
	npm --prefix web --silent run lint
	npm --prefix tests/browser --silent run lint

format:
	$(CARGO) fmt --all
	npm --prefix web --silent run format

audit:
	@command -v cargo-deny > /dev/null || $(CARGO) install cargo-deny --locked
	@command -v cargo-machete > /dev/null || $(CARGO) install cargo-machete --locked
	$(CARGO) deny check
	$(CARGO) machete

bench: test-tools
	$(CARGO) bench -p caseload-tests --bench caseload -- $(ARGS)

clean:
	$(CARGO) clean
