package verify_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"sort"
	"testing"
	"time"

	"net/http"

	"groundwork/exam/verify"
	"groundwork/exam/verify/ref/incident"
)

func TestJitterStats(t *testing.T) {
	if os.Getenv("JIT") == "" {
		t.Skip()
	}
	for _, bug := range []string{"", "no-jitter", "jitter-25"} {
		for rep := range 4 {
			b := &verify.Bench{}
			b.Start("127.0.0.1:0")
			b.Reset()
			s := httptest.NewServer(incident.New(b.Addr+"/dep", bug))
			var g, cal []float64
			n := 32
			for range n {
				b.Program("dep", map[string]string{"fail": "1"})
				ch := make(chan float64, 1)
				go func() {
					st := time.Now()
					time.Sleep(100 * time.Millisecond)
					ch <- float64(time.Since(st).Microseconds()) / 1000
				}()
				r, err := http.Get(s.URL + "/call")
				if err == nil {
					r.Body.Close()
				}
				cal = append(cal, <-ch)
				hs := b.Hits("dep", "")
				if len(hs) > 1 {
					g = append(g, float64(hs[1].At.Sub(hs[0].At).Microseconds())/1000)
				}
			}
			sort.Float64s(g)
			sort.Float64s(cal)
			f := func(g []float64) string {
				n := len(g)
				return fmt.Sprintf("min %.0f q25 %.0f med %.0f q75 %.0f max %.0f | iqr/med %.2f (q25-min)/med %.3f", g[0], g[n/4], g[n/2], g[n*3/4], g[n-1], (g[n*3/4]-g[n/4])/g[n/2], (g[n/4]-g[0])/g[n/2])
			}
			t.Logf("%-10s #%d  %s   || own 100 ms sleep: %s", bug, rep, f(g), f(cal))
			s.Close()
			b.Close()
		}
	}
}
