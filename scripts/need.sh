#!/usr/bin/env bash
# Makes sure that programs are there: scripts/need.sh PROGRAM...
# What is missing comes from Debian's packages, with sudo when needed. Go alone is not installed: see below.
set -euo pipefail

go_at_least=26 # of Go 1.x; go.mod says the same

# The Debian packages that bring a program.
packages_of() {
	case "$1" in
	cc) echo gcc libc6-dev ;;          # for Go's race detector
	initdb) echo postgresql ;;         # the server's own programs; tests start a cluster of their own
	chromium | npm | make | git) echo "$1" ;;
	node) echo nodejs ;;
	pdftotext | pdftoppm) echo poppler-utils ;; # tests read documents back
	*)
		echo "scripts/need.sh: no Debian package is known for $1; add it to packages_of." >&2
		exit 2
		;;
	esac
}

# Whether a program is there.
there() {
	command -v "$1" >/dev/null && return
	# Debian keeps PostgreSQL's server programs out of the path.
	[ "$1" = initdb ] && compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null
}

need_go() {
	local version minor
	version=$(go env GOVERSION 2>/dev/null || true) # such as go1.26.8
	minor=${version#go1.}
	minor=${minor%%[^0-9]*}
	if [ "${minor:-0}" -lt "$go_at_least" ]; then
		echo "Habeas needs Go 1.$go_at_least or newer; here is ${version:-none}." >&2
		echo "Get it from https://go.dev/dl/ or, where it is that new, from your system's packages (Debian: apt-get install golang-go)." >&2
		exit 1
	fi
}

missing=()
for program in "$@"; do
	if [ "$program" = go ]; then
		need_go
	elif ! there "$program"; then
		found=$(packages_of "$program") # on its own line, so that its failure counts
		read -ra packages <<<"$found"
		missing+=("${packages[@]}")
	fi
done
[ ${#missing[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null; then
	echo "Habeas needs what Debian packages as: ${missing[*]}. This system has no apt-get: install it by other means." >&2
	exit 1
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
	as_root=(sudo)
fi
echo "Installing Debian's ${missing[*]} with ${as_root[*]:+${as_root[*]} }apt-get."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { "${as_root[@]}" apt-get update &&
	"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } </dev/null >"$log" 2>&1; then
	cat "$log" >&2
	echo "Could not install ${missing[*]}." >&2
	exit 1
fi
