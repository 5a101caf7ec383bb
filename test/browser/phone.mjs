// Telephones with the application that officers carry: each with storage, a line and a clock of its own.

import { mouse } from "./hands.mjs";

/** Makes the telephones of a scenario. */
export function phonesOf({ story, browser, base, officials, api }) {
  /** A telephone of its own, with its clock off by some milliseconds; set(page, off) sets it. */
  async function phone({ off = 0, of = browser, locale = "es-SV" } = {}) {
    const context = await of.newContext({ locale, viewport: { width: 360, height: 740 } });
    await context.addInitScript((first) => {
      const True = Date;
      const off = () => Number(sessionStorage.getItem("off") ?? first);
      globalThis.Date = class extends True {
        constructor(...given) { super(...(given.length > 0 ? given : [True.now() + off()])); }
        static now() { return True.now() + off(); }
      };
    }, off);
    const page = await story.page(context);
    await page.goto(`${base}/handheld`);
    await page.locator("#screen-sign h2").waitFor();
    await page.evaluate(() => navigator.serviceWorker.ready);
    return page;
  }

  /** Has a handheld registered by somebody, takes it into use and signs in on it. */
  async function carried(name, { hand = mouse, by = "jefe.servicio", ...of } = {}) {
    const { id, code } = await (await api(by))("/devices", { name: `de ${name}`, official: name });
    const page = await phone(of);
    await hand.fill(page, page.locator("#sign-name"), name);
    await hand.fill(page, page.locator("#sign-password"), officials[name]);
    await hand.fill(page, page.locator("#sign-device-code"), code);
    await hand.press(page, page.locator("#sign-form button"));
    await page.locator("#screen-tasks h2").waitFor();
    await page.locator("#hh-line[data-state=on]").waitFor();
    return { page, id, name };
  }

  /** Unlocks a handheld that was closed or locked. */
  async function unlock({ page, name }, hand = mouse) {
    await page.locator("#screen-unlock h2").waitFor();
    await hand.fill(page, page.locator("#unlock-password"), officials[name]);
    await hand.press(page, page.locator("#unlock-form button"));
    await page.locator("#screen-tasks h2").waitFor();
  }

  return { phone, carried, unlock };
}

/** Goes to a screen by the bar below. */
export async function goTo(page, screen, hand = mouse) {
  await hand.press(page, page.locator(`[data-go=${screen}]`));
  await page.locator(`#screen-${screen} h2`).waitFor();
}

/** Waits until the tasks show something that there is to do, and opens it. */
export async function task({ page }, act, screen, hand = mouse) {
  await goTo(page, "tasks", hand);
  const button = page.locator("#tasks-list button", { hasText: act }).first();
  await button.waitFor({ timeout: 30_000 });
  await hand.press(page, button);
  await page.locator(`#screen-${screen} h2`).waitFor();
}

/** Sets the clock of a telephone, in milliseconds off the true time. */
export function setClock(page, off) {
  return page.evaluate((ms) => sessionStorage.setItem("off", String(ms)), off);
}

/** The states of what was entered, newest first. */
export const states = (page) => page.locator("#entries-list > li").evaluateAll((list) => list.map((li) => li.dataset.state));

/** Everything that a thief could read from the browser's database, as text. */
export function stolen(page) {
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
