# What can be done with Habeas from its source. `make help` lists it.
# Every target installs what it lacks, and says so in one line before it does.

SHELL         := /bin/bash
.SHELLFLAGS   := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS     += --no-print-directory

# Tested with the race detector too, which is too slow for all: where many goroutines share one thing.
RACE_PACKAGES ?= ./internal/book/... ./internal/names/...
# Of these, not tested with it again: what changes thousands of bytes one after another on one goroutine.
RACE_SKIP     ?= ^(TestEveryChangedByteIsFound|TestEveryByteOfTheFiles|TestCheckpointHasOneSpelling)$$
# How long `make fuzz` spends on each fuzz test.
FUZZTIME      ?= 20s
# The tools of this project, pinned in a module of their own so that their dependencies stay out of ours.
TOOL          := go tool -modfile=tools/go.mod
BROWSER       := test/browser/node_modules/.package-lock.json
# What the pages are built from, and what is built of it.
WEB           := internal/web
ASSETS        := $(WEB)/assets/dist/habeas.css

.PHONY: help demo build assets test lint lint-more bench pictures generate fuzz fmt vulnerabilities

help: ## list what can be made
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/\1\t\2/p' Makefile | while IFS=$$'\t' read -r name does; do printf '  make %-16s %s\n' "$$name" "$$does"; done

demo: build ## play two transfers of 2,000 invented people, then serve the pages on 127.0.0.1:8080
	@bin/habeas demo --data habeas-demo $$([ -t 0 ] || echo --again) # asks before it empties an earlier one, if there is whom to ask

build: $(ASSETS) ## build the one binary, bin/habeas
	@scripts/need.sh go
	@CGO_ENABLED=0 go build -trimpath -o bin/habeas ./cmd/habeas

assets: $(ASSETS) ## build the style sheet and the script of the pages

test: lint $(ASSETS) $(BROWSER) ## lint, then every test; on two cores under 15 minutes
	@scripts/need.sh cc initdb chromium node pdftotext
	@RACE_PACKAGES='$(RACE_PACKAGES)' RACE_SKIP='$(RACE_SKIP)' scripts/test.sh

lint: $(WEB)/node_modules/.package-lock.json ## vet, format, staticcheck, the rules of the house, generated code
	@scripts/need.sh go
	@scripts/lint.sh

lint-more: ## golangci-lint with many more linters; its first build takes minutes
	@scripts/need.sh go
	@go tool -modfile=tools/golangci-lint/go.mod golangci-lint run ./...

vulnerabilities: ## ask the Go vulnerability database about our dependencies; needs the internet
	@scripts/need.sh go
	@$(TOOL) govulncheck ./...

bench: build ## measure how fast custody moves, beside the bare database in the same run
	@scripts/need.sh initdb
	@bin/habeas bench moves
	@bin/habeas bench admit

pictures: $(ASSETS) $(BROWSER) ## take the pictures of the guides anew, into docs/pictures
	@scripts/need.sh go chromium node
	@rm -f docs/pictures/*/*.png
	@HABEAS_PICTURES='$(CURDIR)/docs/pictures' go test -count=1 -run '^TestPictures$$' ./test/browser

generate: ## write generated code anew
	@scripts/need.sh go
	@scripts/generate.sh

fuzz: ## run each fuzz test for FUZZTIME
	@scripts/need.sh go
	@FUZZTIME='$(FUZZTIME)' scripts/fuzz.sh

fmt: ## format Go code and templ pages
	@scripts/need.sh go
	@scripts/sources.sh go | xargs -0r gofmt -w
	@scripts/sources.sh templ | xargs -0r $(TOOL) templ fmt

$(WEB)/node_modules/.package-lock.json: $(WEB)/package.json $(WEB)/package-lock.json
	@scripts/need.sh node npm
	@echo 'Installing what the pages are built from, from npm by $(WEB)/package-lock.json.'
	@cd $(WEB) && npm ci --ignore-scripts --no-fund --no-audit --loglevel=error
	@touch $@

$(ASSETS): $(WEB)/node_modules/.package-lock.json $(wildcard $(WEB)/front/* $(WEB)/front/*/*)
	@scripts/need.sh node
	@echo 'Building the style sheet and the script of the pages.'
	@node $(WEB)/front/build.mjs

$(BROWSER): test/browser/package.json test/browser/package-lock.json
	@scripts/need.sh node npm
	@echo 'Installing what the browser tests need from npm, by test/browser/package-lock.json.'
	@cd test/browser && npm ci --no-fund --no-audit --loglevel=error
	@touch $@
