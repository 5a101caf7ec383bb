// A transfer from its planning to the last who is received, through pages alone and with two people wherever the law asks for two: it
// is planned by one and signed by another; people board, scanned one by one and several at once; one falls ill; the vehicle is
// counted by two; the offer is made, taken back and made again; the escort takes them, arrives and gives them; somebody comes who
// is on no list. Then one person is admitted from outside, beside whoever is likely the same, and the glass is broken before a
// record. It is played with a mouse in Spanish, where every page passes the accessibility rules and fits from a small phone
// to 4K, and with the keyboard alone in English.
//
// Usage: node gate.mjs BASE_URL, with HABEAS_OFFICIALS (JSON: user name to password, as habeas demo prints them) and, for
// pictures, HABEAS_SHOTS (a folder).

import { Scenario, launch } from "./browser.mjs";
import { clientOf } from "./client.mjs";
import { keyboard, mouse } from "./hands.mjs";

const base = process.argv[2];
const officials = JSON.parse(process.env.HABEAS_OFFICIALS ?? "{}");
if (!base || !officials["planificadora"]) {
  console.error("usage: HABEAS_OFFICIALS={...} node gate.mjs BASE_URL");
  process.exit(2);
}

const story = new Scenario(base, process.env.HABEAS_SHOTS);
const browser = await launch();
const api = clientOf(base, officials);

/** Plays the story with a pair of hands, in a language, about the people of one cell; judged: every page is checked. */
async function play(hand, language, nth, judged) {
  const say = (es, en) => (language === "es" ? es : en);
  const check = async (page, name) => {
    if (judged) await story.check(page, `gate-${name}-${language}`);
  };
  const step = (name, act) => story.step(`${hand.name}: ${name}`, act);
  const contexts = [];

  /** A browser of an official's own, signed in. */
  async function as(name) {
    const context = await browser.newContext({ locale: language === "es" ? "es-SV" : "en-GB", viewport: { width: 1280, height: 900 } });
    contexts.push(context);
    const page = await story.page(context);
    await page.goto(`${base}/sign-in`);
    await hand.fill(page, page.locator("[name=name]"), name);
    await hand.fill(page, page.locator("[name=password]"), officials[name]);
    await Promise.all([page.waitForURL(`${base}/`), hand.press(page, page.locator("main button").first())]);
    return page;
  }

  /** Presses something that opens another page, and waits for it. */
  const go = (page, button, to) => Promise.all([page.waitForURL(to), hand.press(page, button)]);

  /** Types as a scanner does, where the focus waits for it, and ends with Enter. */
  async function scan(page, field, number) {
    await page.locator(`${field}:focus`).waitFor();
    await page.keyboard.type(number.toLowerCase());
    await page.keyboard.press("Enter");
  }

  const control = await api("jefe.servicio");
  const cells = (await control("/roll?by=place")).places.filter((p) => p.establishment === "CCT" && p.kind === "cell" && p.present >= 6);
  const held = (await control(`/people?limit=6&under=${cells[nth].code}`)).people;
  const [scanned, second, third, ill, stranger] = held.map((one) => one.number);
  let path, bus;

  const planner = await as("planificadora");
  await step("planned by one", async () => {
    await planner.goto(`${base}/transfers/new`);
    await hand.select(planner, planner.locator("[name=from]"), "CCT");
    await hand.select(planner, planner.locator("[name=to]"), "PSM");
    await hand.fill(planner, planner.locator("[name=legalBasis]"), `Resolución ${nth} (inventada)`);
    await go(planner, planner.locator("main form .govuk-button"), /\/transfers\/TR-[\d-]+$/);
    path = new URL(planner.url()).pathname;
    bus = `${path}/vehicles/B01`;
    const part = (name) => planner.locator(`form[action$="/${name}"]`);
    await hand.fill(planner, part("manifest").locator("[name=people]"), [scanned, second, third, ill].join("\n"));
    await go(planner, part("manifest").locator(".govuk-button"), /done=manifest/);
    await hand.fill(planner, part("vehicles").locator("[name=code]"), "B01");
    await hand.fill(planner, part("vehicles").locator("[name=seats]"), "40");
    await go(planner, part("vehicles").locator(".govuk-button"), /done=vehicles/);
    for (const [name, text] of [["corps", "Escolta (inventada)"], ["commander", "Tte. Ruiz (inventado)"], ["unit", "Primera"], ["headcount", "12"]]) {
      await hand.fill(planner, part("escort").locator(`[name=${name}]`), text);
    }
    await go(planner, part("escort").locator(".govuk-button"), /done=escort/);
  });

  await step("and signed by another", async () => {
    const director = await as("directora");
    await director.goto(base + path);
    await go(director, director.locator('form[action$="/approval"] .govuk-button'), /done=approval/);
  });

  const gate = await as("recepcion1");
  await step("one is scanned, compared and boards; the field waits for the next", async () => {
    await gate.goto(base + path);
    await check(gate, "board");
    await go(gate, gate.locator(`#transfer-vehicles a[href="${bus}"]`), `**${bus}`);
    await check(gate, "vehicle-empty");
    await scan(gate, "#q", scanned);
    await gate.locator(".desk-card .plate", { hasText: scanned }).waitFor();
    await gate.locator(".desk-card .govuk-button:focus").waitFor();
    await check(gate, "card");
    await go(gate, gate.locator(".desk-card .govuk-button"), /done=board/);
    await gate.locator("#gate-live", { hasText: scanned }).waitFor();
  });

  await step("two more are ticked and board together; whoever is on no list does not", async () => {
    await scan(gate, "#q", stranger);
    await gate.locator(".notice.wrong", { hasText: stranger }).waitFor();
    await check(gate, "nobody");
    await gate.goto(base + bus);
    await hand.press(gate, gate.locator(".board-several .govuk-button"));
    await gate.locator(".govuk-error-summary").waitFor();
    await check(gate, "nobody-chosen");
    for (const number of [second, third]) await hand.choose(gate, gate.locator(`[name=person][value="${number}"]`));
    await go(gate, gate.locator(".board-several .govuk-button"), /done=board/);
    await gate.locator("#gate-live", { hasText: third }).waitFor();
    await check(gate, "vehicle-boarding");
  });

  await step("one is not fit to travel, and is withdrawn with the reason", async () => {
    await gate.goto(`${base}${path}?q=${ill}`);
    await go(gate, gate.locator(`#manifest a[href="${path}/people/${ill}"]`), `**${path}/people/${ill}`);
    await check(gate, "line");
    await go(gate, gate.locator('a[href$="/withdraw"]'), "**/withdraw");
    await hand.choose(gate, gate.locator("[name=reason][value=unfit]"));
    await hand.fill(gate, gate.locator("[name=note]"), say("Fiebre", "Fever"));
    await check(gate, "withdraw");
    await go(gate, gate.locator("main form .govuk-button"), /done=withdraw/);
  });

  const escort = await as("escolta1");

  /** Counts those aboard, without being told how many there should be. */
  async function counts(page, stage, number, shot) {
    await page.goto(base + bus);
    await go(page, page.locator(`a[href="${bus}/count"]`), `**${bus}/count`);
    if (shot) {
      story.expect(!/\b3\b/.test(await page.locator("main form").innerText()), "nothing on the form that says how many there are");
      await hand.fill(page, page.locator("[name=counted]"), say("tres", "three"));
      await hand.press(page, page.locator("main form .govuk-button"));
      await page.locator(".govuk-error-message").waitFor();
      story.expect((await page.locator("[name=counted]").inputValue()) === say("tres", "three"), "what was typed to be kept");
      await check(page, shot);
    }
    await hand.choose(page, page.locator(`[name=stage][value="${stage}"]`));
    await hand.fill(page, page.locator("[name=counted]"), String(number));
    await go(page, page.locator("main form .govuk-button"), /done=count/);
  }

  await step("those aboard are counted by two people, each on their own", async () => {
    await counts(gate, "boarding", 3, "count-refused");
    await counts(escort, "boarding", 3);
    await escort.locator("#gate-live .notice.right").waitFor();
    await check(escort, "counted");
  });

  /** Offers the vehicle's people to the other hand, from the vehicle's page. */
  async function offers(page, form, shot) {
    await page.goto(base + bus);
    await go(page, page.locator(`a[href^="${path}/handing-over"]`), "**/handing-over?vehicle=B01");
    story.expect(await page.locator(`form[action$="/${form}"] [name=vehicles][value=B01]`).isChecked(), "the vehicle to be chosen already");
    await check(page, shot);
    await go(page, page.locator(`form[action$="/${form}"] .govuk-button`), new RegExp(`done=${form}`));
  }

  await step("the offer is made, taken back with the reason, and made again", async () => {
    await offers(gate, "departure-offers", "handing-departure");
    story.expect((await gate.locator('form[action$="/acceptance"] .govuk-button').count()) === 0, "no second hand for whoever gave");
    await check(gate, "offered");
    await go(gate, gate.locator('a[href$="/recall"]'), "**/recall");
    await hand.fill(gate, gate.locator("[name=reason]"), say("Una llanta", "A tyre"));
    await check(gate, "recall");
    await go(gate, gate.locator("main form .govuk-button"), /done=recall/);
    await offers(gate, "departure-offers", "handing-again");
  });

  await step("the escort takes them, in a session of their own, and arrives", async () => {
    await escort.goto(base + path);
    await check(escort, "to-take");
    await go(escort, escort.locator('form[action$="/acceptance"] .govuk-button'), /done=acceptance/);
    await escort.goto(base + bus);
    await go(escort, escort.locator(`a[href="${bus}/arrive"]`), `**${bus}/arrive`);
    await hand.fill(escort, escort.locator("[name=place]"), "PSM-REC");
    await check(escort, "arrive");
    await go(escort, escort.locator("main form .govuk-button"), /done=arrive/);
    await counts(escort, "arrival", 3);
  });

  await step("gives them to the destination, where another takes them", async () => {
    await escort.goto(`${base}${path}/handing-over?vehicle=B01`);
    await hand.fill(escort, escort.locator("[name=place]"), "NOWHERE");
    await hand.press(escort, escort.locator('form[action$="/arrival-offers"] .govuk-button'));
    await escort.locator(".govuk-error-message").waitFor();
    story.expect((await escort.locator("[name=place]").inputValue()) === "NOWHERE", "what was typed to be kept");
    await check(escort, "handing-refused");
    await hand.fill(escort, escort.locator("[name=place]"), "PSM-REC");
    await go(escort, escort.locator('form[action$="/arrival-offers"] .govuk-button'), /done=arrival-offers/);
  });

  const desk = await as("origen1");
  await step("and somebody comes who is on no list", async () => {
    await desk.goto(`${base}/reception`);
    const row = desk.locator("li", { has: desk.locator(`a[href="${path}"]`) });
    await go(desk, row.locator("a.act"), /\/reception\/H\d+$/);
    await Promise.all([desk.waitForResponse((answer) => answer.url().endsWith("/acceptance")), hand.press(desk, desk.locator(".confirm .govuk-button"))]);
    await desk.locator("#reception-live .tile", { hasText: say("Por atender", "Still to be seen") }).getByText("3", { exact: true }).waitFor();
    await scan(desk, "#person", stranger);
    await desk.locator(".notice.wrong", { hasText: stranger }).waitFor();
    await go(desk, desk.locator(`a[href^="${path}/unlisted"]`), /\/unlisted\?number=/);
    story.expect((await desk.locator("[name=number]").inputValue()) === stranger, "the number that was scanned");
    await hand.fill(desk, desk.locator("[name=place]"), "PSM-REC");
    await check(desk, "unlisted");
    await hand.press(desk, desk.locator("main form .govuk-button").last());
    await desk.locator(".likely .candidate", { hasText: stranger }).waitFor();
    await check(desk, "unlisted-likely");
    await hand.choose(desk, desk.locator(`[name=who][value="${stranger}"]`));
    await go(desk, desk.locator(".likely .govuk-button"), /\/people\/\w+\?done=\d+$/);
  });

  await step("the transfer is closed once everybody is answered for", async () => {
    const central = await api("planificadora"); // who serves both establishments
    const open = (await central("/discrepancies?open=true")).discrepancies.filter((d) => d.transfer === path.split("/").at(-1));
    story.expect(open.length > 0, "what was on no list to be in dispute");
    for (const { id } of open) await central(`/discrepancies/${id}/resolution`, { explanation: "Subió por error; se queda (inventado)" });
    await planner.goto(base + path);
    await go(planner, planner.locator('form[action$="/closing"] .govuk-button'), /done=closing/);
  });

  await step("one person is admitted from outside, beside whoever is likely the same", async () => {
    const known = (await control(`/people?limit=1&under=${cells[nth].code}`)).people[0];
    const [family, given] = known.name.split(", ");
    await desk.goto(`${base}/people`);
    await go(desk, desk.locator('a[href="/admissions/new"]'), "**/admissions/new");
    await check(desk, "admission");
    for (const [name, text] of [["familyNames", family], ["givenNames", given], ["issuer", "Juzgado Primero"], ["case", `9${nth}-2026`], ["place", "PSM-REC"]]) {
      await hand.fill(desk, desk.locator(`[name=${name}]`), text);
    }
    await hand.select(desk, desk.locator("[name=sex]"), "M");
    await hand.select(desk, desk.locator("[name=kind]"), "remand-order");
    await desk.locator("[name=from]").fill("2026-01-02T08:00"); // each browser has its own keys for the parts of a date
    await hand.press(desk, desk.locator("main form .govuk-button").last());
    await desk.locator(".likely .candidate", { hasText: known.number }).waitFor();
    await check(desk, "admission-likely");
    await hand.press(desk, desk.locator(".likely .govuk-button"));
    await desk.locator(".likely .govuk-error-message").waitFor();
    await check(desk, "admission-undecided");
    await hand.choose(desk, desk.locator("[name=who][value=else]"));
    await go(desk, desk.locator(".likely .govuk-button"), /\/people\/\w+\?done=\d+$/);
    story.expect(!desk.url().includes(known.number), "a number of their own for somebody else");
  });

  await step("the glass is broken before a record that an officer may not see, and everybody knows", async () => {
    const officer = await as("galeria1");
    const address = `/people/${scanned}`;
    await officer.goto(base + address);
    await check(officer, "refused");
    await go(officer, officer.locator('a[href^="/glass?next="]'), /\/glass\?next=/);
    await check(officer, "glass");
    await hand.fill(officer, officer.locator("[name=reason]"), say("Traen a su hermano, herido, y no hay nadie allí", "His brother was brought in, hurt, and nobody answers there"));
    await hand.choose(officer, officer.locator("[name=places][value=PSM]"));
    await go(officer, officer.locator(".confirm .govuk-button"), `**${address}`);
    await officer.locator(".moj-identity-bar .plate", { hasText: scanned }).waitFor();
    await check(officer, "seen-through-glass");
    await gate.goto(base);
    await gate.locator(".notice.wrong", { hasText: say("Traen a su hermano", "His brother was brought in") }).waitFor();
    await officer.goto(`${base}/glass`);
    await check(officer, "glass-broken");
    await go(officer, officer.locator('form[action$="/mending"] .govuk-button'), /done=mended/);
    story.expect((await officer.goto(base + address)).status() === 404, "the record not to be seen any more");
  });

  for (const context of contexts) await context.close();
}

try {
  await play(mouse, "es", 0, true);
  await play(keyboard, "en", 1, false);
} catch (fault) {
  story.faults.push(String(fault.message ?? fault));
} finally {
  await browser.close();
}
story.end();
