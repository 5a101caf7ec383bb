// Package browser plays what people do in a real browser, against the program as it is
// shipped and a drill that it has just played. The scenarios are the .mjs files beside this
// one; run them with npm ci done in this folder, and Debian's Chromium and Node installed.
package browser
