package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/transfer"
)

// manifestFile is a file of people to be listed.
type manifestFile struct {
	Key     string `header:"Idempotency-Key" maxLength:"100"`
	Name    string `query:"name" maxLength:"200" doc:"Of the file; the manifest keeps it as its source."`
	Apply   bool   `query:"apply" doc:"List the people; otherwise a dry run, which lists nobody."`
	RawBody []byte
}

// manifestSearch picks people from the roll of the establishment of origin.
type manifestSearch struct {
	transfer.Query
	Apply  bool   `json:"apply,omitempty" doc:"List the people; otherwise a preview, which lists nobody."`
	Digest string `json:"digest,omitempty" maxLength:"64" doc:"Of a preview: list those people or nobody."`
}

type searchOrder struct {
	Key  string `header:"Idempotency-Key" maxLength:"100"`
	Body *manifestSearch
}

// manifests registers manifests from a file and from a query. Both answer with a report, also
// when rows are refused; nobody is then listed.
func (d *door) manifests() {
	file := operation{method: http.MethodPost, path: "/transfers/{id}/manifest/file", summary: "List people from a CSV or XLSX file, all or none", maxBody: largeBody}
	handle(d, file, func(ctx context.Context, who *asker, in *manifestFile) (*answer[transfer.Loading], error) {
		c := book.Command{By: who.official.Name, Key: in.Key}
		if in.Key != "" {
			digest := sha256.Sum256(append([]byte(who.path+"\x00"), in.RawBody...))
			c.Digest = hex.EncodeToString(digest[:])
		}
		name := in.Name
		if name == "" {
			name = "manifest"
		}
		report, err := d.Transfer.LoadFile(ctx, c, who.subject, transfer.File{Name: name, Body: bytes.NewReader(in.RawBody), Apply: in.Apply}, d.Clock())
		return &answer[transfer.Loading]{report}, err
	})
	query := operation{method: http.MethodPost, path: "/transfers/{id}/manifest/query", summary: "List people picked from the roll, all or none"}
	handle(d, query, func(ctx context.Context, who *asker, in *searchOrder) (*answer[transfer.Picking], error) {
		search := in.Body
		if search == nil {
			search = &manifestSearch{}
		}
		c := book.Command{By: who.official.Name, Key: in.Key}
		if in.Key != "" {
			digest, err := digestOf(http.MethodPost, who.path, search)
			if err != nil {
				return nil, err
			}
			c.Digest = digest
		}
		report, err := d.Transfer.LoadQuery(ctx, c, who.subject, search.Query, search.Digest, search.Apply, d.Clock())
		return &answer[transfer.Picking]{report}, err
	})
}
