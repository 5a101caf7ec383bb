#!/usr/bin/env bash
# Fails when generated code is not what the generators write. What they write stays, so running it twice mends it.
set -euo pipefail

sums() {
	scripts/sources.sh go | xargs -0r grep -lEZ '^// Code generated .* DO NOT EDIT\.$' | sort -z | xargs -0r sha256sum
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
sums >"$work/before" || [ $? -eq 123 ] # 123: grep found none
scripts/generate.sh
sums >"$work/after" || [ $? -eq 123 ]
if ! changed=$(diff "$work/before" "$work/after"); then
	echo 'These files were not as their generators write them; they are now:' >&2
	echo "$changed" | sed -n 's/^[<>] [0-9a-f]*  /  /p' | sort -u >&2
	exit 1
fi
