package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"

	"habeas.example/habeas/internal/book"
	"habeas.example/habeas/internal/custody"
)

type userCommand struct {
	Add        userAddCommand        `cmd:""`
	List       userListCommand       `cmd:""`
	Show       userShowCommand       `cmd:""`
	Appoint    userAppointCommand    `cmd:""`
	Link       userLinkCommand       `cmd:""`
	Dismiss    userDismissCommand    `cmd:""`
	Revoke     userRevokeCommand     `cmd:""`
	EndSession userEndSessionCommand `cmd:""`
}

type userAddCommand struct {
	store
	Name          string   `arg:""`
	FullName      string   `required:""`
	Roles         []string `required:""`
	Establishment string
	By            string
	PasswordStdin bool
}

// Run appoints the official and sets the password. There is no default password.
func (c *userAddCommand) Run(ctx context.Context, t *terminal) (err error) {
	s, err := openService(ctx, c.config())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.book.Close()) }()
	lines := bufio.NewScanner(t.in)
	o := custody.Official{Name: c.Name, FullName: c.FullName, Establishment: c.Establishment}
	for _, r := range c.Roles {
		o.Roles = append(o.Roles, custody.Role(r))
	}
	if c.By == "" {
		_, err = s.roll.Appoint(ctx, console, o)
	} else {
		if _, _, err := s.access.SignIn(ctx, c.By, nextLine(lines), "console"); err != nil {
			return err
		}
		_, err = s.roll.Appoint(ctx, book.Command{By: c.By}, o)
	}
	if err != nil {
		return err
	}
	password, made := "", false
	if c.PasswordStdin {
		password = nextLine(lines)
	} else {
		password, made = newPassword(), true
	}
	if err := s.access.SetPassword(ctx, c.Name, password); err != nil {
		return err
	}
	if made {
		_, err = fmt.Fprintln(t.out, t.words.Say("cli.password-once", map[string]any{"name": c.Name, "password": password}))
	}
	return err
}

func nextLine(lines *bufio.Scanner) string {
	if !lines.Scan() {
		return ""
	}
	return strings.TrimRight(lines.Text(), "\r")
}

// newPassword makes a password of 80 random bits that can be read aloud.
func newPassword() string {
	b := make([]byte, 10)
	if _, err := rand.Read(b); err != nil {
		panic(err) // crypto/rand does not fail on a working system
	}
	s := strings.ToLower(base32.StdEncoding.EncodeToString(b))
	return s[:4] + "-" + s[4:8] + "-" + s[8:12] + "-" + s[12:]
}
