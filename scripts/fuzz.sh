#!/usr/bin/env bash
# Runs each fuzz test of the module for FUZZTIME (20s). What fails is kept by Go under testdata/fuzz, to be committed.
set -euo pipefail
go list ./... | while read -r package; do
	go test -list '^Fuzz' "$package" | sed -n '/^Fuzz/p' | while read -r name; do
		echo "$package $name"
		go test -run '^$' -fuzz "^$name\$" -fuzztime "${FUZZTIME:-20s}" "$package" </dev/null
	done
done
