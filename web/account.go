package web

// accountRoutes lists the URLs of this part of the site.
func (s *Server) accountRoutes(handle func(string, page)) {}
