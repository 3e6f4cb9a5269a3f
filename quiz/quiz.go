// Package quiz is the light, ungraded side of groundwork: the fit test, ten
// statements about oneself that are put into five traits. Nothing here is
// stored; a result is worked out from the ten answers, which travel in a link.
//
// Everything is pure and safe for concurrent use.
package quiz
