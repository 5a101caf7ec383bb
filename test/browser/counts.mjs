// A count as a night shift runs it: the duty manager calls it, two counters give blind slips, one of them on a phone, the
// difference is found with the people who may explain it, the landing is counted again, and the count is signed. Then a plan
// of cells: proposed, read on its cells, carried out, and seen on the plan of the establishment. Every page passes the
// accessibility rules and fits a small phone. It is played twice: with a mouse in Spanish, where every page is checked, and with
// the keyboard alone in English.
//
// Usage: node counts.mjs BASE_URL, with HABEAS_OFFICIALS (JSON: user name to password, as habeas demo prints them) and, for
// pictures, HABEAS_SHOTS (a folder).

import { Scenario, launch } from "./browser.mjs";
import { keyboard, mouse, signIn } from "./hands.mjs";

const base = process.argv[2];
const officials = JSON.parse(process.env.HABEAS_OFFICIALS ?? "{}");
if (!base || !officials["jefe.servicio"]) {
  console.error("usage: HABEAS_OFFICIALS={...} node counts.mjs BASE_URL");
  process.exit(2);
}

const story = new Scenario(base, process.env.HABEAS_SHOTS);
const browser = await launch();

/** Plays the story with a pair of hands, in a language, in the n-th cell of those with people in them; judged: every page is checked. */
async function play(hand, language, n, judged) {
  const say = (es, en) => (language === "es" ? es : en);
  const check = async (page, name) => {
    if (judged) await story.check(page, `${name}-${language}`);
  };
  const fits = async (page, name, on, by) => {
    if (judged) await story.fits(page, `${name}-${language}`, on, by);
  };
  const step = (name, act) => story.step(`${hand.name}: ${name}`, act);
  const contexts = [];

  /** Presses something that opens another page, and waits for it. */
  const go = (page, button, to) => Promise.all([page.waitForURL(to), hand.press(page, button)]);

  /** A browser of an official's own, signed in. */
  async function as(name, phone = false) {
    const context = await browser.newContext({ locale: say("es-SV", "en-GB"), viewport: phone ? { width: 360, height: 740 } : { width: 1280, height: 900 } });
    contexts.push(context);
    const page = await story.page(context);
    await signIn(page, hand, base, { name, password: officials[name] });
    return page;
  }

  /** Gives a slip through the form, from the count's own page. */
  async function counts(page, count, landing, number) {
    await page.goto(`${base}${count}`);
    await go(page, page.locator(`[id="at-${landing}"] a.act`), /\/slip\?/);
    await hand.fill(page, page.locator("[name=number]"), String(number));
    await go(page, page.locator(".slip button"), /done=slip/);
  }

  const duty = await as("jefe.servicio");
  const first = await as("galeria1", true);
  const second = await as("galeria2");
  let cell, expected, other;

  await step("the plan of the establishment shows where people are", async () => {
    await duty.goto(`${base}/establishments/CCT`);
    await check(duty, "plan-occupancy");
    const full = duty.locator("#drawing tbody tr", { has: duty.locator("td.number a") });
    story.expect((await full.count()) > 2, "cells with people in them");
    const rows = (await full.evaluateAll((list) => list.map((row) => [row.querySelector("th .code").textContent, Number(row.querySelector("td.number a").textContent)])))
      .filter(([code]) => /-C\d+$/.test(code));
    [cell, expected] = rows.filter(([, held]) => held > 1)[n];
    other = rows.filter(([code]) => code !== cell).at(-1)[0];
    for (const by of ["space", "count", "apart"]) {
      await go(duty, duty.locator(`a[href$="by=${by}"]`).first(), new RegExp(`by=${by}`));
      await fits(duty, `plan-${by}`, ["desktop", "small"], ["desktop"]);
    }
    await duty.goto(`${base}/establishments/CCT`);
    await opens(duty, cell);
    await check(duty, "plan-cell");
  });

  /** Opens a cell of the plan: with a mouse in the drawing, with the keyboard in the table beside it, which says the same. */
  async function opens(page, code) {
    const drawn = page.locator("svg.plan a", { hasText: code.slice(code.lastIndexOf("-") + 1) }).first();
    const listed = page.locator("#drawing tbody tr", { has: page.locator("th .code", { hasText: new RegExp(`^${code}$`) }) }).locator("th a");
    await go(page, hand === mouse ? drawn : listed, /\/places\//);
  }

  let count;
  await step("the duty manager calls a count", async () => {
    await go(duty, duty.locator('#sections a[href="/counts"]'), "**/counts");
    await check(duty, "counts");
    await go(duty, duty.locator('a[href="/counts/new"]'), "**/counts/new");
    await check(duty, "counts-call");
    await hand.choose(duty, duty.locator("[name=kind][value=informal]"));
    await hand.fill(duty, duty.locator("[name=place]"), "nowhere");
    await hand.press(duty, duty.locator("main form .govuk-button"));
    await duty.locator(".govuk-error-summary").waitFor();
    await check(duty, "counts-call-refused");
    await hand.fill(duty, duty.locator("[name=place]"), cell);
    await go(duty, duty.locator("main form .govuk-button"), /\/counts\/C\d+$/);
    count = new URL(duty.url()).pathname;
    await check(duty, "count-open");
  });

  await step("two counters count, and see neither what is expected nor each other's number", async () => {
    for (const counter of [first, second]) {
      await counter.goto(`${base}${count}`);
      const text = await counter.locator("main").innerText();
      story.expect(!new RegExp(`\\b${expected}\\b`).test(text), `nothing that says ${expected}`);
    }
    await first.goto(`${base}${count}/slip?landing=${cell}`);
    const target = await first.locator(".slip button").boundingBox();
    story.expect(target.height >= 44 && target.width > 250, "a button for a thumb");
    await fits(first, "slip", ["small", "phone"], ["small"]);
    await duty.locator("#count-landings a").first().focus();
    await counts(first, count, cell, expected - 1);
    await counts(second, count, cell, expected - 1);
    const text = await second.locator("#count-landings").innerText();
    story.expect(!text.includes(String(expected - 1)), "a counter not to be told what was found");
  });

  await step("the difference stands on the duty manager's page without a reload, and on every other page the count", async () => {
    await duty.locator("#count-search .difference").waitFor({ timeout: 20_000 });
    story.expect(await duty.evaluate(() => document.getElementById("count-landings").contains(document.activeElement)), "the focus to stay among the landings");
    story.expect((await duty.locator("#count-search .difference").innerText()).trim() === "−1", "one too few");
    await duty.locator("#count-search").getByText(say("Falta una persona", "One person too few")).waitFor();
    await check(duty, "count-differs");
    await go(duty, duty.locator("#count-search a", { hasText: say("Quién está según la nómina", "Who is there by the roll") }), /\/people\?under=/);
    story.expect((await duty.locator(".counting").innerText()).includes(say("Recuento: Informal", "Count: Informal")), "the count on another page");
  });

  await step("the landing is counted again and clears, and the count is signed", async () => {
    await go(duty, duty.locator(`.counting a[href="${count}"]`), `${base}${count}`);
    story.expect((await duty.locator(".confirm .govuk-button").count()) === 0, "no signature while a landing differs");
    await counts(first, count, cell, expected);
    await counts(second, count, cell, expected);
    await duty.locator("#count-search", { hasText: say("Ninguna galería tiene diferencia", "No landing differs") }).waitFor({ timeout: 20_000 });
    await duty.goto(`${base}${count}`);
    await go(duty, duty.locator(".confirm .govuk-button"), /done=signed/);
    await duty.getByText(say(/contados y cuadrados el .* por /, /counted and cleared .* by /)).first().waitFor();
    await check(duty, "count-signed");
    story.expect((await duty.locator(".counting").count()) === 0, "no count to stand on the pages any more");
    for (const [path, shot] of [[`${count}/questions`, "count-questions"], [`${count}/sheet`, "count-sheet"], ["/counts/rules", "count-rules"]]) {
      await duty.goto(`${base}${path}`);
      await fits(duty, shot, ["desktop", "small"], ["desktop"]);
    }
  });

  await step("a plan is proposed, read on its cells, and carried out", async () => {
    await go(duty, duty.locator('#sections a[href="/cells"]'), `${base}/cells`);
    await check(duty, "cells");
    const form = duty.locator("form", { has: duty.locator("[name=mode][value=empty]") });
    await hand.fill(duty, form.locator("[name=place]"), other);
    await go(duty, form.locator("button"), /\/cells\/proposal/);
    story.expect((await duty.locator(".plan-cells > li").count()) > 0, "cells that take them");
    await check(duty, "cells-proposal");
    await go(duty, duty.locator(".confirm .govuk-button"), /\/cells\/plans$/);
    await duty.locator(".notice.right").waitFor();
    await check(duty, "cells-done");
    await duty.goto(`${base}/establishments/CCT/places/${other}`);
    await duty.getByText(say("Aquí no hay nadie.", "Nobody is here.")).waitFor();
    for (const [path, shot] of [["/cells/standing", "standing"], ["/cells/keep-aparts", "keep-aparts"], ["/roll", "roll"]]) {
      await duty.goto(`${base}${path}`);
      await fits(duty, shot, ["desktop", "small"], ["desktop"]);
    }
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
