package page

import (
	"net/url"
	"strconv"
)

// Addresses of pages that other pages lead to, so that a subject need not know another.

// PersonAddress is where a person's record is.
func PersonAddress(number string) string { return "/people/" + url.PathEscape(number) }

// PhotographAddress is where the photograph on a record is, for whoever has just looked at it: the look covers both.
func PhotographAddress(number string, look int64) string {
	return PersonAddress(number) + "/photograph/image?look=" + strconv.FormatInt(look, 10)
}

// TransferAddress is where a transfer is.
func TransferAddress(id string) string { return "/transfers/" + url.PathEscape(id) }

// VehicleAddress is where a vehicle of a transfer is, by its code.
func VehicleAddress(transfer, code string) string {
	return TransferAddress(transfer) + "/vehicles/" + url.PathEscape(code)
}

// LineAddress is where a person on a transfer is: what may be done about them on the way.
func LineAddress(transfer, number string) string {
	return TransferAddress(transfer) + "/people/" + url.PathEscape(number)
}

// HandingAddress is where people of a transfer are offered to the other hand.
func HandingAddress(transfer string) string { return TransferAddress(transfer) + "/handing-over" }

// RecallAddress is where an offered handover is taken back.
func RecallAddress(transfer, handover string) string {
	return TransferAddress(transfer) + "/handovers/" + url.PathEscape(handover) + "/recall"
}

// AdmissionAddress is where one person is taken into custody from outside.
const AdmissionAddress = "/admissions/new"

// UnlistedAddress is where somebody is recorded who arrived and is on no list of the transfer.
func UnlistedAddress(transfer string) string { return TransferAddress(transfer) + "/unlisted" }

// GlassAddress is where an official takes an office or places beyond their own for a while.
const GlassAddress = "/glass"

// EntryAddress is where an entry of the book is.
func EntryAddress(n int64) string { return "/book/" + strconv.FormatInt(n, 10) }

// EstablishmentAddress is where the places of an establishment are.
func EstablishmentAddress(code string) string { return "/establishments/" + url.PathEscape(code) }

// DiscrepancyAddress is where a discrepancy is, resolved or not.
func DiscrepancyAddress(id string) string {
	return "/discrepancies?all=1&first=" + url.QueryEscape(id) + "#" + url.PathEscape(id)
}

// DiscrepanciesAddress is the list of the open discrepancies of a kind.
func DiscrepanciesAddress(kind string) string { return "/discrepancies?kind=" + url.QueryEscape(kind) }

// UnderAddress is the list of everybody in a place and in what is inside it.
func UnderAddress(place string) string { return "/people?under=" + url.QueryEscape(place) }

// CountAddress is where a count is.
func CountAddress(id string) string { return "/counts/" + url.PathEscape(id) }

// RegisterAddress is where the register of places says what a place is, and where that is changed.
func RegisterAddress(place string) string { return "/settings/places/" + url.PathEscape(place) }
