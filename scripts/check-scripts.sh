#!/usr/bin/env bash
# Checks the types of the pages' scripts. What they are built from is installed first, if it is not there.
set -euo pipefail
cd internal/web
if [ ! -x node_modules/.bin/tsc ]; then
	../../scripts/need.sh node npm
	echo 'Installing what the pages are built from, from npm by internal/web/package-lock.json.'
	npm ci --ignore-scripts --no-fund --no-audit --loglevel=error
fi
npm run --silent check
