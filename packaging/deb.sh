#!/usr/bin/env bash
# Makes the Debian package: target/debian/gatecrawl_VERSION_ARCH.deb. Needs cargo-deb (`cargo install cargo-deb`) and git.
# Whoever makes it is its maintainer: MAINTAINER="Name <address>", or what git knows of you.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

maintainer=${MAINTAINER:-"$(git config user.name) <$(git config user.email)>"}
version=$(cargo metadata --no-deps --format-version 1 | sed -E 's/.*"name":"gatecrawl","version":"([^"]+)".*/\1/')
made=target/packaging

cargo build --release --locked --bin gatecrawl
program=target/release/gatecrawl

rm -rf $made
mkdir -p $made/completions
$program man --out $made/man
gzip -9n $made/man/*.1
for shell in bash zsh fish; do
    $program completions $shell >$made/completions/$shell
done

# Debian wants its own form of a list of changes; it names the commit's day, so that the same commit makes the same package.
{
    printf 'gatecrawl (%s-1) unstable; urgency=medium\n\n  * %s\n\n' "$version" "See /usr/share/doc/gatecrawl/changelog.gz."
    printf ' -- %s  %s\n' "$maintainer" "$(date --utc --rfc-email --date "@$(git log -1 --format=%ct)")"
} >$made/changelog
gzip -9nc CHANGELOG.md >$made/changelog.gz

SOURCE_DATE_EPOCH=$(git log -1 --format=%ct) cargo deb --no-build --locked --maintainer "$maintainer"
