package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
)

//go:embed migrations
var migrations embed.FS

// migrate applies the migrations that db has not seen yet, each in a
// transaction of its own. There is no way down: to undo a migration, write the
// next one. A database that is newer than this program is refused. Processes
// that start at once take turns.
func migrate(ctx context.Context, path string, db *sql.DB) error {
	unlock, err := lockFile(path + ".migrate.lock")
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	defer unlock()
	dir, err := fs.Sub(migrations, "migrations/sqlite")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, dir, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("migrate: %w", err)
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
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}
