# What a developer of groundwork types. The two commands that a new machine
# needs stand in README.md and use nothing but Go.

LINT = go tool -modfile=cmd/tools/go.mod staticcheck

.PHONY: all generate check audit test browser build release bench pocketbase

all: check build

# The generator is the version of templ that go.mod names for the runtime.
generate:
	go tool templ generate -path web

# What must hold before a commit.
check:
	test -z "$$(gofmt -l .)"
	go tool templ fmt -fail web >/dev/null
	go tool templ generate -path web -check
	go mod tidy -diff
	go vet ./...
	go vet -tags browser ./...
	$(LINT) ./...
	go run ./cmd/groundwork check -tasks
	go test -shuffle=on ./...

# Unsafe ways in our code, known vulnerabilities in what it uses.
audit:
	.ci/audit

test:
	go test ./...

# Needs Chromium (apt-get install chromium) and axe-core (npm ci --prefix .ci).
browser:
	go test -tags browser -run Browser -timeout 12m ./cmd/groundwork

build:
	CGO_ENABLED=0 go build -trimpath -ldflags=-s -o groundwork ./cmd/groundwork

# Measures the program beside baselines; README.md says how to read the table.
# make bench BENCH="-only answer,browse -rounds 3"
bench: build
	go run ./cmd/bench -binary ./groundwork $(BENCH)

# A peer to measure beside: make bench BENCH="-pocketbase ./pocketbase".
pocketbase:
	cd cmd/bench/pocketbase && CGO_ENABLED=0 go build -trimpath -ldflags=-s -o ../../../pocketbase .

# The program for learners, for each system, with checksums: what
# groundwork serve -downloads dist offers. It carries tasks to verify and no
# items of the exam, whose keys anybody could read out of it.
release:
	rm -rf dist && mkdir dist
	for os in linux darwin windows; do for arch in amd64 arm64; do \
		ext=; test $$os = windows && ext=.exe; \
		CGO_ENABLED=0 GOOS=$$os GOARCH=$$arch go build -tags learner -trimpath -ldflags=-s -o dist/groundwork-$$os-$$arch$$ext ./cmd/groundwork || exit 1; \
	done; done
	cd dist && if command -v sha256sum >/dev/null; then sha256sum groundwork-*; else shasum -a 256 groundwork-*; fi > SHA256SUMS
