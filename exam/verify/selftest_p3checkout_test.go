package verify_test

import (
	"net/http"
	"path/filepath"

	"groundwork/exam/verify/ref/checkout"
)

var p3Checkout = subject{
	task: "p3-checkout",
	serve: func(w place, bug string) (http.Handler, func(kill bool), error) {
		at := checkout.Addresses{Payments: w.bench + "/payments", Mail: w.bench + "/mail"}
		return checkout.New(filepath.Join(w.dir, "shop.log"), at, bug)
	},
	mutants: []mutant{
		{"abrupt", "stop.graceful"},
		{"float-money", "cart.total"},
		{"adds-up", "cart.change"},
		{"zero-kept", "cart.change"},
		{"negative-quantity", "cart.rules"},
		{"quantity-unlimited", "cart.rules"},
		{"any-sku", "cart.rules"},
		{"client-price", "price.server"},
		{"status-paid", "order.create"},
		{"read-without-items", "order.read"},
		{"empty-order", "order.empty"},
		{"live-price", "order.snapshot"},
		{"key-ignored", "idem.replay"},
		{"key-check-then-insert", "idem.race"},
		{"body-not-compared", "idem.mismatch"},
		{"key-optional", "idem.missing"},
		{"cart-reusable", "idem.cart"},
		{"failures-not-kept", "idem.failed"},
		{"keys-in-memory", "idem.restart"},
		{"stock-read-then-write", "stock.last"},
		{"one-at-a-time", "stock.many"},
		{"line-by-line", "stock.allornothing"},
		{"unsorted-locks", "deadlock"},
		{"declined-keeps-stock", "pay.declined"},
		{"new-key-per-retry", "pay.error"},
		{"retries-for-ever", "pay.error"},
		{"error-keeps-stock", "pay.error"},
		{"no-timeout", "pay.hang"},
		{"hang-keeps-stock", "pay.hang"},
		{"lost-answer-forgotten", "pay.lost"},
		{"refund-missing", "stock.conserve"},
		{"releases-one", "stock.conserve"},
		{"mail-in-request", "mail.async"},
		{"mail-twice", "mail.once"},
		{"mail-gives-up", "mail.down"},
		{"saga-silent", "saga.steps"},
		{"undo-unwritten", "saga.undo"},
		{"saga-forgets", "saga.crash"},
	},
}
