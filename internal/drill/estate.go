package drill

import (
	"fmt"

	"habeas.example/habeas/internal/custody"
)

// Codes of the invented establishments and of places in and around them.
const (
	Origin          = "PSM"
	Centre          = "CCT"
	originReception = "PSM-REC"
	centreReception = "CCT-REC"
	cityHospital    = "HOSP-CENTRAL"
	zone            = "America/El_Salvador"
)

const (
	modules        = 8
	cellsInModule  = 32
	declaredTotal  = 40000
	centreCellArea = 27200 // square decimetres: 272 m², certified for 80 at 3.4 m² each
	originCells    = 80
	originCellArea = 18700 // 187 m², certified for 55
)

// estate invents the places, parents first: an origin prison, the centre declared for
// 40,000 (8 modules of 32 large cells), and a hospital and a court outside.
func estate() []custody.Place {
	places := []custody.Place{
		{Code: Origin, Name: "Penal San Mateo (inventado)", Kind: custody.Establishment, Zone: zone, Sex: "M"},
		{Code: originReception, Name: "Recepción", Kind: custody.Reception, Parent: Origin},
		{Code: "PSM-ENF", Name: "Enfermería", Kind: custody.Infirmary, Parent: Origin, Certified: 40, FloorArea: 24000},
		{Code: "PSM-S1", Name: "Sector 1", Kind: custody.Sector, Parent: Origin},
		{Code: Centre, Name: "Centro La Cumbre (inventado)", Kind: custody.Establishment, Zone: zone, Sex: "M", Declared: declaredTotal},
		{Code: centreReception, Name: "Recepción", Kind: custody.Reception, Parent: Centre},
		{Code: "CCT-ENF", Name: "Enfermería", Kind: custody.Infirmary, Parent: Centre, Certified: 120, FloorArea: 72000},
		{Code: "CCT-SEP", Name: "Unidad de separación", Kind: custody.SeparationUnit, Parent: Centre, Certified: 20, FloorArea: 12000},
		{Code: cityHospital, Name: "Hospital Central (inventado)", Kind: custody.Hospital},
		{Code: "TRIBUNAL-1", Name: "Centro Judicial (inventado)", Kind: custody.Court},
	}
	for c := 1; c <= originCells; c++ {
		places = append(places, custody.Place{Code: originCell(c), Name: fmt.Sprintf("Celda %d", c), Kind: custody.Cell, Parent: "PSM-S1",
			FloorArea: originCellArea, Certified: custody.CertifiedByArea(originCellArea), Declared: 60, Toilets: 2, Washbasins: 2, Showers: 1})
	}
	for m := 1; m <= modules; m++ {
		module := fmt.Sprintf("CCT-M%d", m)
		places = append(places, custody.Place{Code: module, Name: fmt.Sprintf("Módulo %d", m), Kind: custody.Module, Parent: Centre})
		for c := 1; c <= cellsInModule; c++ {
			places = append(places, custody.Place{Code: centreCell(m, c), Name: fmt.Sprintf("Celda %d", c), Kind: custody.Cell, Parent: module,
				FloorArea: centreCellArea, Certified: custody.CertifiedByArea(centreCellArea), Declared: declaredTotal / (modules * cellsInModule),
				Toilets: 2, Washbasins: 2, Showers: 2})
		}
	}
	return places
}

func originCell(c int) string    { return fmt.Sprintf("PSM-C%02d", c) }
func centreCell(m, c int) string { return fmt.Sprintf("CCT-M%d-C%02d", m, c) }

// OfficialName is the user name of one of the invented officials.
type officialCast struct {
	name, fullName, establishment string
	roles                         []custody.Role
}

// teams is how many officials of a kind work side by side.
const teams = 8

// cast invents the officials. The first is the engineer who sets the service up.
func cast() []officialCast {
	list := []officialCast{
		{"ingeniera", "Ing. Paula Arrieta", "", []custody.Role{custody.Engineer}},
		{"directora", "Lcda. Marta Olivares", Centre, []custody.Role{custody.Governor}},
		{"jefe.servicio", "Insp. Hugo Barahona", Centre, []custody.Role{custody.DutyManager}},
		{"planificadora", "Sgto. Irene Salas", "", []custody.Role{custody.MovementPlanner}},
		{"registro", "Lcdo. Tomás Rivas", "", []custody.Role{custody.RecordsOfficer}},
		{"medica", "Dra. Elena Prado", Origin, []custody.Role{custody.HealthStaff}},
		{"control", "Agte. Raúl Cuadra", Centre, []custody.Role{custody.ControlRoom}},
		{"monitora", "Dra. Inés Villaseñor, mecanismo de prevención", "", []custody.Role{custody.Monitor}},
	}
	for i := 1; i <= teams; i++ {
		list = append(list,
			officialCast{fmt.Sprintf("origen%d", i), fmt.Sprintf("Agte. de recepción %d, San Mateo", i), Origin, []custody.Role{custody.ReceptionOfficer}},
			officialCast{fmt.Sprintf("escolta%d", i), fmt.Sprintf("Tte. jefe de escolta %d", i), "", []custody.Role{custody.EscortCommander}},
			officialCast{fmt.Sprintf("recepcion%d", i), fmt.Sprintf("Agte. de recepción %d, La Cumbre", i), Centre, []custody.Role{custody.ReceptionOfficer}},
			officialCast{fmt.Sprintf("galeria%d", i), fmt.Sprintf("Agte. de galería %d, La Cumbre", i), Centre, []custody.Role{custody.LandingOfficer}})
	}
	return list
}
