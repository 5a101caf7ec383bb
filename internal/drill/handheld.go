package drill

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"habeas.example/habeas/internal/custody"
)

// slow is by how much the clock of the handheld that counts without a network is behind, and
// cutFor how long it finds none after its last slip.
const (
	slow   = 4 * time.Minute
	cutFor = 25 * time.Minute
)

// handheld is a registered device in the hand of an official, with a session of its own.
type handheld struct {
	*session
	id    string
	key   *ecdsa.PrivateKey
	clock time.Time // what its own clock said when what it sends was entered
}

// lateSlip is what was counted with a handheld and waits for the line.
type lateSlip struct {
	landing string
	counted time.Time
}

// handhelds registers those that the centre has: two are taken into use, a third never turns
// up and is revoked.
func (p *play) handhelds(ctx context.Context) (used *handheld, err error) {
	for i, name := range []string{"12", "13", "14"} {
		official := fmt.Sprintf("galeria%d", i+1)
		id, code, err := p.register(ctx, name, official)
		if err != nil {
			return nil, err
		}
		if i == 2 {
			_, err := p.as("jefe.servicio").order(ctx, "/devices/"+id+"/revocation", map[string]any{"reason": "No apareció en la entrega del turno"})
			return used, err
		}
		taken, err := p.takeIntoUse(ctx, p.as(official), id, code)
		if err != nil {
			return nil, err
		}
		if used == nil {
			used = taken
		}
	}
	return used, nil
}

func (p *play) register(ctx context.Context, name, official string) (id, code string, err error) {
	var registered struct {
		ID   string `json:"id"`
		Code string `json:"code"`
	}
	err = p.as("jefe.servicio").call(ctx, http.MethodPost, "/devices", map[string]any{"name": name, "official": official}, &registered)
	return registered.ID, registered.Code, err
}

// takeIntoUse signs an official in on a device, which makes its key. The seed makes it, like
// all else here: nobody's custody hangs on a handheld of the drill.
func (p *play) takeIntoUse(ctx context.Context, official *session, id, code string) (*handheld, error) {
	random := rand.New(rand.NewPCG(p.Seed, 0x68616e6468656c64^uint64(len(p.carried))))
	secret := make([]byte, 32)
	for i := range secret {
		secret[i] = byte(random.Uint32())
	}
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), secret)
	if err != nil {
		return nil, fmt.Errorf("make the key of a handheld: %w", err)
	}
	point, err := key.PublicKey.Bytes()
	if err != nil {
		return nil, fmt.Errorf("make the key of a handheld: %w", err)
	}
	h := &handheld{id: id, key: key}
	if h.session, err = signIn(ctx, p.HTTP, p.BaseURL, official.who, p.run+"-"+id); err != nil {
		return nil, err
	}
	err = h.call(ctx, http.MethodPost, "/devices/use", map[string]any{"code": code, "key": base64.RawURLEncoding.EncodeToString(point)}, nil)
	h.session.signs = h.sign
	p.carried = append(p.carried, h)
	return h, err
}

// sign puts the signature of the device under a request, as internal/api/shipment.go reads it.
func (h *handheld) sign(r *http.Request, body []byte) error {
	sum, clock := sha256.Sum256(body), h.clock.UTC().Format(time.RFC3339)
	content := strings.Join([]string{"habeas-handheld/1", r.Method + " " + r.URL.RequestURI(), h.id, h.who.Name, clock, r.Header.Get("Idempotency-Key"), hex.EncodeToString(sum[:])}, "\n")
	digest := sha256.Sum256([]byte(content))
	signed, err := h.key.Sign(nil, digest[:], crypto.SHA256) // the same for the same: RFC 6979
	if err != nil {
		return fmt.Errorf("sign for a handheld: %w", err)
	}
	var rs struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(signed, &rs); err != nil {
		return fmt.Errorf("sign for a handheld: %w", err)
	}
	mark := make([]byte, 64)
	rs.R.FillBytes(mark[:32])
	rs.S.FillBytes(mark[32:])
	for name, value := range map[string]string{"Habeas-Device": h.id, "Habeas-Hand": h.who.Name, "Habeas-Clock": clock, "Habeas-Signature": base64.RawURLEncoding.EncodeToString(mark)} {
		r.Header.Set(name, value)
	}
	return nil
}

// sendLate sends the slip that waited on the handheld for the line: with when it was
// counted, and with what the device's clock said then.
func (c *roundOfCounting) sendLate(ctx context.Context) error {
	c.Clock.advanceTo(c.late.counted.Add(cutFor))
	c.handheld.clock = c.late.counted.Add(-slow)
	_, err := c.handheld.order(ctx, "/counts/"+c.id+"/slips", map[string]any{"landing": c.late.landing, "number": c.truth[c.late.landing], "counted": c.late.counted, "source": custody.HandheldSlip})
	return err
}
