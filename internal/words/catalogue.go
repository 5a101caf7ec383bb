package words

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/nicksnyder/go-i18n/v2/i18n/template"
	"golang.org/x/text/language"
)

//go:embed *.toml
var files embed.FS

// Languages are those that Habeas speaks. The first answers where nothing else is asked for.
var Languages = []language.Tag{language.Spanish, language.English}

var catalogues = mustRead(files)

// catalogue is all messages of one language.
type catalogue struct {
	localizer *i18n.Localizer
	messages  map[string]*i18n.Message
}

// mustRead reads the catalogues that are built into the program. A fault in one of them is a fault in the program, and
// stops it before it has begun.
func mustRead(from fs.FS) map[language.Tag]*catalogue {
	read, err := readCatalogues(from)
	if err != nil {
		panic(fmt.Sprintf("words: %v", err))
	}
	return read
}

// readCatalogues reads every TOML file at the root of a file system. It refuses a file in a language that Habeas does
// not speak, and an id that two files of a language both claim.
func readCatalogues(from fs.FS) (map[language.Tag]*catalogue, error) {
	names, err := fs.Glob(from, "*.toml")
	if err != nil {
		return nil, fmt.Errorf("listing the catalogues: %w", err)
	}
	read := make(map[language.Tag]*catalogue, len(Languages))
	bundles := make(map[language.Tag]*i18n.Bundle, len(Languages))
	for _, tag := range Languages {
		bundles[tag] = i18n.NewBundle(tag)
		bundles[tag].RegisterUnmarshalFunc("toml", toml.Unmarshal)
		read[tag] = &catalogue{localizer: i18n.NewLocalizer(bundles[tag], tag.String()), messages: map[string]*i18n.Message{}}
	}
	for _, name := range names {
		text, err := fs.ReadFile(from, name)
		if err != nil {
			return nil, fmt.Errorf("reading catalogue %s: %w", name, err)
		}
		spoken, _, _ := strings.Cut(path.Base(name), ".")
		tag, err := language.Parse(spoken)
		if err != nil || bundles[tag] == nil {
			return nil, fmt.Errorf("reading catalogue %s: its name must begin with the code of a language that is spoken here: %v", name, Languages)
		}
		// The library takes the language from the name that it is given, where ours may say more than that.
		parsed, err := bundles[tag].ParseMessageFileBytes(text, tag.String()+".toml")
		if err != nil {
			return nil, fmt.Errorf("reading catalogue %s: %w", name, err)
		}
		for _, m := range parsed.Messages {
			if read[tag].messages[m.ID] != nil {
				return nil, fmt.Errorf("reading catalogue %s: message %q stands in another file of the language too", name, m.ID)
			}
			read[tag].messages[m.ID] = m
		}
	}
	return read, nil
}

// text returns the template of a message for a count, nil for none, and whether the catalogue has it.
func (c *catalogue) text(id string, count any) (string, bool) {
	m := c.messages[id]
	if m == nil {
		return "", false
	}
	if count == nil {
		return m.Other, m.Other != ""
	}
	chosen, err := c.localizer.Localize(&i18n.LocalizeConfig{
		MessageID:      id,
		PluralCount:    count,
		TemplateParser: template.IdentityParser{},
	})
	if err != nil {
		// A language can have a form that the message does without: Spanish has one for whole millions.
		return m.Other, m.Other != ""
	}
	return chosen, true
}
