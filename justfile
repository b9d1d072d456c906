# The usual recipes; `just` lists them. Everything works without just as well: CONTRIBUTING.md has the commands.

[private]
default:
    @just --list

# Serve the bundled network on http://127.0.0.1:8000
run *arguments:
    cargo run --release -- {{arguments}}

# The same from a build that is made anew in a minute or two after a change
try *arguments:
    cargo run --profile dev-release -- {{arguments}}

# All tests, or those whose names contain the filter
test filter="":
    cargo test {{filter}}

# Format, lints and documentation, as CI checks them
check:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings
    RUSTDOCFLAGS='-D warnings' cargo doc --no-deps

# Everything that CI checks, from a clean checkout
ci:
    ./.ci/run

# Write anew what tests keep: answers, tables of settings. Read the difference afterwards
accept:
    GUANXI_ACCEPT=1 cargo test --test main

# Write the schema and the page on client caches anew
schema:
    cargo run -- schema > schema.graphql
    cd tests/clients && npm ci --no-audit --no-fund && node config.mjs ../../schema.graphql > ../../docs/client-caches.md
    rm -rf tests/clients/node_modules

# One benchmark: just bench search
bench name:
    cargo bench --bench {{name}}

# Licences, advisories and sources of the dependencies; needs cargo-deny
deny:
    cargo deny check

# The binary to ship: target/dist/guanxi
dist:
    cargo build --profile dist

# A book of the documentation in target/book; needs mdBook
book:
    mdbook build docs
