package web_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
	"habeas.example/habeas/internal/habeastest"
)

// What no page may show: a message without a text, a parameter that was not given, a style
// or a script inside the page.
var (
	noText = regexp.MustCompile(`\[[a-z]+(\.[A-Za-z0-9-]+)+\]`)
	noFill = regexp.MustCompile(`\{[a-z-]+\}`)
	inline = regexp.MustCompile(`(?i)<style|<script(>|[^>]*>[^<])|\sstyle=|\son[a-z]+="|javascript:`)
	h1     = regexp.MustCompile(`<h1[ >]`)
)

func TestEveryPageInBothLanguages(t *testing.T) {
	p := newPlay(t, 12)
	id := p.onTheRoad(8)
	dispute := p.found(habeastest.Numbers(10)[9], habeastest.OriginCell)
	expiring := p.admit(custody.Person{FamilyNames: "Vencido", GivenNames: "Óscar"}, habeastest.OriginReception, 2*time.Hour)
	p.clock.Advance(5*time.Hour + 10*time.Minute)
	if _, err := p.transfer.Divert(t.Context(), by("escort"), id, habeastest.Numbers(2)[1], habeastest.Hospital, "chest pain", time.Time{}); err != nil {
		t.Fatal(err)
	}
	governor := p.as("governor")
	for _, page := range []struct {
		path   string
		status int
		es, en []string
	}{
		{path: "/", es: []string{"La nómina ahora", "Qué está mal", "1 persona retenida sin mandato vigente", "3 h 10 min", "1 discrepancia abierta", "≠"},
			en: []string{"The roll now", "What is wrong", "1 person held with no live authority", "3 h 10 min", "1 open discrepancy", "≠"}},
		{path: "/transfers", es: []string{"Todos los traslados", id, "Aún no cuadra"}, en: []string{"All transfers", id, "Not yet"}},
		{path: "/transfers/" + id, es: []string{"1.200", "Helicópteros", "Quién impide el cierre", "7 en camino", "Desviada a hospital", "Dos veces en la lista"},
			en: []string{"1,200", "Helicopters", "Who stands in the way", "7 under way", "Diverted to a hospital", "Listed twice", "P 100-200", "Cpt. Iris Tobar", "The bridge"}},
		{path: "/transfers/" + id + "?group=diverted", es: []string{"1 persona"}, en: []string{"1 person"}},
		{path: "/people", es: []string{"13 personas"}, en: []string{"13 people"}},
		{path: "/people?q=vensido", es: []string{"1 persona para «vensido»", "Vencido, Óscar"}, en: []string{"1 person for “vensido”", "Vencido, Óscar"}},
		{path: "/people?q=xqzw", es: []string{"Nadie con «xqzw»"}, en: []string{"Nobody matches “xqzw”"}},
		{path: "/people?where=transit", es: []string{"8 personas", "En camino, con la escolta"}, en: []string{"8 people", "In transit, with the escort"}},
		{path: "/people/" + expiring, es: []string{"Retenida sin mandato vigente desde hace", "3 h 10 min", "Cadena de custodia", "Su consulta quedó registrada", "Vencido"},
			en: []string{"Held with no live authority for", "3 h 10 min", "Chain of custody", "Your look was recorded", "Expired"}},
		{path: "/overdue", es: []string{"3 h 10 min", "Vencido, Óscar", "Consiga hoy"}, en: []string{"3 h 10 min", "Vencido, Óscar", "Obtain the missing paper"}},
		{path: "/discrepancies", es: []string{dispute, "Encontrada en otro lugar", "Resolver", habeastest.OriginReception}, en: []string{dispute, "Found elsewhere", "Resolve", habeastest.OriginReception}},
		{path: "/establishments/" + habeastest.Origin, es: []string{"Old Prison", "Los mismos lugares en una tabla", "Celda"}, en: []string{"Old Prison", "The same places as a table", "Cell"}},
		{path: "/book", es: []string{"El libro", "Punto de control", "habeas.example/test", "Ningún testigo"}, en: []string{"The book", "Checkpoint", "habeas.example/test", "No outside witness"}},
		{path: "/book?kind=person.admitted", es: []string{"Ingreso"}, en: []string{"Admitted"}},
		{path: "/book/0", es: []string{"Asiento 0", "Descargar el recibo", "Código QR"}, en: []string{"Entry 0", "Download the receipt", "QR code"}},
		{path: "/no/such/page", status: 404, es: []string{"No hay nada en esta dirección", "Compruebe la dirección"}, en: []string{"There is nothing at this address", "Check the address"}},
		{path: "/people/1000000X", status: 404, es: []string{"1000000X"}, en: []string{"1000000X"}},
		{path: "/transfers/TR-1999-0001", status: 404, es: []string{"TR-1999-0001"}, en: []string{"TR-1999-0001"}},
		{path: "/book/999999", status: 404, es: []string{"404"}, en: []string{"404"}},
		{path: "/book/minus-one", status: 404, es: []string{"404"}, en: []string{"404"}},
		{path: "/establishments/" + habeastest.OriginCell, status: 404, es: []string{"404"}, en: []string{"404"}},
	} {
		if page.status == 0 {
			page.status = http.StatusOK
		}
		for language, texts := range map[string][]string{"es": page.es, "en": page.en} {
			t.Run(language+" "+page.path, func(t *testing.T) {
				r := governor.in(language).get(page.path)
				r.t = t
				r.is(page.status).shows(texts...).shows(fmt.Sprintf(`<html lang="%s">`, language), "America/El_Salvador (UTC−06:00)")
				wellMade(t, r)
			})
		}
	}
}

// wellMade checks what holds for every page.
func wellMade(t *testing.T, r reply) {
	t.Helper()
	for what, never := range map[string]*regexp.Regexp{"a message without a text": noText, "a parameter that was not given": noFill, "a style or script of its own": inline} {
		if found := never.FindString(r.text); found != "" {
			t.Errorf("%s shows %s: %q", r.path, what, found)
		}
	}
	if n := len(h1.FindAllString(r.text, -1)); n != 1 {
		t.Errorf("%s has %d main headings", r.path, n)
	}
	for header, want := range map[string]string{
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cache-Control": "no-store", "Cross-Origin-Opener-Policy": "same-origin",
	} {
		if got := r.header.Get(header); got != want {
			t.Errorf("%s: header %s is %q, want %q", r.path, header, got, want)
		}
	}
	policy := r.header.Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"} {
		if !strings.Contains(policy, part) {
			t.Errorf("%s: the content security policy lacks %q: %s", r.path, part, policy)
		}
	}
	if strings.Contains(policy, "unsafe") {
		t.Errorf("%s: the content security policy is unsafe: %s", r.path, policy)
	}
}

func TestAnEmptyBookHasPagesToo(t *testing.T) {
	p := serve(t, func(s *habeastest.Store) *book.Book {
		b := s.Open()
		if _, err := habeastest.Do(b, by("governor"), habeastest.Once(func(s *custody.State, _ time.Time) (custody.Entry, error) {
			return s.Appoint(custody.Official{Name: "governor", FullName: "The governor", Roles: []custody.Role{custody.Governor}})
		})); err != nil {
			t.Fatal(err)
		}
		return b
	})
	governor := p.as("governor")
	for path, text := range map[string]string{
		"/": "There is no establishment yet", "/transfers": "There is no transfer yet", "/people": "Nobody.", "/overdue": "Nobody: everybody is held",
		"/discrepancies": "None.", "/book": "1 entry, all sealed", "/book?kind=person.died": "No entry.",
	} {
		r := governor.get(path).is(http.StatusOK).shows(text)
		wellMade(t, r)
	}
	governor.get("/").shows("Nothing: no overdue release", "UTC")
}

func TestTheSumsVisiblyHoldOrDoNot(t *testing.T) {
	p := newPlay(t, 6)
	id := p.onTheRoad(5)
	planner := p.as("planner")
	planner.get("/transfers/"+id).shows("5 under way", "≠", ">Holds<").hides("the transfer can be closed")
	planner.get("/").shows("Transfers under way", id).hides("cannot be closed")

	p.must(p.transfer.Count(t.Context(), by("escort"), id, "B01", custody.VehicleCount{Stage: "waypoint", Waypoint: "W1", Counted: 4}, time.Time{}))
	planner.get("/").shows("Transfer "+id+" cannot be closed", "1 open discrepancy")
	planner.get("/transfers/"+id).shows("The count differs", "4 counted, 5 aboard", "Differs")
	p.must(p.roll.Resolve(t.Context(), by("planner"), p.roll.Discrepancies(true)[0].ID, "Counted again: five."))

	p.arrives(id)
	planner = p.as("planner") // an hour later the session is over
	planner.get("/transfers/"+id).shows("Nobody: the transfer can be closed.", ">Holds<").hides("≠", "under way</a>")
	for group, want := range map[string]string{"listed": "5 people", "departed": "5 people", "received": "5 people", "withdrawn": "Nobody on the manifest", "under-way": "Nobody on the manifest"} {
		planner.get("/transfers/" + id + "?group=" + group).shows(want)
	}
	p.must(p.transfer.Close(t.Context(), by("planner"), id))
	planner.get("/transfers/"+id).shows("The transfer is not open.", "Closed")
}

func TestNumbersOpenThePeopleBehindThem(t *testing.T) {
	p := newPlay(t, 14)
	p.onTheRoad(5)
	numbers := habeastest.Numbers(14)
	move := func(person, to string) {
		t.Helper()
		w, err := p.roll.Move(t.Context(), by("duty"), step(person, to))
		p.must(w, err)
	}
	move(numbers[6], habeastest.OriginCell)
	move(numbers[7], habeastest.OriginCell)
	p.must(p.roll.GoOut(t.Context(), by("duty"), numbers[8], custody.Outing{Destination: habeastest.Court, Escort: "Officer Gil"}, time.Time{}))
	p.must(p.roll.Escape(t.Context(), by("duty"), numbers[9], "over the wall", time.Time{}))
	duty := p.as("duty")
	for path, want := range map[string]string{
		"/people":                                     "13 people",
		"/people?where=transit":                       "5 people",
		"/people?under=OLD":                           "8 people",
		"/people?under=OLD&where=inside":              "7 people",
		"/people?under=OLD&where=out":                 "1 person",
		"/people?under=OLD-M1":                        "2 people", // in the cells inside it
		"/people?under=OLD-M1-C1":                     "2 people",
		"/people?where=at-large":                      "1 person",
		"/people?legal=convicted":                     "13 people",
		"/people?legal=untried":                       "Nobody.",
		"/people?under=NOWHERE":                       "Nobody.",
		"/people?where=everywhere":                    "13 people", // not a whereabouts: as if not said
		"/people?page=abc":                            "13 people",
		"/people?under=OLD&where=inside&page=1000000": "Nobody.",
	} {
		duty.get(path).is(http.StatusOK).shows(want)
	}
	duty.get("/").shows(`href="/people?under=OLD"`, `href="/people?where=transit"`, `href="/people?under=OLD&amp;where=out"`, "1 person at large")
}

func TestSpaceAPerson(t *testing.T) {
	p := newPlay(t, 5)
	numbers := habeastest.Numbers(5)
	for _, n := range numbers[:2] {
		w, err := p.roll.Move(t.Context(), by("duty"), step(n, "OLD-M1-C2")) // 7.00 m², certified for 2
		p.must(w, err)
	}
	duty := p.as("duty")
	duty.get("/").shows("3.50 m²", "nobody below 3.40 m²")
	duty.in("es").get("/").shows("3,50 m²", "nadie con menos de 3,40 m²")
	p.found(numbers[2], "OLD-M1-C2") // a fact is recorded even where no order could put them
	duty.get("/").shows("2.33 m²", "3 people below 3.40 m²")
	duty.get("/establishments/OLD").shows("crowded", "Over capacity", "2.33 m²")
}

func TestListsArePaged(t *testing.T) {
	p := newPlay(t, 130)
	records := p.as("records")
	first := records.get("/people").shows("1 to 50 of 130", `rel="next" href="/people?page=2"`).hides(`rel="prev"`)
	if n := strings.Count(first.text, "<tr>"); n != 51 {
		t.Errorf("a page has %d rows, want 50 and the heading", n)
	}
	records.get("/people?page=3").shows("101 to 130 of 130", `rel="prev" href="/people?page=2"`).hides(`rel="next"`)
	id := p.onTheRoad(120)
	records.get("/transfers/"+id).shows("120 people", "1 to 50 of 120")
	records.get("/transfers/"+id+"?group=under-way&page=3").shows("101 to 120 of 120", "group=under-way&amp;page=2")
	records.get("/transfers/"+id+"?q=1000007").shows("1 person", habeastest.Numbers(8)[7])
	size := p.book.Size()
	feed := records.get("/book").shows(fmt.Sprintf("%d entries, all sealed", size), `rel="next" href="/book?before=`)
	if n := strings.Count(feed.text, "<tr>"); n != 51 {
		t.Errorf("a page of the book has %d rows, want 50 and the heading", n)
	}
	records.get("/book?before=30").shows(">29<", ">0<").hides(`rel="next"`)
	records.get("/book?kind=person.received").shows("No entry.")
}
