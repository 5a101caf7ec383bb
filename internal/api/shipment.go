package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"habeas.example/habeas/internal/access"
	"habeas.example/habeas/internal/custody"
)

// What a handheld says of a request beside it, and signs together with it.
const (
	deviceHeader    = "Habeas-Device"
	handHeader      = "Habeas-Hand"      // the official who entered it
	clockHeader     = "Habeas-Clock"     // what the device's own clock said then, in RFC 3339
	signatureHeader = "Habeas-Signature" // see custody.State.Signed
	shipmentFormat  = "habeas-handheld/1"
)

// shipment is a request as a handheld signed it.
type shipment struct {
	access.Shipment
	clock time.Time
}

type shipmentKey struct{}

// withShipment reads what a handheld signed of a request: its method, its address, who
// entered it when by the device's clock, its idempotency key, and its body. What says
// nothing of a handheld passes as it is.
func withShipment(r *http.Request) (*http.Request, error) {
	h := r.Header
	device := h.Get(deviceHeader)
	if device == "" {
		return r, nil
	}
	clock, err := time.Parse(time.RFC3339, h.Get(clockHeader))
	if err != nil {
		return nil, custody.InvalidInput("device-clock-malformed", "device", device)
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, smallBody+1))
	if tooLarge := (*http.MaxBytesError)(nil); len(body) > smallBody || errors.As(err, &tooLarge) {
		return nil, plainProblem(http.StatusRequestEntityTooLarge, "body-too-large")
	}
	if err != nil {
		return nil, plainProblem(http.StatusBadRequest, "request-invalid")
	}
	sum := sha256.Sum256(body)
	content := strings.Join([]string{shipmentFormat, r.Method + " " + r.URL.RequestURI(), device, h.Get(handHeader), h.Get(clockHeader), h.Get("Idempotency-Key"),
		hex.EncodeToString(sum[:])}, "\n")
	sent := &shipment{access.Shipment{Device: device, Hand: h.Get(handHeader), Content: []byte(content), Signature: h.Get(signatureHeader)}, clock}
	shipped := r.WithContext(context.WithValue(r.Context(), shipmentKey{}, sent))
	shipped.Body = io.NopCloser(bytes.NewReader(body))
	return shipped, nil
}

// fromHandheld refuses what a handheld is said to have sent and did not, or sends for
// another hand than that of the session. It notes what it vouches for with the asker.
func (d *door) fromHandheld(ctx context.Context, who *asker) error {
	sent, is := ctx.Value(shipmentKey{}).(*shipment)
	if !is {
		return nil
	}
	if err := d.Access.FromDevice(who.official.Name, sent.Shipment); err != nil {
		return fmt.Errorf("take what a handheld sent: %w", err)
	}
	who.shipment = sent
	return nil
}
