package verify

import (
	"testing"
	"testing/fstest"
)

func TestFindUnique(t *testing.T) {
	tests := []struct {
		file, text string
		want       bool
	}{
		{"schema.sql", "CREATE UNIQUE INDEX users_email ON users (lower(email));", true},
		{"schema.sql", "create table users (id int,\n email text not null unique,\n name text)", true},
		{"schema.sql", "create table users (email text, name text, unique (email))", true},
		{"schema.sql", "create table users (email text, name text unique)", false},
		{"schema.sql", "create index users_email on users (email);", false},
		{"schema.sql", "create unique index users_name on users (name); create index e on users (email);", false},
		{"prisma/schema.prisma", "model User {\n  email String @unique\n}", true},
		{"models.py", "email = models.EmailField(max_length=254, unique=True)", true},
		{"models.py", "email = models.EmailField()\nname = models.CharField(unique=True)", false},
		{"User.java", "@Column(nullable = false, unique = true)\nprivate String email;", true},
		{"user.js", "email: { type: DataTypes.STRING, unique: true },", true},
		{"db/migrate/1.rb", "add_index :users, :email, unique: true", true},
		{"1_users.php", "$table->string('email')->unique();", true},
		{"main.go", "// every email must be unique here", false},
		{"node_modules/x.sql", "create unique index e on users (email)", false},
		{"README.md", "create unique index e on users (email)", false},
	}
	for _, tt := range tests {
		got, err := findUnique(fstest.MapFS{tt.file: {Data: []byte(tt.text)}}, "email")
		if err != nil || (got.File != "") != tt.want {
			t.Errorf("%s %q: found %+v, error %v; want %v", tt.file, tt.text, got, err, tt.want)
		}
	}
}
