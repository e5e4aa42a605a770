# `make` alone lists the targets. Only `install` and `uninstall` touch anything outside this directory.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help demo test checks setup lint lint-rust lint-python lint-page doc test-programs test-rust test-python page settings test-page test-next screenshots test-bench check-package home-assistant test-home-assistant demo-home-assistant screenshots-home-assistant wheels simulate fuzz faults soak size bench bench-hot build install install-strip uninstall clean

export PYTHON ?= python3
CARGO_TARGET_DIR ?= target
# The steps below change directories.
export CARGO_TARGET_DIR := $(abspath $(CARGO_TARGET_DIR))
TARGET := $(CARGO_TARGET_DIR)
DEMO := examples/demo/Cargo.toml
BENCHES := benches/Cargo.toml
# Each workspace builds in a directory of its own: all would write the library, with other versions of what it is built
# from, to the same file.
DEMO_TARGET := $(TARGET)/demo
BENCHES_TARGET := $(TARGET)/benches/workspace
SETTINGS_TARGET := $(TARGET)/settings-library
VENV := target/venv
SQLALCHEMY_2_0 := target/sqlalchemy-2.0

say = @echo; echo "== $(1)"
BESIDE := tools/side-by-side
STEP = $(MAKE) --no-print-directory

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-26s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: ## Show birth, events, an outage, a kill and its will on a broker of its own, or on BROKER=host:port
	$(call say,Building the demo (some minutes the first time))
	cargo build --locked --manifest-path $(DEMO) --target-dir $(DEMO_TARGET)
	$(call say,Running it)
	@$(DEMO_TARGET)/debug/argus-mqtt-demo

test: ## Install what the tests need under target/, then check and test everything
	@mkdir -p target
	@status=0; \
	$(MAKE) --no-print-directory checks 2>&1 | tee target/test.log || status=1; \
	tools/test-summary target/test.log || status=1; \
	exit $$status

# What may run at the same time does. The quick checks stand first, and the page before the Python package, which serves it.
checks:
	@$(BESIDE) 2 '$(STEP) setup' '$(STEP) lint-rust doc'
	@$(BESIDE) 4 '$(STEP) lint-python' '$(STEP) page lint-page' '$(STEP) test-programs' '$(STEP) build'
	$(call say,Tests)
	@$(BESIDE) $(TESTS_AT_ONCE) $(PYTHON_TESTS) $(LONG_RUST_TESTS) $(PAGE_TESTS) $(OTHER_RUST_TESTS)
	@$(STEP) test-bench check-package

setup:
	$(call say,Setting up what the tests need: under target/ and tests/ and not on the system)
	@$(BESIDE) 3 tools/setup 'tools/python-env $(VENV)' \
	    'tools/python-env $(SQLALCHEMY_2_0) bindings/python/requirements-sqlalchemy-2.0.txt'

lint: lint-rust lint-python lint-page ## Check formatting and lints of Rust, Python and TypeScript

# All in one directory, as checking writes no library.
lint-rust:
	$(call say,Formatting of Rust)
	cargo fmt --check
	cargo fmt --check --manifest-path $(DEMO)
	cargo fmt --check --manifest-path $(BENCHES)
	cargo fmt --check --manifest-path fuzz/Cargo.toml
	$(call say,Lints of Rust: with TLS and without and in the demo and the benchmarks)
	cargo clippy --locked --all-targets --features testing -- -D warnings
	cargo clippy --locked --all-targets --features testing --no-default-features -- -D warnings
	cargo clippy --locked --manifest-path $(DEMO) -- -D warnings
	cargo clippy --locked --all-targets --manifest-path $(BENCHES) -- -D warnings

lint-python:
	$(call say,Formatting and lints and types of Python)
	@tools/python-env $(VENV)
	cd bindings/python && ../../$(VENV)/bin/ruff format --check . ../../examples/python ../../tests/faults ../web/tests/support
	cd bindings/python && ../../$(VENV)/bin/ruff check . ../../examples/python ../../tests/faults ../web/tests/support
	cd bindings/python && ../../$(VENV)/bin/mypy
	cd bindings/python && ../../$(VENV)/bin/pyright --warnings
	cd tests/home_assistant && ../../$(VENV)/bin/ruff format --check .
	cd tests/home_assistant && ../../$(VENV)/bin/ruff check .
	cd tests/home_assistant && ../../$(VENV)/bin/mypy
	cd benches && ../$(VENV)/bin/ruff format --check . run
	cd benches && ../$(VENV)/bin/ruff check . run
	cd benches && ../$(VENV)/bin/mypy

lint-page:
	$(call say,Formatting and lints and types of TypeScript)
	@tools/npm-packages bindings/web
	cd bindings/web && npm run --silent lint

doc: ## Build the Rust documentation, without warnings
	$(call say,Rust documentation)
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps --document-private-items

# Most tests wait for brokers, so more of them run at once than there are processors; those that take longest begin.
TESTS_AT_ONCE := 3
LONG_TESTS := main_job traps ffi faults
OTHER_TESTS := $(filter-out $(LONG_TESTS),\
    $(patsubst tests/%/main.rs,%,$(wildcard tests/*/main.rs)) $(patsubst tests/%.rs,%,$(wildcard tests/*.rs)))
WITH_TLS := cargo test --locked --features testing --no-fail-fast
WITHOUT_TLS := cargo test --locked --features testing --no-default-features --lib
LONG_RUST_TESTS := $(foreach test,$(LONG_TESTS),'$(WITH_TLS) --test $(test)')
OTHER_RUST_TESTS := $(foreach test,$(OTHER_TESTS),'$(WITH_TLS) --test $(test)') \
    '$(WITH_TLS) --lib' '$(WITH_TLS) --doc' '$(WITHOUT_TLS) -- --skip simulation'

# With the library that they link and load, and with the examples.
test-programs:
	$(call say,Building the tests of Rust and C: with TLS and without)
	$(WITH_TLS) --no-run
	$(WITHOUT_TLS) --no-run

test-rust: test-programs
	$(call say,Tests of Rust and C)
	@$(BESIDE) $(TESTS_AT_ONCE) $(LONG_RUST_TESTS) $(OTHER_RUST_TESTS)

# As the tests of Rust have it: cargo build would build it anew, for the sake of crates that those need besides.
LIBRARY := $(TARGET)/debug/deps/libargus_mqtt.so
IN_PYTHON := cd bindings/python && ARGUS_MQTT_LIBRARY=$(LIBRARY)
PYTHON_TESTS := '$(IN_PYTHON) ../../$(VENV)/bin/pytest --numprocesses 3 --dist worksteal' \
    '$(IN_PYTHON) PYTHONPATH=$$(echo ../../$(SQLALCHEMY_2_0)/lib/python*/site-packages) ../../$(VENV)/bin/pytest -q tests/test_settings_store.py tests/test_settings_migration.py tests/test_settings_database.py tests/test_settings_sessions.py'

test-python:
	cargo build --locked --features testing --lib
	$(call say,Tests of Python: also of the stored settings with the oldest SQLAlchemy)
	@$(BESIDE) 2 $(PYTHON_TESTS)

page: ## Build the settings page, as a component and as what the Python package serves
	$(call say,The settings page)
	@tools/npm-packages bindings/web
	cd bindings/web && npm run --silent build

settings: page ## Serve the settings page on SQLite, with a broker of its own, and print the address
	$(call say,Building the library)
	tools/debian mosquitto
	tools/python-env $(VENV)
	@# Not the library of the tests, which takes shorter times than those that people may set.
	cargo build --locked --lib --target-dir $(SETTINGS_TARGET)
	$(call say,Serving the settings: Ctrl-C ends it)
	@ARGUS_MQTT_LIBRARY=$(SETTINGS_TARGET)/debug/libargus_mqtt.so tools/settings target/settings $(VENV)/bin/python

# In parts, and in Chromium.
PAGE_TESTS := $(foreach test,test:browser test,'cd bindings/web && ARGUS_MQTT_LIBRARY=$(LIBRARY) npm run --silent $(test)')

test-page: page
	cargo build --locked --features testing --lib
	$(call say,Tests of the settings page: of its parts and in Chromium)
	@$(BESIDE) 2 $(PAGE_TESTS)

screenshots: page ## Make the pictures of docs/settings.md anew: of the real page with real brokers
	$(call say,Screenshots)
	cargo build --locked --features testing --lib
	cd bindings/web && ARGUS_MQTT_LIBRARY=$(TARGET)/debug/libargus_mqtt.so npm run --silent screenshots

test-next: page ## Build a Next application with the packed settings page (two minutes and 370 MB under target/)
	tools/next-application $(TARGET)/next

# One of those that are pinned: 2024.3.3, for Python 3.11 and 3.12, or 2026.11.0, for 3.14, which is unpacked under target/ if need be.
HOME_ASSISTANT_VERSION ?= 2024.3.3
HOME_ASSISTANT := $(abspath target/home-assistant-$(HOME_ASSISTANT_VERSION))
# Where Home Assistant is, and where Python finds the package and what the tests share.
IN_HOUSE = ARGUS_MQTT_LIBRARY=$(TARGET)/debug/libargus_mqtt.so HOME_ASSISTANT_PYTHON=$(HOME_ASSISTANT)/bin/python \
    PYTHONPATH=$(abspath tests/home_assistant):$(abspath bindings/python):$(abspath bindings/python/tests)

home-assistant:
	@mkdir -p target
	$(call say,Installing Home Assistant $(HOME_ASSISTANT_VERSION) under target/: the first time it takes some minutes and 600 MB)
	tools/home-assistant $(HOME_ASSISTANT) $(HOME_ASSISTANT_VERSION)
	tools/debian mosquitto
	tools/python-env $(VENV)
	cargo build --locked --features testing --lib --example home_assistant

# Outages of the broker; every other one costs it its memory.
OUTAGES ?= 2

test-home-assistant: home-assistant ## Try everything in a real Home Assistant, or in HOME_ASSISTANT_VERSION=2026.11.0 (some minutes)
	$(call say,Tests with Home Assistant; nothing but this machine can be reached from them)
	cd tests/home_assistant && $(IN_HOUSE) OUTAGES=$(OUTAGES) ../../tools/loopback-only ../../$(VENV)/bin/pytest

demo-home-assistant: home-assistant ## Show two cameras in a real Home Assistant, at an address to open in a browser, until Ctrl-C
	$(call say,Running it)
	@$(IN_HOUSE) $(VENV)/bin/python -m house.demo

screenshots-home-assistant: home-assistant ## Make the pictures of docs/home-assistant.md anew, of that demo
	@tools/debian chromium fonts-inter
	@tools/npm-packages bindings/web
	$(call say,Screenshots)
	cd bindings/web && $(IN_HOUSE) npm run --silent screenshots:home-assistant

test-bench:
	$(call say,Tests of the report of the benchmarks)
	cd benches && ../$(VENV)/bin/pytest

# The default takes some minutes on two processors.
SCHEDULES ?= 2000000

simulate: ## Play SCHEDULES random schedules in a simulated world, and say what they covered
	$(call say,Simulation: $(SCHEDULES) schedules)
	SIMULATION_SCHEDULES=$(SCHEDULES) cargo test --locked --profile simulation --lib simulation::random_schedules -- --exact --nocapture

check-package: ## Check the crate in the files that would be published
	$(call say,The package)
	cargo package --locked --allow-dirty --no-verify
	@# Checking needs every file that building needs, and does not write over the library that is tested.
	tar -C $(TARGET)/package -xf $(TARGET)/package/argus-mqtt-$(VERSION).crate
	cargo check --locked --manifest-path $(TARGET)/package/argus-mqtt-$(VERSION)/Cargo.toml

wheels: ## Make and try the Python wheels that are released, in target/wheels/dist; on a Debian, x86-64
	$(call say,Wheels: two optimised builds take some minutes)
	tools/wheels

FUZZ_SECONDS ?= 45

fuzz: ## Let a fuzzer loose on settings, calls and the client of a hostile broker, for FUZZ_SECONDS each
	$(call say,Fuzzing)
	tools/fuzz $(FUZZ_SECONDS)

size: ## Measure the library and its crates; the table in the README is written
	$(call say,Sizes: two optimised builds take some minutes)
	tools/size

faults: ## Do every harm to every broker, as root, and write docs/faults.md (a quarter of an hour)
	@mkdir -p target
	tools/setup
	$(call say,Getting two more brokers under target/ and building a third: ejabberd and amqtt and rumqttd)
	tools/debian ejabberd
	tools/python-env target/amqtt tests/brokers/requirements.txt
	cargo build --locked --manifest-path $(DEMO) --target-dir $(DEMO_TARGET)
	$(call say,Faults)
	cargo test --locked --features testing --test faults -- --matrix

soak: ## Do harm at random for ten minutes, or SOAK_SECONDS, and see that memory stays flat
	@mkdir -p target
	tools/setup
	$(call say,Endurance)
	cargo test --locked --features testing --test faults -- --soak

bench: ## Measure beside other clients; docs/performance.md is written
	$(call say,Benchmarks: about half an hour)
	benches/run

bench-hot: ## Measure the hot parts by themselves, against the run before
	$(call say,Benchmarks of the hot parts)
	cargo bench --locked --manifest-path $(BENCHES) --target-dir $(BENCHES_TARGET) --bench hot

# ---- Build and install --------------------------------------------------------------------------

PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
PKGCONFIGDIR ?= $(LIBDIR)/pkgconfig
CMAKEDIR ?= $(LIBDIR)/cmake/argus_mqtt
STRIP ?= strip

VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
RELEASE := $(TARGET)/release
SHARED := $(RELEASE)/libargus_mqtt.so
STATIC := $(RELEASE)/libargus_mqtt.a
# What a program that links the static library needs besides; rustc says it. Without libc and libgcc_s, which every C compiler adds
# by itself; naming libgcc_s would forbid programs that are linked statically throughout.
NATIVE := $(RELEASE)/native-static-libs
SOURCES := Cargo.toml Cargo.lock build.rs $(shell find src -name '*.rs')
# Named once, by build.rs, in the library itself.
SONAME = $(shell LC_ALL=C readelf -d $(SHARED) | sed -n 's/.*(SONAME).*\[\(.*\)\]/\1/p')

# Fills in a template of packaging/, whose paths are relative to where it will lie: so an installation can be moved.
# $(call fill,TEMPLATE,DIRECTORY)
relative = $(shell realpath --canonicalize-missing --relative-to='$(1)' '$(2)')
define fill
	@native=$$(sed 's/-lgcc_s//; s/-lc$$//; s/  */ /g; s/^ //; s/ $$//' $(NATIVE)); \
	sed -e 's|@PREFIX@|$(call relative,$(2),$(PREFIX))|' -e 's|@LIBDIR@|$(call relative,$(2),$(LIBDIR))|' \
	    -e 's|@INCLUDEDIR@|$(call relative,$(2),$(INCLUDEDIR))|' -e 's|@VERSION@|$(VERSION)|' -e 's|@SONAME@|$(SONAME)|' \
	    -e "s|@NATIVE@|$$native|" -e "s|@NATIVE_LIST@|$${native// /;}|" packaging/$(1).in > $(DESTDIR)$(2)/$(1)
	@echo "wrote $(DESTDIR)$(2)/$(1)"
endef

build: $(SHARED) ## Build the shared and the static library, optimised

$(SHARED): $(SOURCES)
	$(call say,Building the libraries (a few minutes))
	@# Not the Rust library with them: cargo would then leave out the optimisation across crates, a fifth of the size.
	cargo rustc --locked --release --lib --crate-type cdylib,staticlib -- --print native-static-libs=$(NATIVE)
	@touch $(SHARED)

install: $(SHARED) ## Install header, libraries, pkg-config and CMake files under DESTDIR and PREFIX (/usr/local)
	$(call say,Installing argus-mqtt $(VERSION) in $(DESTDIR)$(PREFIX))
	install -d $(DESTDIR)$(INCLUDEDIR) $(DESTDIR)$(LIBDIR) $(DESTDIR)$(PKGCONFIGDIR) $(DESTDIR)$(CMAKEDIR)
	install -m 644 include/argus_mqtt.h $(DESTDIR)$(INCLUDEDIR)/
	install -m 755 $(SHARED) $(DESTDIR)$(LIBDIR)/libargus_mqtt.so.$(VERSION)
	ln -sf libargus_mqtt.so.$(VERSION) $(DESTDIR)$(LIBDIR)/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(LIBDIR)/libargus_mqtt.so
	install -m 644 $(STATIC) $(DESTDIR)$(LIBDIR)/
	$(call fill,argus-mqtt.pc,$(PKGCONFIGDIR))
	$(call fill,argus_mqtt-config.cmake,$(CMAKEDIR))
	$(call fill,argus_mqtt-config-version.cmake,$(CMAKEDIR))
	@[ -n "$(DESTDIR)" ] || echo "If programs do not find the library, run ldconfig (as root), or add $(LIBDIR) to its search path."

install-strip: install ## Install as `install` does, without symbols for debugging
	$(STRIP) --strip-unneeded $(DESTDIR)$(LIBDIR)/libargus_mqtt.so.$(VERSION)
	$(STRIP) --strip-debug $(DESTDIR)$(LIBDIR)/libargus_mqtt.a

uninstall: ## Remove what `make install` with the same PREFIX and DESTDIR installed
	$(call say,Removing argus-mqtt from $(DESTDIR)$(PREFIX))
	rm -f $(DESTDIR)$(INCLUDEDIR)/argus_mqtt.h $(DESTDIR)$(PKGCONFIGDIR)/argus-mqtt.pc
	rm -f $(DESTDIR)$(LIBDIR)/libargus_mqtt.so $(DESTDIR)$(LIBDIR)/libargus_mqtt.so.* $(DESTDIR)$(LIBDIR)/libargus_mqtt.a
	rm -f $(DESTDIR)$(CMAKEDIR)/argus_mqtt-config.cmake $(DESTDIR)$(CMAKEDIR)/argus_mqtt-config-version.cmake
	[ ! -d $(DESTDIR)$(CMAKEDIR) ] || rmdir --ignore-fail-on-non-empty $(DESTDIR)$(CMAKEDIR)

clean: ## Remove everything that was built or downloaded
	$(call say,Removing target/)
	rm -rf target $(TARGET)
