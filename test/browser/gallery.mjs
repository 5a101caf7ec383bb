// Every page and component in every state, as the gallery shows it, in both languages and on the wall: no accessibility rule
// is broken (WCAG 2.2 AA and axe's own), nothing scrolls sideways from 320 px to 4K, no policy is broken, and the keyboard
// reaches whatever can be used, in sight.
//
// Usage: node gallery.mjs BASE_URL, and for pictures HABEAS_SHOTS (a folder).

import { Scenario, launch } from "./browser.mjs";

const base = process.argv[2];
if (!base) {
  console.error("usage: node gallery.mjs BASE_URL");
  process.exit(2);
}

const story = new Scenario(base, process.env.HABEAS_SHOTS);
const browser = await launch();

/** Goes through what Tab reaches, and faults what gets the focus out of sight. */
async function keyboard(page, name) {
  await page.setViewportSize({ width: 1280, height: 900 });
  const reachable = await page.evaluate(() => document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary").length);
  for (let i = 0; i < Math.min(reachable, 40); i++) {
    await page.keyboard.press("Tab");
    const unseen = await page.evaluate(() => {
      const e = document.activeElement;
      if (!e || e === document.body) return "";
      const box = e.getBoundingClientRect();
      const inSight = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight;
      return inSight || e.matches("[type=radio], [type=checkbox]") ? "" : e.outerHTML.slice(0, 120);
    });
    if (unseen) story.faults.push(`${name}: the keyboard reaches what is out of sight: ${unseen}`);
  }
}

try {
  const context = await browser.newContext({ locale: "es" });
  const page = await story.page(context);
  await page.goto(base);
  const addresses = await page.locator("#specimens a").evaluateAll((links) => links.map((a) => a.getAttribute("href")));
  story.expect(addresses.length > 20, `specimens, got ${addresses.length}`);
  for (const address of addresses) {
    await page.goto(base + address);
    const name = address.slice("/specimens/".length).replace(/[^a-z0-9]+/gi, "-");
    if (name.includes("line-cut")) await page.locator("#line-cut").waitFor({ state: "visible", timeout: 15_000 });
    if (address.includes("wall=1")) {
      await story.fits(page, name, ["desktop", "wide"], ["desktop"]);
    } else if (address.includes("lang=en")) {
      await story.fits(page, name, ["small", "desktop"], []); // its rules are those of the same page in Spanish
    } else {
      await story.check(page, name);
      await keyboard(page, name);
    }
  }
  console.log(`looked at ${addresses.length} specimens`);
} catch (fault) {
  story.faults.push(String(fault));
} finally {
  await browser.close();
}
story.end();
