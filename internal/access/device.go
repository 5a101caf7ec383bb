package access

import (
	"context"
	"database/sql"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
)

// Handhelds: registered from the desk, taken into use on the device with a code that is
// shown once, revoked from the desk.
const (
	deviceSecret = 7 // bytes: twelve letters and digits, typed once, by whoever is signed in already
	toDevice     = "device:"
)

// Life is how long a session lasts at most, and so for how long a handheld may keep what it
// took along.
func (d *Desk) Life() time.Duration { return d.config.Life }

// RegisterDevice registers a device to an official. The code takes it into use, once, within
// an hour, by that official alone. Refusals: "not-permitted", "unknown-official",
// "too-many-devices".
func (d *Desk) RegisterDevice(ctx context.Context, c book.Command, name, official string) (w book.Written, code string, err error) {
	w, err = d.book.One(ctx, c, custody.KeepDevices, func(tx *book.Tx) (custody.Entry, error) {
		if err := tx.Permit(tx.State().ServedBy(official)...); err != nil {
			return custody.Entry{}, err
		}
		return tx.State().RegisterDevice(strings.TrimSpace(name), official, tx.By(), tx.Now())
	})
	if err != nil {
		return w, "", err
	}
	code, err = d.deviceCode(ctx, deviceIn(w), official, c.By)
	return w, code, err
}

// deviceIn is the device that a command registered.
func deviceIn(w book.Written) string {
	for _, e := range w.Entries {
		if device, is := e.Detail.(*custody.Device); is {
			return device.ID
		}
	}
	return ""
}

// deviceCode makes the code of a device. One that was made before for it is good no longer.
func (d *Desk) deviceCode(ctx context.Context, id, official, by string) (string, error) {
	b := make([]byte, deviceSecret)
	if _, err := io.ReadFull(d.config.Random, b); err != nil {
		return "", fmt.Errorf("make the code of a device: %w", err)
	}
	code := strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b))
	if _, err := d.book.Beside().ExecContext(ctx, "DELETE FROM one_time_link WHERE purpose = $1", toDevice+id); err != nil {
		return "", fmt.Errorf("make the code of a device: %w", err)
	}
	_, err := d.book.Beside().ExecContext(ctx, "INSERT INTO one_time_link (secret_hash, official, purpose, given_by, until) VALUES ($1, $2, $3, $4, $5)",
		hashOf(code), official, toDevice+id, by, d.config.Clock().Add(linkLife).UnixMicro())
	if err != nil {
		return "", fmt.Errorf("keep the code of a device: %w", err)
	}
	return code, nil
}

// TakeDeviceIntoUse takes the device of a code into use for the official of the command,
// with the key that the device made (see custody.DeviceKey). Refusals: "link-refused", a
// wrong, used or lapsed code, or one of another official; "device-key-malformed",
// "device-revoked", "too-many-attempts".
func (d *Desk) TakeDeviceIntoUse(ctx context.Context, c book.Command, code, key string, from Source) (device custody.Device, err error) {
	now := d.config.Clock()
	attempt, err := d.limits.attempt(c.By, from.Address, now)
	if err != nil {
		return device, err
	}
	var official, purpose string
	var until int64
	err = d.book.Beside().QueryRowContext(ctx, "SELECT official, purpose, until FROM one_time_link WHERE secret_hash = $1", hashOf(code)).Scan(&official, &purpose, &until)
	id, ofDevice := strings.CutPrefix(purpose, toDevice)
	switch {
	case errors.Is(err, sql.ErrNoRows) || err == nil && (official != c.By || !ofDevice || now.UnixMicro() > until):
		return device, forbidden("link-refused")
	case err != nil:
		return device, fmt.Errorf("read the code of a device: %w", err)
	}
	attempt.forgive(now)
	// The state decides who may; the code is used up only once the entry is on disk, and a
	// device that is in use is refused, so that a code used by two at once serves one.
	if _, err := d.book.Do(ctx, c, func(tx *book.Tx) error {
		e, err := tx.State().TakeDeviceIntoUse(id, key, tx.By(), tx.Now())
		if err != nil {
			return err
		}
		return tx.Record(e)
	}); err != nil {
		return device, err
	}
	d.book.Read(func(s *custody.State) { device = *s.Devices.Get(id) })
	return device, d.useLinks(ctx, code)
}

// RevokeDevice revokes a device: one's own, or, for those who keep devices, that of another.
// Every session of its official ends, save the one of a token, since whoever has the device
// may have any of them. Refusals: "not-permitted", "unknown-device", "device-revoked-already".
func (d *Desk) RevokeDevice(ctx context.Context, c book.Command, id, reason, token string) (book.Written, error) {
	official := ""
	d.book.Read(func(s *custody.State) {
		if device := s.Devices.Get(id); device != nil {
			official = device.Official
		}
	})
	act := func(tx *book.Tx) (custody.Entry, error) {
		return tx.State().RevokeDevice(id, reason, tx.Now())
	}
	var w book.Written
	var err error
	if official == c.By && !c.Console {
		w, err = d.book.Do(ctx, c, func(tx *book.Tx) error {
			e, err := act(tx)
			if err != nil {
				return err
			}
			return tx.Record(e)
		})
	} else {
		w, err = d.book.One(ctx, c, custody.KeepDevices, func(tx *book.Tx) (custody.Entry, error) {
			if err := tx.Permit(tx.State().ServedBy(official)...); err != nil {
				return custody.Entry{}, err
			}
			return act(tx)
		})
	}
	if err != nil {
		return w, err
	}
	if official == c.By {
		return w, d.endAllBut(ctx, official, token)
	}
	return w, d.EndAll(ctx, official)
}

// Devices lists an official's own devices and, for those who keep devices, those of the
// officials whose places they serve, newest first.
func (d *Desk) Devices(asker string) []custody.Device {
	list, may := []custody.Device{}, map[string]bool{asker: true}
	d.book.Read(func(s *custody.State) {
		for _, device := range s.DevicesOf("") {
			if _, asked := may[device.Official]; !asked {
				may[device.Official] = s.May(asker, custody.KeepDevices, s.ServedBy(device.Official)...) == nil
			}
			if may[device.Official] {
				list = append(list, *device)
			}
		}
	})
	return list
}

// Shipment is a request as a handheld signed it.
type Shipment struct {
	Device    string
	Hand      string // the official who entered it
	Content   []byte // what was signed
	Signature string
}

// FromDevice refuses what did not come from a device in use of the official who sends it,
// and what another hand entered. Refusals: "unknown-device", "device-revoked",
// "device-of-another", "device-signature-wrong", "entry-of-another-hand".
func (d *Desk) FromDevice(official string, sent Shipment) (err error) {
	d.book.Read(func(s *custody.State) { err = s.Signed(sent.Device, official, sent.Content, sent.Signature) })
	if err == nil && sent.Hand != official {
		err = &custody.Refusal{Code: "entry-of-another-hand", Law: 2, Reason: custody.Forbidden, Params: map[string]string{"hand": sent.Hand, "official": official}}
	}
	return err
}
