// From a file to freedom: people are imported, among them some whose names break pages; a transfer is planned by one and
// signed by another, and runs with two hands at either end; a release is refused and then lawful; the receipt of it is checked
// with the program, away from the service. It is played twice: with a mouse in Spanish, where every page passes the accessibility rules
// and fits from a small phone to 4K, and with the keyboard alone in English.
//
// Usage: node custody.mjs BASE_URL, with HABEAS_OFFICIALS (JSON: user name to password, as habeas demo prints them),
// HABEAS_PROGRAM (the program, to check receipts with) and, for pictures, HABEAS_SHOTS (a folder).

import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Scenario, launch } from "./browser.mjs";
import { clientOf } from "./client.mjs";
import { keyboard, mouse } from "./hands.mjs";

const base = process.argv[2];
const officials = JSON.parse(process.env.HABEAS_OFFICIALS ?? "{}");
const program = process.env.HABEAS_PROGRAM;
if (!base || !program || !officials["planificadora"]) {
  console.error("usage: HABEAS_OFFICIALS={...} HABEAS_PROGRAM=habeas node custody.mjs BASE_URL");
  process.exit(2);
}

const story = new Scenario(base, process.env.HABEAS_SHOTS);
const browser = await launch();
const folder = await mkdtemp(join(tmpdir(), "habeas-browser-"));
const run = promisify(execFile);
const api = clientOf(base, officials); // what officials do with their handhelds

// Names that have broken pages elsewhere.
const script = `<script>document.title = "taken"</script>`;
const rightToLeft = "محمد بن عبد الله بن عبد المطلب";
const emoji = "👩‍👩‍👧‍👦🏴‍☠️";
const long = "Wolfeschlegelsteinhausenbergerdorff".repeat(115).slice(0, 4000);

const quoted = (cell) => `"${cell.replaceAll('"', '""')}"`;

/** A file as an office makes it: a title above, a blank row, six people of whom four can be taken. */
function padron(year) {
  const row = (family, given, day, court) => [family, given, "M", `${day}/03/${year}`, "penado", court, `${day}-${year}`, "01/02/2024"].map(quoted).join(";");
  return ["Padrón de ingreso;;;;;;;", "apellidos;nombres;sexo;nacimiento;situación jurídica;juzgado;causa;desde",
    row(script, `"><img src=x onerror=alert(1)>`, "01", "Juzgado Primero"), row(rightToLeft, "علي", "02", "Juzgado Primero"), row(emoji, "🙂 O’Neil", "03", "Juzgado Primero"),
    row(`Libertad ${year}`, "Nadie", "04", "Juzgado Primero"), row(long, "Largo", "05", "Juzgado Primero"), row(`Corregido ${year}`, "Óscar", "06", ""), ";;;;;;;"].join("\r\n");
}

/** Plays the story with a pair of hands, in a language; judged: every page is checked. */
async function play(hand, language, year, judged) {
  const say = (es, en) => (language === "es" ? es : en);
  const check = async (page, name) => {
    if (judged) await story.check(page, `${name}-${language}`);
  };
  const step = (name, act) => story.step(`${hand.name}: ${name}`, act);
  const contexts = [];

  /** A browser of an official's own, signed in. */
  async function as(name) {
    const context = await browser.newContext({ locale: language === "es" ? "es-SV" : "en-GB", acceptDownloads: true });
    contexts.push(context);
    const page = await story.page(context);
    page.on("dialog", (dialog) => { story.faults.push(`${page.url()}: a name opened a dialog`); return dialog.dismiss(); });
    await page.goto(`${base}/sign-in`);
    await hand.fill(page, page.locator("[name=name]"), name);
    await hand.fill(page, page.locator("[name=password]"), officials[name]);
    await Promise.all([page.waitForURL(`${base}/`), hand.press(page, page.locator("main button").first())]);
    return page;
  }

  /** Presses something that opens another page, and waits for it. */
  const go = (page, button, to) => Promise.all([page.waitForURL(to), hand.press(page, button)]);

  const people = {};
  await step("a file of people is read, and taken once its report was seen", async () => {
    const origin = await as("origen1");
    await go(origin, origin.locator('a[href="/settings"]'), "**/settings");
    await check(origin, "settings");
    await go(origin, origin.locator('a[href="/settings/import"]').first(), "**/settings/import");
    await check(origin, "import");
    const file = join(folder, `padron-${year}.csv`);
    await writeFile(file, padron(year));
    await hand.choose(origin, origin.locator("[name=kind][value=people]"));
    await hand.select(origin, origin.locator("[name=into]"), "PSM-REC");
    const wrong = join(folder, "foto.csv");
    await writeFile(wrong, Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0]));
    await hand.attach(origin, origin.locator("[name=file]"), wrong);
    await hand.press(origin, origin.locator("main form .govuk-button"));
    await origin.locator(".govuk-error-summary").waitFor();
    story.expect(await origin.locator("[name=kind][value=people]").isChecked(), "what was chosen to be kept");
    await check(origin, "import-refused");
    await hand.attach(origin, origin.locator("[name=file]"), file);
    await go(origin, origin.locator("main form .govuk-button"), /\/settings\/import\/[0-9a-f]+$/);
    await origin.locator(".sum", { hasText: say("7 leídas = 4 se tomarían + 2 irían a la cuarentena + 1 en blanco", "7 read = 4 would be taken + 2 would go to the quarantine + 1 blank") }).waitFor();
    await check(origin, "import-report");
    await hand.press(origin, origin.locator(".confirm .govuk-button"));
    await origin.locator(".sum", { hasText: say("7 leídas = 4 tomadas + 2 en cuarentena + 1 en blanco", "7 read = 4 taken + 2 in quarantine + 1 blank") }).waitFor();
    await check(origin, "import-taken");

    // One row is mended cell by cell, the other dropped with a reason.
    const rows = origin.locator('main tbody a[href*="/settings/quarantine/"]');
    story.expect((await rows.count()) === 2, "two rows to mend");
    await go(origin, rows.nth(1), /\/settings\/quarantine\//);
    await check(origin, "quarantine-row");
    await hand.fill(origin, origin.locator("[name=cell-5]"), "Juzgado Segundo");
    await go(origin, origin.locator("main form .govuk-button").first(), /done=mended/);
    await check(origin, "quarantine");
    await go(origin, origin.locator('main tbody a[href*="/settings/quarantine/"]').first(), /\/settings\/quarantine\/[0-9a-f]+-\d+$/);
    story.expect((await origin.locator("[name=cell-0]").inputValue()) === long, "the 4,000 letters as the file has them");
    await hand.press(origin, origin.locator("details summary").last());
    await hand.fill(origin, origin.locator("[name=reason]"), say("Nadie se llama así", "Nobody is called that"));
    await go(origin, origin.locator(".confirm .govuk-button"), /done=dropped/);

    const list = await (await api("origen1"))("/people?under=PSM-REC&limit=500");
    for (const [key, part] of Object.entries({ script: "<script>", rightToLeft, emoji, freed: `Libertad ${year}`, mended: `Corregido ${year}` })) {
      people[key] = list.people.filter((p) => p.name.includes(part)).at(-1)?.number;
      story.expect(people[key], `${key} to be in the register`);
    }
    for (const key of ["script", "rightToLeft", "emoji"]) {
      await origin.goto(`${base}/people/${people[key]}`);
      story.expect((await origin.title()) !== "taken" && (await origin.locator("main img:not(.qr)").count()) === 0, "a name to stay a name");
      await check(origin, `person-${key}`);
    }
  });

  await step("a photograph is put on a record", async () => {
    const origin = await as("origen1");
    await origin.goto(`${base}/people/${people.freed}`);
    await go(origin, origin.locator('a[href$="/photograph"]'), "**/photograph");
    const face = join(folder, "face.png");
    await writeFile(face, Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==", "base64"));
    await hand.attach(origin, origin.locator("[name=photograph]"), face);
    await go(origin, origin.locator("main form .govuk-button"), /\?done=\d+$/);
    await origin.waitForFunction(() => { const img = document.querySelector(".portrait img"); return img?.complete && img.naturalWidth === 1; });
    await check(origin, "person-photograph");
  });

  let transfer;
  const planner = await as("planificadora");
  await step("a transfer is planned by one", async () => {
    await planner.goto(`${base}/transfers`);
    await go(planner, planner.locator('a[href="/transfers/new"]'), "**/transfers/new");
    await hand.select(planner, planner.locator("[name=from]"), "PSM");
    await hand.select(planner, planner.locator("[name=to]"), "CCT");
    await hand.fill(planner, planner.locator("[name=legalBasis]"), `Resolución ${year} (inventada)`);
    await check(planner, "transfer-new");
    await go(planner, planner.locator("main form .govuk-button"), /\/transfers\/TR-[\d-]+$/);
    transfer = new URL(planner.url()).pathname;
    const part = (name) => planner.locator(`form[action$="/${name}"]`);
    await hand.fill(planner, part("manifest").locator("[name=people]"), [people.rightToLeft, people.emoji, people.freed].join("\n"));
    await go(planner, part("manifest").locator(".govuk-button"), /done=manifest/);
    await hand.fill(planner, part("vehicles").locator("[name=code]"), "B01");
    await hand.fill(planner, part("vehicles").locator("[name=seats]"), "many");
    await hand.press(planner, part("vehicles").locator(".govuk-button"));
    await planner.locator(".govuk-error-summary").waitFor();
    story.expect((await part("vehicles").locator("[name=seats]").inputValue()) === "many", "what was typed to be kept");
    await check(planner, "transfer-plan-refused");
    await hand.fill(planner, part("vehicles").locator("[name=seats]"), "40");
    await go(planner, part("vehicles").locator(".govuk-button"), /done=vehicles/);
    await hand.fill(planner, part("escort").locator("[name=corps]"), emoji);
    await hand.fill(planner, part("escort").locator("[name=commander]"), rightToLeft);
    await hand.fill(planner, part("escort").locator("[name=unit]"), script);
    await hand.fill(planner, part("escort").locator("[name=headcount]"), "12");
    await go(planner, part("escort").locator(".govuk-button"), /done=escort/);
    await hand.fill(planner, part("waypoints").locator("[name=code]"), "PUENTE");
    await hand.fill(planner, part("waypoints").locator("[name=name]"), "El puente");
    await go(planner, part("waypoints").locator(".govuk-button"), /done=waypoints/);
    story.expect((await part("approval").locator(".govuk-button").count()) === 0, "no second signature for the first hand");
    await check(planner, "transfer-planned");
  });

  await step("and signed by another", async () => {
    const director = await as("directora");
    await director.goto(base + transfer);
    await check(director, "transfer-to-sign");
    await go(director, director.locator('form[action$="/approval"] .govuk-button'), /done=approval/);
  });

  const id = transfer.split("/").at(-1);
  const travelling = [people.rightToLeft, people.emoji, people.freed];

  /** The second hand of a handover, on its own page. */
  async function accepts(name, shot) {
    const page = await as(name);
    await page.goto(base + transfer);
    await check(page, shot);
    await go(page, page.locator('form[action$="/acceptance"] .govuk-button'), /done=acceptance/);
  }

  await step("it departs and arrives with two hands at either end", async () => {
    const origin = await api("origen1");
    await origin(`/transfers/${id}/identifications`, { people: travelling });
    await origin(`/transfers/${id}/boardings`, { vehicle: "B01", people: travelling });
    await origin(`/transfers/${id}/counts`, { vehicle: "B01", stage: "boarding", counted: travelling.length });
    await origin(`/transfers/${id}/departure-offers`, { vehicles: ["B01"] });
    await accepts("escolta1", "transfer-departure");
    const escort = await api("escolta1");
    await escort(`/transfers/${id}/arrivals`, { vehicle: "B01", place: "CCT-REC" });
    await escort(`/transfers/${id}/arrival-offers`, { vehicles: ["B01"], place: "CCT-REC" });
    await accepts("recepcion1", "transfer-arrival");
  });

  await step("and is closed when everybody is answered for", async () => {
    await planner.goto(base + transfer);
    for (const text of await planner.locator("#transfer-sums .equation").allTextContents()) story.expect(text.includes(say("Cuadra", "Holds")), `the sums to hold, got ${text}`);
    await check(planner, "transfer-received");
    await go(planner, planner.locator('form[action$="/closing"] .govuk-button'), /done=closing/);
    await check(planner, "transfer-closed");
  });

  const record = `${base}/people/${people.freed}`;
  const duty = await as("jefe.servicio");
  await step("a release is refused while a paper is live, and the page says what would make it lawful", async () => {
    await duty.goto(record);
    const offer = duty.locator(".offers li", { hasText: say("Ley 3", "Law 3") });
    story.expect((await offer.locator(".not").count()) === 1 && (await duty.locator('a[href$="/release"]').count()) === 0, "the release not to be offered");
    await duty.goto(`${record}/release`);
    await hand.press(duty, duty.locator(".confirm .govuk-button"));
    await duty.locator(".govuk-error-summary").waitFor();
    await check(duty, "release-refused");
  });

  await step("an order that cites the paper makes it lawful, and the person goes", async () => {
    const records = await as("registro");
    await records.goto(record);
    await go(records, records.locator('a[href$="/order-release"]'), "**/order-release");
    await hand.fill(records, records.locator("[name=issuer]"), "Juzgado de Vigilancia");
    await hand.fill(records, records.locator("[name=case]"), `L-${year}`);
    await hand.choose(records, records.locator("[name=cites]").first());
    await check(records, "release-order");
    await go(records, records.locator("main form .govuk-button"), /\?done=\d+$/);
    await duty.goto(record);
    await go(duty, duty.locator('a[href$="/release"]'), "**/release");
    await hand.fill(duty, duty.locator("[name=destination]"), say("Su casa", "Home"));
    await check(duty, "release");
    await go(duty, duty.locator(".confirm .govuk-button"), /\?done=\d+$/);
    await duty.locator(".moj-identity-bar", { hasText: say("En libertad", "Released") }).waitFor();
    await check(duty, "released");
  });

  await step("the receipt of the release is checked by the program, away from the service", async () => {
    await hand.press(duty, duty.locator(".proof summary").first());
    const [download] = await Promise.all([duty.waitForEvent("download"), hand.press(duty, duty.locator(".proof[open] a[download]").first())]);
    const receipt = join(folder, `receipt-${year}.txt`);
    await download.saveAs(receipt);
    const key = (await (await fetch(`${base}/log/key`)).text()).trim();
    const { stdout } = await run(program, ["check-receipt", receipt, "--key", key, "--json"]);
    const checked = JSON.parse(stdout);
    story.expect(checked.valid && checked.entry.kind === "person.released" && checked.entry.person === people.freed, `a receipt of the release, got ${stdout.slice(0, 300)}`);
    const text = await readFile(receipt, "utf8");
    await writeFile(receipt, text.replace(/[A-Za-z](?=[^A-Za-z]*$)/, (letter) => (letter === "A" ? "B" : "A")));
    const forged = await run(program, ["check-receipt", receipt, "--key", key, "--json"]).then(() => 0, (fault) => fault.code);
    story.expect(forged === 1, `a changed receipt not to hold, got exit ${forged}`);
  });

  for (const context of contexts) await context.close();
}

try {
  await play(mouse, "es", 1987, true);
  await play(keyboard, "en", 1988, false);
} catch (fault) {
  story.faults.push(String(fault.message ?? fault));
} finally {
  await browser.close();
  await rm(folder, { recursive: true });
}
story.end();
