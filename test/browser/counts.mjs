// A count as a night shift runs it: the duty manager calls it, two counters give blind slips, one of them on a phone, the
// difference is found with the people who may explain it, the landing is counted again, and the count is signed. Then a plan
// of cells: proposed, read on its cells, carried out, and seen on the plan of the establishment. Every page passes the
// accessibility rules and fits a small phone.
//
// Usage: node counts.mjs BASE_URL, with HABEAS_OFFICIALS (JSON: user name to password, as habeas demo prints them) and, for
// pictures, HABEAS_SHOTS (a folder).

import { Scenario, launch } from "./browser.mjs";

const base = process.argv[2];
const officials = JSON.parse(process.env.HABEAS_OFFICIALS ?? "{}");
if (!base || !officials["jefe.servicio"]) {
  console.error("usage: HABEAS_OFFICIALS={...} node counts.mjs BASE_URL");
  process.exit(2);
}

const story = new Scenario(base, process.env.HABEAS_SHOTS);
const browser = await launch();

/** A browser of an official's own, signed in. */
async function as(name, phone = false) {
  const context = await browser.newContext({ locale: "es-SV", viewport: phone ? { width: 360, height: 740 } : { width: 1280, height: 900 } });
  const page = await story.page(context);
  await page.goto(`${base}/sign-in`);
  await page.locator("[name=name]").fill(name);
  await page.locator("[name=password]").fill(officials[name]);
  await Promise.all([page.waitForURL(`${base}/`), page.locator("main button").click()]);
  return page;
}

/** Gives a slip through the form, from the count's own page. */
async function counts(page, count, landing, number) {
  await page.goto(`${base}${count}`);
  await page.locator(`[id="at-${landing}"] a.act`).click();
  await page.waitForURL(/\/slip\?/);
  await page.locator("[name=number]").fill(String(number));
  await Promise.all([page.waitForURL(/done=slip/), page.locator(".slip button").click()]);
}

try {
  const duty = await as("jefe.servicio");
  const first = await as("galeria1", true);
  const second = await as("galeria2");
  let cell, expected, other;

  await story.step("the plan of the establishment shows where people are", async () => {
    await duty.goto(`${base}/establishments/CCT`);
    await story.check(duty, "plan-occupancy-es");
    const full = duty.locator("#drawing tbody tr", { has: duty.locator("td.number a") });
    story.expect((await full.count()) > 2, "cells with people in them");
    const rows = await full.evaluateAll((list) => list.map((row) => [row.querySelector("th .code").textContent, Number(row.querySelector("td.number a").textContent)]));
    [cell, expected] = rows.find(([code, n]) => /-C\d+$/.test(code) && n > 1);
    other = rows.find(([code]) => code !== cell && /-C\d+$/.test(code))[0];
    for (const by of ["space", "count", "apart"]) {
      await duty.goto(`${base}/establishments/CCT?by=${by}`);
      await story.fits(duty, `plan-${by}-es`, ["desktop", "small"], ["desktop"]);
    }
    await duty.goto(`${base}/establishments/CCT`);
    await duty.locator("svg.plan a", { hasText: cell.slice(cell.lastIndexOf("-") + 1) }).first().click();
    await duty.waitForURL(/\/places\//);
    await story.check(duty, "plan-cell-es");
  });

  let count;
  await story.step("the duty manager calls a count", async () => {
    await duty.goto(`${base}/counts`);
    await story.check(duty, "counts-es");
    await duty.locator('a[href="/counts/new"]').click();
    await duty.waitForURL("**/counts/new");
    await story.check(duty, "counts-call-es");
    await duty.locator("[name=kind][value=informal]").check({ force: true });
    await duty.locator("[name=place]").fill("nowhere");
    await duty.locator("main form .govuk-button").click();
    await duty.locator(".govuk-error-summary").waitFor();
    await story.check(duty, "counts-call-refused-es");
    await duty.locator("[name=place]").fill(cell);
    await Promise.all([duty.waitForURL(/\/counts\/C\d+$/), duty.locator("main form .govuk-button").click()]);
    count = new URL(duty.url()).pathname;
    await story.check(duty, "count-open-es");
  });

  await story.step("two counters count, and see neither what is expected nor each other's number", async () => {
    for (const counter of [first, second]) {
      await counter.goto(`${base}${count}`);
      const text = await counter.locator("main").innerText();
      story.expect(!new RegExp(`\\b${expected}\\b`).test(text), `nothing that says ${expected}`);
    }
    await first.goto(`${base}${count}/slip?landing=${cell}`);
    const target = await first.locator(".slip button").boundingBox();
    story.expect(target.height >= 44 && target.width > 250, "a button for a thumb");
    await story.fits(first, "slip-es", ["small", "phone"], ["small"]);
    await counts(first, count, cell, expected - 1);
    await counts(second, count, cell, expected - 1);
    const text = await second.locator("#count-landings").innerText();
    story.expect(!text.includes(String(expected - 1)), "a counter not to be told what was found");
  });

  await story.step("the difference stands on the duty manager's page without a reload, and on every other page the count", async () => {
    await duty.locator("#count-search .difference").waitFor({ timeout: 20_000 });
    story.expect((await duty.locator("#count-search .difference").innerText()).trim() === "−1", "one too few");
    await duty.locator("#count-search").getByText("Falta una persona").waitFor();
    await story.check(duty, "count-differs-es");
    await duty.locator("#count-search a", { hasText: "Quién está según la nómina" }).click();
    await duty.waitForURL(/\/people\?under=/);
    story.expect((await duty.locator(".counting").innerText()).includes("Recuento: Informal"), "the count on another page");
  });

  await story.step("the landing is counted again and clears, and the count is signed", async () => {
    await duty.goto(`${base}${count}`);
    story.expect((await duty.locator(".confirm .govuk-button").count()) === 0, "no signature while a landing differs");
    await counts(first, count, cell, expected);
    await counts(second, count, cell, expected);
    await duty.locator("#count-search", { hasText: "Ninguna galería tiene diferencia" }).waitFor({ timeout: 20_000 });
    await duty.goto(`${base}${count}`);
    await Promise.all([duty.waitForURL(/done=signed/), duty.locator(".confirm .govuk-button").click()]);
    await duty.getByText(/contados y cuadrados el .* por /).first().waitFor();
    await story.check(duty, "count-signed-es");
    story.expect((await duty.locator(".counting").count()) === 0, "no count to stand on the pages any more");
    for (const [path, shot] of [[`${count}/questions`, "count-questions"], [`${count}/sheet`, "count-sheet"], ["/counts/rules", "count-rules"]]) {
      await duty.goto(`${base}${path}`);
      await story.fits(duty, `${shot}-es`, ["desktop", "small"], ["desktop"]);
    }
  });

  await story.step("a plan is proposed, read on its cells, and carried out", async () => {
    await duty.goto(`${base}/cells`);
    await story.check(duty, "cells-es");
    const form = duty.locator("form", { has: duty.locator("[name=mode][value=empty]") });
    await form.locator("[name=place]").fill(other);
    await Promise.all([duty.waitForURL(/\/cells\/proposal/), form.locator("button").click()]);
    story.expect((await duty.locator(".plan-cells > li").count()) > 0, "cells that take them");
    await story.check(duty, "cells-proposal-es");
    await Promise.all([duty.waitForURL(/\/cells\/plans$/), duty.locator(".confirm .govuk-button").click()]);
    await duty.locator(".notice.right").waitFor();
    await story.check(duty, "cells-done-es");
    await duty.goto(`${base}/establishments/CCT/places/${other}`);
    await duty.getByText("Aquí no hay nadie.").waitFor();
    for (const [path, shot] of [["/cells/standing", "standing"], ["/cells/keep-aparts", "keep-aparts"], ["/roll", "roll"]]) {
      await duty.goto(`${base}${path}`);
      await story.fits(duty, `${shot}-es`, ["desktop", "small"], ["desktop"]);
    }
  });
} catch (fault) {
  story.faults.push(String(fault));
} finally {
  await browser.close();
}
story.end();
