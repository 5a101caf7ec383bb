// The first page, as somebody under pressure uses it: signs in, reads the roll, a transfer
// and its sums, finds a person by a misspelt name, sees the proof; a discrepancy appears
// without a reload and is resolved by name. Every page in both languages passes the
// accessibility rules and fits a small phone.
//
// Usage: node first_page.mjs BASE_URL, with HABEAS_OFFICIALS (JSON: user name to password,
// as habeas demo prints them) and, for pictures, HABEAS_SHOTS (a folder).

import { readFile } from "node:fs/promises";
import { Scenario, launch } from "./browser.mjs";

const base = process.argv[2];
const officials = JSON.parse(process.env.HABEAS_OFFICIALS ?? "{}");
if (!base || !officials["jefe.servicio"]) {
  console.error("usage: HABEAS_OFFICIALS={...} node first_page.mjs BASE_URL");
  process.exit(2);
}

const story = new Scenario(base, process.env.HABEAS_SHOTS);
const browser = await launch();

async function signIn(page, name, path = "/") {
  await page.goto(`${base}/sign-in?next=${encodeURIComponent(path)}`);
  await page.locator("[name=name]").fill(name);
  await page.locator("[name=password]").fill(officials[name]);
  await Promise.all([page.waitForURL(`${base}${path}`), page.locator("main button").click()]);
}

/** Does something through the API as an official, as another program would. */
async function api(name) {
  const session = await fetch(`${base}/api/v1/sessions`, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ name, password: officials[name] }),
  });
  story.expect(session.status === 201, `a session for ${name}, got ${session.status}`);
  const { token } = await session.json();
  return async (path, body) => {
    const answer = await fetch(`${base}/api/v1${path}`, {
      method: body ? "POST" : "GET",
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json", "Idempotency-Key": crypto.randomUUID() },
      body: body && JSON.stringify(body),
    });
    story.expect(answer.ok, `${path} to be accepted, got ${answer.status} ${await answer.clone().text()}`);
    return answer.json();
  };
}

/** Puts one letter of a name wrong. */
const misspelt = (name) => {
  const word = name.split(/[ ,]+/)[0];
  return word.slice(0, 2) + (word[2] === "x" ? "z" : "x") + word.slice(3) + " " + name.split(/[ ,]+/)[1];
};

try {
  const context = await browser.newContext({ locale: "es-SV", acceptDownloads: true });
  const page = await story.page(context);

  await story.step("whoever is not signed in is asked to, and comes back to where they were going", async () => {
    await page.goto(`${base}/transfers`);
    story.expect(page.url().endsWith("/sign-in?next=%2Ftransfers"), `the sign-in page, got ${page.url()}`);
    await story.check(page, "sign-in-es");
    await page.locator("[name=name]").fill("jefe.servicio");
    await page.locator("[name=password]").fill("no es esta contraseña");
    await page.locator("main button").click();
    await page.locator(".govuk-error-summary").waitFor();
    story.expect(await page.locator("[name=name]").inputValue() === "jefe.servicio", "the name to be kept");
    await story.check(page, "sign-in-refused-es");
    await page.locator("[name=password]").fill(officials["jefe.servicio"]);
    await page.locator("main button").click();
    await page.waitForURL(`${base}/transfers`);
  });

  let establishment, roll;
  await story.step("the roll now says when it was true, and its numbers open the people behind them", async () => {
    await page.goto(base);
    story.expect((await page.locator("h1").count()) === 1, "one main heading");
    story.expect(await page.locator("#today-instant time").first().getAttribute("datetime"), "an instant");
    const row = page.locator("#today-roll tbody tr").first();
    establishment = await row.locator("th .code").textContent();
    const link = row.locator("td a").first();
    roll = await link.textContent();
    await link.click();
    await page.waitForURL(/\/people\?under=/);
    story.expect((await page.locator("caption").textContent()).includes(roll), `${roll} people behind the number`);
    story.expect((await page.locator("tbody tr").count()) <= 50, "a page of people, not all of them");
  });

  let person;
  await story.step("a discrepancy appears on the roll without a reload", async () => {
    await page.goto(base);
    const duty = await api("jefe.servicio");
    const people = await duty(`/people?under=${establishment}&limit=2`);
    person = people.people[0];
    const cells = await duty(`/roll?by=place`);
    const elsewhere = cells.places.find((p) => p.establishment === establishment && p.kind === "reception" && p.code !== person.place);
    await duty(`/people/${person.number}/sightings`, { place: elsewhere.code });
    // The reception has no rules of a cell, so that the sighting contradicts the roll and nothing else.
    await page.locator("#today-wrong").getByText(person.number).waitFor({ timeout: 15_000 });
    await story.check(page, "today-wrong-es");
  });

  await story.step("a cut line is said, and numbers keep the time at which they were true", async () => {
    await page.route("**/live", (route) => route.abort());
    await page.goto(base);
    await page.locator("#line-cut").waitFor({ state: "visible", timeout: 15_000 });
    await story.check(page, "today-line-cut-es");
    await page.unroute("**/live");
    await page.locator("#line-cut").waitFor({ state: "hidden", timeout: 15_000 });
  });

  await story.step("the discrepancy is resolved by name", async () => {
    await page.goto(`${base}/discrepancies`);
    await story.check(page, "discrepancies-es");
    const card = page.locator("article", { hasText: person.number }).first();
    await card.locator("textarea").fill("x");
    await card.locator("button").click();
    await page.locator(".govuk-error-summary").waitFor();
    story.expect(await page.locator("textarea").first().inputValue() === "x", "what was typed to be kept");
    await story.check(page, "discrepancies-refused-es");
    const again = page.locator("article", { hasText: person.number }).first(); // the refused one comes first
    await again.locator("textarea").fill("Cambió de celda con permiso; el parte no se había pasado.");
    await again.locator("button").click();
    await page.waitForURL(/discrepancies\?done=/);
    await page.goto(`${base}/discrepancies?all=1`);
    await page.getByText("Cambió de celda con permiso").first().waitFor();
    await story.check(page, "discrepancies-all-es");
  });

  await story.step("a transfer shows the sums of law 2 and who is behind each", async () => {
    await page.goto(`${base}/transfers`);
    await story.check(page, "transfers-es");
    await page.locator("tbody th a").last().click();
    await page.waitForURL("**/transfers/TR-*");
    const equations = page.locator("#transfer-sums .equation");
    story.expect((await equations.count()) === 2, "two equations");
    for (const text of await equations.allTextContents()) story.expect(text.includes("Cuadra"), `the sums to hold, got ${text}`);
    await story.check(page, "transfer-es");
    await page.locator("#transfer-sums").getByRole("link").first().click();
    await page.waitForURL(/group=listed#manifest/);
    await page.locator("#manifest-q").fill("B01");
    await page.locator("#manifest button").click();
    story.expect((await page.locator("#manifest tbody tr").count()) > 0, "people of the first vehicle");
  });

  let name;
  await story.step("a misspelt name finds the person as one types", async () => {
    await page.goto(`${base}/people`);
    await story.check(page, "people-es");
    const first = page.locator("#matches tbody tr").nth(3);
    name = await first.locator("th a").textContent();
    await page.locator("#q").pressSequentially(misspelt(name), { delay: 20 });
    await page.locator("#matches").getByRole("link", { name, exact: true }).first().waitFor({ timeout: 10_000 });
    await story.check(page, "people-found-es");
    await page.locator("#q").fill("zzzzqqq ".repeat(500));
    await page.locator("#why").waitFor({ timeout: 10_000 });
    await story.check(page, "people-refused-es");
  });

  await story.step("a person's record says who looks, and shows the chain with its proofs", async () => {
    await page.goto(`${base}/people?q=${encodeURIComponent(misspelt(name))}`);
    await page.locator("#matches").getByRole("link", { name, exact: true }).first().click();
    await page.waitForURL(/\/people\/\d+[A-Z]/);
    await page.getByText("Su consulta quedó registrada").waitFor();
    story.expect((await page.locator(".moj-timeline__item").count()) >= 3, "a chain of custody");
    await page.locator(".proof summary").first().click();
    await story.check(page, "person-es");
    const [download] = await Promise.all([page.waitForEvent("download"), page.locator(".proof[open] a[download]").click()]);
    const receipt = await readFile(await download.path(), "utf8");
    story.expect(receipt.startsWith("c2sp.org/tlog-proof@v1\n"), `a tlog-proof, got ${receipt.slice(0, 40)}`);
    await page.locator(".proof[open] a").last().click();
    await page.waitForURL(/\/book\/\d+$/);
    await page.locator("details", { has: page.locator("img.qr") }).locator("summary").click();
    await page.waitForFunction(() => { const img = document.querySelector("img.qr"); return img.complete && img.naturalWidth > 100; });
    await story.check(page, "entry-es");
  });

  await story.step("the book, an establishment, overdue releases and errors are pages like any other", async () => {
    for (const [path, shot] of [["/book", "book"], ["/book?kind=person.received", "book-kind"], [`/establishments/${establishment}`, "establishment"],
      ["/overdue", "overdue"], ["/nothing-here", "not-found"], ["/people/0000000X", "unknown-person"]]) {
      await page.goto(base + path);
      await story.check(page, `${shot}-es`);
    }
  });

  await story.step("everything is there in English too", async () => {
    await page.goto(base);
    await page.getByRole("button", { name: "English" }).click();
    await page.locator('html[lang="en"]').waitFor({ state: "attached" });
    await page.waitForLoadState();
    const record = `/people/${person.number}`;
    for (const [path, shot] of [["/", "today"], ["/transfers", "transfers"], ["/transfers/TR-2026-0001", "transfer"], ["/people", "people"], [record, "person"],
      [`/people?q=${encodeURIComponent(name)}`, "people-found"], ["/discrepancies?all=1", "discrepancies"], ["/overdue", "overdue"], ["/book", "book"],
      ["/book/100", "entry"], [`/establishments/${establishment}`, "establishment"], ["/nothing-here", "not-found"]]) {
      if (path.startsWith("/transfers/")) {
        await page.goto(`${base}/transfers`);
        await page.locator("tbody th a").first().click();
        await page.waitForURL("**/transfers/TR-*");
      } else {
        await page.goto(base + path);
      }
      await story.check(page, `${shot}-en`);
      const text = await page.locator("body").innerText();
      for (const said of text.match(/\[[a-z]+(\.[a-z0-9-]+)+\]/g) ?? []) story.faults.push(`${shot}-en: no text for ${said}`);
    }
    await page.getByRole("button", { name: "Español" }).click();
  });

  await story.step("the keyboard alone gets past the navigation", async () => {
    await page.goto(base);
    await page.keyboard.press("Tab");
    story.expect(await page.evaluate(() => document.activeElement.className) === "govuk-skip-link", "the skip link first");
    await page.keyboard.press("Enter");
    story.expect(await page.evaluate(() => document.activeElement.id) === "main", "the content to have the focus");
    await page.keyboard.press("Tab");
    story.expect(await page.evaluate(() => document.getElementById("main").contains(document.activeElement)), "the next stop inside the content");
  });

  await story.step("who may not read records is told so, and sees no names", async () => {
    const other = await browser.newContext({ locale: "en-GB" });
    const engineer = await story.page(other);
    await signIn(engineer, "ingeniera");
    await story.check(engineer, "today-engineer-en");
    story.expect((await engineer.locator("nav").first().getByRole("link", { name: "People" }).count()) === 0, "no way to the people");
    const answer = await engineer.goto(`${base}/people`);
    story.expect(answer.status() === 403, `403, got ${answer.status()}`);
    await story.check(engineer, "forbidden-en");
    await engineer.getByRole("button", { name: "Sign out" }).click();
    await engineer.waitForURL(`${base}/sign-in`);
    await engineer.goto(base);
    story.expect(engineer.url().startsWith(`${base}/sign-in`), "to be signed out");
    await other.close();
  });

  await story.step("without scripts the same pages work", async () => {
    const plain = await browser.newContext({ locale: "es-SV", javaScriptEnabled: false });
    const monitor = await plain.newPage();
    await signIn(monitor, "monitora", "/people");
    await monitor.locator("#q").fill(misspelt(name));
    await monitor.locator("form[role=search] button").click();
    await monitor.locator("#matches").getByRole("link", { name, exact: true }).first().click();
    await monitor.getByText("Su consulta quedó registrada").waitFor();
    await monitor.goto(`${base}/discrepancies`);
    story.expect((await monitor.locator("textarea").count()) === 0, "the monitor to change nothing");
    await plain.close();
  });
} catch (fault) {
  story.faults.push(String(fault.message ?? fault));
} finally {
  await browser.close();
}
story.end();
