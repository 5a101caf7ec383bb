// Takes the pictures that the guides show, of what a drill with a fixed seed leaves behind: each page in the language of the
// guides, on a desk, on a wall or on a phone, cut to what matters and no larger than a clone should carry.
//
// Usage: node pictures.mjs BASE_URL FOLDER es|en, with HABEAS_OFFICIALS (JSON: user name to password, as habeas demo prints them).

import { join } from "node:path";
import { Scenario, launch } from "./browser.mjs";
import { bring } from "./bus.mjs";
import { clientOf } from "./client.mjs";

const [base, folder, language] = process.argv.slice(2);
const locale = { es: "es-SV", en: "en-GB" }[language];
const toCount = { es: "Contar", en: "Count" }[language];
const officials = JSON.parse(process.env.HABEAS_OFFICIALS ?? "{}");
if (!folder || !locale || !officials["jefe.servicio"]) {
  console.error("usage: HABEAS_OFFICIALS={...} node pictures.mjs BASE_URL FOLDER es|en");
  process.exit(2);
}

const devices = { desk: { width: 1280, height: 800 }, phone: { width: 390, height: 760 }, wall: { width: 1280, height: 720 } };

const story = new Scenario(base);
const browser = await launch();
const api = clientOf(base, officials);

/** A browser of an official's own, signed in. */
async function as(name, device = "desk") {
  const context = await browser.newContext({ locale, viewport: devices[device], reducedMotion: "reduce" });
  const page = await story.page(context);
  await page.goto(`${base}/sign-in`);
  await page.locator("[name=name]").fill(name);
  await page.locator("[name=password]").fill(officials[name]);
  await Promise.all([page.waitForURL(`${base}/`), page.locator("main button").click()]);
  return page;
}

/** Takes a picture of an open page: from its top, or from an element, as far as another or as high as the window. */
async function take(page, name, { from, to, width = page.viewportSize().width } = {}) {
  await page.mouse.move(0, 0); // nothing is pointed at
  await page.evaluate(() => document.fonts.ready);
  const { height } = page.viewportSize();
  const top = from ? (await page.locator(from).first().boundingBox()).y - 12 : 0;
  const last = to && (await page.locator(to).first().boundingBox());
  const bottom = last ? last.y + last.height + 12 : top + height;
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: true, clip: { x: 0, y: top, width, height: bottom - top } });
}

/** Gives a slip of a landing, and takes a picture of the form before it goes. */
async function slip(page, count, landing, number, name) {
  await page.goto(`${base}${count}/slip?landing=${landing}`);
  await page.locator("[name=number]").fill(String(number));
  if (name) await take(page, name);
  await Promise.all([page.waitForURL(/done=slip/), page.locator(".slip button").click()]);
}

/** A handheld of an officer of the landings, taken into use and signed in, at the officer's tasks. */
async function handheld() {
  const name = "galeria1";
  const { code } = await (await api("jefe.servicio"))("/devices", { name: "16", official: name });
  const page = await story.page(await browser.newContext({ locale, viewport: devices.phone }));
  await page.goto(`${base}/handheld`);
  await page.fill("#sign-name", name);
  await page.fill("#sign-password", officials[name]);
  await page.fill("#sign-device-code", code);
  await page.click("#sign-form button");
  await page.locator("#tasks-list button", { hasText: toCount }).first().waitFor({ timeout: 30_000 });
  return page;
}

try {
  const duty = await as("jefe.servicio");
  const planner = await as("planificadora");
  let cells, number;

  await story.step("now: at a desk, on a phone and on the wall", async () => {
    await take(duty, "today", { to: "#today-roll" });
    await take(await as("jefe.servicio", "phone"), "today-phone");
    const wall = await as("control", "wall");
    await wall.goto(`${base}/?wall=1`);
    await take(wall, "wall");
  });

  await story.step("the plan of the establishment", async () => {
    await duty.goto(`${base}/establishments/CCT`);
    await take(duty, "plan", { from: "#drawing h2", to: "svg.plan >> nth=3" });
    const rows = duty.locator("#drawing tbody tr", { has: duty.locator("td.number a") });
    cells = (await rows.evaluateAll((list) => list.map((row) => ({ code: row.querySelector("th .code").textContent, held: Number(row.querySelector("td.number a").textContent) }))))
      .filter(({ code, held }) => /-C\d+$/.test(code) && held > 5);
    story.expect(cells.length > 1, "cells with people in them");
  });

  await story.step("a record, an assessment and an entry with its receipt", async () => {
    await duty.goto(`${base}/people?under=${cells[0].code}`);
    await duty.locator("#matches tbody th a").nth(2).click();
    await duty.waitForURL(/\/people\/\d/);
    number = new URL(duty.url()).pathname.split("/").pop();
    await take(duty, "person");
    await duty.goto(`${base}/people/${number}/assess`);
    await take(duty, "assess", { from: "main h1", to: "main form", width: 640 });
    const monitor = await as("monitora");
    await monitor.goto(`${base}/people/${number}`);
    await monitor.locator(".proof summary").last().click();
    await monitor.locator(".proof[open] a").last().click();
    await monitor.waitForURL(/\/book\/\d+$/);
    await take(monitor, "entry");
  });

  await story.step("a transfer that is closed, and one that is drafted and waits for its second signature", async () => {
    await duty.goto(`${base}/transfers/TR-2026-0001`);
    await take(duty, "transfer");
    await planner.goto(`${base}/transfers/new`);
    await planner.locator("[name=from]").selectOption("CCT");
    await planner.locator("[name=to]").selectOption("PSM");
    await planner.locator("[name=legalBasis]").fill("Resolución 205-2026 (inventada)");
    await Promise.all([planner.waitForURL(/\/transfers\/TR-/), planner.locator("main form button").click()]);
    const transfer = new URL(planner.url()).pathname;
    for (const [step, fields] of [["manifest", { under: cells[1].code }], ["vehicles", { code: "B01", plate: "N-100-581", seats: "60" }],
      ["escort", { corps: "Custodia (inventada)", commander: "Tte. de escolta (inventado)", unit: "Primera sección", headcount: "24" }]]) {
      const form = planner.locator(`form[action$="/${step}"]`);
      for (const [name, value] of Object.entries(fields)) await form.locator(`[name=${name}]`).fill(value);
      await Promise.all([planner.waitForResponse((answer) => answer.request().method() === "POST"), form.locator("button").click()]);
      await planner.waitForLoadState();
    }
    const governor = await as("directora");
    await governor.goto(`${base}${transfer}`);
    await take(governor, "draft", { to: ".confirm" });
  });

  await story.step("a bus at the reception desk", async () => {
    const { people } = await (await api("jefe.servicio"))(`/people?limit=7&under=${cells.at(-2).code}`);
    const bus = await bring(api, { from: "CCT", to: "PSM", people: people.map((one) => one.number), reception: "PSM-REC", cellPlan: true });
    const desk = await as("origen1");
    await desk.goto(`${base}/reception/${bus.handover}`);
    await Promise.all([desk.waitForResponse((answer) => answer.url().endsWith("/acceptance")), desk.locator(".confirm .govuk-button").click()]);
    for (const { number } of people.slice(0, 3)) {
      await desk.locator("#person:focus").waitFor();
      await desk.keyboard.type(number);
      await desk.keyboard.press("Enter");
      await desk.locator(".desk-card .plate", { hasText: number }).waitFor();
      if (number === people[2].number) break; // the third one stands at the counter
      await desk.locator(".desk-card .govuk-button:focus").waitFor();
      await Promise.all([desk.waitForURL(/done=/), desk.keyboard.press("Enter")]);
    }
    await take(desk, "reception");
  });

  await story.step("a plan of cells for people who need one", async () => {
    const reception = await as("recepcion1");
    await reception.goto(`${base}/cells`);
    const form = reception.locator("form", { has: reception.locator("[name=mode][value=empty]") });
    await form.locator("[name=place]").fill(cells.at(-1).code);
    await Promise.all([reception.waitForURL(/\/cells\/proposal/), form.locator("button").click()]);
    await take(reception, "proposal", { to: ".confirm" });
  });

  await story.step("the register of places", async () => {
    const engineer = await as("ingeniera");
    await engineer.goto(`${base}/settings`);
    await take(engineer, "settings");
  });

  await story.step("a count of two blind counters who find one too few", async () => {
    const { code, held } = cells[0];
    await duty.goto(`${base}/counts/new`);
    await duty.locator("[name=kind][value=informal]").check({ force: true });
    await duty.locator("[name=place]").fill(code);
    await Promise.all([duty.waitForURL(/\/counts\/C\d+$/), duty.locator("main form .govuk-button").click()]);
    const count = new URL(duty.url()).pathname;
    await take(await handheld(), "handheld-phone");
    await slip(await as("galeria1", "phone"), count, code, held - 1, "slip-phone");
    await slip(await as("galeria2"), count, code, held - 1);
    await duty.goto(`${base}${count}`);
    await duty.locator("#count-search .difference").waitFor({ timeout: 20_000 });
    await take(duty, "count", { to: "#count-search" });
  });
} catch (fault) {
  story.faults.push(String(fault.message ?? fault));
} finally {
  await browser.close();
}
story.end();
