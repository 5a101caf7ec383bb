package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

func TestTheRegisterOfPlaces(t *testing.T) {
	p := newPlay(t, 2)
	engineer, governor, monitor := p.as("engineer"), p.as("governor"), p.as("monitor")
	engineer.get("/").shows(`href="/settings"`)
	monitor.get("/").shows(`href="/settings"`) // who holds office
	p.as("health").get("/").hides(`href="/settings"`)
	wellMade(t, engineer.get("/settings").is(http.StatusOK).shows("Old Prison", "General Hospital", "Open an establishment", `href="/settings/import"`).hides("Module 1"))
	wellMade(t, monitor.get("/settings").is(http.StatusOK).hides("Open an establishment", `href="/settings/import"`))
	register := "/settings/places/" + habeastest.OriginCell
	wellMade(t, engineer.get(register).is(http.StatusOK).shows("68.00 m²", "Old Prison", "Module 1", register+"/out-of-use").hides(register+"/capacity", register+"/in-use", "open?in="))
	engineer.get("/settings/places/OLD-M1").shows("/settings/open?in=OLD-M1", "OLD-M1-C2")
	engineer.get("/settings/places/NOWHERE").is(http.StatusNotFound)
	p.nobody().get(register).is(http.StatusSeeOther)

	// A place is opened; what cannot be is said beside its field, and what was typed stands there still.
	open := url.Values{"in": {"OLD-M1"}, "code": {"OLD-M1-C3"}, "name": {"Cell 3"}, "kind": {"cell"}, "area": {"10,3"}, "toilets": {"1"}}
	engineer.post("/settings/open", open).is(http.StatusSeeOther)
	engineer.get("/settings/places/OLD-M1-C3?done=7").shows("10.30 m²", "Recorded: entry", `<a href="/settings/places/OLD-M1">`)
	if e := lastEntry(t, p); e.Kind != custody.PlaceOpened || e.Detail.(*custody.Place).Certified != 3 || e.Detail.(*custody.Place).FloorArea != 1030 {
		t.Errorf("a cell of 10.3 m² was opened as %+v", e.Detail)
	}
	size := p.book.Size()
	for field, values := range map[string]url.Values{
		"code":      {"code": {`A"><script>`}},
		"area":      {"area": {"wide"}},
		"toilets":   {"toilets": {"-1"}},
		"certified": {"certified": {"400"}},
		"name":      {"name": {strings.Repeat("ñ", 4000)}},
	} {
		form := url.Values{"in": {"OLD-M1"}, "code": {"OLD-M1-C4"}, "name": {"Célula <4>"}, "kind": {"cell"}, "area": {"10"}}
		for name, value := range values {
			form[name] = value
		}
		r := engineer.post("/settings/open", form).is(http.StatusUnprocessableEntity).shows("field-" + field + "-error").hides(`"><script>`)
		if field != "name" {
			r.shows(`value="Célula &lt;4&gt;"`)
		}
		wellMade(t, r)
	}
	engineer.post("/settings/open", open).is(http.StatusConflict).shows("field-code-error")
	engineer.post("/settings/open", url.Values{"code": {"NEW"}, "name": {"New"}, "kind": {"establishment"}, "zone": {"Mars/Olympus"}}).is(http.StatusUnprocessableEntity).shows("field-zone-error")
	for _, by := range []*browser{governor, monitor, p.as("landing")} {
		by.get("/settings/open").is(http.StatusForbidden)
		by.post("/settings/open", open).is(http.StatusForbidden)
	}
	if p.book.Size() != size {
		t.Errorf("refused forms wrote %d entries", p.book.Size()-size)
	}
}

func TestACapacityIsSignedAndAPlaceGoesOutOfUse(t *testing.T) {
	p := newPlay(t, 2)
	engineer, governor, monitor := p.as("engineer"), p.as("governor"), p.as("monitor")
	register := "/settings/places/" + habeastest.OriginCell
	wellMade(t, governor.get(register+"/capacity").is(http.StatusOK).shows("Official governor", `value="2031-03-13T23:`))
	engineer.get(register + "/capacity").is(http.StatusForbidden)
	engineer.post(register+"/capacity", url.Values{"capacity": {"4"}, "from": {"2031-03-14T00:00"}}).is(http.StatusForbidden)

	order := url.Values{"capacity": {"4"}, "from": {"2031-03-01T00:00"}, "until": {"2031-05-01T00:00"}, "reason": {"Two beds are broken"}}
	for field, value := range map[string]string{"capacity": "a few", "from": "", "until": "2030-01-01T00:00"} {
		form := url.Values{}
		for name, values := range order {
			form[name] = values
		}
		form.Set(field, value)
		wellMade(t, governor.post(register+"/capacity", form).is(http.StatusUnprocessableEntity).shows("field-"+field+"-error", "Two beds are broken"))
	}
	governor.post(register+"/capacity", order).is(http.StatusSeeOther)
	e := lastEntry(t, p)
	if o := e.Detail.(*custody.CapacityOrder); e.Kind != custody.CapacityOrdered || o.Capacity != 4 || o.SignedBy != "governor" || o.From.Hour() != 6 {
		t.Errorf("the order is %+v; midnight in El Salvador is 6 in UTC", o)
	}
	order.Set("from", "2031-04-01T00:00")
	order.Set("capacity", "7")
	governor.post(register+"/capacity", order).is(http.StatusSeeOther)
	monitor.get(register).is(http.StatusOK).shows("<strong>4</strong>", "<strong>7</strong>", "In force", "Signed by Official governor", "Two beds are broken").hides("/capacity\"")

	engineer.post(register+"/out-of-use", url.Values{"reason": {" "}}).is(http.StatusUnprocessableEntity).shows("field-reason-error")
	engineer.post(register+"/out-of-use", url.Values{"reason": {"Flooded <again>"}}).is(http.StatusSeeOther)
	engineer.get(register).shows("Out of use", "Flooded &lt;again&gt;", register+"/in-use").hides(register + "/out-of-use\"")
	engineer.post(register+"/out-of-use", url.Values{"reason": {"Flooded"}}).is(http.StatusConflict)
	engineer.post(register+"/in-use", url.Values{}).is(http.StatusSeeOther)
	engineer.get(register).shows("Flooded &lt;again&gt;", register+"/out-of-use")

	// Where somebody is, the page says why not, and by which law.
	engineer.get("/settings/places/"+habeastest.OriginReception).shows("Not now", "Law 1", "Move the people there first").hides("/out-of-use\"")
	governor.post(register+"/out-of-use", url.Values{"reason": {"Flooded"}}).is(http.StatusForbidden)
}

// More people than the area allows takes a governor's hand, an end and a reason, and stands as a breach on every page of the roll.
func TestMoreThanCertifiedIsSignedOnAPage(t *testing.T) {
	p := newPlay(t, 2)
	engineer, governor := p.as("engineer"), p.as("governor")
	register := "/settings/places/" + habeastest.OriginCell
	governor.get(register).is(http.StatusOK).shows(register + "/over-capacity")
	engineer.get(register).is(http.StatusOK).hides(register + "/over-capacity")
	engineer.post(register+"/over-capacity", url.Values{"capacity": {"25"}}).is(http.StatusForbidden)
	wellMade(t, governor.get(register+"/over-capacity").is(http.StatusOK).shows("Official governor", "SPC-1"))
	order := url.Values{"capacity": {"25"}, "from": {"2031-03-13T00:00"}, "until": {"2031-04-13T00:00"}, "reason": {"The other module is flooded"}}
	size := p.book.Size()
	for field, wrong := range map[string]string{"capacity": "20", "until": "", "reason": ""} {
		form := url.Values{}
		for name, values := range order {
			form[name] = values
		}
		form.Set(field, wrong)
		wellMade(t, governor.post(register+"/over-capacity", form).is(http.StatusUnprocessableEntity).shows("field-"+field+"-error"))
	}
	if p.book.Size() != size {
		t.Error("a refused order was written")
	}
	governor.post(register+"/over-capacity", order).is(http.StatusSeeOther)
	if o := lastEntry(t, p).Detail.(*custody.OverCapacity); o.Capacity != 25 || o.SignedBy != "governor" || o.Reason != "The other module is flooded" {
		t.Errorf("the order is %+v", o)
	}
	p.as("records").get("/").is(http.StatusOK).shows(habeastest.OriginCell, "/cells/standing")
}

func TestWhomAPlaceIsForIsSaidOnAPage(t *testing.T) {
	p := newPlay(t, 2)
	engineer, governor := p.as("engineer"), p.as("governor")
	register := "/settings/places/" + habeastest.OriginCell
	wellMade(t, engineer.get(register+"/designation").is(http.StatusOK).shows("Say whom it is for"))
	governor.post(register+"/designation", url.Values{"sex": {"F"}}).is(http.StatusForbidden)
	wellMade(t, engineer.post(register+"/designation", url.Values{"sex": {"<b>"}}).is(http.StatusUnprocessableEntity).shows("field-sex-error").hides("<b>"))
	engineer.post(register+"/designation", url.Values{"sex": {"F"}, "legal": {"untried"}, "features": {custody.Wheelchair, custody.GroundFloor}}).is(http.StatusSeeOther)
	if d := lastEntry(t, p).Detail.(*custody.Designation); d.Sex != "F" || d.Legal != custody.Untried || d.Age != "" || len(d.Features) != 2 {
		t.Errorf("the designation is %+v", d)
	}
	engineer.get(register).shows("Wheelchair", "Women")
	wellMade(t, engineer.get(register+"/designation").shows(`value="wheelchair" checked`))
}
