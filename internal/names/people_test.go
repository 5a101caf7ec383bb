package names_test

import (
	"math/rand/v2"
	"strings"
)

// invented is one invented person's name, in parts.
type invented struct {
	given    []string
	surnames []string // each with its particles
}

func (p invented) onPaper() string {
	return strings.Join(p.surnames, " ") + ", " + strings.Join(p.given, " ")
}

func (p invented) spoken() string {
	return strings.Join(p.given, " ") + " " + strings.Join(p.surnames, " ")
}

// naming invents names as they fall in Latin America: a few surnames and given names are everywhere, many are rare.
type naming struct {
	*rand.Rand
	givenNames, surnames []string
	given, family        *rand.Zipf
}

// newNaming prepares a naming for a population of about so many: the more people, the more rare names there are.
func newNaming(seed uint64, population int) *naming {
	n := &naming{Rand: rand.New(rand.NewPCG(seed, 40_000))}
	n.givenNames = n.withInvented(commonGivenNames, 300+population/200, givenEndings)
	n.surnames = n.withInvented(commonSurnames, 2000+population/20, surnameEndings)
	n.given = rand.NewZipf(n.Rand, 1.15, 12, uint64(len(n.givenNames)-1))
	n.family = rand.NewZipf(n.Rand, 1.15, 12, uint64(len(n.surnames)-1))
	return n
}

func (n *naming) withInvented(common string, more int, endings []string) []string {
	all := strings.Fields(common)
	known := map[string]bool{}
	for _, name := range all {
		known[name] = true
	}
	for len(all) < more {
		var b strings.Builder
		for range 1 + n.IntN(2) {
			b.WriteString(onsets[n.IntN(len(onsets))])
			b.WriteString(nuclei[n.IntN(len(nuclei))])
		}
		b.WriteString(onsets[n.IntN(len(onsets))])
		b.WriteString(endings[n.IntN(len(endings))])
		if name := b.String(); !known[name] {
			known[name] = true
			all = append(all, strings.ToUpper(name[:1])+name[1:])
		}
	}
	return all
}

func (n *naming) person() invented {
	var p invented
	p.given = append(p.given, n.givenNames[n.given.Uint64()])
	if n.IntN(100) < 80 {
		p.given = append(p.given, n.givenNames[n.given.Uint64()])
	}
	for range 2 {
		s := n.surnames[n.family.Uint64()]
		if n.IntN(100) < 4 {
			s = []string{"de ", "del ", "de la ", "de los "}[n.IntN(4)] + s
		}
		p.surnames = append(p.surnames, s)
	}
	if n.IntN(100) < 2 {
		p.surnames = p.surnames[:1]
	}
	return p
}

func (n *naming) people(count int) []invented {
	all := make([]invented, count)
	for i := range all {
		all[i] = n.person()
	}
	return all
}

var (
	onsets         = strings.Fields("b c ch d f g j l ll m n p qu r s t v y z br cr dr gr pl tr bl h gu tz x")
	nuclei         = strings.Fields("a e i o u a e o ia ie ue an en on ar er al el as es ín ál")
	givenEndings   = strings.Fields("ana elia ito ina ar el ías ey on isa ael ian inda iel ora")
	surnameEndings = strings.Fields("ez az era eño illo al án ón ista ares ola ate uc ín ales ado esta edo ara osa")
)

const commonGivenNames = `José María Juan Luis Carlos Ana Miguel Jorge Francisco Manuel Antonio Jesús Rosa Mario Pedro Roberto
Ricardo Rafael Fernando Eduardo Óscar Marta Gloria Sandra Silvia Alejandro Daniel David Kevin Brayan Jonathan Josué
Walter Wílber Nelson Edwin Érick Henry Giovanni Gerson Melvin Marvin Elmer Douglas Wilfredo Rigoberto Heriberto Raúl
Héctor Víctor Hugo Julio César Sergio Andrés Santiago Sebastián Mateo Diego Gabriel Samuel Isaac Moisés Elías Ezequiel
Guillermo Gustavo Gilberto Germán Ignacio Jaime Javier Joaquín Lorenzo Marcos Martín Nicolás Pablo Ramón Rubén Salvador
Saúl Tomás Vicente Xavier Ximena Yesenia Yolanda Zulma Guadalupe Carmen Teresa Patricia Verónica Claudia Karla Blanca
Evelyn Jacqueline Jennifer Katherine Lilian Lorena Mirna Morena Norma Reina Sonia Vilma Wendy Xiomara Concepción Dolores
Mercedes Milagro Paz Luz Eva Sol Ada Inés Iris Noé Iván Axel Alan Abel Ángel Ernesto Enrique Armando Arturo Benjamín`

const commonSurnames = `Hernández Martínez López García Rodríguez González Pérez Sánchez Ramírez Flores Cruz Rivera Gómez Díaz
Reyes Morales Ramos Vásquez Castro Rivas Guzmán Romero Mejía Aguilar Alvarado Ortiz Portillo Menjívar Ayala Orellana
Alfaro Chávez Escobar Guevara Campos Molina Argueta Zelaya Henríquez Funes Bonilla Cortez Serrano Mendoza Villalta Méndez
Contreras Cáceres Arévalo Barahona Velásquez Figueroa Landaverde Deras Lemus Quintanilla Palacios Peña Muñoz Núñez Ibáñez
Iglesias Jiménez Giménez Juárez Lara Lazo Linares Luna Maldonado Marroquín Medrano Melgar Merino Miranda Monge Montoya
Navarrete Navas Olmedo Osorio Pacheco Padilla Panameño Pineda Pleitez Ponce Quijano Recinos Renderos Rosales Rubio Ruiz
Saavedra Salazar Salguero Salinas Santos Segovia Sibrián Solís Sorto Sosa Tobar Torres Trejo Turcios Umaña Urrutia Valencia
Valle Vargas Vega Ventura Vides Villatoro Zamora Zaldívar Zavala Zepeda Zúñiga Gil Paz Sol Cea Coto Mena Leiva Lima Abrego
Acosta Aquino Ascencio Baires Beltrán Benavides Benítez Bermúdez Calderón Canales Cañas Carballo Carranza Castaneda Chicas
Cisneros Claros Cornejo Crespín Cuéllar Delgado Domínguez Durán Echeverría Erazo Escalante Espinoza Estrada Fajardo Franco
Fuentes Galdámez Gálvez Granados Grijalva Guardado Herrera Huezo Hurtado Iraheta`
