package verify

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"time"
)

// Talks says whether any check sends requests to the learner's service. The
// others look at files only.
func (t *Task) Talks() bool {
	for _, s := range t.Stages {
		for _, c := range s.Checks {
			for _, step := range c.Steps {
				if _, ok := step.(*Exchange); ok {
					return true
				}
			}
		}
	}
	return false
}

// CheckTarget says what is wrong with the address of a service: it is none, or
// (unless own, the learner's word for it) its host is not this machine.
func CheckTarget(ctx context.Context, target string, own bool) error {
	u, err := url.Parse(target)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.Path != "" && u.Path != "/" || u.RawQuery != "" {
		return fmt.Errorf("%q is no address of a service; write http://localhost:8080", target)
	}
	if own {
		return nil
	}
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", u.Hostname())
	if err != nil {
		return fmt.Errorf("-url: %w", err)
	}
	for _, a := range addrs {
		if a = a.Unmap(); !a.IsLoopback() && a != netip.IPv4Unspecified() {
			return fmt.Errorf("%s is not this machine (%s); the checks send thousands of requests, some of them hostile. If the host is yours to test, say -i-own-this-host", u.Hostname(), a)
		}
	}
	return nil
}

// Reach waits up to two seconds for a service to accept connections. The error
// is one paragraph for its owner.
func Reach(target string) error {
	var err error
	for end := time.Now().Add(2 * time.Second); ; time.Sleep(100 * time.Millisecond) {
		var c net.Conn
		if c, err = dial(target); err == nil {
			return c.Close()
		}
		if time.Now().After(end) {
			break
		}
	}
	return fmt.Errorf("nothing answers at %s (%w). Start your service, or let the verifier start it with -cmd \"…\"; if it listens elsewhere, say -url http://localhost:PORT. In a container the port has to be published, and the service has to listen on 0.0.0.0, not on the container's own localhost", target, err)
}
