package web

// examRoutes lists the URLs of the exam, the fit test and progress.
func (s *Server) examRoutes(handle func(string, page)) {}
