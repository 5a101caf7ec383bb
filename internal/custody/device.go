package custody

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"encoding/base64"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Device is a handheld that is registered to one official: what it sends counts for that
// official alone, and for nobody once it is revoked. The key that it signs with is made on
// it and never leaves it; the register knows the public half.
type Device struct {
	ID         string    `json:"id"`   // "E" and the entry that registered it
	Name       string    `json:"name"` // as it is written on the device
	Official   string    `json:"official"`
	Registered time.Time `json:"registered"`
	By         string    `json:"by"`            // who registered it
	Key        string    `json:"key,omitempty"` // see DeviceKey; empty: registered, and not in use yet
	InUse      time.Time `json:"inUse,omitzero"`
	Revoked    time.Time `json:"revoked,omitzero"`
	RevokedBy  string    `json:"revokedBy,omitempty"`
	Reason     string    `json:"reason,omitempty"` // why it was revoked
	Entry      int64     `json:"entry"`
}

// DeviceKey is the detail of taking a device into use: the point of its public key on the
// curve P-256, uncompressed, in base64url without padding.
type DeviceKey struct {
	Device string `json:"device"`
	Key    string `json:"key"`
}

// DeviceEnd is the detail of revoking a device.
type DeviceEnd struct {
	Device   string `json:"device"`
	Official string `json:"official"`
}

// devicesAtOnce is how many devices an official may have that are not revoked: one for the
// hand, one that charges, and what has just been lost.
const devicesAtOnce = 5

// Lives reports whether what a device sends still counts.
func (d *Device) Lives() bool { return d.Revoked.IsZero() }

// RegisterDevice decides that a device is registered to an official. It counts for nothing
// before it has been taken into use (TakeDeviceIntoUse).
func (s *State) RegisterDevice(name, official, by string, now time.Time) (Entry, error) {
	o := s.Officials.Get(official)
	if o == nil || !o.Dismissed.IsZero() {
		return Entry{}, Unknown("official", official)
	}
	if err := checkText("name", name, 60); err != nil {
		return Entry{}, err
	}
	if strings.TrimSpace(name) == "" {
		return Entry{}, InvalidInput("field-missing", "field", "name")
	}
	live := 0
	for d := range s.Devices.All() {
		if d.Official == official && d.Lives() {
			live++
		}
	}
	if live >= devicesAtOnce {
		return Entry{}, refuse(Conflict, 0, "too-many-devices", "official", official, "max", itoa(devicesAtOnce))
	}
	d := Device{ID: "E" + strconv.FormatInt(s.Next, 10), Name: name, Official: official, Registered: Moment(now), By: by, Entry: s.Next}
	return Entry{Kind: DeviceRegistered, Happened: now, Detail: &d}, nil
}

// TakeDeviceIntoUse decides that the official to whom a device is registered takes it into
// use, with the key that the device has made.
func (s *State) TakeDeviceIntoUse(id, key, by string, now time.Time) (Entry, error) {
	d := s.Devices.Get(id)
	switch {
	case d == nil:
		return Entry{}, Unknown("device", id)
	case d.Official != by:
		return Entry{}, refuse(Forbidden, 2, "device-of-another", "device", id, "official", by)
	case !d.Lives():
		return Entry{}, refuse(Forbidden, 0, "device-revoked", "device", d.Name)
	case d.Key != "":
		return Entry{}, refuse(Conflict, 0, "device-in-use", "device", d.Name)
	}
	if publicKey(key) == nil {
		return Entry{}, InvalidInput("device-key-malformed", "device", d.Name)
	}
	return Entry{Kind: DeviceTaken, Happened: now, Detail: &DeviceKey{id, key}}, nil
}

// RevokeDevice decides that a device counts no longer: it was lost, or handed back.
func (s *State) RevokeDevice(id, reason string, now time.Time) (Entry, error) {
	d := s.Devices.Get(id)
	if d == nil {
		return Entry{}, Unknown("device", id)
	}
	if !d.Lives() {
		return Entry{}, refuse(Conflict, 0, "device-revoked-already", "device", d.Name)
	}
	if strings.TrimSpace(reason) == "" {
		return Entry{}, InvalidInput("field-missing", "field", "reason")
	}
	if err := checkText("reason", reason, 500); err != nil {
		return Entry{}, err
	}
	return Entry{Kind: DeviceRevoked, Happened: now, Note: reason, Detail: &DeviceEnd{id, d.Official}}, nil
}

// DevicesOf returns the devices of an official, or with no name all, newest first.
func (s *State) DevicesOf(official string) []*Device {
	var list []*Device
	for d := range s.Devices.All() {
		if official == "" || d.Official == official {
			list = append(list, d)
		}
	}
	slices.SortFunc(list, func(a, b *Device) int { return int(b.Entry - a.Entry) })
	return list
}

// Signed refuses what a device is said to have sent unless it is in use, registered to the
// official who sends it, and signed the very bytes: signature is r and s of ECDSA on P-256
// over their SHA-256, 32 bytes each, in base64url without padding.
func (s *State) Signed(id, official string, content []byte, signature string) error {
	d := s.Devices.Get(id)
	if d == nil || d.Key == "" {
		return Unknown("device", id)
	}
	if !d.Lives() {
		return refuse(Forbidden, 0, "device-revoked", "device", d.Name)
	}
	if d.Official != official {
		return refuse(Forbidden, 2, "device-of-another", "device", d.Name, "official", official)
	}
	key, mark := publicKey(d.Key), []byte(nil)
	if mark, _ = base64.RawURLEncoding.DecodeString(signature); len(mark) != 64 || key == nil {
		return refuse(Forbidden, 0, "device-signature-wrong", "device", d.Name)
	}
	sum := sha256.Sum256(content)
	if !ecdsa.Verify(key, sum[:], new(big.Int).SetBytes(mark[:32]), new(big.Int).SetBytes(mark[32:])) {
		return refuse(Forbidden, 0, "device-signature-wrong", "device", d.Name)
	}
	return nil
}

// publicKey reads the public key of a device; nil: it is none.
func publicKey(text string) *ecdsa.PublicKey {
	point, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil
	}
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return nil
	}
	return key
}

func applyDeviceRegistered(s *State, e *Entry) error {
	s.Devices.put(e.Detail.(*Device))
	return nil
}

func applyDeviceTaken(s *State, e *Entry) error {
	taken := e.Detail.(*DeviceKey)
	d := s.Devices.Get(taken.Device)
	if d == nil {
		return Unknown("device", taken.Device)
	}
	edit(s.Devices, d, func(d *Device) { d.Key, d.InUse = taken.Key, e.Happened })
	return nil
}

func applyDeviceRevoked(s *State, e *Entry) error {
	id := e.Detail.(*DeviceEnd).Device
	d := s.Devices.Get(id)
	if d == nil {
		return Unknown("device", id)
	}
	edit(s.Devices, d, func(d *Device) { d.Revoked, d.RevokedBy, d.Reason = e.Happened, e.By, e.Note })
	return nil
}
