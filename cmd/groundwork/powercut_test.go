//go:build linux

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"unsafe"

	"groundwork/store"
)

// ext4Shutdown stops a file system at once; with noFlush it drops what was not
// flushed, as a cut of the power does. (EXT4_IOC_SHUTDOWN in Linux.)
const (
	ext4Shutdown = 0x8004587d
	noFlush      = 2
)

// R2: what was acknowledged before the power was cut is there afterwards. The
// disk is a file system of its own that is stopped without a flush.
func TestPowerCut(t *testing.T) {
	dir, image := t.TempDir(), filepath.Join(t.TempDir(), "disk")
	needs(t, exec.Command("truncate", "-s", "64M", image).Run(), "make a disk")
	needs(t, exec.Command("mkfs.ext4", "-q", image).Run(), "make a file system")
	needs(t, exec.Command("mount", "-o", "loop", image, dir).Run(), "mount it")
	t.Cleanup(func() { _ = exec.Command("umount", "-l", dir).Run() })
	db := filepath.Join(dir, "g.db")
	url, process := child(t, db)
	s := startSavers(t, url, 8)
	for range rounds(2) {
		s.progress(100)
		before := s.snapshot()
		needs(t, cutPower(dir), "stop the file system")
		_ = process.Signal(syscall.SIGKILL)
		_, _ = process.Wait()
		s.forgetAfter(before) // a reply may have crossed the cut
		for _, step := range [][]string{{"umount", dir}, {"mount", "-o", "loop", image, dir}} {
			if out, err := exec.Command(step[0], step[1:]...).CombinedOutput(); err != nil {
				t.Fatalf("%v: %v: %s", step, err, out)
			}
		}
		url, process = child(t, db)
		s.url.Store(&url)
	}
	s.progress(100)
	s.report(db)
	if _, err := store.Verify(t.Context(), db); err != nil {
		t.Error(err)
	}
}

// cutPower stops the file system that is mounted at dir.
func cutPower(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer f.Close()
	flags := uint32(noFlush)
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), ext4Shutdown, uintptr(unsafe.Pointer(&flags))); errno != 0 {
		return errno
	}
	return nil
}

// snapshot is how many changes of each saver were acknowledged so far.
func (s *savers) snapshot() (n []int) {
	for _, p := range s.people {
		p.mu.Lock()
		n = append(n, len(p.acked))
		p.mu.Unlock()
	}
	return n
}

// forgetAfter forgets the changes that came after a snapshot.
func (s *savers) forgetAfter(n []int) {
	for i, p := range s.people {
		p.mu.Lock()
		p.acked = p.acked[:n[i]]
		p.mu.Unlock()
	}
}
