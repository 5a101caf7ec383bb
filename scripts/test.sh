#!/usr/bin/env bash
# Runs every test of every module. One that fails does not keep the others from running.
# RACE_PACKAGES are tested with the race detector too, but for the tests that RACE_SKIP names.
set -uo pipefail
failed=0

mapfile -t all < <(go list ./... || echo failed)
race=()
if [ -n "${RACE_PACKAGES:-}" ]; then
	read -ra patterns <<<"$RACE_PACKAGES"
	mapfile -t race < <(go list "${patterns[@]}" || echo failed)
fi
case " ${all[*]} ${race[*]} " in *' failed '*)
	echo 'test: the packages cannot be listed' >&2
	exit 1
	;;
esac
# The stories in the browser take six minutes with nothing else to do, and twice that on a busy machine.
# Not from the cache: some tests build and run the binary, whose sources the cache does not know to be theirs.
go test -count=1 -timeout 25m "${all[@]}" || failed=1
if [ ${#race[@]} -gt 0 ]; then
	CGO_ENABLED=1 go test -race -timeout 12m -skip "${RACE_SKIP:-^$}" "${race[@]}" || failed=1
fi
go -C test/interop test -timeout 12m ./... || failed=1

exit $failed
