package verify

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
)

// uniqueForms are how a schema, a migration or a model says that a column has
// a unique index; COLUMN stands for its name.
var uniqueForms = []string{
	`(?is)create\s+unique\s+index[^;]*\bCOLUMN\b`,
	`(?i)\bCOLUMN\b["` + "`" + `]?\s+(?:text|citext|n?varchar|n?char|character|string|clob)\b[^,;\n]*\bunique\b`, // SQL: email TEXT NOT NULL UNIQUE
	`(?is)\bunique\s*(?:key|index)?\s*\w*\s*\([^)]*\bCOLUMN\b`,                                                   // UNIQUE (email), UNIQUE KEY k (email)
	`(?i)\bCOLUMN\s+\w+\??\s+@unique|@@unique\(\[[^\]]*COLUMN`,                                                   // Prisma
	`(?is)\bCOLUMN\b\s*[:=][^;\n]*\bunique\s*[=:]\s*true`,                                                        // Django, SQLAlchemy, Sequelize
	`(?is)\bCOLUMN\s*:\s*\{[^}]*\bunique\s*:\s*true`,                                                             // models as objects
	`(?is)@Column\([^)]*\bunique\s*[=:]\s*true[^)]*\)[^;]{0,80}\bCOLUMN\b`,                                       // JPA, TypeORM
	`(?i)(?:add_)?index\b[^\n]*\bCOLUMN\b[^\n]*unique:\s*true`,                                                   // Rails, Ecto
	`(?i)['"]COLUMN['"]\)[^;\n]*->unique\(`,                                                                      // Laravel
	`(?i)unique_index\([^\n]*\bCOLUMN\b`,                                                                         // Ecto
	`(?i)HasIndex\([^)]*\.COLUMN\)[^;\n]*\.IsUnique\(`,                                                           // Entity Framework
}

var schemaFiles = strings.Fields(".sql .go .py .js .mjs .ts .java .kt .rb .php .ex .exs .rs .cs .prisma .xml .yml .yaml")

const schemaMost = 1 << 20 // bytes of a file that is looked at

// found in a schema.
type schemaFind struct {
	File string `json:"file"`
	Text string `json:"text"`
}

// probeSchema looks in the learner's folder for a unique index on column=.
func probeSchema(x *Ctx, args map[string]string) error {
	find, err := Observe(x, "schema", func() (schemaFind, error) { return findUnique(os.DirFS(x.R.Repo), args["column"]) })
	if err != nil || find.File != "" {
		return err
	}
	return &Failure{What: "the schema or migrations in your folder", Expected: "a unique index on " + args["column"], Actual: "none was found"}
}

// findUnique returns the first place that makes a unique index on a column.
// Files that cannot be read are passed over.
func findUnique(fsys fs.FS, column string) (found schemaFind, err error) {
	var forms []*regexp.Regexp
	for _, f := range uniqueForms {
		re, err := regexp.Compile(strings.ReplaceAll(f, "COLUMN", regexp.QuoteMeta(column)))
		if err != nil {
			return found, fmt.Errorf("column=%s: %w", column, err)
		}
		forms = append(forms, re)
	}
	err = fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return nil
		case d.IsDir() && name != "." && (strings.HasPrefix(d.Name(), ".") || slices.Contains(strings.Fields("node_modules target venv vendor dist build"), d.Name())):
			return fs.SkipDir
		case d.IsDir() || !slices.Contains(schemaFiles, path.Ext(name)):
			return nil
		}
		src, err := fs.ReadFile(fsys, name)
		if err != nil || len(src) > schemaMost {
			return nil
		}
		for _, re := range forms {
			if m := re.Find(src); m != nil {
				found = schemaFind{name, clip(string(bytes.Join(bytes.Fields(m), []byte(" "))), 120)}
				return fs.SkipAll
			}
		}
		return nil
	})
	return found, err
}
