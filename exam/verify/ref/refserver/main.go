// Command refserver serves one reference solution, with an optional planted defect.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"groundwork/exam/verify/ref/cached"
	"groundwork/exam/verify/ref/checkout"
	"groundwork/exam/verify/ref/feed"
	"groundwork/exam/verify/ref/incident"
	"groundwork/exam/verify/ref/short"
	"groundwork/exam/verify/ref/tracker"
	"groundwork/exam/verify/ref/users"
	"groundwork/exam/verify/ref/version"
)

func main() {
	task, bug, data := os.Args[1], os.Args[2], os.Args[3]
	var h http.Handler
	stop := func() {}
	var err error
	switch task {
	case "m1-version":
		h = version.New(bug)
	case "m3-cache":
		h = cached.New(os.Getenv("UPSTREAM_URL"), bug, 2*time.Second, os.Stdout)
	case "p5-incident":
		var c func(bool)
		h, c, err = incident.New(incident.Addresses{Upstream: os.Getenv("UPSTREAM_URL"), Alerts: os.Getenv("ALERT_URL")}, bug)
		stop = func() { c(false) }
	case "p1-tracker":
		h, stop, err = tracker.New(data, os.Getenv("NOTIFY_URL"), bug)
	case "m2-users":
		h, stop, err = users.New(data, bug)
	case "p3-checkout":
		var c func(bool)
		h, c, err = checkout.New(data, checkout.Addresses{Payments: os.Getenv("PAYMENTS_URL"), Mail: os.Getenv("MAIL_URL")}, bug)
		stop = func() { c(false) }
	case "p4-feed":
		var c func(bool)
		h, c, err = feed.New(data, bug)
		stop = func() { c(false) }
	case "p2-shortener":
		var c func(bool)
		h, c, err = short.New(data, os.Getenv("EVENTS_URL"), bug)
		stop = func() { c(false) }
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	s := &http.Server{Addr: "127.0.0.1:" + os.Getenv("PORT"), Handler: h}
	go func() {
		c := make(chan os.Signal, 1)
		signal.Notify(c, syscall.SIGTERM, os.Interrupt)
		<-c
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		s.Shutdown(ctx)
	}()
	if err := s.ListenAndServe(); err != http.ErrServerClosed {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	stop()
}
