package verify

import (
	"fmt"
	"slices"
	"strings"
)

// A probe is a step written in Go, for what the step language cannot say. Each
// lives in a file of its own, probe_NAME.go.
//
// A probe learns of the world only through its [Ctx]: requests go through
// [Ctx.Do], pauses through [Ctx.Sleep], the clock is [Ctx.Now], chance is
// Ctx.Rand, and everything else (the bench, files, the output of a program) is
// looked at inside [Observe]. So the site can judge a transcript again by the
// same code. It returns a [*Failure], or [unsureBecause], or another error if
// it cannot judge.
type probe struct {
	must, may string // names of its arguments; behind one that names a value which it makes stands >
	run       func(x *Ctx, args map[string]string) error
}

// probes is the one list of all probes.
func probes() map[string]probe {
	return map[string]probe{
		"alarm":         {"role status path within", "for max", probeAlarm},
		"asfast":        {"path body token than times factor plus", "", probeAsFast},
		"attempts":      {"token max", "", probeAttempts},
		"backoff":       {"code n max", "", probeBackoff},
		"burst":         {"path token n want", "other", probeBurst},
		"calls":         {"of", "path n max min", probeCalls},
		"chance":        {"path times rate", "", probeChance},
		"charges":       {"token n", "sum within", probeCharges},
		"ci":            {"look", "", probeCI},
		"conserve":      {"token skus start answers", "least within", probeConserve},
		"crash":         {"role path key body", "", probeCrash},
		"events":        {"code n within", "", probeEvents},
		"fuzz":          {"token ids n", "", probeFuzz},
		"gone":          {"of", "", probeGone},
		"grew":          {"path field from", "min max within", probeGrew},
		"jitter":        {"of path times spread", "", probeJitter},
		"latency":       {"path times factor", "", probeLatency},
		"leaks":         {"of", "", probeLeaks},
		"locked":        {"token routes", "", probeLocked},
		"logs":          {"words min", "", probeLogs},
		"mails":         {"order", "n min within settle", probeMails},
		"monotonic":     {"path id token author times every", "", probeMonotonic},
		"notreminded":   {"tasks", "", probeNotReminded},
		"notsequential": {"codes", "", probeNotSequential},
		"openapi":       {"look", "routes open", probeOpenAPI},
		"page":          {"path stats", "", probePage},
		"pauses":        {"of first second", "", probePauses},
		"reminded":      {"task due before within", "", probeReminded},
		"remindedonce":  {"task", "", probeRemindedOnce},
		"rule":          {"file", "", probeRule},
		"runbook":       {"look", "", probeRunbook},
		"schema":        {"column", "", probeSchema},
		"scroll":        {"path limit token want", "order between author within", probeScroll},
		"seed":          {"", "", probeSeed},
		"silent":        {"path for", "", probeSilent},
		"synthetic":     {"of min within", "", probeSynthetic},
		"targets":       {"codes prefix sample", "", probeTargets},
		"tests":         {"look", "", probeTests},
		"walk":          {"path id limit want", "token stop only cursor seen count> same", probeWalk},
	}
}

// checkArgs says what is wrong with the arguments of a call of this probe.
func (p probe) checkArgs(args map[string]string) error {
	must := strings.Fields(p.must)
	for _, k := range must {
		if args[k] == "" {
			return fmt.Errorf("it needs %s=", k)
		}
	}
	for k := range args {
		if !slices.Contains(must, k) && !slices.Contains(strings.Fields(strings.ReplaceAll(p.may, ">", "")), k) {
			return fmt.Errorf("it knows no %s=; it takes %s", k, strings.TrimSpace(p.must+" "+p.may))
		}
	}
	return nil
}

// makes are the values that a call of this probe makes.
func (p probe) makes(args map[string]string) (names []string) {
	for _, arg := range strings.Fields(p.must + " " + p.may) {
		if key, ok := strings.CutSuffix(arg, ">"); ok && args[key] != "" {
			names = append(names, args[key])
		}
	}
	return names
}
