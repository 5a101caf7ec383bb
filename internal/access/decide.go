package access

import (
	"slices"

	"github.com/cedar-policy/cedar-go"
	"github.com/cedar-policy/cedar-go/types"

	"habeas.example/habeas/internal/custody"
)

// The types of what rules speak about.
const (
	typeOfficial = "Official"
	typeRole     = "Role"
	typeAction   = "Action"
	typePlace    = "Place"
	typeService  = "Service"
)

// service is the service as a whole: what every place is in the end inside of.
var service = types.NewEntityUID(typeService, "habeas")

// asked is what an answer depends on, and all of it: records of the state never change and
// places never move, so that an official's own record stands for what they are appointed to.
type asked struct {
	official *custody.Official
	action   custody.Action
	stale    bool
	place    string // empty: the service as a whole
}

// knownAnswers bounds the answers that are kept; each takes some 100 bytes.
const knownAnswers = 100_000

// Decide is the policy that a book is opened with: nil, or the refusal. It costs some
// microseconds a place, and a tenth of one when the same was asked before.
func (p *Policies) Decide(s *custody.State, q custody.Ask) error {
	o := s.Officials.Get(q.Official)
	if o == nil || !o.Dismissed.IsZero() {
		return custody.NotPermitted(q)
	}
	glassed, broken := s.WithGlass(o, q.At)
	var refused error
	asking := 0
	for _, place := range q.Places {
		if !s.Locatable(place) {
			continue
		}
		asking++
		if refused = p.at(s, glassed, q, place, broken); refused == nil {
			return nil
		}
	}
	if asking == 0 {
		return p.at(s, glassed, q, postOf(glassed), broken)
	}
	return refused
}

func postOf(o *custody.Official) string {
	if posts := o.Posts(); len(posts) > 0 {
		return posts[0]
	}
	return custody.WholeService
}

// at decides for one place. What an official does through broken glass is made of a
// moment, and no answer to it is kept.
func (p *Policies) at(s *custody.State, o *custody.Official, q custody.Ask, place string, broken bool) error {
	a := asked{o, q.Action, q.Stale, place}
	var refusal *custody.Refusal
	known := false
	if !broken {
		p.mu.RLock()
		refusal, known = p.known[a]
		p.mu.RUnlock()
	}
	if !known {
		refusal = p.decide(s, o, q, place, broken)
		if !broken {
			p.mu.Lock()
			if len(p.known) >= knownAnswers {
				clear(p.known)
			}
			p.known[a] = refusal
			p.mu.Unlock()
		}
	}
	if refusal == nil {
		return nil
	}
	return refusal
}

// decide lets the rules decide. Cedar passes over a rule that fails while it is evaluated;
// here that denies, since it may be one that forbids.
func (p *Policies) decide(s *custody.State, o *custody.Official, q custody.Ask, place string, broken bool) *custody.Refusal {
	resource := service
	if place != custody.WholeService {
		resource = types.NewEntityUID(typePlace, types.String(place))
	}
	request := cedar.Request{
		Principal: types.NewEntityUID(typeOfficial, types.String(o.Name)),
		Action:    types.NewEntityUID(typeAction, types.String(q.Action)),
		Resource:  resource,
		Context:   types.NewRecord(types.RecordMap{"handIsFresh": types.Boolean(!q.Stale), "glassIsBroken": types.Boolean(broken)}),
	}
	decision, why := cedar.Authorize(p.byAction[q.Action], &view{state: s, official: o}, request)
	if decision == cedar.Allow && len(why.Errors) == 0 {
		return nil
	}
	return p.refusal(s, o, q, place, broken, why)
}

// refusal says why: the rule that forbids, that the place is another's, or that no office
// of theirs permits it anywhere.
func (p *Policies) refusal(s *custody.State, o *custody.Official, q custody.Ask, place string, broken bool, why cedar.Diagnostic) *custody.Refusal {
	params := map[string]string{"official": q.Official, "action": string(q.Action)}
	if len(why.Errors) > 0 {
		return custody.NotPermitted(q)
	}
	for _, reason := range why.Reasons {
		for _, r := range p.byAction[q.Action] {
			if r.id != reason.PolicyID {
				continue
			}
			if code := string(r.policy.Annotations()["refusal"]); code != "" && !slices.Contains(p.added, string(r.id)) {
				return &custody.Refusal{Code: code, Reason: custody.Forbidden, Params: params}
			}
			params["policy"] = string(r.id)
			return &custody.Refusal{Code: "policy-forbids", Reason: custody.Forbidden, Params: params}
		}
	}
	if post := postOf(o); place == post || p.decide(s, o, q, post, broken) != nil {
		return custody.NotPermitted(q)
	}
	params["establishment"] = o.Establishment
	if len(o.Places) > 0 {
		return &custody.Refusal{Code: "not-your-place", Reason: custody.Forbidden, Params: params}
	}
	if other := s.Places.Get(place); other != nil {
		params["other"] = other.Establishment
	}
	return &custody.Refusal{Code: "other-establishments-official", Reason: custody.Forbidden, Params: params}
}

// view shows the state to Cedar, one entity at a time, as it is asked for.
type view struct {
	state    *custody.State
	official *custody.Official
	entity   *types.Entity // of the official, once it was asked for
}

// Get returns an entity: an official in their offices, a place in the place around it, a
// vehicle at both ends of its transfer.
func (v *view) Get(uid types.EntityUID) (types.Entity, bool) {
	switch string(uid.Type) {
	case typeOfficial:
		if v.entity == nil {
			made := v.principal(uid)
			v.entity = &made
		}
		return *v.entity, true
	case typePlace:
		return types.Entity{UID: uid, Parents: types.NewEntityUIDSet(v.around(string(uid.ID))...)}, true
	case typeService, typeRole, typeAction:
		return types.Entity{UID: uid}, true
	}
	return types.Entity{}, false
}

func (v *view) around(code string) []types.EntityUID {
	if vehicle := v.state.Vehicles.Get(code); vehicle != nil {
		if t := v.state.Transfers.Get(vehicle.Transfer); t != nil {
			return []types.EntityUID{placeUID(t.From), placeUID(t.To)}
		}
	}
	if p := v.state.Places.Get(code); p != nil && p.Parent != "" {
		return []types.EntityUID{placeUID(p.Parent)}
	}
	return []types.EntityUID{service}
}

func placeUID(code string) types.EntityUID { return types.NewEntityUID(typePlace, types.String(code)) }

func (v *view) principal(uid types.EntityUID) types.Entity {
	roles := make([]types.EntityUID, len(v.official.Roles))
	for i, r := range v.official.Roles {
		roles[i] = types.NewEntityUID(typeRole, types.String(r))
	}
	serves := []types.Value{service}
	if posts := v.official.Posts(); len(posts) > 0 {
		serves = serves[:0]
		for _, code := range posts {
			serves = append(serves, placeUID(code))
		}
	}
	return types.Entity{UID: uid, Parents: types.NewEntityUIDSet(roles...), Attributes: types.NewRecord(types.RecordMap{
		"name": types.String(v.official.Name), "serves": types.NewSet(serves...),
	})}
}

var _ custody.Policy = (*Policies)(nil).Decide
