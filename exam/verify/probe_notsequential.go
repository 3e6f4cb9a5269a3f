package verify

import (
	"encoding/json"
	"fmt"
)

// probeNotSequential fails if more than half of codes=, made one after the
// other, lie within three steps of their neighbour.
func probeNotSequential(_ *Ctx, args map[string]string) error {
	var codes []string
	if err := json.Unmarshal([]byte(args["codes"]), &codes); err != nil {
		return fmt.Errorf("codes=: %w", err)
	}
	near := 0
	for i := 1; i < len(codes); i++ {
		if d := codeDistance(codes[i-1], codes[i]); d >= 0 && d <= 3 {
			near++
		}
	}
	if near*2 > len(codes) {
		return &Failure{What: "codes of links made one after the other", Expected: "no pattern", Actual: fmt.Sprint(codes)}
	}
	return nil
}

// codeDistance is how far apart two codes of one length are when they differ
// in the last character only, else -1.
func codeDistance(a, b string) int {
	n := len(a) - 1
	if len(a) != len(b) || n < 0 || a == b || a[:n] != b[:n] {
		return -1
	}
	return max(int(b[n])-int(a[n]), int(a[n])-int(b[n]))
}
