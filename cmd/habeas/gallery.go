package main

import (
	"context"

	"habeas.example/habeas/internal/web"
	"habeas.example/habeas/internal/web/gallery"
)

type galleryCommand struct {
	Listen      string `default:"127.0.0.1:8081"`
	AddressFile string `type:"path" placeholder:"FILE"`
}

// Run serves the gallery until it is told to stop.
func (c *galleryCommand) Run(ctx context.Context, t *terminal) error {
	if err := web.Ready(); err != nil {
		return err
	}
	listener, err := listen(c.Listen, false)
	if err != nil {
		return err
	}
	if err := announce(t, listener, false, c.AddressFile); err != nil {
		return err
	}
	return serve(ctx, listener, gallery.New(), nil)
}
