package api

import (
	"context"
	"net/http"

	"habeas.example/habeas/internal/access"
	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/roll"
)

type credentials struct {
	Body struct {
		Name     string `json:"name" maxLength:"200"`
		Password string `json:"password" maxLength:"2000"`
		Code     string `json:"code,omitempty" maxLength:"20" doc:"Of the second factor, for those who have one."`
	}
}

// SignedIn is the answer to a sign-in.
type SignedIn struct {
	Token    string           `json:"token" doc:"To be sent as: Authorization: Bearer TOKEN"`
	Official custody.Official `json:"official"`
}

type appointment struct {
	Official custody.Official `json:"official"`
	Password string           `json:"password,omitempty" maxLength:"2000" doc:"A first password; the official's sessions end."`
}

func (a *appointment) withoutSecrets() any { return a.Official }

// Officials are those who hold or held office, as far as the official who asks may know.
type Officials struct {
	Officials []roll.Colleague `json:"officials"`
}

type nothing struct{}

// sessions registers sign-in, and the officials.
func (d *door) sessions() {
	signIn := operation{method: http.MethodPost, path: "/sessions", summary: "Sign in", public: true, maxBody: 16 << 10, status: http.StatusCreated}
	handle(d, signIn, func(ctx context.Context, who *asker, in *credentials) (*answer[SignedIn], error) {
		token, official, err := d.Access.Enter(ctx, access.Proof{Name: in.Body.Name, Password: in.Body.Password, Code: in.Body.Code}, who.source())
		return &answer[SignedIn]{SignedIn{token, official}}, err
	})
	signOut := operation{method: http.MethodDelete, path: "/sessions/current", summary: "Sign out", status: http.StatusNoContent}
	handle(d, signOut, func(ctx context.Context, who *asker, _ *nothing) (*nothing, error) {
		return &nothing{}, d.Access.SignOut(ctx, who.token)
	})
	read(d, "/sessions/current", "Who is signed in", "", func(_ context.Context, who *asker, _ *nothing) (custody.Official, error) {
		return who.official, nil
	})

	read(d, "/officials", "The officials: by name those who work where you do, and in full those of where you may read them", custody.ReadColleagues,
		func(_ context.Context, who *asker, _ *nothing) (Officials, error) {
			return Officials{d.Roll.SeenBy(who.official.Name).Colleagues()}, nil
		})
	command(d, "/officials", "Appoint an official, or change an appointment", d.appoint)
	command(d, "/officials/{name}/dismissal", "Dismiss an official", func(ctx context.Context, c book.Command, name string, _ *nothing) (book.Written, error) {
		w, err := d.Roll.Dismiss(ctx, c, name)
		if err != nil {
			return w, err
		}
		return w, d.Access.EndAll(ctx, name)
	})
}

// appoint records the appointment and then sets the first password, if one is given: an
// official without a password cannot sign in, so that a failure between the two lets nobody
// in. The same request sent again completes it.
func (d *door) appoint(ctx context.Context, c book.Command, _ string, a *appointment) (book.Written, error) {
	if a.Password != "" {
		if err := access.CheckPassword(a.Official.Name, a.Password); err != nil {
			return book.Written{}, err
		}
		if known := d.Access.HasWayIn(ctx, a.Official.Name); known && c.Key == "" {
			return book.Written{}, &custody.Refusal{Code: "way-in-set-already", Reason: custody.Forbidden, Params: map[string]string{"official": a.Official.Name}}
		}
	}
	w, err := d.Roll.Appoint(ctx, c, a.Official)
	if err != nil || a.Password == "" || w.Replayed && d.Access.HasWayIn(ctx, a.Official.Name) {
		return w, err // a repeated request never changes a password
	}
	return w, d.Access.SetFirstPassword(ctx, a.Official.Name, a.Password)
}
