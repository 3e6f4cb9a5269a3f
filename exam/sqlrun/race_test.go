//go:build race

package sqlrun

// slow is how much longer things may take: under the race detector SQLite runs
// at a tenth of its speed.
const slow = 10
