package entries

import "habeas.example/habeas/internal/custody"

// Kinds are all kinds of entry in the order in which people look for them.
func Kinds() []custody.Kind {
	return []custody.Kind{
		custody.PersonAdmitted, custody.PersonCorrected, custody.PersonMoved, custody.PersonFound, custody.PersonWentOut, custody.PersonReturned,
		custody.PersonReleased, custody.PersonDied, custody.PersonEscaped, custody.PersonRecaptured,
		custody.AuthorityGiven, custody.AuthorityEnded, custody.ReleaseOrdered,
		custody.PersonAssessed, custody.ApartOrdered, custody.ApartEnded,
		custody.TransferDrafted, custody.TransferApproved, custody.TransferCalled, custody.EscortAssigned, custody.WaypointAdded, custody.VehicleAdded,
		custody.ManifestLoaded, custody.CellsPlanned, custody.PlanCommitted, custody.PersonListed, custody.PersonIdentified, custody.PersonBoarded, custody.VehicleCounted,
		custody.HandoverOffered, custody.HandoverAccepted, custody.HandoverRecalled, custody.PersonDeparted, custody.VehicleArrived, custody.PersonReceived,
		custody.PersonWithdrawn, custody.PersonDiverted, custody.PersonLodged, custody.PersonResumed, custody.PersonUnlisted, custody.TransferClosed,
		custody.CountOpened, custody.CountSlipGiven, custody.RecountCalled, custody.CountSigned, custody.CountGivenUp, custody.CountRulesOrdered,
		custody.DiscrepancyResolved, custody.RecordRead, custody.RollPrinted, custody.RowDropped, custody.ClockRanBack,
		custody.PlaceOpened, custody.CapacityOrdered, custody.PlaceTakenOut, custody.PlaceBackInUse, custody.PlaceDesignated, custody.OverCapacityOrdered,
		custody.OfficialAppoint, custody.OfficialDismiss,
		custody.GlassBroken, custody.GlassMended, custody.SessionsEnded, custody.RecoveryGiven, custody.LinkGiven, custody.WayInRevoked, custody.PasskeyRenamed, custody.PasskeyRemoved, custody.RulesChanged, custody.MonitorProposed, custody.MonitorConfirmed,
		custody.DeviceRegistered, custody.DeviceTaken, custody.DeviceRevoked,
	}
}
