package names

// sound writes a folded word as it is heard in Spanish, so that words that are only spelt differently become the same:
// b, v and w; s, z and soft c; hard c, k and qu; soft g, j and x; ll, y and i; silent h; n before b or p; doubled
// letters. Letters that are not a to z stay.
func sound(word string) string {
	out := make([]byte, 0, len(word))
	put := func(c byte) {
		if c >= 0x80 || len(out) == 0 || out[len(out)-1] != c {
			out = append(out, c)
		}
	}
	at := func(i int) byte {
		if i < len(word) {
			return word[i]
		}
		return 0
	}
	soft := func(c byte) bool { return c == 'e' || c == 'i' || c == 'y' }
	for i := 0; i < len(word); i++ {
		c, next := word[i], at(i+1)
		switch c {
		case 'h':
		case 'c':
			switch {
			case next == 'h':
				put('x') // ch: the letter x is free, for x itself is heard as j
			case soft(next):
				put('s')
			default:
				put('k')
			}
		case 'q':
			put('k')
			if next == 'u' && soft(at(i+2)) {
				i++
			}
		case 'g':
			switch {
			case soft(next):
				put('j')
			case next == 'u' && soft(at(i+2)):
				put('g')
				i++
			default:
				put('g')
			}
		case 'x':
			put('j')
		case 'z':
			put('s')
		case 'v', 'w':
			put('b')
		case 'y':
			put('i')
		case 'l':
			if next == 'l' {
				put('i')
				i++
			} else {
				put('l')
			}
		case 'p':
			if next == 'h' {
				put('f')
			} else {
				put('p')
			}
		case 'n':
			if next == 'b' || next == 'v' || next == 'p' {
				put('m')
			} else {
				put('n')
			}
		default:
			put(c)
		}
	}
	if len(out) == 0 {
		return word
	}
	return string(out)
}

// abbreviations are the customary short forms on Spanish and Latin American papers.
var abbreviations = map[string]string{
	"ma": "maria", "fco": "francisco", "fca": "francisca", "jse": "jose", "ant": "antonio", "anto": "antonio",
	"ml": "manuel", "man": "manuel", "gpe": "guadalupe", "conc": "concepcion", "alej": "alejandro", "gmo": "guillermo",
	"sta": "santa", "sto": "santo", "sn": "san",
	"fdez": "fernandez", "fdz": "fernandez", "frnz": "fernandez", "glez": "gonzalez", "gzlez": "gonzalez", "gnlz": "gonzalez",
	"glz": "gonzalez", "hdez": "hernandez", "hdz": "hernandez", "hrdez": "hernandez", "lpz": "lopez", "mtz": "martinez",
	"mtnez": "martinez", "mnez": "martinez", "prz": "perez", "rdz": "rodriguez", "rguez": "rodriguez", "rdguez": "rodriguez",
	"rodz": "rodriguez", "shz": "sanchez", "schez": "sanchez", "snchz": "sanchez", "rmz": "ramirez", "gtz": "gutierrez",
	"gtrrez": "gutierrez", "vzqz": "vazquez", "vqz": "vasquez", "dguez": "dominguez", "mdz": "mendez", "jmz": "jimenez",
	"jmnez": "jimenez", "alvz": "alvarez", "flrs": "flores",
}

// shortForms are the abbreviations of each full name.
var shortForms = func() map[string][]string {
	of := map[string][]string{}
	for short, full := range abbreviations {
		of[full] = append(of[full], short)
	}
	return of
}()
