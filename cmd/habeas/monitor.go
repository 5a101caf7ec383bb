package main

import (
	"context"
	"fmt"
	"net/http"

	"habeas.example/habeas/internal/custody"
)

type monitorCommand struct {
	Propose monitorProposeCommand `cmd:""`
	Confirm monitorConfirmCommand `cmd:""`
	Half    monitorHalfCommand    `cmd:""`
}

type monitorProposeCommand struct {
	asOfficial
	Name          string `arg:""`
	FullName      string
	Establishment string
	Dismiss       bool
	Recover       bool
	Reason        string `required:""`
}

// Run turns the first key to a change of a monitor's account.
func (c *monitorProposeCommand) Run(ctx context.Context, t *terminal) error {
	body := map[string]any{"act": custody.AppointMonitor, "reason": c.Reason}
	switch {
	case c.Dismiss:
		body["act"], body["official"] = custody.DismissMonitor, c.Name
	case c.Recover:
		body["act"], body["official"] = custody.RecoverMonitor, c.Name
	default:
		body["appointment"] = custody.Official{Name: c.Name, FullName: c.FullName, Establishment: c.Establishment, Roles: []custody.Role{custody.Monitor}}
	}
	return c.order(ctx, t, "/monitors/changes", body, func(id string) string {
		return t.words.Say("cli.monitor-proposed", map[string]any{"id": id, "name": c.Name})
	})
}

type monitorConfirmCommand struct {
	asOfficial
	Change string `arg:""`
}

// Run turns the second key.
func (c *monitorConfirmCommand) Run(ctx context.Context, t *terminal) error {
	return c.order(ctx, t, "/monitors/changes/"+c.Change+"/confirmation", struct{}{}, func(string) string {
		return t.words.Say("cli.monitor-confirmed", nil)
	})
}

type monitorHalfCommand struct {
	asOfficial
	Name string `arg:""`
}

// Run gives one half of the way in of an official: a monitor who was just appointed, or
// anybody who has lost theirs.
func (c *monitorHalfCommand) Run(ctx context.Context, t *terminal) error {
	return c.at(ctx, t, func(o *official) error {
		var half struct {
			Code string `json:"code"`
		}
		if err := o.call(ctx, http.MethodPost, "/officials/"+c.Name+"/recovery", struct{}{}, &half); err != nil {
			return err
		}
		if c.JSON {
			return printJSON(t, half)
		}
		_, err := fmt.Fprintln(t.out, t.words.Say("cli.half-once", map[string]any{"name": c.Name, "code": half.Code}))
		return err
	})
}
