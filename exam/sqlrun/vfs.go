package sqlrun

import (
	"errors"
	"sync"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// text holds the few texts that SQLite is given for good.
var text struct{ memory, vfs uintptr }

// registerVFS gives SQLite a file system without files and without a clock.
// It is the default one with four functions replaced: no file can be opened,
// deleted or looked for, whatever a query finds to try it with, and asking for
// the time is noticed.
var registerVFS = sync.OnceValue(func() error {
	tls := libc.NewTLS() // for good: what is registered here stays
	if rc := sqlite3.Xsqlite3_initialize(tls); rc != sqlite3.SQLITE_OK {
		return errors.New("SQLite cannot start")
	}
	var err [2]error
	text.memory, err[0] = libc.CString(":memory:")
	text.vfs, err[1] = libc.CString("groundwork-nofiles")
	p := sqlite3.Xsqlite3_malloc(tls, int32(unsafe.Sizeof(sqlite3.Tsqlite3_vfs{})))
	if p == 0 || err[0] != nil || err[1] != nil {
		return errors.New("no memory for SQLite")
	}
	vfs := (*sqlite3.Tsqlite3_vfs)(at(p))
	*vfs = *(*sqlite3.Tsqlite3_vfs)(at(sqlite3.Xsqlite3_vfs_find(tls, 0)))
	vfs.FpNext, vfs.FzName = 0, text.vfs
	vfs.FxOpen = funcPtr(noOpen)
	vfs.FxDelete = funcPtr(noDelete)
	vfs.FxAccess = funcPtr(noAccess)
	vfs.FxDlOpen = funcPtr(noExtension)
	vfs.FxCurrentTime = funcPtr(noTime)
	vfs.FxCurrentTimeInt64 = funcPtr(noTime)
	if rc := sqlite3.Xsqlite3_vfs_register(tls, p, 0); rc != sqlite3.SQLITE_OK {
		return errors.New("SQLite takes no file system")
	}
	return nil
})

func noOpen(_ *libc.TLS, _, _, file uintptr, _ int32, _ uintptr) int32 {
	storePtr(file, 0) // there is nothing to close
	return sqlite3.SQLITE_CANTOPEN
}

func noDelete(*libc.TLS, uintptr, uintptr, int32) int32 { return sqlite3.SQLITE_IOERR_DELETE }

func noAccess(_ *libc.TLS, _, _ uintptr, _ int32, out uintptr) int32 {
	*(*int32)(at(out)) = 0 // it does not exist
	return sqlite3.SQLITE_OK
}

func noExtension(*libc.TLS, uintptr, uintptr) uintptr { return 0 }

func noTime(tls *libc.TLS, _, _ uintptr) int32 {
	if d := ofThread(tls); d != nil {
		d.rules.refuse(refusedNow)
	}
	return sqlite3.SQLITE_ERROR
}
