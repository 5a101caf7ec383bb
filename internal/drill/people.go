package drill

import (
	"fmt"
	"math/rand/v2"
	"time"

	"habeas.example/habeas/internal/custody"
)

// Common names, combined at random; whoever bears one of the combinations is invented.
var (
	surnames = []string{"García", "Hernández", "Martínez", "López", "González", "Rodríguez", "Pérez", "Sánchez", "Ramírez", "Flores", "Rivera",
		"Gómez", "Díaz", "Reyes", "Cruz", "Morales", "Ortiz", "Castillo", "Chávez", "Vásquez", "Romero", "Mejía", "Aguilar", "Alvarado", "Guzmán",
		"Molina", "Campos", "Rosales", "Portillo", "Zelaya", "Escobar", "Menjívar", "Orellana", "Quintanilla", "Cañas", "Barrera", "Ayala",
		"Argueta", "Benítez", "Calderón", "Cerón", "Duarte", "Echeverría", "Funes", "Galdámez", "Henríquez", "Iraheta", "Jovel", "Landaverde",
		"Magaña", "Nolasco", "Ochoa", "Palacios", "Quijada", "Recinos", "Salguero", "Tobar", "Umaña", "Valladares", "Ventura", "Villalta",
		"Zavaleta", "Zepeda", "De la Cruz", "De León", "Del Cid", "Monterrosa", "Peñate", "Sibrián", "Turcios", "Urrutia", "Yanes", "Bonilla",
		"Cárcamo", "Deras", "Espinoza", "Figueroa", "Grande", "Huezo", "Ibarra", "Juárez", "Lemus", "Melgar", "Navarrete", "Olmedo", "Pineda"}
	givenMale = []string{"José", "Juan", "Carlos", "Luis", "Miguel", "Jorge", "Francisco", "Manuel", "Pedro", "Ricardo", "Mario", "Roberto", "Óscar",
		"Edwin", "Rafael", "Santos", "Wilber", "Nelson", "Ernesto", "Salvador", "Mauricio", "Julio", "René", "Ángel", "Walter", "Víctor", "Douglas",
		"Rubén", "Saúl", "Isaías", "Elmer", "Fredy", "Joaquín", "Moisés", "Noé", "Abel", "Bryan", "Kevin", "Cristian", "Josué", "Élmer", "Gerson"}
	givenSecond = []string{"Antonio", "Alberto", "Alexander", "Enrique", "Ernesto", "Armando", "David", "Eduardo", "Alfredo", "Adalberto", "Israel",
		"Antonio", "Arturo", "Baltazar", "Benjamín", "César", "Daniel", "Esteban", "Fernando", "Gilberto", "Humberto", "Ismael", "Javier", "Leonel",
		"Misael", "Neftalí", "Orlando", "Rigoberto", "Samuel", "Ulises", "Vladimir", "Wilfredo"}
	courts = []string{"Juzgado Primero de Instrucción", "Juzgado Segundo de Instrucción", "Tribunal Tercero de Sentencia", "Tribunal Quinto de Sentencia",
		"Juzgado Especializado de Instrucción", "Cámara Segunda de lo Penal", "Juzgado Cuarto de Paz"}
	offences = []string{"Hurto agravado", "Robo", "Extorsión", "Lesiones", "Receptación", "Estafa", "Posesión y tenencia", "Agrupaciones ilícitas", "Homicidio simple"}
	kin      = []string{"madre", "padre", "esposa", "hermana", "hermano", "hijo", "hija"}
)

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

// arrivals invents n men with their papers, to be admitted at a place. All papers are
// live at every instant of the drill but the one that the drill lets expire.
func arrivals(r *rand.Rand, n int, now time.Time) []custody.Admission {
	list := make([]custody.Admission, n)
	for i := range list {
		person := custody.Person{
			FamilyNames: pick(r, surnames) + " " + pick(r, surnames),
			GivenNames:  pick(r, givenMale) + " " + pick(r, givenSecond),
			Sex:         "M",
			Birth:       now.AddDate(-19-r.IntN(47), -r.IntN(12), -r.IntN(28)).Format(time.DateOnly),
			Nationality: "SV",
			Contact:     &custody.Contact{Name: pick(r, surnames) + " " + pick(r, surnames), Relation: pick(r, kin), Phone: fmt.Sprintf("0000-%04d", r.IntN(10000))},
		}
		if r.IntN(12) == 0 {
			person.Aliases = []string{pick(r, givenSecond) + " " + pick(r, surnames)}
		}
		since := now.AddDate(0, -2-r.IntN(40), -r.IntN(28))
		paper := custody.Authority{Issuer: pick(r, courts), Case: fmt.Sprintf("%d-%04d-%d", 1+r.IntN(9), r.IntN(10000), since.Year()),
			Grounds: pick(r, offences), From: since}
		if r.IntN(10) < 6 {
			paper.Kind, paper.Until = custody.RemandOrder, now.AddDate(0, 3+r.IntN(9), r.IntN(28))
		} else {
			paper.Kind, paper.Until = custody.Sentence, now.AddDate(1+r.IntN(20), r.IntN(12), r.IntN(28))
		}
		list[i] = custody.Admission{Person: &person, Authorities: []custody.Authority{paper}}
	}
	return list
}

// Invent invents n people with their papers; the same seed invents the same people.
func Invent(seed uint64, n int, now time.Time) []custody.Admission {
	return arrivals(rand.New(rand.NewPCG(seed, 0x70656f706c65)), n, now)
}
