package web

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"groundwork/store"
	"groundwork/web/openid"
	"groundwork/web/ui"
)

// errStale means that an account without a password was signed in to too long
// ago for what is asked.
var errStale = errors.New("signed in too long ago")

// sure returns nil if it is certainly the owner of l who is signed in: they give
// the password or, where the account has none, have signed in within the last
// five minutes. What opens the account later or ends it asks for that.
func (s *Server) sure(r *http.Request, l store.Learner, password string) error {
	ways, err := s.store.Ways(r.Context(), l.ID)
	switch {
	case err != nil:
		return err
	case ways.Password:
		// Only who is signed in gets here, so that strangers cannot make them wait.
		_, err = s.check(r, l.Email, password, store.OneGuesser(s.guarded("owner", strconv.FormatInt(int64(l.ID), 10))))
		return err
	case !s.fresh(r.Context()):
		return errStale
	}
	return nil
}

// fresh reports whether who is signed in showed who they are just now. It goes
// by the provider's word for when that was: a provider that asks nobody again
// does not make an old sign-in new.
func (s *Server) fresh(ctx context.Context) bool {
	return s.now().Sub(time.UnixMilli(s.logins.GetInt64(ctx, provenKey))) <= openid.Fresh
}

// ownerProof is how a form finds out that it is the owner who fills it in.
type ownerProof struct {
	Password bool    // by the password, which the account has
	Fresh    bool    // they have signed in just now
	Again    ui.Link // to sign in again; empty if that goes by passkey only
}

// newProof returns the proof that the account of whoever is signed in takes. to
// is where signing in again leads.
func (s *Server) newProof(r *http.Request, ways store.Ways, to string) ownerProof {
	p := ownerProof{Password: ways.Password, Fresh: s.fresh(r.Context())}
	for _, i := range ways.Identities {
		if s.cfg.OpenID != nil && i.Issuer == s.cfg.OpenID.Issuer {
			p.Again = s.provider(to)
		}
	}
	return p
}

// provider is the link to sign in with the provider; empty if there is none.
func (s *Server) provider(to string) ui.Link {
	if s.cfg.OpenID == nil {
		return ui.Link{}
	}
	l := ui.Link{Text: "Sign in with " + s.cfg.OpenID.Name, URL: "/account/oidc"}
	if to != "" {
		l.URL += "?back=" + url.QueryEscape(to)
	}
	return l
}
