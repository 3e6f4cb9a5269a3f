package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// besidePocketBase compares saving answers with PocketBase, which changes a
// record for each at the same durability. Both look up who saves and whether it
// is theirs; PocketBase knows nothing of deadlines and keeps no log.
func besidePocketBase(binary string) scenario {
	return scenario{
		name: "answer-save-64 beside PocketBase", against: "PocketBase, one record changed, FULL", goals: []goal{cpuOf(0.2)},
		site: answerSave(64), base: func(b *bench) (side, error) { return pocketBaseSaves(b, binary) },
	}
}

func pocketBaseSaves(b *bench, binary string) (side, error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(b.dir, "pocketbase")
	p := &process{cmd: exec.CommandContext(b.ctx, binary, "serve", "--http", addr, "--dir", dir), addr: addr, alive: "/api/health"}
	p.cmd.Stderr = os.Stderr
	if err := p.start(); err != nil {
		return nil, err
	}
	b.after = append(b.after, p.stop)
	c, err := dial(addr)
	if err != nil {
		return nil, err
	}
	defer c.close()
	var tasks []task
	for person := range 64 {
		token, err := pocketBaseToken(c, person)
		if err != nil {
			return nil, err
		}
		turn := 0
		tasks = append(tasks, func(c *client) error {
			turn++
			body := fmt.Sprintf(`{"response":"{\"choice\":[\"%c\"]}","rev":%d}`, 'a'+turn/60%2, turn/60)
			r, err := c.send(fmt.Appendf(nil, "PATCH /api/collections/answers/records/answer%04dn%04d HTTP/1.1\r\nHost: bench\r\nAuthorization: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
				person, turn%60, token, len(body), body))
			return expect(r, err, 200)
		})
	}
	return steady(p, tasks), nil
}

// pocketBaseToken signs a person in.
func pocketBaseToken(c *client, person int) (string, error) {
	body := fmt.Sprintf(`{"identity":"p%d@bench.example","password":"a long enough pass phrase"}`, person)
	r, err := c.send(fmt.Appendf(nil, "POST /api/collections/users/auth-with-password HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body))
	if err := expect(r, err, 200); err != nil {
		return "", err
	}
	var signedIn struct{ Token string }
	return signedIn.Token, json.Unmarshal(r.body, &signedIn)
}
