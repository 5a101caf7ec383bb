// A night on a landing with a handheld: taken into use, signed in, then no network. A person is found, a fact recorded, a
// landing counted, the handheld closed and opened again; when the line returns everything is sent once, and what the server
// answers differently is shown. A bus is received by wristband. It is played twice: by thumb in Spanish, where every screen
// passes the accessibility rules, and with the keyboard alone in English. What goes wrong with handhelds is in astray.mjs.
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
import { keyboard, mouse } from "./hands.mjs";
import { goTo, phonesOf, states, stolen, task } from "./phone.mjs";

const base = process.argv[2];
const officials = JSON.parse(process.env.HABEAS_OFFICIALS ?? "{}");
if (!base || !officials["jefe.servicio"]) {
  console.error("usage: HABEAS_OFFICIALS={...} node handheld.mjs BASE_URL");
  process.exit(2);
}

const story = new Scenario(base, process.env.HABEAS_SHOTS);
const browser = await launch();
const api = clientOf(base, officials);
const { phone, carried, unlock } = phonesOf({ story, browser, base, officials, api });

/** Plays a shift of an officer with a pair of hands, in a language, in two cells, with a bus of people; judged: every screen is checked. */
async function play(hand, language, name, [cell, other], travelling, judged) {
  const say = (es, en) => (language === "es" ? es : en);
  const fits = async (page, shot, on, by) => {
    if (judged) await story.fits(page, `handheld-${shot}-${language}`, on, by);
  };
  const step = (title, act) => story.step(`${hand.name}: ${title}`, act);
  const locale = say("es-SV", "en-GB");
  const duty = await api("jefe.servicio");
  let first, person, count;

  /** Fills fields by their names in the page, and presses the button of their form. */
  async function enter(page, form, fields) {
    for (const [id, text] of Object.entries(fields)) await hand.fill(page, page.locator(`#${id}`), text);
    await hand.press(page, page.locator(`#${form} > button:not([type=button])`));
  }

  await step("a handheld is taken into use with the code from the desk, and shows what there is to do", async () => {
    const bare = await phone({ locale });
    await fits(bare, "sign", ["small", "phone"], ["small", "phone"]);
    await enter(bare, "sign-form", { "sign-name": name, "sign-password": officials[name] });
    await bare.locator("#hh-notice", { hasText: say("no está en uso", "is not in use") }).waitFor();
    await bare.context().close();
    first = await carried(name, { hand, locale });
    await fits(first.page, "tasks", ["small", "phone"], ["small"]);
  });

  await step("the people of a cell are carried along; without a network one of them is found and a fact recorded", async () => {
    const { page } = first;
    await hand.select(page, page.locator("#take-place"), cell);
    await hand.press(page, page.locator("#take-form button"));
    await page.locator("#taken:not([hidden])").waitFor();
    person = (await duty(`/people?limit=5&under=${cell}`)).people[0];
    await page.context().setOffline(true);
    await page.reload();
    await page.locator("#screen-unlock h2").waitFor();
    await fits(page, "unlock", ["small"], ["small"]);
    await enter(page, "unlock-form", { "unlock-password": "no es la contraseña" });
    await page.locator("#hh-notice", { hasText: say("no es esa", "not the password") }).waitFor();
    await unlock(first, hand);
    await page.locator("#hh-line[data-state=cut]").waitFor();
    await goTo(page, "find", hand);
    await hand.fill(page, page.locator("#find-text"), person.name.split(",")[0].toLowerCase().normalize("NFD").replace(/\p{M}/gu, ""));
    await page.keyboard.press("Enter");
    const found = page.locator("#find-results li", { hasText: person.number });
    await found.waitFor();
    await fits(page, "find", ["small", "phone"], ["small"]);
    await hand.press(page, found.locator("button"));
    await page.locator("#screen-fact h2").waitFor();
    story.expect(await page.inputValue("#fact-person") === person.number, "the person to be filled in");
    await fits(page, "fact", ["small", "phone"], ["small"]);
    await enter(page, "fact-form", { "fact-person": person.number.slice(0, -1) + (person.number.endsWith("A") ? "B" : "A") });
    await page.locator("#hh-notice", { hasText: say("compruebe", "check the") }).waitFor();
    await enter(page, "fact-form", { "fact-person": person.number, "fact-place": other });
    await page.locator("#hh-notice.right").waitFor();
    await goTo(page, "entries", hand);
    await page.locator("#entries-list [data-state]").first().waitFor();
    story.expect((await states(page)).join() === "waiting", "one entry that waits");
    await fits(page, "entries-waiting", ["small", "phone"], ["small"]);
  });

  await step("whoever steals the device reads nothing of anybody from it", async () => {
    const found = await stolen(first.page);
    story.expect(found.sealed.length >= 3, `sealed records, got ${found.sealed}`);
    for (const secret of [person.number, person.name, person.name.split(",")[0], officials[name], cell, other, "token"]) {
      story.expect(!found.text.includes(secret) && !found.kept.includes(secret), `nothing that says ${secret}`);
    }
    story.expect(!found.extractable, "a private key that no script reads out");
  });

  await step("the line returns: the fact is sent once, and what it contradicts is shown until it is read", async () => {
    const { page } = first;
    await page.context().setOffline(false);
    await page.locator("#entries-list [data-state=differs]").waitFor({ timeout: 30_000 });
    await page.getByText(say("Encontrada en otro lugar", "Found elsewhere")).waitFor();
    await fits(page, "entries-differs", ["small", "phone"], ["small"]);
    const facts = (await duty(`/people/${person.number}/chain`)).entries.filter((e) => e.kind === "person.found" && e.by === name);
    story.expect(facts.length === 1 && facts[0].place === other, "the fact once, in the register");
    story.expect(Date.parse(facts[0].happened) < Date.parse(facts[0].recorded), "a fact that happened before it was recorded");
    await hand.press(page, page.locator("#entries-list button", { hasText: say("Leído", "Read") }));
    await page.locator("#entries-none:not([hidden])").waitFor();
    story.expect(await page.evaluate(() => document.activeElement.matches("#screen-entries h2")), "the heading to have the focus that its button had");
  });

  await step("a landing is counted without a network, blind, and sent once when the line returns", async () => {
    const { page } = first;
    count = (await duty("/counts", { kind: "informal", place: other })).id;
    const expected = (await duty(`/counts/${count}`)).landings[0].expected;
    await task(first, say("Contar", "Count"), "count", hand);
    await fits(page, "count", ["small", "phone"], ["small"]);
    const text = await page.locator("main").innerText();
    story.expect(!new RegExp(`\\b${expected}\\b`).test(text.replace(/\S*-\S*/g, "").replace(/\d\d:\d\d/g, "")), `nothing that says ${expected}: ${text}`);
    const target = await page.locator("#count-form > button:not([type=button])").boundingBox();
    story.expect(target.height >= 56 && target.width > 250, "a button for a thumb");
    await page.context().setOffline(true);
    await enter(page, "count-form", {});
    await page.locator("#hh-notice.wrong", { hasText: say("cifras", "digits") }).waitFor();
    for (const door of ["CCT-REC", other.toLowerCase()]) {
      await hand.fill(page, page.locator("#count-door"), door);
      await page.keyboard.press("Enter");
      if (door === "CCT-REC") await page.locator("#hh-notice.wrong", { hasText: "CCT-REC" }).waitFor();
    }
    await page.locator("#count-number:focus").waitFor();
    await hand.fill(page, page.locator("#count-number"), String(expected));
    await page.keyboard.press("Enter");
    await page.locator("#hh-notice.right").waitFor();
    await page.reload();
    await unlock(first, hand);
    await page.locator("#hh-waiting", { hasText: say("1 por enviar", "1 to send") }).waitFor();
    story.expect((await duty(`/counts/${count}`)).landings[0].given === 0, "no slip yet");
    await page.context().setOffline(false);
    await goTo(page, "entries", hand);
    await page.locator("#entries-list [data-state=taken]").waitFor({ timeout: 30_000 });
    const [slip, ...more] = (await duty(`/counts/${count}`)).landings[0].slips;
    story.expect(more.length === 0 && slip.hand === name && slip.source === "handheld" && slip.device === first.id, `one slip, got ${JSON.stringify(slip)}`);
    story.expect(Date.parse(slip.counted) < Date.parse(slip.recorded) && slip.clock, "both times, and the device's own");
  });

  await step("another hand counts with the line there, and the count clears and is signed", async () => {
    const second = await carried("galeria.noche", { hand, locale });
    const { page } = second;
    await task(second, say("Contar", "Count"), "count", hand);
    await hand.fill(page, page.locator("#count-number"), String((await duty(`/counts/${count}`)).landings[0].expected));
    await page.keyboard.press("Enter");
    await page.locator("#hh-notice.right").waitFor();
    await goTo(page, "entries", hand);
    await page.locator("#entries-list [data-state=taken]").waitFor({ timeout: 30_000 });
    await duty(`/counts/${count}/signature`, {});
    await page.context().close();
  });

  await step("what the server refuses is shown with its reason, and stays until it is read", async () => {
    const { page } = first;
    await goTo(page, "fact", hand);
    await enter(page, "fact-form", { "fact-person": person.number, "fact-place": "NO-SUCH-PLACE" });
    await goTo(page, "entries", hand);
    const refused = page.locator("#entries-list [data-state=refused]");
    await refused.waitFor();
    story.expect((await refused.innerText()).includes("NO-SUCH-PLACE"), "the reason");
    await page.reload();
    await unlock(first, hand);
    await goTo(page, "entries", hand);
    await refused.waitFor();
    await fits(page, "entries-refused", ["small", "phone"], ["small"]);
  });

  await step("a bus is received by wristband, without a network, and the handover is accepted once the line returns", async () => {
    const bus = await bring(api, { from: "CCT", to: "PSM", people: travelling, reception: "PSM-REC" });
    const receiver = await carried("origen1", { hand, locale, by: "ingeniera" }); // of another establishment
    const { page } = receiver;
    await task(receiver, say("Recibir", "Receive"), "bus", hand);
    await fits(page, "bus", ["small", "phone"], ["small"]);
    await page.context().setOffline(true);
    await hand.fill(page, page.locator("#bus-scan"), person.number);
    await page.keyboard.press("Enter");
    await page.locator("#hh-notice.wrong", { hasText: person.number }).waitFor();
    story.expect(await page.locator("#bus-accept").isDisabled(), "nobody received while somebody is missing");
    for (const number of bus.people) {
      await hand.fill(page, page.locator("#bus-scan"), number);
      await page.keyboard.press("Enter");
    }
    await hand.press(page, page.locator("#bus-accept"));
    await page.locator("#hh-notice.right").waitFor();
    await page.context().setOffline(false);
    await goTo(page, "entries", hand);
    await page.locator("#entries-list [data-state=taken]").waitFor({ timeout: 30_000 });
    const handover = await (await api("planificadora"))(`/handovers/${bus.handover}`);
    story.expect(handover.status === "accepted" && handover.receiving === "origen1", `the bus received, got ${JSON.stringify(handover)}`);
    await page.context().close();
  });

  await step("at the end of the shift nothing is left on the handheld", async () => {
    const { page } = first;
    await goTo(page, "tasks", hand);
    await hand.press(page, page.locator("#sign-off"));
    await page.locator("#screen-sign h2").waitFor();
    await page.locator("#hh-notice").waitFor();
    const found = await stolen(page);
    story.expect(!found.text.includes(person.number), "nobody's number");
    story.expect(found.sealed.every((record) => record.startsWith("entry-")), `entries alone, got ${found.sealed}`);
    await page.context().close();
  });
  return person;
}

try {
  const duty = await api("jefe.servicio");
  officials["galeria.noche"] = `${crypto.randomUUID()} de noche`;
  await (await api("ingeniera"))("/officials", { official: { name: "galeria.noche", fullName: "Agte. de noche (inventado)", roles: ["landing"], establishment: "CCT" }, password: officials["galeria.noche"] });
  const cells = (await duty("/roll?by=place")).places.filter((p) => p.establishment === "CCT" && p.kind === "cell" && p.present > 3).map((p) => p.code);
  const of = async (cell, from) => (await duty(`/people?limit=4&under=${cell}`)).people.slice(from, from + 2).map((one) => one.number);
  const person = await play(mouse, "es", "galeria1", cells.slice(0, 2), await of(cells[4], 0), true);
  await play(keyboard, "en", "galeria2", cells.slice(2, 4), await of(cells[4], 2), false);

  await story.step("a wristband as it is printed is read by the camera, its QR code and its bars, without a network", async () => {
    const band = await (await api("recepcion1")).file(`/documents/wristband/${person.number}`);
    const folder = await mkdtemp(join(tmpdir(), "habeas-camera-"));
    try {
      for (const [sort, part] of [["qr", [26, 0, 27, 25]], ["bars", [126, 1, 74, 19]]]) {
        const seeing = await launch(await sees(band, part, join(folder, `${sort}.y4m`)));
        try {
          const { page } = await carried("recepcion1", { of: seeing });
          await goTo(page, "fact");
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
} catch (fault) {
  story.faults.push(String(fault.message ?? fault));
} finally {
  await browser.close();
}
story.end();
