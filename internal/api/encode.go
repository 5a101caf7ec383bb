package api

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"habeas.example/habeas/internal/seal"
)

// jsonFormat is how bodies are read and written: as huma does, but for the reply to a
// command, which is written from the very bytes that were sealed, without encoding its
// entries a second time.
var jsonFormat = huma.Format{
	Marshal: func(w io.Writer, v any) error {
		r, ok := v.(*Reply)
		if !ok {
			return huma.DefaultJSONFormat.Marshal(w, v)
		}
		text, err := r.encode()
		if err != nil {
			return err
		}
		_, err = w.Write(text)
		return err
	},
	Unmarshal: huma.DefaultJSONFormat.Unmarshal,
}

// encode writes the reply as its tags say.
func (r *Reply) encode() ([]byte, error) {
	id, err := json.Marshal(r.ID)
	if err != nil {
		return nil, err
	}
	checkpoint, err := json.Marshal(r.Checkpoint)
	if err != nil {
		return nil, err
	}
	size := 128 + len(id) + len(checkpoint) + hashSize*len(r.Proof)
	for _, b := range r.bodies {
		size += len(b) + 1
	}
	for _, p := range r.Proofs {
		size += hashSize*len(p) + 3
	}
	text := make([]byte, 0, size)
	text = strconv.AppendInt(append(text, `{"first":`...), r.First, 10)
	text = strconv.AppendInt(append(text, `,"count":`...), int64(r.Count), 10)
	text = strconv.AppendInt(append(text, `,"size":`...), r.Size, 10)
	text = strconv.AppendBool(append(text, `,"replayed":`...), r.Replayed)
	if r.ID != "" {
		text = append(append(text, `,"id":`...), id...)
	}
	text = append(text, `,"entries":[`...)
	for i, b := range r.bodies {
		text = append(comma(text, i), b...)
	}
	text = append(append(text, `],"checkpoint":`...), checkpoint...)
	if len(r.Proof) > 0 {
		text = appendHashes(append(text, `,"proof":`...), r.Proof)
	}
	if len(r.Proofs) > 0 {
		text = append(text, `,"proofs":[`...)
		for i, p := range r.Proofs {
			text = appendHashes(comma(text, i), p)
		}
		text = append(text, ']')
	}
	return append(text, "}\n"...), nil
}

// hashSize is about how many bytes a hash takes in JSON: base64 in quotes, and a comma.
const hashSize = 47

func appendHashes(text []byte, hashes []seal.Hash) []byte {
	text = append(text, '[')
	for i, h := range hashes {
		text = append(comma(text, i), '"')
		text = append(base64.StdEncoding.AppendEncode(text, h[:]), '"')
	}
	return append(text, ']')
}

// comma sets what comes after the first apart from it.
func comma(text []byte, i int) []byte {
	if i > 0 {
		text = append(text, ',')
	}
	return text
}
