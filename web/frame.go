package web

import (
	"net/http"
	"net/url"

	"groundwork/web/ui"
)

// nav is the site bar.
var nav = []ui.Link{
	{Text: "Guide", URL: "/"}, {Text: "Skill map", URL: "/map"}, {Text: "Path", URL: "/path"}, {Text: "Projects", URL: "/projects"},
	{Text: "Practice", URL: "/practice"}, {Text: "Exam", URL: "/exam"}, {Text: "Ask", URL: "/ask"},
}

// guideNav is the second row on the guidance pages.
var guideNav = []ui.Link{
	{Text: "Overview", URL: "/"}, {Text: "Levels and salary", URL: "/guide/levels"}, {Text: "Interview", URL: "/guide/interview"},
	{Text: "Mistakes", URL: "/guide/mistakes"}, {Text: "Next steps", URL: "/guide/next-steps"}, {Text: "Fit test", URL: "/fit"},
}

// frame fills what stands around a page. section is the entry of nav to mark,
// or empty.
func (s *Server) frame(r *http.Request, title, section string) ui.Frame {
	f := ui.Frame{
		Title: title, Path: r.URL.Path, Section: section, Nav: nav, Theme: theme(r), Assets: s.assets,
		Search:  ui.Link{Text: "Search", URL: "/search"},
		Account: ui.Link{Text: "Sign in", URL: "/account/sign-in"},
		Foot: ui.Foot{
			Text: "groundwork " + s.cfg.Version + ", content of " + s.site.Load().Library.Updated.Format("2 January 2006"),
			Links: []ui.Link{
				{Text: "Glossary", URL: "/guide/glossary"}, {Text: "How scoring works", URL: "/guide/scoring"}, {Text: "Privacy", URL: "/guide/privacy"},
				{Text: "Accessibility", URL: "/guide/accessibility"},
				{Text: "Report a fault on this page", URL: "/report?page=" + url.QueryEscape(r.URL.Path)},
			},
		},
	}
	switch l := whoami(r.Context()); {
	case l.Registered() && l.Name != "":
		f.Account = ui.Link{Text: l.Name, URL: "/me"}
	case l.Registered():
		f.Account = ui.Link{Text: "Your work", URL: "/me"}
	case l.ID != 0:
		f.Account = ui.Link{Text: "Your work", URL: "/me"}
	}
	return f
}

// described is frame for a page with a description for search engines.
func (s *Server) described(r *http.Request, title, description, section string) ui.Frame {
	f := s.frame(r, title, section)
	f.Description = description
	return f
}

// guide is described for a guidance page, with the second row of links.
func (s *Server) guideFrame(r *http.Request, title, description string) ui.Frame {
	f := s.described(r, title, description, "/")
	f.Subnav, f.SubnavLabel = guideNav, "Guide"
	return f
}
