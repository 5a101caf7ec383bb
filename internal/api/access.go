package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"habeas.example/habeas/internal/access"
	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
)

type proof struct {
	Body struct {
		Password string `json:"password" maxLength:"2000" required:"true"`
		Code     string `json:"code,omitempty" maxLength:"20" doc:"Of the second factor, where there is one that this session has not shown."`
	}
}

type code struct {
	Body struct {
		Code string `json:"code" maxLength:"20" required:"true"`
	}
}

type passkeyName struct {
	Body struct {
		Name string `json:"name" maxLength:"60" doc:"What its holder calls it."`
	}
}

type newName struct {
	Body struct {
		Name string `json:"name" minLength:"1" maxLength:"60" doc:"What its holder calls it from now on."`
	}
}

type passkeyAnswer struct {
	Body struct {
		Ceremony string          `json:"ceremony" maxLength:"40" required:"true"`
		Answer   json.RawMessage `json:"answer" required:"true" doc:"What the browser made, in the JSON form of WebAuthn level 3."`
	}
}

type firstEngineer struct {
	Body struct {
		Link     string `json:"link" maxLength:"60" required:"true"`
		Name     string `json:"name" maxLength:"60" required:"true"`
		FullName string `json:"fullName" maxLength:"200" required:"true"`
		Password string `json:"password" maxLength:"2000" required:"true"`
	}
}

type recovery struct {
	Body struct {
		Name     string    `json:"name" maxLength:"60" required:"true"`
		Codes    [2]string `json:"codes" maxLength:"60" required:"true" doc:"The halves that two officials gave."`
		Password string    `json:"password" maxLength:"2000" required:"true"`
	}
}

type oneTimeLink struct {
	Body struct {
		Code     string `json:"code" maxLength:"60" required:"true" doc:"Of the one-time link."`
		Password string `json:"password" maxLength:"2000" required:"true" doc:"As its official chooses it."`
	}
}

type revocation struct {
	Body struct {
		Way access.Way `json:"way" maxLength:"20" required:"true" doc:"codes (with the password beside them), passkey or account."`
		ID  string     `json:"id,omitempty" maxLength:"255" doc:"Of the passkey or the account."`
	}
}

type subject struct {
	Body struct {
		Subject string `json:"subject" maxLength:"255" required:"true" doc:"Of the official at the service's own OpenID provider."`
	}
}

type glass struct {
	Roles  []custody.Role `json:"roles,omitempty" maxItems:"20" doc:"Offices beside your own; these or places."`
	Places []string       `json:"places,omitempty" maxItems:"50" doc:"Places beside your own; * is the whole service."`
	Reason string         `json:"reason" maxLength:"500" required:"true"`
	Until  time.Time      `json:"until" required:"true" doc:"At most four hours away."`
}

type monitorChange struct {
	Act         custody.MonitorAct `json:"act" maxLength:"20" required:"true" doc:"appoint, dismiss or recover."`
	Official    string             `json:"official,omitempty" maxLength:"60" doc:"The monitor, to dismiss or recover."`
	Appointment *custody.Official  `json:"appointment,omitempty" doc:"As it is to be, to appoint."`
	Reason      string             `json:"reason" maxLength:"500" required:"true"`
}

type sessionsQuery struct {
	Official string `query:"official" maxLength:"60" doc:"Sessions of this official; your own without it."`
	All      bool   `query:"all" doc:"Of everybody whose sessions you keep."`
}

type looksQuery struct {
	Before int64 `query:"before" doc:"Looks before this entry."`
	Limit  int   `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

// Renewed is the answer to a fresh proof: the session goes on under a new token.
type Renewed struct {
	Token string `json:"token"`
}

// Sessions are sessions, newest first.
type Sessions struct {
	Sessions []access.Session `json:"sessions"`
}

// Passkeys are the passkeys of an official.
type Passkeys struct {
	Passkeys []access.Passkey `json:"passkeys"`
}

// OneTimeLink lets an official who was just appointed in, once.
type OneTimeLink struct {
	Code  string    `json:"code" doc:"Its official opens /enter and types it, or opens /enter?key=CODE."`
	Until time.Time `json:"until"`
}

// OfficialRecord is an official with their ways in and their sessions.
type OfficialRecord struct {
	Official custody.Official `json:"official"`
	Ways     *access.Ways     `json:"ways,omitempty" doc:"For the official and for those who keep their sessions."`
	Sessions []access.Session `json:"sessions,omitempty" doc:"For the same."`
}

// Half is one half of the way back in for an official.
type Half struct {
	Code string `json:"code" doc:"Good for an hour, with the half that another official gives."`
}

// Glasses are the offices and places that officials have taken for a while.
type Glasses struct {
	Glass []*custody.Glass `json:"glass"`
}

// MonitorChanges are changes to monitors' accounts, newest first.
type MonitorChanges struct {
	Changes []*custody.MonitorChange `json:"changes"`
}

// entrances registers the ways in, and what is done about them.
func (d *door) entrances() {
	d.proofs()
	d.factors()
	d.lostAndFirst()
	d.keptByTwo()
	read(d, "/people/{number}/looks", "Who looked at a person's record; asking is recorded", custody.ReadLooks, func(ctx context.Context, who *asker, q *looksQuery) (access.Looks, error) {
		return d.Access.WhoLooked(ctx, who.command(), who.subject, q.Before, q.Limit)
	})
}

// proofs registers sessions: proving anew who one is, listing, locking and ending them.
func (d *door) proofs() {
	post := func(path, summary string) operation {
		return operation{method: http.MethodPost, path: path, summary: summary, maxBody: 128 << 10, incomplete: true}
	}
	handle(d, post("/sessions/current/proof", "Prove anew who you are: unlocks the session and freshens the hand"),
		func(ctx context.Context, who *asker, in *proof) (*answer[Renewed], error) {
			token, err := d.Access.Prove(ctx, who.token, access.Proof{Password: in.Body.Password, Code: in.Body.Code}, who.source())
			return &answer[Renewed]{Renewed{token}}, err
		})
	handle(d, post("/sessions/current/passkey", "The same with a passkey"), func(ctx context.Context, who *asker, in *passkeyAnswer) (*answer[Renewed], error) {
		token, err := d.Access.ProveByPasskey(ctx, who.token, in.Body.Ceremony, in.Body.Answer, who.source())
		return &answer[Renewed]{Renewed{token}}, err
	})
	handle(d, post("/sessions/current/lock", "Lock the session until its official proves anew who they are"),
		func(ctx context.Context, who *asker, _ *nothing) (*nothing, error) {
			return &nothing{}, d.Access.Lock(ctx, who.token)
		})
	read(d, "/sessions", "The sessions", "", func(_ context.Context, who *asker, q *sessionsQuery) (Sessions, error) {
		of := q.Official
		if of == "" && !q.All {
			of = who.official.Name
		}
		list, err := d.Access.Sessions(who.official.Name, of, who.session)
		return Sessions{list}, err
	})
	end := operation{method: http.MethodDelete, path: "/sessions/{id}", summary: "End a session: your own, or that of another, which is recorded", status: http.StatusNoContent}
	handle(d, end, func(ctx context.Context, who *asker, _ *nothing) (*nothing, error) {
		return &nothing{}, d.Access.EndSession(ctx, who.command(), who.subject)
	})
	public := operation{method: http.MethodPost, path: "/sessions/passkey", summary: "Sign in with a passkey", public: true, maxBody: 128 << 10, status: http.StatusCreated}
	handle(d, public, func(ctx context.Context, who *asker, in *passkeyAnswer) (*answer[SignedIn], error) {
		token, official, err := d.Access.EnterByPasskey(ctx, in.Body.Ceremony, in.Body.Answer, who.source())
		return &answer[SignedIn]{SignedIn{token, official}}, err
	})
	ask := operation{method: http.MethodPost, path: "/passkeys/question", summary: "What to ask a passkey, to sign in or prove anew who you are", public: true}
	handle(d, ask, func(context.Context, *asker, *nothing) (*answer[access.Challenge], error) {
		challenge, err := d.Access.AskPasskey()
		return &answer[access.Challenge]{challenge}, err
	})
}

// factors registers the second factor and the passkeys of the official who asks. What has
// been set up already is changed by a fresh hand alone.
func (d *door) factors() {
	post := func(path, summary string) operation {
		return operation{method: http.MethodPost, path: path, summary: summary, maxBody: 128 << 10, incomplete: true}
	}
	handle(d, post("/second-factor", "Begin to set up codes from an authenticator app"), func(ctx context.Context, who *asker, _ *nothing) (*answer[access.Enrolment], error) {
		if err := d.fresh(who); err != nil {
			return nil, err
		}
		enrolment, err := d.Access.BeginSecondFactor(ctx, who.official.Name)
		return &answer[access.Enrolment]{enrolment}, err
	})
	handle(d, post("/second-factor/confirmation", "Take the codes into use, against one of them"), func(ctx context.Context, who *asker, in *code) (*answer[Renewed], error) {
		token, err := d.Access.ConfirmSecondFactor(ctx, who.token, in.Body.Code, who.source())
		return &answer[Renewed]{Renewed{token}}, err
	})
	handle(d, post("/passkeys/beginning", "Begin to add a passkey"), func(ctx context.Context, who *asker, in *passkeyName) (*answer[access.Challenge], error) {
		if err := d.fresh(who); err != nil {
			return nil, err
		}
		challenge, err := d.Access.BeginPasskey(ctx, who.token, in.Body.Name)
		return &answer[access.Challenge]{challenge}, err
	})
	handle(d, post("/passkeys", "Add the passkey that the browser made"), func(ctx context.Context, who *asker, in *passkeyAnswer) (*answer[Renewed], error) {
		token, err := d.Access.FinishPasskey(ctx, who.token, in.Body.Ceremony, in.Body.Answer, who.source())
		return &answer[Renewed]{Renewed{token}}, err
	})
	read(d, "/passkeys", "Your passkeys", "", func(ctx context.Context, who *asker, _ *nothing) (Passkeys, error) {
		list, err := d.Access.Passkeys(ctx, who.official.Name)
		return Passkeys{list}, err
	})
	remove := operation{method: http.MethodDelete, path: "/passkeys/{id}", summary: "Remove one of your passkeys", status: http.StatusNoContent}
	handle(d, remove, func(ctx context.Context, who *asker, _ *nothing) (*nothing, error) {
		return &nothing{}, d.Access.RemovePasskey(ctx, who.command(), who.token, who.subject)
	})
	rename := operation{method: http.MethodPost, path: "/passkeys/{id}/name", summary: "Call one of your passkeys otherwise", status: http.StatusNoContent}
	handle(d, rename, func(ctx context.Context, who *asker, in *newName) (*nothing, error) {
		return &nothing{}, d.Access.RenamePasskey(ctx, who.command(), who.subject, in.Body.Name)
	})
}

// fresh refuses what takes a hand that was proved lately.
func (d *door) fresh(who *asker) error {
	if d.Clock().Sub(who.hand) > d.Book.FreshHand() {
		return &custody.Refusal{Code: "hand-not-fresh", Reason: custody.Forbidden, Params: map[string]string{"official": who.official.Name}}
	}
	return nil
}

// lostAndFirst registers the first engineer of a new service, and the way back in.
func (d *door) lostAndFirst() {
	found := operation{method: http.MethodPost, path: "/first", summary: "Set up the first engineer, with the one-time link that the server printed", public: true, status: http.StatusCreated}
	handle(d, found, func(ctx context.Context, who *asker, in *firstEngineer) (*answer[Renewed], error) {
		o := custody.Official{Name: in.Body.Name, FullName: in.Body.FullName}
		token, err := d.Access.Found(ctx, in.Body.Link, o, in.Body.Password, who.source())
		return &answer[Renewed]{Renewed{token}}, err
	})
	give := operation{method: http.MethodPost, path: "/officials/{name}/recovery", summary: "Give one half of the way back in for an official; another gives the other half", status: http.StatusCreated}
	handle(d, give, func(ctx context.Context, who *asker, _ *nothing) (*answer[Half], error) {
		half, err := d.Access.GiveRecovery(ctx, who.command(), who.subject)
		return &answer[Half]{Half{half}}, err
	})
	d.waysIn()
	recover := operation{method: http.MethodPost, path: "/recovery", summary: "Come back in with the halves that two officials gave", public: true, status: http.StatusCreated}
	handle(d, recover, func(ctx context.Context, who *asker, in *recovery) (*answer[Renewed], error) {
		token, err := d.Access.Recover(ctx, in.Body.Name, in.Body.Codes, in.Body.Password, who.source())
		return &answer[Renewed]{Renewed{token}}, err
	})
	link := operation{method: http.MethodPost, path: "/officials/{name}/subject", summary: "Link an official to a subject of the service's own OpenID provider", status: http.StatusNoContent}
	handle(d, link, func(ctx context.Context, who *asker, in *subject) (*nothing, error) {
		if who.subject == who.official.Name {
			if err := d.fresh(who); err != nil {
				return nil, err
			}
		}
		return &nothing{}, d.Access.LinkSubject(ctx, who.command(), who.subject, in.Body.Subject)
	})
}

// keptByTwo registers broken glass and the monitors' accounts.
func (d *door) keptByTwo() {
	command(d, "/glass", "Take an office or places beyond your own for a while, with a reason", func(ctx context.Context, c book.Command, _ string, in *glass) (book.Written, error) {
		return d.Access.BreakGlass(ctx, c, custody.Glass{Roles: in.Roles, Places: in.Places, Reason: in.Reason, Until: in.Until})
	})
	command(d, "/glass/{id}/mending", "Put back what you took", func(ctx context.Context, c book.Command, id string, _ *nothing) (book.Written, error) {
		return d.Access.MendGlass(ctx, c, id)
	})
	read(d, "/glass", "The glass that stands broken", "", func(context.Context, *asker, *nothing) (Glasses, error) {
		return Glasses{d.Access.Glass("")}, nil
	})
	command(d, "/monitors/changes", "Turn the first key to a change of a monitor's account", func(ctx context.Context, c book.Command, _ string, in *monitorChange) (book.Written, error) {
		return d.Access.ProposeMonitor(ctx, c, custody.MonitorChange{Act: in.Act, Official: in.Official, Appointment: in.Appointment, Reason: in.Reason})
	})
	command(d, "/monitors/changes/{id}/confirmation", "Turn the second key, which carries the change out", func(ctx context.Context, c book.Command, id string, _ *nothing) (book.Written, error) {
		return d.Access.ConfirmMonitor(ctx, c, id)
	})
	read(d, "/monitors/changes", "Changes to monitors' accounts, newest first", "", func(context.Context, *asker, *nothing) (MonitorChanges, error) {
		return MonitorChanges{d.Access.MonitorNotices(false)}, nil
	})
}

// waysIn registers what whoever keeps officials sees and does of one's ways in.
func (d *door) waysIn() {
	read(d, "/officials/{name}", "An official, their ways in and their sessions", "", func(ctx context.Context, who *asker, _ *nothing) (OfficialRecord, error) {
		return d.officialRecord(ctx, who)
	})
	give := operation{method: http.MethodPost, path: "/officials/{name}/link", summary: "Make the one-time link by which an official who was just appointed comes in", status: http.StatusCreated}
	handle(d, give, func(ctx context.Context, who *asker, _ *nothing) (*answer[OneTimeLink], error) {
		code, until, err := d.Access.GiveLink(ctx, who.command(), who.subject)
		return &answer[OneTimeLink]{OneTimeLink{code, until}}, err
	})
	enter := operation{method: http.MethodPost, path: "/sessions/link", summary: "Come in by a one-time link, and choose a password", public: true, status: http.StatusCreated}
	handle(d, enter, func(ctx context.Context, who *asker, in *oneTimeLink) (*answer[SignedIn], error) {
		token, official, err := d.Access.EnterByLink(ctx, in.Body.Code, in.Body.Password, who.source())
		return &answer[SignedIn]{SignedIn{token, official}}, err
	})
	revoke := operation{method: http.MethodPost, path: "/officials/{name}/revocations", summary: "Take a way in from an official; their sessions end", status: http.StatusNoContent}
	handle(d, revoke, func(ctx context.Context, who *asker, in *revocation) (*nothing, error) {
		return &nothing{}, d.Access.Revoke(ctx, who.command(), who.subject, in.Body.Way, in.Body.ID)
	})
}

// officialRecord reads an official for themselves, and for those who may read the officials of where they serve.
func (d *door) officialRecord(ctx context.Context, who *asker) (r OfficialRecord, err error) {
	name := who.subject
	d.Book.Read(func(s *custody.State) {
		o := s.Officials.Get(name)
		if o == nil || name != who.official.Name && s.May(who.official.Name, custody.ReadOfficials, s.ServedBy(name)...) != nil {
			err = custody.Unknown("official", name)
			return
		}
		r.Official = *o
	})
	if err != nil {
		return r, err
	}
	ways, err := d.Access.Ways(ctx, who.official.Name, name)
	if refusal, refused := custody.RefusalOf(err); refused && refusal.Reason == custody.Forbidden {
		return r, nil // who holds office, and no more
	}
	if err != nil {
		return r, err
	}
	r.Ways = &ways
	r.Sessions, err = d.Access.Sessions(who.official.Name, name, who.session)
	return r, err
}
