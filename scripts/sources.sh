#!/usr/bin/env bash
# Prints the files of this tree with an extension, each ended by a zero byte: scripts/sources.sh go
set -euo pipefail
find . \( -name .git -o -name node_modules -o -path ./bin \) -prune -o -type f -name "*.$1" -print0
