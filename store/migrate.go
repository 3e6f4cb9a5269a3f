package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/pressly/goose/v3"
)

//go:embed migrations
var migrations embed.FS

// rehearse migrates a copy of the database at path, checks it and throws it
// away, so that what does not work for these rows never touches them. It needs
// as much room beside the database as that takes.
func rehearse(ctx context.Context, path string) (err error) {
	rehearsal := path + ".rehearsal"
	defer func() { err = errors.Join(err, removeDatabase(rehearsal)) }()
	if err := copyInto(ctx, path, rehearsal); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", dsn(rehearsal, false))
	if err != nil {
		return err
	}
	p, err := provider(db)
	if err == nil {
		_, err = p.Up(ctx)
	}
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	_, err = Verify(ctx, rehearsal)
	return err
}

// provider knows the migrations and applies them to db.
func provider(db *sql.DB) (*goose.Provider, error) {
	dir, err := fs.Sub(migrations, "migrations/sqlite")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectSQLite3, db, dir, goose.WithDisableGlobalRegistry(true))
}

// FileVersion returns the version of the schema of the database at path, and 0
// if there is no database yet. It changes nothing.
func FileVersion(ctx context.Context, path string) (version int64, err error) {
	if info, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return 0, nil
	}
	db, err := sql.Open("sqlite", readOnly(path))
	if err == nil {
		err = db.QueryRowContext(ctx, schemaVersion).Scan(&version)
		err = errors.Join(err, db.Close())
	}
	if err != nil {
		return 0, fmt.Errorf("read the schema's version of %s: %w", path, err)
	}
	return version, nil
}

const schemaVersion = `SELECT max(version_id) FROM goose_db_version WHERE is_applied`

// SchemaVersion returns the version of the schema that this program knows.
func SchemaVersion() (last int64) {
	files, _ := migrations.ReadDir("migrations/sqlite") // embedded, so it is there
	for _, f := range files {
		var n int64
		if _, err := fmt.Sscanf(f.Name(), "%d_", &n); err == nil {
			last = max(last, n)
		}
	}
	return last
}

// mustBeOurs refuses the database of another program: it has tables and none of
// them counts our migrations.
func mustBeOurs(ctx context.Context, db *sql.DB) error {
	var others, ours int
	const count = `SELECT count(*) FILTER (WHERE name <> 'goose_db_version'), count(*) FILTER (WHERE name = 'goose_db_version') FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`
	if err := db.QueryRowContext(ctx, count).Scan(&others, &ours); err != nil {
		return err
	}
	if others > 0 && ours == 0 {
		return errors.New("it is the database of another program; nothing was changed; name another file")
	}
	return nil
}

// migrate applies the migrations that db has not seen yet, each in a
// transaction of its own, after a rehearsal on a copy. There is no way down: to undo a migration, write the
// next one. A database that is newer than this program is refused. Processes
// that start at once take turns.
func migrate(ctx context.Context, path string, db *sql.DB) error {
	unlock, err := lockFile(path + ".migrate.lock")
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	defer unlock()
	p, err := provider(db)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if err := mustBeOurs(ctx, db); err != nil {
		return err
	}
	have, want, err := p.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	if have > want {
		return fmt.Errorf("its schema has version %d and this program knows %d: run the newer program, or restore an older backup", have, want)
	}
	if have == want {
		return nil
	}
	if have > 0 {
		if err := rehearse(ctx, path); err != nil {
			return fmt.Errorf("its schema has version %d, and bringing a copy of it to %d failed; nothing was changed: %w", have, want, err)
		}
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}
