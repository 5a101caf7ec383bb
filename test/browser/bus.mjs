// A bus on its way from one establishment to another, as its officials send it: ordered by two, loaded, counted, handed to
// the escort, arrived and offered. Whoever receives it is the scenario's to play.

/** Brings a bus to a reception, and returns its transfer, its handover and its people. */
export async function bring(api, { from, to, people, reception, cellPlan = false }) {
  const planner = await api("planificadora");
  const date = new Date().toISOString().slice(0, 10);
  const { id } = await planner("/transfers", { from, to, date, legalBasis: "Orden 7/2026 (inventada)" });
  await planner(`/transfers/${id}/manifest`, { people });
  await planner(`/transfers/${id}/escort`, { corps: "Escolta (inventada)", commander: "Tte. Ruiz", units: [{ name: "Primera", headcount: 10 }] });
  await planner(`/transfers/${id}/vehicles`, { vehicles: [{ code: "B1", plate: "N-100-200", seats: 40 }] });
  if (cellPlan) await planner(`/transfers/${id}/cell-plan`, {});
  await (await api("directora"))(`/transfers/${id}/approval`, {});
  const escort = await api("escolta1");
  await escort(`/transfers/${id}/identifications`, { people });
  await escort(`/transfers/${id}/boardings`, { vehicle: "B1", people });
  await escort(`/transfers/${id}/counts`, { vehicle: "B1", stage: "boarding", counted: people.length });
  const giver = await api(from === "CCT" ? "recepcion1" : "origen1");
  const offered = await giver(`/transfers/${id}/departure-offers`, { vehicles: ["B1"] });
  await escort(`/handovers/${offered.id}/acceptance`, {});
  await escort(`/transfers/${id}/arrivals`, { vehicle: "B1", place: reception });
  await escort(`/transfers/${id}/counts`, { vehicle: "B1", stage: "arrival", counted: people.length });
  const arrived = await escort(`/transfers/${id}/arrival-offers`, { vehicles: ["B1"], place: reception });
  return { id, handover: arrived.id, people };
}
