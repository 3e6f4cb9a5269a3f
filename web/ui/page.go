package ui

// Assets gives the address under which a file is served: "style.css" becomes
// something like "/static/style.Qz81.css". Package static has one.
type Assets interface {
	URL(name string) string
}

// Frame is everything around a page's own matter. Most of it is the same on
// every page, so a site fills one and changes Title, Path and what else differs:
//
//	f := ui.Frame{Assets: s.assets, Nav: nav, Search: search, Foot: foot}
//	f.Title, f.Path, f.Section = "Skill map", "/skills", "/skills"
type Frame struct {
	Title       string // "Skill map" becomes "Skill map · groundwork"
	Description string // for search engines; left out if empty
	Theme       string // "light" or "dark" as chosen by the reader, else empty
	Path        string // of this page: it marks the entry of Subnav, and is sent as "back" with the theme
	Section     string // the URL of the entry of Nav to mark as current
	Home        string // where the brand leads; "/" unless given

	Nav         []Link // the entries of the site bar, the same in the menu of narrow screens
	Subnav      []Link // a second row, at the top of main; none if empty
	SubnavLabel string
	Search      Link
	Account     Link   // the reader's name and work, or the way to sign in
	ThemeURL    string // takes POST theme=light, dark or toggle; "/theme" unless given

	Main string // class of main; "wrap" unless given
	Body string // class of body

	Assets  Assets
	Scripts []string // names of scripts besides app.js
	Fonts   []string // names of fonts to fetch early besides the first

	Foot Foot
}

// Foot is the footer: a sentence about the edition, and links.
type Foot struct {
	Text  string
	Links []Link
}

// ExamFrame is a page of the exam room. The site bar gives way to the exam bar,
// so of Frame only the head, Main and Body count.
type ExamFrame struct {
	Frame
	Where string // "Backend Engineer exam"
	Saved string // "Saved 14:07:31"
	Lost  bool   // the last answer is not saved; Saved then says since when
	Clock Clock
}

// Clock is what the exam bar shows of time. The zero Clock is a sitting
// without a limit, and draws none.
type Clock struct {
	Seconds int    // that are left, for the script
	Left    string // "52 min left", until the script has drawn it
	EndsAt  string // "14:59", for readers without JavaScript
}

const (
	brand    = "groundwork"
	mainFont = "fonts/atkinson-hyperlegible-next.woff2"
)

func or(s, otherwise string) string {
	if s != "" {
		return s
	}
	return otherwise
}

func (f Frame) fonts() []string   { return append([]string{mainFont}, f.Fonts...) }
func (f Frame) scripts() []string { return append([]string{"app.js"}, f.Scripts...) }
func (f Frame) title() string     { return f.Title + " · " + brand }
