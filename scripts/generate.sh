#!/usr/bin/env bash
# Writes generated code anew: pages from templ files, then whatever go:generate lines ask for.
set -euo pipefail
if [ "$(scripts/sources.sh templ | wc -c)" -gt 0 ]; then
	go tool -modfile=tools/go.mod templ generate -log-level=warn
fi
go generate ./...
