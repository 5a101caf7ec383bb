// A night on a landing with a handheld: taken into use, signed in, then no network. A person is found, a fact recorded, a
// landing counted, the handheld closed and opened again; when the line returns everything is sent once, also what the server
// had taken and could not say so. A thief reads nothing from the device, another hand sends nothing of the queue, a clock a
// day off states the right time, a lost handheld is revoked, and a bus is received.
//
// Usage: node handheld.mjs BASE_URL, with HABEAS_OFFICIALS (JSON: user name to password, as habeas demo prints them) and, for
// pictures, HABEAS_SHOTS (a folder).

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Scenario, launch } from "./browser.mjs";
import { bring } from "./bus.mjs";
import { sees } from "./camera.mjs";
import { clientOf } from "./client.mjs";

const base = process.argv[2];
const officials = JSON.parse(process.env.HABEAS_OFFICIALS ?? "{}");
if (!base || !officials["jefe.servicio"]) {
  console.error("usage: HABEAS_OFFICIALS={...} node handheld.mjs BASE_URL");
  process.exit(2);
}

const story = new Scenario(base, process.env.HABEAS_SHOTS);
const browser = await launch();
const api = clientOf(base, officials);
const DAY = 86_400_000;
officials["galeria.noche"] = `${crypto.randomUUID()} de noche`;

/** A telephone of its own, with its clock off by some milliseconds. */
async function phone(off = 0, of = browser) {
  const context = await of.newContext({ locale: "es-SV", viewport: { width: 360, height: 740 } });
  if (off) {
    await context.addInitScript((ms) => {
      const True = Date;
      globalThis.Date = class extends True {
        constructor(...given) { super(...(given.length > 0 ? given : [True.now() + ms])); }
        static now() { return True.now() + ms; }
      };
    }, off);
  }
  const page = await story.page(context);
  await page.goto(`${base}/handheld`);
  await page.locator("#screen-sign h2").waitFor();
  await page.evaluate(() => navigator.serviceWorker.ready);
  return page;
}

/** Has a handheld registered at the desk, takes it into use and signs in on it. */
async function carried(name, off = 0, of = browser) {
  const { id, code } = await (await api("jefe.servicio"))("/devices", { name: `de ${name}`, official: name });
  const page = await phone(off, of);
  await page.fill("#sign-name", name);
  await page.fill("#sign-password", officials[name]);
  await page.fill("#sign-device-code", code);
  await page.click("#sign-form button");
  await page.locator("#screen-tasks h2").waitFor();
  await page.locator("#hh-line[data-state=on]").waitFor();
  return { page, id, name };
}

/** Waits until the tasks show a count, and opens its slip. */
async function counting({ page }) {
  await page.click("[data-go=tasks]");
  await page.locator("#tasks-list button", { hasText: "Contar" }).first().click({ timeout: 30_000 });
  await page.locator("#screen-count h2").waitFor();
}

/** Everything that a thief could read from the browser's database, as text. */
function stolen(page) {
  return page.evaluate(async () => {
    const opened = await new Promise((resolve, reject) => {
      const request = indexedDB.open("habeas-handheld");
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const all = (shelf, what) => new Promise((resolve, reject) => {
      const request = opened.transaction(shelf).objectStore(shelf)[what]();
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const text = (value) => JSON.stringify(value, (_, one) => {
      if (one instanceof ArrayBuffer || ArrayBuffer.isView(one)) return new TextDecoder("latin1").decode(one);
      if (one instanceof CryptoKey) return { type: one.type, extractable: one.extractable };
      return one;
    });
    const plain = await all("plain", "getAll");
    const keys = plain.flatMap((one) => (one.keys ? [one.keys.privateKey] : []));
    const found = { sealed: await all("sealed", "getAllKeys"), text: text(plain) + text(await all("sealed", "getAll")), extractable: keys.some((key) => key.extractable), kept: text([{ ...localStorage }, { ...sessionStorage }]) };
    opened.close();
    return found;
  });
}

const states = (page) => page.locator("#entries-list > li").evaluateAll((list) => list.map((li) => li.dataset.state));

try {
  const duty = await api("jefe.servicio");
  const roll = await duty("/roll?by=place");
  const cells = roll.places.filter((p) => p.establishment === "CCT" && p.kind === "cell" && p.present > 1);
  const [cell, other] = cells.map((p) => p.code);
  let first, second, person, count;

  await story.step("a handheld is taken into use with the code from the desk, and shows what there is to do", async () => {
    const bare = await phone();
    await story.fits(bare, "handheld-sign-es", ["small", "phone"], ["small", "phone"]);
    await bare.fill("#sign-name", "galeria1");
    await bare.fill("#sign-password", officials.galeria1);
    await bare.click("#sign-form button");
    await bare.locator("#hh-notice", { hasText: "no está en uso" }).waitFor();
    await bare.context().close();
    first = await carried("galeria1");
    await story.fits(first.page, "handheld-tasks-es", ["small", "phone"], ["small"]);
  });

  await story.step("the people of a cell are carried along; without a network one of them is found and a fact recorded", async () => {
    const { page } = first;
    await page.selectOption("#take-place", cell);
    await page.click("#take-form button");
    await page.locator("#taken:not([hidden])").waitFor();
    const there = (await duty(`/people?limit=5&under=${cell}`)).people;
    person = there[0];
    await page.context().setOffline(true);
    await page.reload();
    await page.locator("#screen-unlock h2").waitFor();
    await story.fits(page, "handheld-unlock-es", ["small"], ["small"]);
    await page.fill("#unlock-password", "no es la contraseña");
    await page.click("#unlock-form button");
    await page.locator("#hh-notice", { hasText: "no es esa" }).waitFor();
    await page.fill("#unlock-password", officials.galeria1);
    await page.click("#unlock-form button");
    await page.locator("#screen-tasks h2").waitFor();
    await page.locator("#hh-line[data-state=cut]").waitFor();
    await page.click("[data-go=find]");
    await page.fill("#find-text", person.name.split(",")[0].toLowerCase().normalize("NFD").replace(/\p{M}/gu, ""));
    await page.keyboard.press("Enter");
    const found = page.locator("#find-results li", { hasText: person.number });
    await found.waitFor();
    await story.fits(page, "handheld-find-es", ["small", "phone"], ["small"]);
    await found.locator("button").click();
    await page.locator("#screen-fact h2").waitFor();
    story.expect(await page.inputValue("#fact-person") === person.number, "the person to be filled in");
    await story.fits(page, "handheld-fact-es", ["small", "phone"], ["small"]);
    await page.fill("#fact-person", person.number.slice(0, -1) + (person.number.endsWith("A") ? "B" : "A"));
    await page.click("#fact-form > button:not([type=button])");
    await page.locator("#hh-notice", { hasText: "compruebe" }).waitFor();
    await page.fill("#fact-person", person.number);
    await page.fill("#fact-place", other);
    await page.click("#fact-form > button:not([type=button])");
    await page.locator("#hh-notice.right").waitFor();
    await page.click("[data-go=entries]");
    await page.locator("#entries-list [data-state]").first().waitFor();
    story.expect((await states(page)).join() === "waiting", "one entry that waits");
    await story.fits(page, "handheld-entries-waiting-es", ["small", "phone"], ["small"]);
  });

  await story.step("whoever steals the device reads nothing of anybody from it", async () => {
    const { page } = first;
    const found = await stolen(page);
    story.expect(found.sealed.length >= 3, `sealed records, got ${found.sealed}`);
    for (const secret of [person.number, person.name, person.name.split(",")[0], officials.galeria1, cell, other, "token"]) {
      story.expect(!found.text.includes(secret) && !found.kept.includes(secret), `nothing that says ${secret}`);
    }
    story.expect(!found.extractable, "a private key that no script reads out");
  });

  await story.step("the line returns: the fact is sent once, and what it contradicts is shown until it is read", async () => {
    const { page } = first;
    await page.context().setOffline(false);
    await page.locator("#entries-list [data-state=differs]").waitFor({ timeout: 30_000 });
    await page.getByText("Encontrada en otro lugar").waitFor();
    await story.fits(page, "handheld-entries-differs-es", ["small", "phone"], ["small"]);
    const facts = (await duty(`/people/${person.number}/chain`)).entries.filter((e) => e.kind === "person.found" && e.by === "galeria1");
    story.expect(facts.length === 1 && facts[0].place === other, "the fact once, in the register");
    story.expect(Date.parse(facts[0].happened) < Date.parse(facts[0].recorded), "a fact that happened before it was recorded");
    await page.locator("#entries-list button", { hasText: "Leído" }).click();
    await page.locator("#entries-none:not([hidden])").waitFor();
  });

  await story.step("a landing is counted without a network, blind, and sent once when the line returns", async () => {
    const { page } = first;
    count = (await duty("/counts", { kind: "informal", place: other })).id;
    const expected = (await duty(`/counts/${count}`)).landings[0].expected;
    await counting(first);
    await story.fits(page, "handheld-count-es", ["small", "phone"], ["small"]);
    const text = await page.locator("main").innerText();
    story.expect(!new RegExp(`\\b${expected}\\b`).test(text.replace(/\S*-\S*/g, "").replace(/\d\d:\d\d/g, "")), `nothing that says ${expected}: ${text}`);
    const target = await page.locator("#count-form > button:not([type=button])").boundingBox();
    story.expect(target.height >= 56 && target.width > 250, "a button for a thumb");
    await page.context().setOffline(true);
    await page.click("#count-form > button:not([type=button])");
    await page.locator("#hh-notice.wrong", { hasText: "cifras" }).waitFor();
    await page.fill("#count-door", "CCT-REC");
    await page.keyboard.press("Enter");
    await page.locator("#hh-notice.wrong", { hasText: "CCT-REC" }).waitFor();
    await page.fill("#count-door", other.toLowerCase());
    await page.keyboard.press("Enter");
    await page.fill("#count-number", String(expected));
    await page.keyboard.press("Enter");
    await page.locator("#hh-notice.right").waitFor();
    await page.reload();
    await page.fill("#unlock-password", officials.galeria1);
    await page.click("#unlock-form button");
    await page.locator("#hh-waiting", { hasText: "1 por enviar" }).waitFor();
    story.expect((await duty(`/counts/${count}`)).landings[0].given === 0, "no slip yet");
    await page.context().setOffline(false);
    await page.click("[data-go=entries]");
    await page.locator("#entries-list [data-state=taken]").waitFor({ timeout: 30_000 });
    const [slip, ...more] = (await duty(`/counts/${count}`)).landings[0].slips;
    story.expect(more.length === 0 && slip.hand === "galeria1" && slip.source === "handheld" && slip.device === first.id, `one slip, got ${JSON.stringify(slip)}`);
    story.expect(Date.parse(slip.counted) < Date.parse(slip.recorded) && slip.clock, "both times, and the device's own");
  });

  await story.step("a slip whose reply was lost is sent again, and counts once; a clock a day off states the right time", async () => {
    await (await api("ingeniera"))("/officials", { official: { name: "galeria.noche", fullName: "Agte. de noche (inventado)", roles: ["landing"], establishment: "CCT" }, password: officials["galeria.noche"] });
    second = await carried("galeria.noche", -DAY);
    const { page } = second;
    const expected = (await duty(`/counts/${count}`)).landings[0].expected;
    let sent = 0;
    await page.route("**/slips", async (route) => {
      sent++;
      const answer = await route.fetch(); // the server takes it, and nobody hears
      story.expect(answer.status() === 200, `the slip to be taken, got ${answer.status()}`);
      await route.abort("connectionreset");
    }, { times: 1 });
    await counting(second);
    await page.fill("#count-number", String(expected));
    const before = Date.now();
    await page.keyboard.press("Enter");
    await page.click("[data-go=entries]");
    await page.locator("#entries-list [data-state=waiting]").waitFor();
    await page.click("#entries-send");
    await page.locator("#entries-list [data-state=taken]").waitFor({ timeout: 30_000 });
    story.expect(sent === 1, "the first reply to be lost");
    const slips = (await duty(`/counts/${count}`)).landings[0].slips.filter((one) => one.hand === "galeria.noche");
    story.expect(slips.length === 1, `one slip of galeria.noche, got ${slips.length}`);
    story.expect(Math.abs(Date.parse(slips[0].counted) - before) < 60_000, `counted now, got ${slips[0].counted}`);
    story.expect(Math.abs(Date.parse(slips[0].clock) - before + DAY) < 60_000, `a clock a day behind, got ${slips[0].clock}`);
    await duty(`/counts/${count}/signature`, {});
  });

  await story.step("what was entered by one hand is refused to another, even with its signature", async () => {
    const { page } = first;
    let caught;
    await page.route("**/sightings", async (route) => {
      caught = { headers: await route.request().allHeaders(), body: route.request().postData(), url: route.request().url() };
      await route.continue();
    }, { times: 1 });
    await page.click("[data-go=fact]");
    await page.fill("#fact-person", person.number);
    await page.fill("#fact-place", other);
    await page.click("#fact-form > button:not([type=button])");
    await page.click("[data-go=entries]");
    await page.locator("#entries-list > li", { hasText: `${person.number} está en ${other}` }).and(page.locator("[data-state=taken], [data-state=differs]")).waitFor();
    const session = await fetch(`${base}/api/v1/sessions`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ name: "galeria.noche", password: officials["galeria.noche"] }) });
    const { token } = await session.json();
    const names = ["habeas-device", "habeas-hand", "habeas-clock", "habeas-signature", "content-type"];
    const headers = Object.fromEntries(names.map((name) => [name, caught.headers[name]]));
    const replay = await fetch(caught.url, { method: "POST", headers: { ...headers, "idempotency-key": caught.headers["idempotency-key"], Authorization: `Bearer ${token}` }, body: caught.body });
    const said = await replay.json();
    story.expect(replay.status === 403 && said.code === "device-of-another", `the queue to be refused, got ${replay.status} ${said.code}`);
  });

  await story.step("what the server refuses is shown with its reason, and stays until it is read", async () => {
    const { page } = first;
    await page.click("[data-go=fact]");
    await page.fill("#fact-person", person.number);
    await page.fill("#fact-place", "NO-SUCH-PLACE");
    await page.click("#fact-form > button:not([type=button])");
    await page.click("[data-go=entries]");
    const refused = page.locator("#entries-list [data-state=refused]");
    await refused.waitFor();
    story.expect((await refused.innerText()).includes("NO-SUCH-PLACE"), "the reason");
    await page.reload();
    await page.fill("#unlock-password", officials.galeria1);
    await page.click("#unlock-form button");
    await page.click("[data-go=entries]");
    await refused.waitFor();
    await story.fits(page, "handheld-entries-refused-es", ["small", "phone"], ["small"]);
  });

  await story.step("a lost handheld is revoked from the desk: what it carried is gone, and nothing that it sends counts", async () => {
    const desk = await browser.newContext({ locale: "es-SV" });
    const page = await story.page(desk);
    await page.goto(`${base}/sign-in?next=%2Fdevices`);
    await page.locator("[name=name]").fill("jefe.servicio");
    await page.locator("[name=password]").fill(officials["jefe.servicio"]);
    await Promise.all([page.waitForURL(`${base}/devices`), page.locator("main button").click()]);
    await story.check(page, "devices-es");
    const card = page.locator(`#${second.id}`);
    await card.locator("summary").click();
    await card.locator("[name=reason]").fill("Perdido en el patio");
    await Promise.all([page.waitForURL(/done=/), card.locator("button").click()]);
    await story.check(page, "devices-revoked-es");
    await desk.close();
    await second.page.locator("#screen-sign h2").waitFor({ timeout: 40_000 });
    await second.page.locator("#hh-notice", { hasText: "se ha borrado" }).waitFor();
    const left = await stolen(second.page);
    story.expect(left.sealed.every((name) => name.startsWith("entry-")), `nothing carried along, got ${left.sealed}`);
    await second.page.fill("#sign-password", officials["galeria.noche"]);
    await second.page.click("#sign-form button");
    await second.page.locator("#hh-notice", { hasText: "fue revocado" }).waitFor();
    story.expect(await second.page.locator("#sign-device").isVisible(), "a new code to be asked for");
  });

  await story.step("a bus is received by wristband, without a network, and the handover is accepted once the line returns", async () => {
    const bus = await bring(api, { from: "CCT", to: "PSM", people: (await duty(`/people?limit=4&under=${cells[2].code}`)).people.map((one) => one.number), reception: "PSM-REC" });
    const { page } = await carriedBy("origen1");
    await page.locator("#tasks-list button", { hasText: "Recibir" }).click({ timeout: 30_000 });
    await page.locator("#screen-bus h2").waitFor();
    await story.fits(page, "handheld-bus-es", ["small", "phone"], ["small"]);
    await page.context().setOffline(true);
    await page.fill("#bus-scan", person.number);
    await page.keyboard.press("Enter");
    await page.locator("#hh-notice.wrong", { hasText: person.number }).waitFor();
    story.expect(await page.locator("#bus-accept").isDisabled(), "nobody received while somebody is missing");
    for (const number of bus.people) {
      await page.fill("#bus-scan", number);
      await page.keyboard.press("Enter");
    }
    await page.click("#bus-accept");
    await page.locator("#hh-notice.right").waitFor();
    await page.context().setOffline(false);
    await page.click("[data-go=entries]");
    await page.locator("#entries-list [data-state=taken]").waitFor({ timeout: 30_000 });
    const handover = await (await api("planificadora"))(`/handovers/${bus.handover}`);
    story.expect(handover.status === "accepted" && handover.receiving === "origen1", `the bus received, got ${JSON.stringify(handover)}`);
  });

  await story.step("a wristband as it is printed is read by the camera, its QR code and its bars, without a network", async () => {
    const band = await (await api("recepcion1")).file(`/documents/wristband/${person.number}`);
    const folder = await mkdtemp(join(tmpdir(), "habeas-camera-"));
    try {
      for (const [sort, part] of [["qr", [26, 0, 27, 25]], ["bars", [126, 1, 74, 19]]]) {
        const seeing = await launch(await sees(band, part, join(folder, `${sort}.y4m`)));
        try {
          const { page } = await carried("recepcion1", 0, seeing);
          await page.click("[data-go=fact]");
          await page.context().setOffline(true);
          await page.click("[data-scan-into=fact-person]");
          await page.waitForFunction(() => document.getElementById("fact-person").value !== "", undefined, { timeout: 30_000 });
          story.expect(await page.inputValue("#fact-person") === person.number, `${sort}: ${person.number}, got ${await page.inputValue("#fact-person")}`);
          story.expect(!(await page.locator("#hh-camera").isVisible()), "the camera to be off again");
        } finally {
          await seeing.close();
        }
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  await story.step("at the end of the shift nothing is left on the handheld", async () => {
    const { page } = first;
    await page.click("[data-go=tasks]");
    await page.click("#sign-off");
    await page.locator("#screen-sign h2").waitFor();
    await page.locator("#hh-notice").waitFor();
    const found = await stolen(page);
    story.expect(!found.text.includes(person.number), "nobody's number");
    story.expect(found.sealed.every((name) => name.startsWith("entry-")), `entries alone, got ${found.sealed}`);
  });
} catch (fault) {
  story.faults.push(String(fault));
} finally {
  await browser.close();
}
story.end();

/** A handheld of an official of another establishment, which the engineer registers. */
async function carriedBy(name) {
  const { code } = await (await api("ingeniera"))("/devices", { name: `de ${name}`, official: name });
  const page = await phone();
  await page.fill("#sign-name", name);
  await page.fill("#sign-password", officials[name]);
  await page.fill("#sign-device-code", code);
  await page.keyboard.press("Enter");
  await page.locator("#screen-tasks h2").waitFor();
  return { page, name };
}
