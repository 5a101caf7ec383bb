// Package access is the desk of who is who: secrets of named users, sign-in and sessions.
//
// What an official may do is written in custody, beside the laws; whether they still hold
// office is read from the book at every request. This room only says which official is
// speaking. Passwords are one way to prove it; passkeys and OpenID Connect come in beside
// them: each proves a name in its own file and then begins a session as SignIn does.
package access
