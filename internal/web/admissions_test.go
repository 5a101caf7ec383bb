package web_test

import (
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

// newcomer is the form of somebody who comes with a paper, changed by name and value in turn.
func newcomer(change ...string) url.Values {
	form := url.Values{"familyNames": {"Zacarías Unseen"}, "givenNames": {"Óscar"}, "sex": {"M"}, "birth": {"1990-02-03"}, "place": {habeastest.OriginReception}, "paper": {"live"},
		"kind": {string(custody.RemandOrder)}, "issuer": {"First Court"}, "case": {"7-2031"}, "from": {"2031-01-02T08:00"}, "injuries": {"A cut on the left hand"}, "health": {"Takes insulin"},
		"contactName": {"Ana"}, "contactPhone": {"555"}}
	for i := 0; i+1 < len(change); i += 2 {
		form[change[i]] = []string{change[i+1]}
	}
	return form
}

// decided is a form whose sender has seen some people who are likely the same, and says who it is.
func decided(form url.Values, who string, shown ...string) url.Values {
	sent := maps.Clone(form)
	sent["compared"], sent["shown"], sent["who"] = []string{"1"}, shown, []string{who}
	return sent
}

// Somebody from outside gets a number only once it was said that they are nobody whom the register has.
func TestOnePersonIsAdmitted(t *testing.T) {
	const path = "/admissions/new"
	p := newPlay(t, 4)
	reception := p.as("reception")
	reception.get("/people").shows(`href="` + path + `"`)
	reception.get("/reception").shows(`href="` + path + `"`)
	wellMade(t, reception.get(path).is(http.StatusOK).hides("compared"))
	size := p.book.Size()

	reception.post(path, newcomer("familyNames", " ", "givenNames", "")).is(http.StatusUnprocessableEntity).shows("Type the name, or the prison number", "First Court", "A cut on the left hand")
	reception.post(path, newcomer("at", "yesterday", "age", "many")).is(http.StatusUnprocessableEntity).shows("field-at-error", "field-age-error", `value="many"`)
	reception.post(path, newcomer("number", "1000000A")).is(http.StatusUnprocessableEntity).shows("field-number-error")
	wellMade(t, reception.post(path, newcomer()).is(http.StatusOK).shows("Nobody in the register is like them", "Takes insulin", "Admit them"))
	reception.post(path, decided(newcomer("birth", "2090-01-01"), "")).is(http.StatusUnprocessableEntity).shows("field-birth-error")
	reception.post(path, decided(newcomer("sex", ""), "")).is(http.StatusUnprocessableEntity).shows("field-sex-error")
	reception.post(path, decided(newcomer("issuer", ""), "")).is(http.StatusUnprocessableEntity).shows("field-issuer-error")
	reception.post(path, decided(newcomer("until", "2031-02-01T08:00"), "")).is(http.StatusConflict).shows("field-paper-error") // it has run out
	reception.post(path, decided(newcomer("place", "NOWHERE"), "")).shows("field-place-error", "NOWHERE")
	if p.book.Size() != size {
		t.Fatalf("what was refused, or only looked for, wrote %d entries", p.book.Size()-size)
	}
	to := reception.post(path, decided(newcomer(), "")).is(http.StatusSeeOther).header.Get("Location")
	admitted := lastEntry(t, p)
	if a := admitted.Detail.(*custody.Admission); admitted.Kind != custody.PersonAdmitted || a.AsFact || a.Health != "Takes insulin" || a.Person.Contact.Name != "Ana" || len(a.Authorities) != 1 {
		t.Errorf("admitted %+v", a)
	}
	reception.get(to).is(http.StatusOK).shows("Recorded: entry", "Zacarías Unseen, Óscar")

	// The next one of that name is asked about, whatever else is sent.
	alike := newcomer("familyNames", "Zacarias Unseen", "givenNames", "Oscar", "paper", "none", "kind", "", "issuer", "", "case", "", "from", "")
	size = p.book.Size()
	wellMade(t, reception.post(path, alike).is(http.StatusOK).shows("One person in the register is like them", admitted.Person, "The same date of birth", "In custody by the record", "It is somebody else").hides("checked=\"\" id=\"field-who"))
	reception.post(path, decided(alike, "else")).is(http.StatusOK).shows("One person in the register is like them") // they were not shown to whoever decided
	reception.post(path, decided(alike, "", admitted.Person)).is(http.StatusUnprocessableEntity).shows("Say which of these people it is")
	reception.post(path, decided(alike, habeastest.Numbers(1)[0], admitted.Person)).is(http.StatusUnprocessableEntity).shows("Say which of these people it is")
	reception.post(path, decided(newcomer(), admitted.Person, admitted.Person)).is(http.StatusConflict).shows("is in custody already, at OLD", "field-who-error")
	if p.book.Size() != size {
		t.Fatalf("nothing was decided, and %d entries were written", p.book.Size()-size)
	}
	reception.post(path, decided(alike, "else", admitted.Person)).is(http.StatusSeeOther)
	second := lastEntry(t, p)
	if second.Person == admitted.Person || !second.Detail.(*custody.Admission).AsFact {
		t.Errorf("somebody else without a paper became %s %+v", second.Person, second.Detail)
	}

	// Whoever comes back keeps their number.
	p.must(p.roll.Escape(t.Context(), by("duty"), admitted.Person, "Over the wall", time.Time{}))
	again := newcomer("familyNames", "", "givenNames", "", "number", strings.ToLower(admitted.Person))
	reception.post(path, again).is(http.StatusOK).shows("The number that you typed")
	reception.post(path, decided(again, admitted.Person, admitted.Person)).is(http.StatusSeeOther)
	if last := lastEntry(t, p); last.Person != admitted.Person || last.Detail.(*custody.Admission).Person != nil {
		t.Errorf("whoever came back is %s", last.Person)
	}
}

// A photograph of somebody who is likely the same is shown to those who may read their record, and that look is recorded.
func TestTheLikelySameAreShownByTheirPhotograph(t *testing.T) {
	p := newPlay(t, 3)
	here := p.admit(custody.Person{FamilyNames: "Zacarías Unseen", GivenNames: "Óscar"}, habeastest.OriginReception, 1000*time.Hour)
	p.must(p.roll.Photograph(t.Context(), by("reception"), here, []byte(onePixel(t))))
	form := newcomer()
	looks := p.kinds()[custody.RecordRead]
	p.as("reception").post("/admissions/new", form).is(http.StatusOK).shows("/photograph/image?look=")
	if n := p.kinds()[custody.RecordRead]; n != looks+1 {
		t.Errorf("showing a photograph left %d looks, want 1", n-looks)
	}
	p.must(habeastest.Do(p.book, by("engineer"), habeastest.Once(func(s *custody.State, _ time.Time) (custody.Entry, error) {
		return s.Appoint(custody.Official{Name: "road", FullName: "Officer of the roadside", Roles: []custody.Role{custody.ReceptionOfficer}, Establishment: habeastest.Roadside})
	})))
	form.Set("place", habeastest.RoadsideRoom)
	p.as("road").post("/admissions/new", form).is(http.StatusOK).shows(here, "No photograph that you may see").hides("/photograph/image")
	unseen := url.Values{"number": {here}, "place": {habeastest.RoadsideRoom}, "paper": {"none"}}
	p.as("road").post("/admissions/new", unseen).is(http.StatusOK).shows(here, "a place where you do not serve").hides("Zacarías Unseen") // a number alone tells nobody's name
	p.as("road").post("/admissions/new", newcomer("number", custody.PrisonNumber(999), "place", habeastest.RoadsideRoom)).is(http.StatusUnprocessableEntity).shows("field-number-error")
	p.as("road").post("/admissions/new", decided(newcomer("familyNames", "Nobody Alike", "givenNames", "Xq"), "")).is(http.StatusForbidden) // another establishment's reception
}

// Whoever arrives and is on no list is recorded at the desk, by number or as a stranger.
func TestSomebodyArrivesUnlisted(t *testing.T) {
	p := newPlay(t, 5)
	handover, numbers := p.offered(3), habeastest.Numbers(5)
	taker := p.as("reception2")
	r := taker.get("/reception/" + handover + "?person=" + numbers[4]).shows("Nobody on this bus is")
	_, rest, _ := strings.Cut(r.text, `href="/transfers/TR-`)
	id := "TR-" + rest[:9]
	path := "/transfers/" + id + "/unlisted"
	r.shows(path + "?number=" + numbers[4])
	wellMade(t, taker.get(path+"?number="+numbers[4]).is(http.StatusOK).shows(`value="`+numbers[4]+`"`, habeastest.CentreReception).hides("field-paper"))
	form := url.Values{"number": {numbers[4]}, "place": {habeastest.CentreReception}}
	taker.post(path, form).is(http.StatusOK).shows("The number that you typed")
	taker.post(path, decided(form, numbers[4], numbers[4])).is(http.StatusSeeOther)
	if last := lastEntry(t, p); last.Kind != custody.PersonUnlisted || last.Person != numbers[4] || last.Transfer != id {
		t.Errorf("the book ends with %s of %s on %s", last.Kind, last.Person, last.Transfer)
	}
	stranger := url.Values{"familyNames": {"<script>alert(1)</script>"}, "sex": {"X"}, "age": {"30"}, "place": {habeastest.CentreReception}, "complaints": {"Beaten on the way"}}
	taker.post(path, stranger).is(http.StatusOK).shows("Nobody in the register is like them").hides("<script>alert")
	taker.post(path, decided(stranger, "")).is(http.StatusSeeOther)
	if a := lastEntry(t, p).Detail.(*custody.Admission); a.Person.Age != 30 || a.Complaints != "Beaten on the way" || len(a.Authorities) != 0 {
		t.Errorf("the stranger is recorded as %+v", a)
	}
	p.as("planner").get("/transfers/"+id).shows("2 arrived though not listed", "Arrived without a live authority")
	for _, name := range []string{"planner", "monitor", "engineer"} {
		b := p.as(name)
		b.get(path).is(http.StatusForbidden)
		b.post(path, stranger).is(http.StatusForbidden)
		b.get("/admissions/new").is(http.StatusForbidden)
	}
	p.nobody().get("/admissions/new").leadsTo("/sign-in?next=%2Fadmissions%2Fnew")
	taker.get("/transfers/TR-1999-0001/unlisted").is(http.StatusNotFound)
}
