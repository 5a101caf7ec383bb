package page

import (
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"

	"habeas.example/habeas/internal/custody"
)

// Bounds of a form with a file, besides the file's own.
const (
	maxUploadFields = 50
	maxFileName     = 200 // characters that are kept
)

// File is a file that came with a form. It was held in memory alone: what people send about other people is not left in a
// folder for temporary files.
type File struct {
	Name  string // without folders, one line, at most 200 characters
	Bytes []byte
}

// ReadUpload reads a form with a file in the field of that name, of at most max bytes; the other fields can then be asked for
// with Typed and Sent, as after ReadForm. Fields are read in the order of the page, so that those before the file are there
// when the file is refused. Refusals: "upload-too-large" (params field and max, in megabytes), for which no more is read than
// max and a little, and nothing of the file if the request says its length; "upload-missing".
func (v *Visit) ReadUpload(field string, max int64) (File, error) {
	v.R.PostForm = url.Values{}
	parts, err := v.R.MultipartReader()
	if err != nil {
		return File{}, errBadForm
	}
	file := File{}
	for range maxUploadFields {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			if file.Name == "" && len(file.Bytes) == 0 {
				return File{}, custody.InvalidInput("upload-missing", "field", field)
			}
			return file, nil
		}
		if err != nil {
			return File{}, tooLarge(badForm(err), field, max)
		}
		if part.FormName() != field {
			text, err := io.ReadAll(io.LimitReader(part, maxForm+1))
			if err != nil || len(text) > maxForm {
				return File{}, badForm(err)
			}
			v.R.PostForm.Add(part.FormName(), string(text))
			continue
		}
		if v.R.ContentLength > max+maxForm {
			return File{}, tooLarge(&http.MaxBytesError{}, field, max)
		}
		if file, err = readFile(part, max); err != nil {
			return File{}, tooLarge(err, field, max)
		}
	}
	return File{}, errBadForm
}

// readFile reads a part of a form to its end, or no further than one byte too many.
func readFile(part *multipart.Part, max int64) (File, error) {
	content, err := io.ReadAll(io.LimitReader(part, max+1))
	if err != nil {
		return File{}, badForm(err)
	}
	if int64(len(content)) > max {
		return File{}, &http.MaxBytesError{Limit: max}
	}
	return File{Name: fileName(part.FileName()), Bytes: content}, nil
}

// fileName is a file's name as a page may show it and a record may hold it.
func fileName(sent string) string {
	name := path.Base(strings.ReplaceAll(strings.ToValidUTF8(sent, "\uFFFD"), `\`, "/"))
	if name == "." || name == "/" {
		return ""
	}
	runes := []rune(strings.Join(strings.FieldsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }), " "))
	return string(runes[:min(len(runes), maxFileName)])
}

// tooLarge turns the error of reading beyond a bound into a refusal that a form shows beside its field.
func tooLarge(err error, field string, max int64) error {
	if bound := (*http.MaxBytesError)(nil); errors.As(err, &bound) {
		return custody.InvalidInput("upload-too-large", "field", field, "max", strconv.FormatInt(max>>20, 10))
	}
	return err
}
