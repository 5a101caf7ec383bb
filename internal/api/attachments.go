package api

import (
	"context"
	"net/http"
)

type upload struct {
	RawBody []byte
}

// Kept is the answer to an attachment: its name from now on.
type Kept struct {
	Hash string `json:"hash" doc:"SHA-256 of the file, in hexadecimal: what a record names it by."`
}

// attachments registers files: papers and photographs.
func (d *door) attachments() {
	put := operation{method: http.MethodPut, path: "/attachments", summary: "Keep a file: JPEG, PNG or PDF", maxBody: largeBody}
	handle(d, put, func(ctx context.Context, who *asker, in *upload) (*answer[Kept], error) {
		hash, err := d.Roll.KeepAttachment(ctx, who.official.Name, in.RawBody)
		return &answer[Kept]{Kept{hash}}, err
	})
	get := operation{method: http.MethodGet, path: "/attachments/{hash}", summary: "A file; looking is recorded"}
	handle(d, get, func(ctx context.Context, who *asker, _ *nothing) (*file, error) {
		a, err := d.Roll.Attachment(ctx, who.command(), who.subject)
		return &file{ContentType: a.Type, Disposition: `inline; filename="` + a.Name() + `"`, Body: a.Bytes}, err
	})
}
