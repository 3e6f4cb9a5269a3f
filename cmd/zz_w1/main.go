package main

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"groundwork/content"
	"groundwork/content/ask"
	"groundwork/exam"
	"groundwork/quiz"
	"groundwork/store"
	"groundwork/web"
)

type fake struct{}

func (fake) Complete(ctx context.Context, m []ask.Message, emit func(string) error) error {
	for _, w := range strings.SplitAfter("Wait a little at first and twice as long each time, with a random part [1]. Give all tries one deadline between them [1].", " ") {
		time.Sleep(50 * time.Millisecond)
		if err := emit(w); err != nil {
			return err
		}
	}
	return nil
}

func main() {
	ctx := context.Background()
	st, err := store.Open(ctx, os.Args[2])
	if err != nil {
		panic(err)
	}
	var s web.Site
	fsys := content.FS()
	lib, ps := content.Load(fsys)
	fmt.Println(len(ps), "problems")
	s.Library = lib
	items, _ := exam.LoadItems(fsys)
	s.Bank, _ = exam.NewBank(items)
	s.Blueprint, _ = exam.LoadBlueprint(fsys)
	s.Fit, _ = quiz.LoadFit(fsys)
	k := []byte(strings.Repeat("k", 32))
	cfg := web.Config{Keys: web.Keys{Sign: k, Encrypt: k, Code: k}, Now: time.Now, Seed: func() int64 { return 7 }, Version: "1.0"}
	if len(os.Args) > 3 {
		cfg.Model, cfg.ModelIs = fake{}, "fake-model-1"
	}
	srv, err := web.New(st, s, slog.New(slog.NewTextHandler(os.Stderr, nil)), cfg)
	if err != nil {
		panic(err)
	}
	fmt.Println(http.ListenAndServe(os.Args[1], srv))
}
