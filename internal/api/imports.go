package api

import (
	"bytes"
	"context"
	"net/http"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/roll"
)

// importFile is a file of places or of people.
type importFile struct {
	Kind    roll.ImportKind `query:"kind" enum:"places,people" required:"true" doc:"What the file is a table of."`
	Name    string          `query:"name" maxLength:"200" doc:"Of the file; its rows keep it in the quarantine."`
	Into    string          `query:"into" maxLength:"60" doc:"People: the place for rows that name none."`
	Apply   bool            `query:"apply" doc:"Take the good rows; otherwise a dry run, which keeps nothing."`
	RawBody []byte
}

// WaitingFiles are files of which rows wait in the quarantine, the newest first.
type WaitingFiles struct {
	Files []roll.QuarantinedFile `json:"files"`
}

// waitingQuery names a file of which rows wait, as the list of files does.
type waitingQuery struct {
	File  string          `query:"file" required:"true" doc:"As the list of files names it."`
	Kind  roll.ImportKind `query:"kind" enum:"places,people" required:"true"`
	Kept  time.Time       `query:"kept" required:"true" doc:"When the file was imported, as the list of files says it."`
	Skip  int             `query:"skip" minimum:"0" doc:"How many of its rows to pass over."`
	Limit int             `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

// WaitingRows are rows of one file that wait to be mended, by line.
type WaitingRows struct {
	Rows []roll.QuarantinedRow `json:"rows"`
}

type mending struct {
	Cells []string `json:"cells" required:"true" maxItems:"1000" doc:"One for each of the row's, mended or not."`
}

// MendedRow is what became of a row that was tried again.
type MendedRow struct {
	Taken bool                 `json:"taken" doc:"It was taken, and waits no more."`
	Row   *roll.QuarantinedRow `json:"row,omitempty" doc:"As it waits on, with what is wrong."`
	Reply *Reply               `json:"reply,omitempty" doc:"What was recorded when it was taken."`
}

// imports registers files of places and people, and the quarantine of the rows that were not
// taken. The very same file counts once, so none needs an idempotency key.
func (d *door) imports() {
	file := operation{method: http.MethodPost, path: "/imports", summary: "Take in a CSV or XLSX file of places or people; refused rows wait in the quarantine", maxBody: largeBody}
	handle(d, file, func(ctx context.Context, who *asker, in *importFile) (*answer[roll.ImportReport], error) {
		name := in.Name
		if name == "" {
			name = string(in.Kind)
		}
		report, err := d.Roll.Import(ctx, who.command(), roll.Import{Kind: in.Kind, Name: name, File: bytes.NewReader(in.RawBody), Into: in.Into, Apply: in.Apply}, d.Clock())
		return &answer[roll.ImportReport]{report}, err
	})
	read(d, "/quarantine", "The files of which rows wait to be mended by the official", "", func(ctx context.Context, who *asker, _ *nothing) (WaitingFiles, error) {
		files, err := d.Roll.SeenBy(who.official.Name).WaitingFiles(ctx)
		return WaitingFiles{append([]roll.QuarantinedFile{}, files...)}, err
	})
	read(d, "/quarantine/rows", "Rows of a file that wait; looking at people is recorded", "", func(ctx context.Context, who *asker, q *waitingQuery) (WaitingRows, error) {
		of := roll.QuarantinedFile{File: q.File, Kind: q.Kind, Kept: q.Kept}
		rows, err := d.Roll.SeenBy(who.official.Name).WaitingRows(ctx, who.command(), of, q.Skip, q.Limit)
		return WaitingRows{append([]roll.QuarantinedRow{}, rows...)}, err
	})
	read(d, "/quarantine/rows/{id}", "A row that waits; looking at people is recorded", "", func(ctx context.Context, who *asker, _ *nothing) (roll.QuarantinedRow, error) {
		return d.Roll.SeenBy(who.official.Name).WaitingRow(ctx, who.command(), who.subject)
	})
	mend := operation{method: http.MethodPost, path: "/quarantine/rows/{id}/cells", summary: "Try a row of the quarantine again with mended cells", maxBody: largeBody}
	commandAnswering(d, mend, func(ctx context.Context, c book.Command, id string, in *mending) (roll.Mended, error) {
		return d.Roll.SeenBy(c.By).Mend(ctx, c, id, in.Cells, d.Clock())
	}, func(ctx context.Context, m roll.Mended, all bool) (MendedRow, error) {
		if !m.Taken() {
			return MendedRow{Row: &m.Row}, nil
		}
		reply, err := d.reply(ctx, m.Written, all)
		return MendedRow{Taken: true, Reply: reply}, err
	})
	command(d, "/quarantine/rows/{id}/drop", "Drop a row of the quarantine, for a reason", func(ctx context.Context, c book.Command, id string, in *reason) (book.Written, error) {
		return d.Roll.SeenBy(c.By).Drop(ctx, c, id, in.Reason)
	})
}
