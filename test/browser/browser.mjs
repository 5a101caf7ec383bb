// What every browser scenario needs: a browser that asks nobody on the network, a report of
// each step, and the checks that hold for every page.

import { mkdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";

const axe = createRequire(import.meta.url)("axe-core");

const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"];

const devices = { desktop: [1280, 900], phone: [390, 844], small: [320, 640], wide: [3840, 2160] };

/** Starts the browser, with more flags if a scenario needs them. */
export function launch(more = []) {
  return chromium.launch({ executablePath: process.env.HABEAS_CHROMIUM || "/usr/bin/chromium", headless: true, args: [...flags, ...more] });
}

/** A scenario: steps that are reported, faults that are gathered. */
export class Scenario {
  faults = [];

  constructor(base, shots) {
    this.base = base;
    this.shots = shots;
  }

  /** Runs one step; a step that fails ends the scenario. */
  async step(name, act) {
    const begun = Date.now();
    try {
      await act();
      console.log(`- ${name} (${((Date.now() - begun) / 1000).toFixed(1)} s)`);
    } catch (fault) {
      throw new Error(`${name}: ${fault.stack ?? fault}`);
    }
  }

  expect(holds, what) {
    if (!holds) throw new Error(`expected ${what}`);
  }

  /** Opens a page that fails the scenario if it breaks its own content security policy or throws. */
  async page(context) {
    const page = await context.newPage();
    page.on("pageerror", (fault) => this.faults.push(`${page.url()}: the script failed: ${fault}`));
    page.on("console", (message) => {
      if (/Content Security Policy/i.test(message.text())) this.faults.push(`${page.url()}: ${message.text()}`);
    });
    return page;
  }

  /** Checks a page by the accessibility rules (WCAG 2.2 AA and axe's own), and that it fits from a small phone to 4K. */
  async check(page, name) {
    await this.fits(page, name, Object.keys(devices), ["desktop", "small"]);
  }

  /** Checks that a page fits some devices, and on some of them the accessibility rules. */
  async fits(page, name, on, judged) {
    for (const device of on) {
      const [width, height] = devices[device];
      await page.setViewportSize({ width, height });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      if (over > 0) this.faults.push(`${name} at ${width} px scrolls sideways by ${over} px`);
      if (judged.includes(device)) await this.rules(page, `${name} at ${width} px`);
      if (this.shots && device !== "wide") {
        await mkdir(this.shots, { recursive: true });
        await page.screenshot({ path: join(this.shots, `${name}-${device}.png`), fullPage: true });
      }
    }
    await page.setViewportSize({ width: 1280, height: 900 });
  }

  async rules(page, name) {
    await page.evaluate(axe.source);
    const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
    for (const violation of found.violations) {
      for (const node of violation.nodes) this.faults.push(`${name}: ${violation.id}: ${violation.help}: ${node.html.slice(0, 200)}`);
    }
  }

  /** Ends the scenario: prints what was wrong and sets the exit code. */
  end() {
    for (const fault of this.faults) console.error(`FAULT ${fault}`);
    if (this.faults.length > 0) process.exitCode = 1;
  }
}
