package custody_test

import (
	"strings"
	"testing"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

// deviceKey is the public key of some handheld; nobody has the other half.
const deviceKey = "BOCEkvUhK30dJXFhwu-sB2lcru2Kp0xnWyX1pcs6lXPglNvmTX5LegzrXvFDBwwk5KJMRha2tLvDebf8QXlv6q8"

func register(official string) habeastest.Act {
	return once(func(st *state, n time.Time) (entry, error) { return st.RegisterDevice("12", official, "duty", n) })
}

func takeIntoUse(id, key, by string) habeastest.Act {
	return once(func(st *state, n time.Time) (entry, error) { return st.TakeDeviceIntoUse(id, key, by, n) })
}

func revoke(id string) habeastest.Act {
	return once(func(st *state, n time.Time) (entry, error) { return st.RevokeDevice(id, "left in the yard", n) })
}

// everyDevice plays the life of a handheld.
func everyDevice(s *scene) {
	s.t.Helper()
	id := s.ok("duty", register("health"))[0].Detail.(*custody.Device).ID
	s.ok("health", takeIntoUse(id, deviceKey, "health"))
	s.ok("duty", revoke(id))
}

// A handheld is one official's, has one key, and is of no use once it is revoked.
func TestTheLifeOfAHandheld(t *testing.T) {
	s := newScene(t, 0)
	s.refused("unknown-official", "duty", register("nobody"))
	s.refused("field-missing", "duty", once(func(st *state, n time.Time) (entry, error) { return st.RegisterDevice(" ", "landing", "duty", n) }))
	id := s.ok("duty", register("landing"))[0].Detail.(*custody.Device).ID
	s.refused("device-of-another", "health", takeIntoUse(id, deviceKey, "health"))
	s.refused("unknown-device", "landing", takeIntoUse("E0", deviceKey, "landing"))
	for _, key := range []string{"", "x", deviceKey[:80], strings.Repeat("A", 87)} {
		s.refused("device-key-malformed", "landing", takeIntoUse(id, key, "landing"))
	}
	s.ok("landing", takeIntoUse(id, deviceKey, "landing"))
	s.refused("device-in-use", "landing", takeIntoUse(id, deviceKey, "landing"))
	if err := s.State.Signed(id, "landing", []byte("x"), strings.Repeat("A", 86)); err == nil {
		t.Error("nothing signed nothing, and it was taken")
	}
	s.refused("field-missing", "duty", once(func(st *state, n time.Time) (entry, error) { return st.RevokeDevice(id, " ", n) }))
	s.ok("duty", revoke(id))
	s.refused("device-revoked-already", "duty", revoke(id))
	s.refused("device-revoked", "landing", takeIntoUse(id, deviceKey, "landing"))
	for range 5 {
		s.ok("duty", register("landing"))
	}
	s.refused("too-many-devices", "duty", register("landing"))
	s.ok("duty", register("health"))
	if list := s.State.DevicesOf("landing"); len(list) != 6 || list[5].ID != id || list[5].Lives() || list[5].RevokedBy != "duty" {
		t.Errorf("the handhelds are %+v", list)
	}
}
