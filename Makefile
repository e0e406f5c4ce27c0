# make demo    a sample workspace, its figures and the server, with nothing installed but Rust
# make test    everything that is tested, on SQLite and PostgreSQL
# make lint    format, clippy and documentation
# make audit   licences, advisories and unused dependencies
# make bench   measurements; make bench ARGS="--conversations 2500000 --workspaces 20" for large ones

.DEFAULT_GOAL := help
.PHONY: help demo build test test-tools lint format audit bench clean

CARGO ?= cargo
ARGS ?=

help:
	@sed -n 's/^# make/make/p' Makefile

# The development build: there in half the time, and fast enough for a sample.
demo:
	$(CARGO) run -p caseload-api --bin caseload -- demo $(ARGS)

build:
	$(CARGO) build --release -p caseload-api --bin caseload

# The binary first: tests run it from outside.
test: test-tools
	$(CARGO) build -p caseload-api --bin caseload
	$(CARGO) test --workspace $(ARGS)

test-tools:
	@scripts/install-test-tools
	@npm ci --prefix tests/clients --no-audit --no-fund --silent

lint:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings -A rustdoc::private_intra_doc_links' $(CARGO) doc --workspace --no-deps --document-private-items --quiet

format:
	$(CARGO) fmt --all

audit:
	@command -v cargo-deny > /dev/null || $(CARGO) install cargo-deny --locked
	@command -v cargo-machete > /dev/null || $(CARGO) install cargo-machete --locked
	$(CARGO) deny check
	$(CARGO) machete

bench: test-tools
	$(CARGO) bench -p caseload-tests --bench caseload -- $(ARGS)

clean:
	$(CARGO) clean
