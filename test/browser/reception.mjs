// A bus at the gate: the receiving official takes it over and takes its people in, one every few seconds, with the keyboard
// alone: a scanner types the number, the face is compared with the photograph, Enter confirms the planned cell, and the next
// one comes. Sums are live at a second desk; who is not on the list is said so.
//
// Usage: node reception.mjs BASE_URL, with HABEAS_OFFICIALS (JSON: user name to password, as habeas demo prints them) and, for
// pictures, HABEAS_SHOTS (a folder).

import { Scenario, launch } from "./browser.mjs";
import { bring } from "./bus.mjs";
import { clientOf } from "./client.mjs";

const base = process.argv[2];
const officials = JSON.parse(process.env.HABEAS_OFFICIALS ?? "{}");
if (!base || !officials["jefe.servicio"]) {
  console.error("usage: HABEAS_OFFICIALS={...} node reception.mjs BASE_URL");
  process.exit(2);
}

const story = new Scenario(base, process.env.HABEAS_SHOTS);
const browser = await launch();
const api = clientOf(base, officials);

async function desk(name, path, locale = "es-SV") {
  const page = await story.page(await browser.newContext({ locale, viewport: { width: 1280, height: 900 } }));
  await page.goto(`${base}/sign-in?next=${encodeURIComponent(path)}`);
  await page.locator("[name=name]").fill(name);
  await page.locator("[name=password]").fill(officials[name]);
  await Promise.all([page.waitForURL(`${base}${path}`), page.locator("main button").first().click()]);
  return page;
}

/** What has the focus. */
const focus = (page) => page.evaluate(() => document.activeElement?.id || document.activeElement?.textContent?.trim() || "");

try {
  const duty = await api("jefe.servicio");
  const cell = (await duty("/roll?by=place")).places.find((p) => p.establishment === "CCT" && p.kind === "cell" && p.present >= 7);
  const people = (await duty(`/people?limit=7&under=${cell.code}`)).people;
  const stranger = people.pop();
  const numbers = people.map((one) => one.number);
  const bus = await bring(api, { from: "CCT", to: "PSM", people: numbers, reception: "PSM-REC", cellPlan: true });
  const path = `/reception/${bus.handover}`;
  let first, second;

  await story.step("the bus waits at the gate, and is taken over by the second hand", async () => {
    first = await desk("origen1", "/reception");
    await story.check(first, "reception-list-es");
    await first.locator(`a[href="${path}"]`).click();
    await first.waitForURL(`${base}${path}`);
    await story.check(first, "reception-offered-es");
    await Promise.all([first.waitForResponse((r) => r.url().endsWith("/acceptance")), first.locator(".confirm .govuk-button").click()]);
    await first.locator("#reception-live .tile", { hasText: "Por atender" }).getByText(String(numbers.length)).waitFor();
    story.expect(await focus(first) === "person", `the field for the scanner, got ${await focus(first)}`);
    await story.check(first, "reception-next-es");
  });

  await story.step("a photograph on a record stands beside who stands at the counter", async () => {
    const manifest = await (await fetch(`${base}/handheld/es/app.webmanifest`)).json();
    const picture = Buffer.from(await (await fetch(`${base}${manifest.icons[0].src}`)).arrayBuffer());
    await first.goto(`${base}/people/${numbers[0]}/photograph`);
    await first.locator("[name=photograph]").setInputFiles({ name: "face.png", mimeType: "image/png", buffer: picture });
    await Promise.all([first.waitForURL(/done=/), first.locator("main form .govuk-button").click()]);
    await first.goto(`${base}${path}`);
    await first.locator("#person:focus").waitFor();
    await first.keyboard.type(numbers[0]);
    await first.keyboard.press("Enter");
    await first.locator(".desk-card img").waitFor();
    story.expect(await first.locator(".desk-card img").evaluate((image) => image.complete && image.naturalWidth > 0), "the photograph to be seen");
    story.expect((await focus(first)).startsWith("Es quien dice la lista"), `the button that confirms, got ${await focus(first)}`);
    await story.check(first, "reception-card-es");
  });

  await story.step("one after another by the keyboard alone, and a second desk sees it without a reload", async () => {
    second = await desk("origen1", path, "en-GB");
    await second.locator("#reception-live .tile", { hasText: "Still to be seen" }).getByText(String(numbers.length)).waitFor();
    const begun = Date.now();
    await first.keyboard.press("Enter");
    for (const number of numbers.slice(1, -1)) {
      await first.waitForURL(/done=/);
      await first.locator("#person:focus").waitFor();
      await first.keyboard.type(number.toLowerCase());
      await first.keyboard.press("Enter");
      await first.locator(".desk-card .plate", { hasText: number }).waitFor();
      await first.locator(".desk-card .govuk-button:focus").waitFor();
      await first.keyboard.press("Enter");
    }
    await first.waitForURL(new RegExp(`done=${numbers.at(-2)}`));
    console.log(`  ${numbers.length - 1} people in ${Date.now() - begun} ms`);
    await second.locator("#reception-live .tile", { hasText: "Still to be seen" }).getByText("1", { exact: true }).waitFor({ timeout: 20_000 });
    await story.check(second, "reception-live-en");
  });

  await story.step("who is not on the list is said so; a cell that will not do is refused beside the field", async () => {
    await first.locator("#person:focus").waitFor();
    await first.keyboard.type(stranger.number);
    await first.keyboard.press("Enter");
    await first.locator(".notice.wrong", { hasText: stranger.number }).waitFor();
    await story.check(first, "reception-nobody-es");
    await first.locator("#person").fill(people.at(-1).name.split(",")[0]);
    await first.keyboard.press("Enter");
    await first.locator(".desk-card, ul.plain-list a").first().waitFor();
    if ((await first.locator(".desk-card").count()) === 0) await first.locator(`a[href$="person=${numbers.at(-1)}"]`).first().click();
    await first.locator(".desk-card .plate", { hasText: numbers.at(-1) }).waitFor();
    const planned = await first.locator("[name=cell]").inputValue();
    story.expect(planned.startsWith("PSM-"), `the planned cell, got ${planned}`);
    await first.locator("[name=cell]").fill("CCT-M1-C01");
    await first.keyboard.press("Enter");
    await first.locator(".desk-card .govuk-error-message").waitFor();
    story.expect(await first.locator("[name=cell]").inputValue() === "CCT-M1-C01", "what was typed to be kept");
    await story.check(first, "reception-refused-es");
    await first.locator("[name=cell]").fill(planned);
    await first.keyboard.press("Enter");
    await first.waitForURL(/done=/);
    await first.getByText("No queda nadie por atender.").waitFor();
    await story.check(first, "reception-finished-es");
    const held = await (await api("origen1"))(`/people?limit=50&under=${planned}`);
    story.expect(held.people.some((one) => one.number === numbers.at(-1)), "the last one in the cell that was planned");
  });
} catch (fault) {
  story.faults.push(String(fault));
} finally {
  await browser.close();
}
story.end();
