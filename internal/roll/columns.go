package roll

import (
	"time"

	"habeas.example/habeas/internal/sheet"
)

// What offices write above their columns, in Spanish and English. The first name is the
// one reports use when the file has no such column.

// columns are those of a kind of file, as of an instant: who could have been born when.
func (k ImportKind) columns(now time.Time) []sheet.Column {
	if k == People {
		return personColumns(now)
	}
	return placeColumns()
}

func placeColumns() []sheet.Column {
	return []sheet.Column{
		{Name: idHeading, MaxRunes: 60},
		{Name: "code", Required: true, MaxRunes: 60, Headings: []string{"código", "codigo lugar", "clave", "place code", "place"}},
		{Name: "parent", MaxRunes: 60, Headings: []string{"padre", "pertenece a", "dentro de", "superior", "parent code", "in"}},
		{Name: "name", MaxRunes: 200, Headings: []string{"nombre", "denominación", "descripción"}},
		{Name: "kind", Required: true, Kind: sheet.Choice, Headings: []string{"tipo", "clase", "type"}, Choices: map[string][]string{
			"establishment": {"establecimiento", "centro", "centro penal", "prison"}, "sector": {"sector"}, "module": {"módulo"}, "wing": {"pabellón", "ala"},
			"landing": {"nivel", "planta", "galería"}, "cell": {"celda"}, "reception": {"recepción", "ingreso"}, "infirmary": {"enfermería"},
			"separation-unit": {"unidad de separación", "separación"}, "court": {"tribunal", "juzgado"}, "hospital": {"hospital"},
			"work-site": {"lugar de trabajo", "taller", "work site"}, "visits": {"sala de visitas", "visitas", "visiting room"}}},
		{Name: "sex", Kind: sheet.Choice, Headings: []string{"sexo", "para"}, Choices: map[string][]string{
			"M": {"hombres", "masculino", "men", "male", "h"}, "F": {"mujeres", "femenino", "women", "female"}}},
		{Name: "area", Kind: sheet.Number, Headings: []string{"superficie", "área", "area m2", "m2", "metros cuadrados", "floor area", "superficie m2"}},
		{Name: "toilets", Kind: sheet.Integer, Headings: []string{"inodoros", "sanitarios", "servicios"}},
		{Name: "washbasins", Kind: sheet.Integer, Headings: []string{"lavabos", "lavamanos", "basins"}},
		{Name: "showers", Kind: sheet.Integer, Headings: []string{"duchas", "regaderas"}},
		{Name: "certified", Kind: sheet.Integer, Headings: []string{"capacidad certificada", "certificada", "certified capacity"}},
		{Name: "declared", Kind: sheet.Integer, Headings: []string{"capacidad declarada", "declarada", "capacidad", "declared capacity", "capacity"}},
		{Name: "zone", MaxRunes: 60, Headings: []string{"zona horaria", "huso horario", "time zone"}},
	}
}

func personColumns(now time.Time) []sheet.Column {
	birth := func(years int) time.Time { return now.AddDate(-years, 0, 0) }
	return []sheet.Column{
		{Name: idHeading, MaxRunes: 60},
		{Name: "family names", MaxRunes: 200, Headings: []string{"apellidos", "apellido", "surnames", "surname", "last name", "family name"}},
		{Name: "given names", MaxRunes: 200, Headings: []string{"nombres", "nombre", "first name", "given name", "forenames", "forename"}},
		{Name: "full name", MaxRunes: 300, Headings: []string{"nombre completo", "apellidos y nombres", "nombre y apellidos", "name", "interno", "detenido", "privado de libertad"}},
		{Name: "alias", MaxRunes: 300, Headings: []string{"alias", "apodo", "conocido como", "también conocido como", "known as", "aliases"}},
		{Name: "sex", Required: true, Kind: sheet.Choice, Headings: []string{"sexo", "género", "gender"}, Choices: map[string][]string{
			"M": {"masculino", "hombre", "varón", "male", "man", "h"}, "F": {"femenino", "mujer", "female", "woman"}, "X": {"otro", "no consta", "other", "unknown"}}},
		{Name: "birth", Kind: sheet.Date, Headings: []string{"fecha de nacimiento", "nacimiento", "fecha nac", "f. nac.", "nacido", "date of birth", "birth date", "dob", "born"},
			Earliest: birth(110), Latest: birth(10)},
		{Name: "age", Kind: sheet.Integer, Headings: []string{"edad", "años"}},
		{Name: "nationality", MaxRunes: 100, Headings: []string{"nacionalidad", "país"}},
		{Name: "language", MaxRunes: 100, Headings: []string{"idioma", "lengua"}},
		{Name: "contact", MaxRunes: 300, Headings: []string{"contacto", "persona de contacto", "familiar", "avisar a", "next of kin", "notify"}},
		{Name: "relation", MaxRunes: 100, Headings: []string{"parentesco", "relación", "relationship"}},
		{Name: "phone", MaxRunes: 100, Headings: []string{"teléfono", "tel", "celular", "telephone", "contact phone", "teléfono de contacto"}},
		{Name: "authority", Required: true, Kind: sheet.Choice, Headings: []string{"tipo de orden", "mandato", "situación jurídica", "situación", "tipo de mandato", "orden", "kind of authority", "authority kind", "legal status", "status"},
			Choices: map[string][]string{
				"remand-order": {"detención provisional", "prisión preventiva", "prisión provisional", "provisional", "preventiva", "preventivo", "procesado", "remand", "untried"},
				"sentence":     {"sentencia", "condena", "penado", "condenado", "sentenced", "convicted"}, "police-custody": {"detención policial", "detención administrativa", "custodia policial", "police"},
				"extradition": {"extradición"}, "recall": {"revocatoria", "revocación", "reingreso", "recalled"}}},
		{Name: "issuer", Required: true, MaxRunes: 500, Headings: []string{"juzgado", "tribunal", "autoridad", "autoridad judicial", "órgano", "ordenado por", "court", "issuing body", "issued by"}},
		{Name: "case", Required: true, MaxRunes: 500, Headings: []string{"causa", "expediente", "proceso", "número de causa", "no. de causa", "referencia", "case number", "docket"}},
		{Name: "grounds", MaxRunes: 500, Headings: []string{"delito", "motivo", "cargo", "delitos", "offence", "offense", "charge"}},
		{Name: "from", Required: true, Kind: sheet.Date, Headings: []string{"desde", "fecha de la orden", "fecha de detención", "fecha de ingreso", "inicio", "since", "date of order", "start"}},
		{Name: "until", Kind: sheet.Date, Headings: []string{"hasta", "vence", "vencimiento", "fecha de vencimiento", "fin", "cumple", "fecha de cumplimiento", "expires", "expiry", "end"}},
		{Name: "place", MaxRunes: 60, Headings: []string{"lugar", "celda", "ubicación", "cell", "location"}},
		{Name: "property", MaxRunes: 1000, Headings: []string{"pertenencias", "objetos", "belongings"}},
		{Name: "injuries", MaxRunes: 1000, Headings: []string{"lesiones", "lesiones visibles", "visible injuries"}},
	}
}
