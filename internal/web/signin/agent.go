package signin

import (
	"strings"

	"habeas.example/habeas/internal/web/page"
)

// What browsers and systems call themselves, the more particular first: most claim to be others too.
var (
	browsers = [][2]string{{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"}, {"CriOS/", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}}
	systems  = [][2]string{{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Macintosh", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"}}
)

// deviceOf says in people's words with what a session began, as far as the program that began it tells the truth.
func deviceOf(f page.Frame, agent string) string {
	browser, system := firstIn(agent, browsers), firstIn(agent, systems)
	switch {
	case browser != "" && system != "":
		return f.Say("page.sessions.device", "browser", browser, "system", system)
	case browser != "" || system != "":
		return browser + system
	case strings.HasPrefix(agent, "habeas"):
		return f.Say("page.sessions.console")
	}
	return f.Say("page.sessions.unknown")
}

func firstIn(agent string, names [][2]string) string {
	for _, name := range names {
		if strings.Contains(agent, name[0]) {
			return name[1]
		}
	}
	return ""
}
