package custody

import (
	"maps"
	"slices"
)

// Kind names what an entry says happened. A published kind keeps its meaning.
type Kind string

// The kinds of entry.
const (
	PlaceOpened      Kind = "place.opened"
	CapacityOrdered  Kind = "place.capacity-ordered"
	PlaceTakenOut    Kind = "place.taken-out"
	PlaceBackInUse   Kind = "place.back-in-use"
	PlaceDesignated  Kind = "place.designated"
	OfficialAppoint  Kind = "official.appointed"
	OfficialDismiss  Kind = "official.dismissed"
	PersonAdmitted   Kind = "person.admitted"
	PersonCorrected  Kind = "person.corrected"
	AuthorityGiven   Kind = "authority.recorded"
	AuthorityEnded   Kind = "authority.ended"
	PersonMoved      Kind = "person.moved"
	PersonFound      Kind = "person.found"
	PersonWentOut    Kind = "person.went-out"
	PersonReturned   Kind = "person.returned"
	ReleaseOrdered   Kind = "release.ordered"
	PersonReleased   Kind = "person.released"
	PersonDied       Kind = "person.died"
	PersonEscaped    Kind = "person.escaped"
	PersonRecaptured Kind = "person.recaptured"

	OverCapacityOrdered Kind = "place.over-capacity-ordered"
	PersonAssessed      Kind = "person.assessed"
	ApartOrdered        Kind = "keep-apart.ordered"
	ApartEnded          Kind = "keep-apart.ended"
	CellsPlanned        Kind = "transfer.cells-planned"
	PlanCommitted       Kind = "cells.plan-committed"

	TransferDrafted  Kind = "transfer.drafted"
	TransferApproved Kind = "transfer.approved"
	TransferCalled   Kind = "transfer.called-off"
	EscortAssigned   Kind = "transfer.escort-assigned"
	WaypointAdded    Kind = "transfer.waypoint-added"
	VehicleAdded     Kind = "transfer.vehicle-added"
	ManifestLoaded   Kind = "transfer.manifest-loaded"
	PersonListed     Kind = "person.listed"
	PersonIdentified Kind = "person.identified"
	PersonBoarded    Kind = "person.boarded"
	VehicleCounted   Kind = "vehicle.counted"
	HandoverOffered  Kind = "handover.offered"
	HandoverAccepted Kind = "handover.accepted"
	HandoverRecalled Kind = "handover.recalled"
	PersonDeparted   Kind = "person.departed"
	VehicleArrived   Kind = "vehicle.arrived"
	PersonReceived   Kind = "person.received"
	PersonWithdrawn  Kind = "person.withdrawn"
	PersonDiverted   Kind = "person.diverted"
	PersonLodged     Kind = "person.lodged"
	PersonResumed    Kind = "person.resumed"
	PersonUnlisted   Kind = "person.arrived-unlisted"
	TransferClosed   Kind = "transfer.closed"

	RollPrinted Kind = "roll.printed"
	RowDropped  Kind = "import.row-dropped"

	CountRulesOrdered Kind = "count.rules-ordered"
	CountOpened       Kind = "count.opened"
	CountSlipGiven    Kind = "count.slip-given"
	RecountCalled     Kind = "count.recount-called"
	CountSigned       Kind = "count.signed"
	CountGivenUp      Kind = "count.given-up"
	GlassBroken       Kind = "access.glass-broken"
	GlassMended       Kind = "access.glass-mended"
	SessionsEnded     Kind = "access.sessions-ended"
	RecoveryGiven     Kind = "access.recovery-given"
	LinkGiven         Kind = "access.link-given"
	WayInRevoked      Kind = "access.way-in-revoked"
	PasskeyRenamed    Kind = "access.passkey-renamed"
	PasskeyRemoved    Kind = "access.passkey-removed"
	RulesChanged      Kind = "access.rules-changed"
	MonitorProposed   Kind = "monitor.proposed"
	MonitorConfirmed  Kind = "monitor.confirmed"
	DeviceRegistered  Kind = "device.registered"
	DeviceTaken       Kind = "device.taken-into-use"
	DeviceRevoked     Kind = "device.revoked"

	DiscrepancyResolved Kind = "discrepancy.resolved"
	RecordRead          Kind = "record.read"
	ClockRanBack        Kind = "clock.ran-back"
)

// kindSpec says of a kind how its detail is decoded, whether it is a fact (always
// recorded, law 4) or an order (refused when it breaks a law), and how it is applied.
type kindSpec struct {
	detail func() any
	fact   bool
	apply  func(*State, *Entry) error
}

func detail[D any]() func() any { return func() any { return new(D) } }

// kinds is the one table of everything that can stand in the book.
var kinds map[Kind]kindSpec

func init() {
	kinds = map[Kind]kindSpec{
		PlaceOpened:      {detail[Place](), false, applyPlaceOpened},
		CapacityOrdered:  {detail[CapacityOrder](), false, applyCapacityOrdered},
		PlaceTakenOut:    {nil, false, applyPlaceTakenOut},
		PlaceBackInUse:   {nil, false, applyPlaceBackInUse},
		OfficialAppoint:  {detail[Official](), false, applyOfficialAppointed},
		OfficialDismiss:  {detail[OfficialName](), false, applyOfficialDismissed},
		PersonAdmitted:   {detail[Admission](), false, applyAdmitted},
		PersonCorrected:  {detail[Person](), false, applyPersonCorrected},
		AuthorityGiven:   {detail[Authority](), false, applyAuthorityGiven},
		AuthorityEnded:   {nil, false, applyAuthorityEnded},
		PersonMoved:      {nil, false, applyMove},
		PersonFound:      {nil, true, applyMove},
		PersonWentOut:    {detail[Outing](), false, applyWentOut},
		PersonReturned:   {nil, true, applyMove},
		ReleaseOrdered:   {detail[ReleaseOrder](), false, applyReleaseOrdered},
		PersonReleased:   {detail[Departure](), false, applyReleased},
		PersonDied:       {detail[Death](), true, applyDied},
		PersonEscaped:    {nil, true, applyEscaped},
		PersonRecaptured: {nil, true, applyMove},

		PlaceDesignated:     {detail[Designation](), false, applyPlaceDesignated},
		OverCapacityOrdered: {detail[OverCapacity](), false, applyOverCapacityOrdered},
		PersonAssessed:      {detail[Assessment](), false, applyAssessed},
		ApartOrdered:        {detail[KeepApart](), false, applyApartOrdered},
		ApartEnded:          {detail[ApartEnd](), false, applyApartEnded},
		CellsPlanned:        {detail[CellPlan](), false, applyCellsPlanned},
		PlanCommitted:       {detail[PlanOutcome](), false, applyPlanCommitted},

		TransferDrafted:  {detail[Transfer](), false, applyTransferDrafted},
		TransferApproved: {nil, false, applyTransferStatus(Approved)},
		TransferCalled:   {nil, false, applyTransferStatus(CalledOff)},
		EscortAssigned:   {detail[Escort](), false, applyEscort},
		WaypointAdded:    {detail[Waypoint](), false, applyWaypoint},
		VehicleAdded:     {detail[Vehicle](), false, applyVehicleAdded},
		ManifestLoaded:   {detail[ManifestLoad](), false, applyManifestLoaded},
		PersonListed:     {nil, false, applyListed},
		PersonIdentified: {nil, false, applyIdentified},
		PersonBoarded:    {nil, false, applyBoarded},
		VehicleCounted:   {detail[VehicleCount](), true, applyVehicleCounted},
		HandoverOffered:  {detail[Handover](), false, applyHandoverOffered},
		HandoverAccepted: {detail[HandoverID](), false, applyHandoverEnded(HandoverDone)},
		HandoverRecalled: {detail[HandoverID](), false, applyHandoverEnded(HandoverTakenBack)},
		PersonDeparted:   {detail[Hands](), false, applyDeparted},
		VehicleArrived:   {detail[VehicleArrival](), true, applyVehicleArrived},
		PersonReceived:   {detail[Hands](), false, applyReceived},
		PersonWithdrawn:  {detail[Withdrawal](), true, applyLineStatus(Withdrawn)},
		PersonDiverted:   {nil, true, applyLineStatus(Diverted)},
		PersonLodged:     {nil, true, applyLineStatus(Lodged)},
		PersonResumed:    {nil, true, applyResumed},
		PersonUnlisted:   {detail[Admission](), true, applyUnlisted},
		TransferClosed:   {detail[Sums](), false, applyTransferStatus(Closed)},

		CountRulesOrdered: {detail[CountRules](), false, applyCountRules},
		CountOpened:       {detail[CountOpening](), false, applyCountOpened},
		CountSlipGiven:    {detail[Slip](), true, applySlip},
		RecountCalled:     {detail[RecountCall](), false, applyRecountCalled},
		CountSigned:       {detail[CountSums](), false, applyCountSigned},
		CountGivenUp:      {detail[CountID](), false, applyCountGivenUp},
		GlassBroken:       {detail[Glass](), false, applyGlassBroken},
		GlassMended:       {detail[GlassID](), false, applyGlassMended},
		SessionsEnded:     {detail[OfficialName](), false, applyNothing},
		RecoveryGiven:     {detail[OfficialName](), false, applyNothing},
		LinkGiven:         {detail[OfficialName](), false, applyNothing},
		WayInRevoked:      {detail[OfficialName](), false, applyNothing},
		PasskeyRenamed:    {detail[OfficialName](), false, applyNothing},
		PasskeyRemoved:    {detail[OfficialName](), false, applyNothing},
		RulesChanged:      {detail[MonitorChange](), false, applyMonitorProposed},
		MonitorProposed:   {detail[MonitorChange](), false, applyMonitorProposed},
		MonitorConfirmed:  {detail[MonitorConfirmation](), false, applyMonitorConfirmed},
		DeviceRegistered:  {detail[Device](), false, applyDeviceRegistered},
		DeviceTaken:       {detail[DeviceKey](), false, applyDeviceTaken},
		DeviceRevoked:     {detail[DeviceEnd](), false, applyDeviceRevoked},

		RollPrinted: {detail[RollPrint](), false, applyNothing},
		RowDropped:  {detail[DroppedRow](), false, applyNothing},

		DiscrepancyResolved: {detail[Resolution](), false, applyDiscrepancyResolved},
		RecordRead:          {nil, true, applyNothing},
		ClockRanBack:        {detail[ClockReading](), true, applyNothing},
	}
}

// Fact reports whether the kind is a fact, which is always recorded even when it
// contradicts the roll, rather than an order.
func (k Kind) Fact() bool { return kinds[k].fact }

// Known reports whether the kind exists.
func (k Kind) Known() bool { _, ok := kinds[k]; return ok }

// impersonal are the kinds whose entries say nothing of the people in custody.
var impersonal = map[Kind]bool{
	PlaceOpened: true, CapacityOrdered: true, PlaceTakenOut: true, PlaceBackInUse: true, OfficialAppoint: true, OfficialDismiss: true,
	TransferDrafted: true, TransferApproved: true, TransferCalled: true, EscortAssigned: true, WaypointAdded: true, VehicleAdded: true,
	VehicleCounted: true, VehicleArrived: true, TransferClosed: true, RollPrinted: true, RecordRead: true, ClockRanBack: true,
	DeviceRegistered: true, DeviceTaken: true, DeviceRevoked: true,
	SessionsEnded: true, RecoveryGiven: true, LinkGiven: true, WayInRevoked: true, PasskeyRenamed: true, PasskeyRemoved: true, MonitorProposed: true, MonitorConfirmed: true, RulesChanged: true,
}

// Personal reports whether an entry of this kind may tell of a person in custody, so that
// reading it is a look at them (law 8). Looks themselves are not: whoever asks who looked
// at whom would never come to an end.
func (k Kind) Personal() bool { return !impersonal[k] }

// Kinds lists every kind, in order of name.
func Kinds() []Kind { return slices.Sorted(maps.Keys(kinds)) }
