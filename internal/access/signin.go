package access

import (
	"context"

	"habeas.example/habeas/internal/custody"
)

// Proof is what an official shows to prove who they are: a password, with a code of their
// second factor if they have one.
type Proof struct {
	Name     string
	Password string
	Code     string // six digits; empty: none
}

// SignIn is Enter with a password alone.
func (d *Desk) SignIn(ctx context.Context, name, password, from string) (token string, _ custody.Official, _ error) {
	return d.Enter(ctx, Proof{Name: name, Password: password}, Source{Address: from})
}

// Enter checks a proof and begins a session. The refusal "sign-in-refused" does not say
// whether the name, the password, the code or the office was wrong, and takes as long for
// each; "code-needed" says that the password was right and a code must come with it;
// "too-many-attempts" says in "seconds" when to try again; "method-not-taken" that the
// service takes no passwords.
func (d *Desk) Enter(ctx context.Context, p Proof, from Source) (token string, _ custody.Official, _ error) {
	official, method, err := d.check(ctx, p, from)
	if err != nil {
		return "", custody.Official{}, err
	}
	if !d.taken(method) {
		return "", custody.Official{}, forbidden("method-not-taken")
	}
	token, err = d.begin(ctx, official.Name, method, from)
	return token, official, err
}

// taken reports whether a sign-in of this method may begin a session at all. A password
// alone begins one that is incomplete, so that its official can set up what is demanded.
func (d *Desk) taken(method string) bool {
	switch d.config.Demand {
	case PasskeyAlone:
		return method == byPasskey || method == byLink || method == byPassword || method == byCode
	case ProviderOnly:
		return method == byProvider
	}
	return true
}

// check proves who somebody is, against guessing.
func (d *Desk) check(ctx context.Context, p Proof, from Source) (_ custody.Official, method string, _ error) {
	now := d.config.Clock()
	attempt, err := d.limits.attempt(p.Name, from.Address, now)
	if err != nil {
		return custody.Official{}, "", err
	}
	hash, err := d.credential(ctx, p.Name)
	if err != nil {
		return custody.Official{}, "", err
	}
	official, inOffice := d.official(p.Name)
	right, err := d.matches(ctx, hash, p.Password)
	if err != nil {
		return custody.Official{}, "", err
	}
	if !right || !inOffice {
		return custody.Official{}, "", forbidden("sign-in-refused")
	}
	method = byPassword
	factor, has, err := d.secondFactor(ctx, official.Name)
	if err != nil {
		return custody.Official{}, "", err
	}
	if has && !factor.confirmed.IsZero() {
		if p.Code == "" {
			attempt.forgive(now) // the password was right: whoever comes back with the code has not guessed
			return custody.Official{}, "", forbidden("code-needed")
		}
		good, err := d.spend(ctx, official.Name, factor, p.Code)
		if err != nil {
			return custody.Official{}, "", err
		}
		if !good {
			return custody.Official{}, "", forbidden("sign-in-refused")
		}
		method = byCode
	}
	attempt.forgive(now)
	return official, method, nil
}

// Prove lets the official of a session prove again who they are: to unlock it, or because
// what they are about to do takes a fresh hand. The session goes on under a new token, and
// nothing else of it is lost. A code is asked for where there is a second factor and the
// session has not shown one. Refusals: those of Enter, and "signed-out".
func (d *Desk) Prove(ctx context.Context, token string, p Proof, from Source) (string, error) {
	holder, err := d.Holder(ctx, token)
	if err != nil {
		return "", err
	}
	p.Name = holder.Official.Name
	if p.Code == "" && d.showedCode(token) {
		if err := d.checkPassword(ctx, p, from); err != nil {
			return "", err
		}
		return d.proved(ctx, token, byCode, from)
	}
	_, method, err := d.check(ctx, p, from)
	if err != nil {
		return "", err
	}
	return d.proved(ctx, token, method, from)
}

// showedCode reports whether a session has shown more than a password already.
func (d *Desk) showedCode(token string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.sessions[sessionKey(token)]
	return s != nil && s.method == byCode
}

// checkPassword is check without the code.
func (d *Desk) checkPassword(ctx context.Context, p Proof, from Source) error {
	now := d.config.Clock()
	attempt, err := d.limits.attempt(p.Name, from.Address, now)
	if err != nil {
		return err
	}
	hash, err := d.credential(ctx, p.Name)
	if err != nil {
		return err
	}
	right, err := d.matches(ctx, hash, p.Password)
	switch {
	case err != nil:
		return err
	case !right:
		return forbidden("sign-in-refused")
	}
	attempt.forgive(now)
	return nil
}
