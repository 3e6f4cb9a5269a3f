package web

// guideRoutes lists the URLs of this part of the site.
func (s *Server) guideRoutes(handle func(string, page)) {}
