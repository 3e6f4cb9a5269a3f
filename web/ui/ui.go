// Package ui draws the parts that pages are made of: the page around them, the
// plan of stations and pipes, charts, and the blocks of a form or an article.
// It knows nothing of the product. It imports no other package of this module,
// takes every name, number and address as an argument, and holds no words but
// the brand, the drawing's own ("planned", "being dug", "laid" and the five
// states) and the few that tell a screen reader what a mark means.
//
// # How to use it
//
// Components are templ components; what they need comes as one value, whose
// fields are documented where the type is:
//
//	templ salaryPage(v salaryView) {
//		@ui.Page(v.Frame) {
//			<h1>Levels and salary</h1>
//			@ui.WideRow("Salary, rough ranges", "sal") {
//				@ui.RangeChart(v.Ranges)
//			}
//		}
//	}
//
// The families, one file each: page (the frame of every page and of the exam
// room), plan and layout (the skill map at its three weights, its computing and
// its legend), chart (everything laid on an axis), form (fields, choices,
// ordering, matching), block (title block, notice, rows and the rest) and icon.
//
// # What it promises
//
//   - No inline style and no inline script, so that pages work under a policy of
//     default-src 'none' with style-src, script-src, font-src and img-src 'self'.
//   - Every page works without JavaScript. Hooks for scripts are data-*
//     attributes, never classes.
//   - State is never told by colour alone: a mark has its own shape, and words
//     stand beside it. Drawings are hidden from assistive technology where the
//     same facts stand in HTML, and carry one sentence where they do not.
//   - Text is escaped. What may hold markup is a templ.Component and says so.
//   - Components hold no state and may be rendered at the same time; none of
//     them keeps or changes its arguments.
//
// # Spacing
//
// Components bring no outer margin. Where a mock spaces one, its value has a
// Class field for the utility class ("mt4").
package ui

import (
	"math"
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// Link is a text that leads somewhere. Without a URL it is drawn as plain text.
type Link struct {
	Text string
	URL  string
}

// rich is body where there is one, and text otherwise.
func rich(text string, body templ.Component) templ.Component {
	if body != nil {
		return body
	}
	return plain(text)
}

// class joins class names, leaving out the empty ones.
func class(names ...string) string {
	return strings.Join(strings.Fields(strings.Join(names, " ")), " ")
}

// id makes an element's id from parts: "email", "hint" become "email-hint".
func id(parts ...string) string {
	return strings.Join(parts, "-")
}

// fixed writes x with at most so many digits after the point and no trailing
// zeros, since every byte of a path is sent ten times a page.
func fixed(x float64, digits int) string {
	scale := math.Pow10(digits)
	x = math.Round(x*scale) / scale
	if x == 0 {
		x = 0 // not "-0"
	}
	return strconv.FormatFloat(x, 'f', -1, 64)
}

// px writes a coordinate; pct writes a share of the width in per cent.
func px(x float64) string  { return fixed(x, 2) }
func pct(x float64) string { return fixed(x, 2) + "%" }
