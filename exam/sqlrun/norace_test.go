//go:build !race

package sqlrun

// slow is how much longer things may take.
const slow = 1
