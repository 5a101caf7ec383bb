// What goes wrong with handhelds: a reply is lost, a queue is sent twice, a clock is a day ahead or a day behind, or is set while
// there is no line; a thief has the queue and a session of their own, or the officer's; the lost one is revoked from the desk and
// found again; a shift outlives its time, or somebody sets the clock back so that it does not.
//
// Usage: node astray.mjs BASE_URL, with HABEAS_OFFICIALS (JSON: user name to password, as habeas demo prints them) and, for
// pictures, HABEAS_SHOTS (a folder).

import { Scenario, launch } from "./browser.mjs";
import { clientOf } from "./client.mjs";
import { mouse, signIn } from "./hands.mjs";
import { goTo, phonesOf, setClock, states, stolen, task } from "./phone.mjs";

const base = process.argv[2];
const officials = JSON.parse(process.env.HABEAS_OFFICIALS ?? "{}");
if (!base || !officials["jefe.servicio"]) {
  console.error("usage: HABEAS_OFFICIALS={...} node astray.mjs BASE_URL");
  process.exit(2);
}

const story = new Scenario(base, process.env.HABEAS_SHOTS);
const browser = await launch();
const api = clientOf(base, officials);
const { carried, unlock } = phonesOf({ story, browser, base, officials, api });
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const near = (time, at) => Math.abs(Date.parse(time) - at) < 60_000;

/** States that somebody is somewhere, and opens what was entered. */
async function found({ page }, person, place) {
  await goTo(page, "fact");
  await page.fill("#fact-person", person);
  await page.fill("#fact-place", place);
  await page.click("#fact-form > button:not([type=button])");
  await page.locator("#hh-notice.right").waitFor();
  await goTo(page, "entries");
}

/** Gives a slip of the first landing that is left to count, and opens what was entered. */
async function counted(device, number) {
  await task(device, "Contar", "count");
  await device.page.fill("#count-number", String(number));
  await device.page.keyboard.press("Enter");
  await device.page.locator("#hh-notice.right").waitFor();
  await goTo(device.page, "entries");
}

const sent = ({ page }, state) => page.locator(`#entries-list [data-state=${state}]`).first().waitFor({ timeout: 30_000 });

/** A session of an official's at the API, and what it answers to something that a handheld once sent. */
async function replaying(name) {
  const session = await fetch(`${base}/api/v1/sessions`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ name, password: officials[name] }) });
  const { token } = await session.json();
  return async ({ url, headers, body }) => {
    const names = ["habeas-device", "habeas-hand", "habeas-clock", "habeas-signature", "content-type", "idempotency-key"];
    const answer = await fetch(url, { method: "POST", headers: { ...Object.fromEntries(names.map((one) => [one, headers[one]])), Authorization: `Bearer ${token}` }, body });
    return { status: answer.status, ...(await answer.json()) };
  };
}

try {
  const duty = await api("jefe.servicio");
  const size = async () => (await duty("/entries?limit=1")).entries[0].number;
  for (const [name, fullName] of [["galeria.noche", "Agte. de noche (inventado)"], ["galeria.alba", "Agte. del alba (inventada)"]]) {
    officials[name] = `${crypto.randomUUID()} de ${name}`;
    await (await api("ingeniera"))("/officials", { official: { name, fullName, roles: ["landing"], establishment: "CCT" }, password: officials[name] });
  }
  const [cell, other, third] = (await duty("/roll?by=place")).places.filter((p) => p.establishment === "CCT" && p.kind === "cell" && p.present > 1).map((p) => p.code);
  const people = (await duty(`/people?limit=2&under=${cell}`)).people.map((one) => one.number);
  const queue = []; // what was sent of a queue, as somebody on the line saw it
  let first, behind, ahead, count;

  await story.step("a slip whose reply was lost is sent again, and counts once; a clock a day behind states the right time", async () => {
    count = (await duty("/counts", { kind: "informal", place: other })).id;
    const { expected } = (await duty(`/counts/${count}`)).landings[0];
    behind = await carried("galeria.noche", { off: -DAY });
    let lost = 0;
    await behind.page.route("**/slips", async (route) => {
      lost++;
      const answer = await route.fetch(); // the server takes it, and nobody hears
      story.expect(answer.status() === 200, `the slip to be taken, got ${answer.status()}`);
      await route.abort("connectionreset");
    }, { times: 1 });
    const before = Date.now();
    await counted(behind, expected);
    await sent(behind, "waiting");
    await behind.page.click("#entries-send");
    await sent(behind, "taken");
    story.expect(lost === 1, "the first reply to be lost");
    const slips = (await duty(`/counts/${count}`)).landings[0].slips.filter((one) => one.hand === "galeria.noche");
    story.expect(slips.length === 1, `one slip of galeria.noche, got ${slips.length}`);
    story.expect(near(slips[0].counted, before) && near(slips[0].clock, before - DAY), `counted now, by a clock a day behind, got ${JSON.stringify(slips[0])}`);
  });

  await story.step("a clock a day ahead states the right time too, also for what waited without a network", async () => {
    const { expected } = (await duty(`/counts/${count}`)).landings[0];
    ahead = await carried("galeria.alba", { off: DAY });
    await task(ahead, "Contar", "count");
    await ahead.page.context().setOffline(true);
    const before = Date.now();
    await counted(ahead, expected);
    await ahead.page.getByText("El reloj del terminal marcaba").waitFor();
    story.expect((await states(ahead.page)).join() === "waiting", "one slip that waits");
    await ahead.page.context().setOffline(false);
    await sent(ahead, "taken");
    const slip = (await duty(`/counts/${count}`)).landings[0].slips.find((one) => one.hand === "galeria.alba");
    story.expect(near(slip.counted, before) && near(slip.clock, before + DAY), `counted now, by a clock a day ahead, got ${JSON.stringify(slip)}`);
    await duty(`/counts/${count}/signature`, {});
  });

  await story.step("a clock that is set six hours ahead while there is no line: the fact is recorded, and said to be ahead; nothing is silent", async () => {
    first = await carried("galeria1");
    const { page } = first;
    await page.context().setOffline(true);
    await setClock(page, 6 * HOUR);
    const before = Date.now();
    await found(first, people[1], cell);
    await page.route("**/api/v1/**", async (route) => {
      if (route.request().method() === "POST") queue.push({ url: route.request().url(), headers: await route.request().allHeaders(), body: route.request().postData() });
      await route.continue();
    });
    await page.context().setOffline(false);
    await sent(first, "differs");
    await page.getByText("Hora por delante del reloj").waitFor();
    await story.fits(page, "handheld-entries-ahead-es", ["small", "phone"], ["small"]);
    const fact = (await duty(`/people/${people[1]}/chain`)).entries.find((e) => e.kind === "person.found" && e.by === "galeria1");
    story.expect(near(fact.happened, before + 6 * HOUR) && near(fact.recorded, before) && fact.contradictions.some((one) => one.kind === "time-ahead"), `both times, and a contradiction, got ${JSON.stringify(fact)}`);
  });

  await story.step("a slip from before the count was opened is refused so that its officer understands, kept, and counted again", async () => {
    const { page } = first;
    count = (await duty("/counts", { kind: "informal", place: third })).id;
    const { expected } = (await duty(`/counts/${count}`)).landings[0];
    await task(first, "Contar", "count");
    await page.context().setOffline(true);
    await setClock(page, -2 * HOUR);
    await counted(first, expected);
    await page.context().setOffline(false);
    await sent(first, "refused");
    const refused = page.locator("#entries-list [data-state=refused]");
    const said = await refused.innerText();
    story.expect(said.includes(String(expected)) && said.includes("Cuente la galería de nuevo") && !/\d{4}-\d\d-\d\dT/.test(said), `the number, what to do, and times as people write them: ${said}`);
    await story.fits(page, "handheld-entries-early-es", ["small", "phone"], ["small"]);
    story.expect((await duty(`/counts/${count}`)).landings[0].given === 0, "no slip on the record");
    await counted(first, expected); // the landing is there to be counted again, and the clock is known by now
    await sent(first, "taken");
    story.expect((await refused.count()) === 1, "what was refused to stay until it is read");
    const slips = (await duty(`/counts/${count}`)).landings[0].slips;
    story.expect(slips.length === 1 && near(slips[0].counted, Date.now()), `one slip, counted now, got ${JSON.stringify(slips)}`);
    await duty(`/counts/${count}/abandonment`, { reason: "Un solo recontador (inventado)" });
  });

  await story.step("a queue that was sent already adds nothing when it is sent again, and is refused to another hand", async () => {
    const posts = queue.filter(({ url }) => /sightings|slips/.test(url));
    story.expect(posts.length >= 3, `what was sent, got ${posts.length}`);
    const [own, thief] = [await replaying("galeria1"), await replaying("galeria.noche")];
    const before = await size();
    for (const one of [...posts, ...posts]) {
      const again = await own(one);
      story.expect(again.replayed === true || again.code === "slip-before-opening", `the answer of the first time, got ${JSON.stringify(again)}`);
      const refused = await thief(one);
      story.expect(refused.status === 403 && refused.code === "device-of-another", `the queue to be refused, got ${refused.status} ${refused.code}`);
    }
    story.expect((await size()) === before, "nothing to be added to the book");
  });

  await story.step("a lost handheld is revoked from the desk: what it carried is gone, and nothing that it sends counts", async () => {
    const { page } = behind;
    await page.context().setOffline(true);
    await found(behind, people[0], cell);
    const desk = await story.page(await browser.newContext({ locale: "es-SV" }));
    await signIn(desk, mouse, base, { name: "jefe.servicio", password: officials["jefe.servicio"], next: "/devices" });
    await story.check(desk, "devices-es");
    const card = desk.locator(`#${behind.id}`);
    await card.locator("summary").click();
    await card.locator("[name=reason]").fill("Perdido en el patio");
    await Promise.all([desk.waitForURL(/done=/), card.locator("button").click()]);
    await story.check(desk, "devices-revoked-es");
    await desk.context().close();
    const before = await size();
    await page.context().setOffline(false);
    await page.locator("#screen-sign h2").waitFor({ timeout: 40_000 });
    await page.locator("#hh-notice", { hasText: "se ha borrado" }).waitFor();
    const left = await stolen(page);
    story.expect(left.sealed.length > 0 && left.sealed.every((name) => name.startsWith("entry-")), `nothing carried along, got ${left.sealed}`);
    await page.fill("#sign-password", officials["galeria.noche"]);
    await page.click("#sign-form button");
    await page.locator("#hh-notice", { hasText: "fue revocado" }).waitFor();
    story.expect(await page.locator("#sign-device").isVisible(), "a new code to be asked for");
    const facts = (await duty(`/people/${people[0]}/chain`)).entries.filter((e) => e.kind === "person.found" && e.number > before);
    story.expect(facts.length === 0, "nothing of it in the register");
  });

  await story.step("found again and registered anew, it sends its official's own queue, late and with both times", async () => {
    const { page } = behind;
    const { code } = await duty("/devices", { name: "hallado", official: "galeria.noche" });
    await page.fill("#sign-password", officials["galeria.noche"]);
    await page.fill("#sign-device-code", code);
    await page.click("#sign-form button");
    await goTo(page, "entries");
    await page.locator("#entries-list > li", { hasText: people[0] }).and(page.locator("[data-state=taken], [data-state=differs]")).waitFor({ timeout: 30_000 });
    const fact = (await duty(`/people/${people[0]}/chain`)).entries.find((e) => e.kind === "person.found" && e.by === "galeria.noche");
    story.expect(Date.parse(fact.happened) < Date.parse(fact.recorded), `a fact sent late, got ${JSON.stringify(fact)}`);
  });

  await story.step("when its time is over, what a handheld carried goes, also from one that is locked and has no line", async () => {
    const { page } = ahead;
    await goTo(page, "tasks");
    await page.selectOption("#take-place", cell);
    await page.click("#take-form button");
    await page.locator("#taken:not([hidden])").waitFor();
    await page.context().setOffline(true);
    await found(ahead, people[0], cell);
    await page.click("#hh-lock");
    await page.locator("#screen-unlock h2").waitFor();
    await setClock(page, DAY + 11 * HOUR);
    await page.reload();
    await unlock(ahead); // the shift goes on
    await page.click("#hh-lock");
    await setClock(page, 0); // set back by a day and more: it gains nothing
    await page.reload();
    await unlock(ahead);
    await page.click("#hh-lock");
    await page.locator("#screen-unlock h2").waitFor();
    await setClock(page, 2 * HOUR);
    await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange"))); // it wakes, locked
    await page.locator("#screen-sign h2").waitFor();
    await page.locator("#hh-notice", { hasText: "El turno terminó" }).waitFor();
    const left = await stolen(page);
    story.expect(left.sealed.length > 0 && left.sealed.every((name) => name.startsWith("entry-")), `what was entered alone, got ${left.sealed}`);
    await page.context().setOffline(false);
    await page.fill("#sign-password", officials["galeria.alba"]);
    await page.click("#sign-form button");
    await goTo(page, "entries");
    await page.locator("#entries-list > li", { hasText: people[0] }).and(page.locator("[data-state=taken], [data-state=differs]")).waitFor({ timeout: 30_000 });
  });
} catch (fault) {
  story.faults.push(String(fault.message ?? fault));
} finally {
  await browser.close();
}
story.end();
