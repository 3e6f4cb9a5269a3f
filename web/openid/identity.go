package openid

import (
	"fmt"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

// An Identity is who the provider says is there. Issuer and Subject name them
// for good; everything else may change and proves nothing.
type Identity struct {
	Issuer   string
	Subject  string
	Email    string // empty unless the provider says one
	Verified bool   // the provider says that the address is theirs
	Name     string
	At       time.Time // when they showed the provider who they are; if it does not say, when the token was made out to us
}

// longestSubject is what the standard allows.
const longestSubject = 255

// identity reads a token that is good.
func (p *Provider) identity(token *oidc.IDToken) (Identity, error) {
	var said struct {
		Email    string  `json:"email"`
		Verified any     `json:"email_verified"` // some write "true"
		Name     string  `json:"name"`
		Login    string  `json:"preferred_username"`
		At       float64 `json:"auth_time"`
		Party    string  `json:"azp"`
	}
	if err := token.Claims(&said); err != nil {
		return Identity{}, fmt.Errorf("%w: a claim is of a wrong type", ErrRefused)
	}
	switch {
	case token.Subject == "" || len(token.Subject) > longestSubject:
		return Identity{}, fmt.Errorf("%w: the subject has %d bytes", ErrRefused, len(token.Subject))
	case said.Party != "" && said.Party != p.Client:
		return Identity{}, fmt.Errorf("%w: the token was made for somebody else", ErrRefused)
	}
	id := Identity{Issuer: p.Issuer, Subject: token.Subject, Email: strings.ToLower(strings.TrimSpace(said.Email)),
		Verified: said.Verified == true || said.Verified == "true", Name: said.Name, At: p.now()}
	if id.Name == "" {
		id.Name = said.Login
	}
	if at := time.UnixMilli(int64(said.At * 1000)); said.At > 0 && at.Before(id.At) {
		id.At = at
	}
	return id, nil
}
