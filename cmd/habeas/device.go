package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"text/tabwriter"

	"habeas.example/habeas/internal/custody"
)

type deviceCommand struct {
	Add    deviceAddCommand    `cmd:""`
	List   deviceListCommand   `cmd:""`
	Revoke deviceRevokeCommand `cmd:""`
}

type deviceAddCommand struct {
	asOfficial
	Name string `arg:""`
	For  string `required:"" env:"HABEAS_DEVICE_FOR" placeholder:"NAME"`
}

// Run registers a handheld and prints its code, once.
func (c *deviceAddCommand) Run(ctx context.Context, t *terminal) error {
	return c.at(ctx, t, func(o *official) error {
		var registered struct {
			ID   string `json:"id"`
			Code string `json:"code"`
		}
		if err := o.call(ctx, http.MethodPost, "/devices", map[string]string{"name": c.Name, "official": c.For}, &registered); err != nil {
			return err
		}
		if c.JSON {
			return printJSON(t, registered)
		}
		_, err := fmt.Fprintln(t.out, t.words.Say("cli.device-registered", map[string]any{"id": registered.ID, "name": c.Name, "official": c.For, "code": registered.Code}))
		return err
	})
}

type deviceListCommand struct {
	asOfficial
}

func (c *deviceListCommand) Run(ctx context.Context, t *terminal) error {
	return c.at(ctx, t, func(o *official) error {
		var list struct {
			Devices []custody.Device `json:"devices"`
		}
		if err := o.call(ctx, http.MethodGet, "/devices", nil, &list); err != nil {
			return err
		}
		if c.JSON {
			return printJSON(t, list)
		}
		table := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
		for _, d := range list.Devices {
			state := "page.devices.in-use"
			switch {
			case !d.Lives():
				state = "page.devices.revoked"
			case d.Key == "":
				state = "page.devices.waiting"
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", d.ID, d.Name, d.Official, t.words.Say(state, nil), d.Reason)
		}
		return table.Flush()
	})
}

type deviceRevokeCommand struct {
	asOfficial
	Device string `arg:""`
	Reason string `required:""`
}

func (c *deviceRevokeCommand) Run(ctx context.Context, t *terminal) error {
	return c.order(ctx, t, "/devices/"+url.PathEscape(c.Device)+"/revocation", map[string]string{"reason": c.Reason}, func(id string) string {
		return t.words.Say("cli.device-revoked", map[string]any{"id": id})
	})
}
