#!/usr/bin/env bash
# Passes the tests: installs what they need where it is missing, then checks format and lints and runs all tests.
# Works from any directory; needs Rust, and Debian's apt for what is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# What the tests start, and the Debian package that brings it.
needs=(
    "command:nginx:nginx-light"
    "command:chromium:chromium"
    "command:chromedriver:chromium-driver"
    "command:python3:python3"
    "command:cc:gcc"
    "directory:/usr/share/doc/python3-doc/html:python3-doc"
)

missing=()
for need in "${needs[@]}"; do
    IFS=: read -r kind what package <<<"$need"
    case $kind in
        command) command -v "$what" >/dev/null || PATH=$PATH:/usr/sbin command -v "$what" >/dev/null || missing+=("$package") ;;
        directory) [ -d "$what" ] || missing+=("$package") ;;
    esac
done

if [ ${#missing[@]} -gt 0 ]; then
    if ! command -v apt-get >/dev/null; then
        echo "The tests need these Debian packages, or what they contain: ${missing[*]}" >&2
        exit 3
    fi
    as_root=()
    [ "$(id -u)" = 0 ] || as_root=(sudo)
    # Some images leave out documentation when they install packages; the tests crawl it.
    keep=(-o "DPkg::Options::=--path-include=/usr/share/doc/python3*")
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${keep[@]}" "${missing[@]}"
fi

cargo nextest --version >/dev/null 2>&1 || cargo install --locked cargo-nextest

cargo fmt --check
cargo clippy --all-targets -- -D warnings
cargo nextest run
cargo test --doc --quiet
