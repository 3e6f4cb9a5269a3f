// Pocketbase is PocketBase with one collection, answers, each of which its owner
// may change: what bench saves answers to beside groundwork. It differs from
// PocketBase as it is shipped in one thing: it runs with synchronous=FULL, so
// that what it has acknowledged survives a power cut, too. It is a module of
// its own, because nothing else needs what PocketBase needs.
//
//	pocketbase serve --http 127.0.0.1:8090 --dir /tmp/pb
//
// On its first start it makes 64 people, each with 60 answers.
package main

import (
	"fmt"
	"log"
	"strings"

	"github.com/pocketbase/dbx"
	"github.com/pocketbase/pocketbase"
	"github.com/pocketbase/pocketbase/core"
	"github.com/pocketbase/pocketbase/tools/types"
)

const people, slots = 64, 60

func main() {
	app := pocketbase.NewWithConfig(pocketbase.Config{DBConnect: connect})
	app.OnServe().BindFunc(func(e *core.ServeEvent) error {
		if _, err := e.App.FindCollectionByNameOrId("answers"); err != nil {
			if err := seed(e.App); err != nil {
				return err
			}
		}
		return e.Next()
	})
	log.Fatal(app.Start())
}

// connect is core.DefaultDBConnect with synchronous=FULL.
func connect(file string) (*dbx.DB, error) {
	pragmas := []string{"busy_timeout(10000)", "journal_mode(WAL)", "journal_size_limit(200000000)", "synchronous(FULL)", "foreign_keys(ON)", "temp_store(MEMORY)", "cache_size(-32000)"}
	return dbx.Open("sqlite", file+"?_pragma="+strings.Join(pragmas, "&_pragma="))
}

// seed makes the people, the collection and its records. Their names are known
// to bench.
func seed(app core.App) error {
	users, err := app.FindCollectionByNameOrId("users")
	if err != nil {
		return err
	}
	c := core.NewBaseCollection("answers")
	c.UpdateRule = types.Pointer("owner = @request.auth.id")
	c.Fields.Add(&core.RelationField{Name: "owner", CollectionId: users.Id, Required: true}, &core.NumberField{Name: "n"},
		&core.TextField{Name: "response"}, &core.NumberField{Name: "rev"})
	c.AddIndex("answers_slot", true, "owner, n", "")
	if err := app.Save(c); err != nil {
		return err
	}
	return app.RunInTransaction(func(app core.App) error {
		for p := range people {
			u := core.NewRecord(users)
			u.SetEmail(fmt.Sprintf("p%d@bench.example", p))
			u.SetPassword("a long enough pass phrase")
			if err := app.Save(u); err != nil {
				return err
			}
			for n := range slots {
				r := core.NewRecord(c)
				r.Set("id", fmt.Sprintf("answer%04dn%04d", p, n))
				r.Set("owner", u.Id)
				r.Set("n", n)
				if err := app.Save(r); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
