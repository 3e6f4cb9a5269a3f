package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// testBinary compiles the tests of a package of this module, once.
func (b *bench) testBinary(pkg string) (string, error) {
	name := filepath.Join(b.dir, strings.ReplaceAll(pkg, "/", "-")+".test")
	if b.made[name] != nil {
		return name, nil
	}
	b.made[name] = true
	out, err := exec.CommandContext(b.ctx, "go", "test", "-c", "-o", name, "./"+pkg).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("compile the tests of %s (run bench in the root of the module): %w\n%s", pkg, err, out)
	}
	return name, nil
}

// goBench runs one of a package's own benchmarks and returns its numbers by
// unit: ns/op and what it reports itself.
func (b *bench) goBench(pkg, name, benchtime string) (map[string]float64, error) {
	binary, err := b.testBinary(pkg)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(b.ctx, binary, "-test.run", "^$", "-test.bench", name, "-test.benchtime", benchtime)
	cmd.Dir = pkg
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", name, err, out)
	}
	for line := range bytes.Lines(out) {
		if fields := strings.Fields(string(line)); len(fields) > 3 && strings.HasPrefix(fields[0], "Benchmark") {
			numbers := map[string]float64{}
			for i := 2; i+1 < len(fields); i += 2 {
				numbers[fields[i+1]], _ = strconv.ParseFloat(fields[i], 64)
			}
			return numbers, nil
		}
	}
	return nil, fmt.Errorf("%s gave no line:\n%s", name, out)
}

// rendering is the side that renders a page of package web from memory, in one
// goroutine, without server or store.
func rendering(page string) func(*bench) (side, error) {
	return func(b *bench) (side, error) {
		return func(d time.Duration) (sample, error) {
			numbers, err := b.goBench("web", "^BenchmarkRender$/^"+regexp.QuoteMeta(page)+"$", (d / 2).String())
			if err != nil {
				return sample{}, err
			}
			each := time.Duration(numbers["cpu-ns/op"])
			n := int(time.Second / max(1, each))
			return sample{requests: n, wall: time.Duration(n) * each, cpu: time.Duration(n) * each, p50: each, p99: each}, nil
		}, nil
	}
}
