package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"text/tabwriter"
	"time"

	"habeas.example/habeas/internal/access"
	"habeas.example/habeas/internal/api"
	"habeas.example/habeas/internal/custody"
)

type userListCommand struct{ asOfficial }

// Run lists those in office, by user name.
func (c *userListCommand) Run(ctx context.Context, t *terminal) error {
	return c.at(ctx, t, func(o *official) error {
		var all api.Officials
		if err := o.call(ctx, http.MethodGet, "/officials", nil, &all); err != nil {
			return err
		}
		if c.JSON {
			return printJSON(t, all)
		}
		w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
		for _, one := range all.Officials {
			switch o := (custody.Official{Roles: one.Roles, Establishment: one.Establishment, Places: one.Places}); {
			case !one.Dismissed.IsZero():
			case len(one.Roles) == 0: // of this one, whoever asks may know the name alone
				fmt.Fprintf(w, "%s\t%s\n", one.Name, one.FullName)
			default:
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", one.Name, one.FullName, rolesOf(t, o), placesOf(t, o))
			}
		}
		return w.Flush()
	})
}

func rolesOf(t *terminal, o custody.Official) string {
	said := make([]string, len(o.Roles))
	for i, r := range o.Roles {
		said[i] = t.words.Say("role."+string(r), nil)
	}
	return strings.Join(said, ", ")
}

func placesOf(t *terminal, o custody.Official) string {
	if posts := o.Posts(); len(posts) > 0 {
		return strings.Join(posts, ", ")
	}
	return t.words.Say("page.officials.whole-service", nil)
}

type userShowCommand struct {
	asOfficial
	Name string `arg:""`
}

// Run shows an official, how they come in, and their sessions.
func (c *userShowCommand) Run(ctx context.Context, t *terminal) error {
	return c.at(ctx, t, func(o *official) error {
		var r api.OfficialRecord
		if err := o.call(ctx, http.MethodGet, "/officials/"+c.Name, nil, &r); err != nil {
			return err
		}
		if c.JSON {
			return printJSON(t, r)
		}
		say := func(id string, params map[string]any) string { return t.words.Say("page.officials."+id, params) }
		at := func(when time.Time) string { return t.words.DateTime(when, time.UTC) }
		w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
		fmt.Fprintf(w, "%s\t%s (%s)\n%s\t%s\n%s\t%s\n", say("official", nil), r.Official.FullName, r.Official.Name, say("roles", nil), rolesOf(t, r.Official), say("where", nil), placesOf(t, r.Official))
		if r.Ways != nil {
			if r.Ways.Password {
				fmt.Fprintf(w, "%s\t%s\n", say("ways", nil), say("password", nil))
			}
			if !r.Ways.Codes.IsZero() {
				fmt.Fprintf(w, "%s\t%s\n", say("ways", nil), say("codes-since", map[string]any{"since": at(r.Ways.Codes)}))
			}
			for _, k := range r.Ways.Passkeys {
				fmt.Fprintf(w, "%s\t%s %s\n", say("passkey", nil), k.ID, k.Name)
			}
			for _, a := range r.Ways.Accounts {
				fmt.Fprintf(w, "%s\t%s\n", say("account", nil), a.Subject)
			}
		}
		for _, s := range r.Sessions {
			fmt.Fprintf(w, "%s\t%s  %s  %s  %s\n", say("open-sessions", nil), s.ID, at(s.Started), say("method."+s.Method, nil), s.Address)
		}
		return w.Flush()
	})
}

type userAppointCommand struct {
	asOfficial
	Name          string   `arg:""`
	FullName      string   `required:""`
	Roles         []string `required:""`
	Establishment string
	Places        []string `placeholder:"CODE"`
}

// Run appoints an official, or changes an appointment. Whoever is new is given a one-time link to come in by.
func (c *userAppointCommand) Run(ctx context.Context, t *terminal) error {
	return c.at(ctx, t, func(o *official) error {
		appointed := custody.Official{Name: c.Name, FullName: c.FullName, Establishment: c.Establishment, Places: c.Places}
		for _, r := range c.Roles {
			appointed.Roles = append(appointed.Roles, custody.Role(r))
		}
		if err := o.call(ctx, http.MethodPost, "/officials", map[string]any{"official": appointed}, nil); err != nil {
			return err
		}
		var r api.OfficialRecord
		if err := o.call(ctx, http.MethodGet, "/officials/"+c.Name, nil, &r); err != nil {
			return err
		}
		if r.Ways == nil || r.Ways.Begun {
			_, err := fmt.Fprintln(t.out, t.words.Say("cli.appointed", map[string]any{"name": c.Name}))
			return err
		}
		return o.printLink(ctx, t, c.Name, c.JSON)
	})
}

// printLink makes a one-time link and prints it. It is shown once.
func (o *official) printLink(ctx context.Context, t *terminal, name string, asJSON bool) error {
	var link api.OneTimeLink
	if err := o.call(ctx, http.MethodPost, "/officials/"+name+"/link", struct{}{}, &link); err != nil {
		return err
	}
	if asJSON {
		return printJSON(t, link)
	}
	_, err := fmt.Fprintln(t.out, t.words.Say("cli.link-once", map[string]any{"name": name, "code": link.Code, "path": "/enter?key=" + link.Code}))
	return err
}

type userLinkCommand struct {
	asOfficial
	Name string `arg:""`
}

// Run makes the one-time link of somebody who has no way in yet.
func (c *userLinkCommand) Run(ctx context.Context, t *terminal) error {
	return c.at(ctx, t, func(o *official) error { return o.printLink(ctx, t, c.Name, c.JSON) })
}

type userDismissCommand struct {
	asOfficial
	Name string `arg:""`
}

// Run ends an official's office and their sessions.
func (c *userDismissCommand) Run(ctx context.Context, t *terminal) error {
	return c.order(ctx, t, "/officials/"+c.Name+"/dismissal", struct{}{}, func(string) string {
		return t.words.Say("cli.dismissed", map[string]any{"name": c.Name})
	})
}

type userRevokeCommand struct {
	asOfficial
	Name    string `arg:""`
	Codes   bool   `xor:"way" required:""`
	Passkey string `xor:"way" required:"" placeholder:"ID"`
	Account string `xor:"way" required:"" placeholder:"ID"`
}

// Run takes a way in from an official.
func (c *userRevokeCommand) Run(ctx context.Context, t *terminal) error {
	way, id := access.WayCodes, ""
	switch {
	case c.Passkey != "":
		way, id = access.WayPasskey, c.Passkey
	case c.Account != "":
		way, id = access.WayAccount, c.Account
	}
	return c.at(ctx, t, func(o *official) error {
		if err := o.call(ctx, http.MethodPost, "/officials/"+c.Name+"/revocations", map[string]any{"way": way, "id": id}, nil); err != nil {
			return err
		}
		_, err := fmt.Fprintln(t.out, t.words.Say("page.officials.done.revocation", nil))
		return err
	})
}

type userEndSessionCommand struct {
	asOfficial
	Session string `arg:""`
}

// Run ends a session, one's own or that of another.
func (c *userEndSessionCommand) Run(ctx context.Context, t *terminal) error {
	return c.at(ctx, t, func(o *official) error {
		if err := o.call(ctx, http.MethodDelete, "/sessions/"+c.Session, nil, nil); err != nil {
			return err
		}
		_, err := fmt.Fprintln(t.out, t.words.Say("page.officials.done.session", nil))
		return err
	})
}
