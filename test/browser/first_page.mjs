// The first page, as somebody under pressure uses it: signs in, reads the roll, a transfer
// and its sums, finds a person by a misspelt name, sees the proof; a discrepancy appears
// without a reload and is resolved by name; the book is verified. It is played twice: with a mouse in Spanish, where every
// page passes the accessibility rules and fits a small phone, and with the keyboard alone in English. Then every page is
// looked at in English too.
//
// Usage: node first_page.mjs BASE_URL, with HABEAS_OFFICIALS (JSON: user name to password,
// as habeas demo prints them) and, for pictures, HABEAS_SHOTS (a folder).

import { readFile } from "node:fs/promises";
import { Scenario, launch } from "./browser.mjs";
import { clientOf } from "./client.mjs";
import { keyboard, mouse, signIn } from "./hands.mjs";

const base = process.argv[2];
const officials = JSON.parse(process.env.HABEAS_OFFICIALS ?? "{}");
if (!base || !officials["jefe.servicio"]) {
  console.error("usage: HABEAS_OFFICIALS={...} node first_page.mjs BASE_URL");
  process.exit(2);
}

const story = new Scenario(base, process.env.HABEAS_SHOTS);
const browser = await launch();
const api = clientOf(base, officials); // what is done elsewhere while somebody looks

/** Puts one letter of a name wrong. */
const misspelt = (name) => {
  const word = name.split(/[ ,]+/)[0];
  return word.slice(0, 2) + (word[2] === "x" ? "z" : "x") + word.slice(3) + " " + name.split(/[ ,]+/)[1];
};

/** Plays the story with a pair of hands, in a language, about the n-th person; judged: every page is checked. Returns the page and whom it was about. */
async function play(hand, language, n, judged) {
  const say = (es, en) => (language === "es" ? es : en);
  const check = async (name) => {
    if (judged) await story.check(page, `${name}-${language}`);
  };
  const step = (name, act) => story.step(`${hand.name}: ${name}`, act);
  const go = (button, to) => Promise.all([page.waitForURL(to), hand.press(page, button)]);
  const page = await story.page(await browser.newContext({ locale: say("es-SV", "en-GB"), acceptDownloads: true }));
  const button = page.locator("main button").first();

  await step("whoever is not signed in is asked to, and comes back to where they were going", async () => {
    await page.goto(`${base}/transfers`);
    story.expect(page.url().endsWith("/sign-in?next=%2Ftransfers"), `the sign-in page, got ${page.url()}`);
    await check("sign-in");
    await hand.fill(page, page.locator("[name=name]"), "jefe.servicio");
    await hand.fill(page, page.locator("[name=password]"), "no es esta contraseña");
    await hand.press(page, button);
    await page.locator(".govuk-error-summary").waitFor();
    story.expect(await page.locator("[name=name]").inputValue() === "jefe.servicio", "the name to be kept");
    story.expect(await page.evaluate(() => document.activeElement.classList.contains("govuk-error-summary")), "what is wrong to have the focus");
    await check("sign-in-refused");
    await hand.fill(page, page.locator("[name=password]"), officials["jefe.servicio"]);
    await go(button, `${base}/transfers`);
  });

  let establishment, roll;
  await step("the roll now says when it was true, and its numbers open the people behind them", async () => {
    await go(page.locator("a.mark"), `${base}/`);
    story.expect((await page.locator("h1").count()) === 1, "one main heading");
    story.expect(await page.locator("#today-instant time").first().getAttribute("datetime"), "an instant");
    const row = page.locator("#today-roll tbody tr").first();
    establishment = await row.locator("th .code").textContent();
    const link = row.locator("td a").first();
    roll = await link.textContent();
    await go(link, /\/people\?under=/);
    story.expect((await page.locator("caption").textContent()).includes(roll), `${roll} people behind the number`);
    story.expect((await page.locator("tbody tr").count()) <= 50, "a page of people, not all of them");
  });

  let person;
  await step("a discrepancy appears on the roll without a reload, and takes nobody's place on the page", async () => {
    await page.goto(base);
    const duty = await api("jefe.servicio");
    person = (await duty(`/people?under=${establishment}&limit=${n + 1}`)).people[n];
    const cells = await duty("/roll?by=place");
    const elsewhere = cells.places.find((p) => p.establishment === establishment && p.kind === "reception" && p.code !== person.place);
    const here = page.locator("#today-wrong a").first();
    await here.evaluate((link) => { link.dataset.old = "yes"; });
    await here.focus();
    const where = await here.getAttribute("href");
    await duty(`/people/${person.number}/sightings`, { place: elsewhere.code });
    // The reception has no rules of a cell, so that the sighting contradicts the roll and nothing else.
    await page.locator("#today-wrong").getByText(person.number).waitFor({ timeout: 15_000 });
    const focus = await page.evaluate(() => [document.activeElement.getAttribute("href"), document.activeElement.dataset.old]);
    story.expect(focus[0] === where && !focus[1], `the fresh link to ${where} to have the focus, got ${focus}`);
    await check("today-wrong");
  });

  await step("a cut line is said, and numbers keep the time at which they were true", async () => {
    await page.route("**/live", (route) => route.abort());
    await page.goto(base);
    await page.locator("#line-cut").waitFor({ state: "visible", timeout: 15_000 });
    await check("today-line-cut");
    await page.unroute("**/live");
    await page.locator("#line-cut").waitFor({ state: "hidden", timeout: 15_000 });
  });

  await step("the discrepancy is resolved by name", async () => {
    await page.goto(`${base}/discrepancies`);
    await check("discrepancies");
    const card = page.locator("article", { hasText: person.number }).first();
    await hand.fill(page, card.locator("textarea"), "x");
    await hand.press(page, card.locator("button"));
    await page.locator(".govuk-error-summary").waitFor();
    story.expect(await page.locator("textarea").first().inputValue() === "x", "what was typed to be kept");
    await check("discrepancies-refused");
    const again = page.locator("article", { hasText: person.number }).first(); // the refused one comes first
    const told = `Cambió de celda con permiso; el parte no se había pasado (${hand.name}).`;
    await hand.fill(page, again.locator("textarea"), told);
    await go(again.locator("button"), /discrepancies\?done=/);
    await go(page.locator('a[href="/discrepancies?all=1"]'), /all=1/);
    await page.getByText(told).first().waitFor();
    await check("discrepancies-all");
  });

  await step("a transfer shows the sums of law 2 and who is behind each", async () => {
    await go(page.locator('#sections a[href="/transfers"]'), `${base}/transfers`);
    await check("transfers");
    await go(page.locator("tbody th a").last(), "**/transfers/TR-*");
    const equations = page.locator("#transfer-sums .equation");
    story.expect((await equations.count()) === 2, "two equations");
    for (const text of await equations.allTextContents()) story.expect(text.includes(say("Cuadra", "Holds")), `the sums to hold, got ${text}`);
    await check("transfer");
    await go(page.locator("#transfer-sums").getByRole("link").first(), /group=listed#manifest/);
    await hand.fill(page, page.locator("#manifest-q"), "B01");
    await hand.press(page, page.locator("#manifest button"));
    await page.waitForURL(/q=B01/);
    story.expect((await page.locator("#manifest tbody tr").count()) > 0, "people of the first vehicle");
  });

  let name;
  await step("a misspelt name finds the person as one types", async () => {
    await go(page.locator('#sections a[href="/people"]'), `${base}/people`);
    await check("people");
    name = await page.locator("#matches tbody tr").nth(3).locator("th a").textContent();
    await hand.type(page, page.locator("#q"), misspelt(name));
    await page.locator("#matches").getByRole("link", { name, exact: true }).first().waitFor({ timeout: 10_000 });
    story.expect(await page.evaluate(() => document.activeElement.id) === "q", "the field to keep the focus while people are found");
    await check("people-found");
    await hand.fill(page, page.locator("#q"), "zzzzqqq ".repeat(500));
    await page.locator("#why").waitFor({ timeout: 10_000 });
    await check("people-refused");
  });

  await step("a person's record says who looks, and shows the chain with its proofs", async () => {
    await page.goto(`${base}/people?q=${encodeURIComponent(misspelt(name))}`);
    await go(page.locator("#matches").getByRole("link", { name, exact: true }).first(), /\/people\/\d+[A-Z]/);
    await page.getByText(say("Su consulta quedó registrada", "Your look was recorded")).waitFor();
    story.expect((await page.locator(".moj-timeline__item").count()) >= 3, "a chain of custody");
    await hand.press(page, page.locator(".proof summary").first());
    await check("person");
    const [download] = await Promise.all([page.waitForEvent("download"), hand.press(page, page.locator(".proof[open] a[download]"))]);
    const receipt = await readFile(await download.path(), "utf8");
    story.expect(receipt.startsWith("c2sp.org/tlog-proof@v1\n"), `a tlog-proof, got ${receipt.slice(0, 40)}`);
    await go(page.locator(".proof[open] a").last(), /\/book\/\d+$/);
    await hand.press(page, page.locator("details", { has: page.locator("img.qr") }).locator("summary"));
    await page.waitForFunction(() => { const img = document.querySelector("img.qr"); return img.complete && img.naturalWidth > 100; });
    await check("entry");
  });

  await step("the book is verified now, and the focus stays where it was asked", async () => {
    await go(page.locator('#sections a[href="/book"]'), `${base}/book`);
    await check("book");
    await hand.press(page, page.locator("#verification button"));
    await page.locator("#verification .notice.right").waitFor({ timeout: 60_000 });
    await page.waitForFunction(() => document.getElementById("verification").contains(document.activeElement), null, { timeout: 5_000 }); // once the answer has settled
    await check("book-verified");
  });
  return { page, establishment, person, name };
}

try {
  const { page, establishment, person, name } = await play(mouse, "es", 0, true);

  await story.step("an establishment, overdue releases and errors are pages like any other", async () => {
    for (const [path, shot] of [["/book?kind=person.received", "book-kind"], [`/establishments/${establishment}`, "establishment"],
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

  await story.step("who may not read records is told so, and sees no names", async () => {
    const other = await browser.newContext({ locale: "en-GB" });
    const engineer = await story.page(other);
    await signIn(engineer, mouse, base, { name: "ingeniera", password: officials.ingeniera });
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
    await signIn(monitor, mouse, base, { name: "monitora", password: officials.monitora, next: "/people" });
    await monitor.locator("#q").fill(misspelt(name));
    await monitor.locator("form[role=search] button").click();
    await monitor.locator("#matches").getByRole("link", { name, exact: true }).first().click();
    await monitor.getByText("Su consulta quedó registrada").waitFor();
    await monitor.goto(`${base}/discrepancies`);
    story.expect((await monitor.locator("textarea").count()) === 0, "the monitor to change nothing");
    await plain.close();
  });

  const { page: typed } = await play(keyboard, "en", 1, false);
  await story.step("the keyboard alone gets past the navigation", async () => {
    await typed.goto(base);
    await typed.keyboard.press("Tab");
    story.expect(await typed.evaluate(() => document.activeElement.className) === "govuk-skip-link", "the skip link first");
    await typed.keyboard.press("Enter");
    story.expect(await typed.evaluate(() => document.activeElement.id) === "main", "the content to have the focus");
    await typed.keyboard.press("Tab");
    story.expect(await typed.evaluate(() => document.getElementById("main").contains(document.activeElement)), "the next stop inside the content");
  });

} catch (fault) {
  story.faults.push(String(fault.message ?? fault));
} finally {
  await browser.close();
}
story.end();
