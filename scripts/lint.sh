#!/usr/bin/env bash
# What can be known about the code without running it. Everything is checked before the first fault ends it.
set -uo pipefail
failed=0

fault() {
	echo "lint: $1" >&2
	failed=1
}

unformatted=$(scripts/sources.sh go | xargs -0r gofmt -l) || fault 'gofmt cannot read some files'
[ -z "$unformatted" ] || fault "not formatted, run make fmt: ${unformatted//$'\n'/ }"

go vet ./... || fault 'go vet found something'
go tool -modfile=tools/go.mod staticcheck ./... || fault 'staticcheck found something'
scripts/check-scripts.sh || fault 'the scripts of the pages do not fit together'
go -C test/interop vet ./... || fault 'go vet found something in test/interop'
go test ./internal/house || fault 'a rule of the house is broken'
scripts/check-generated.sh || fault 'generated code is not what make generate writes'

exit $failed
