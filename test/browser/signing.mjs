// The ways in: the first engineer of a new service comes in by a link, adds a passkey, signs in with it and unlocks a session
// with it; an authenticator that does not recognise its holder lets nobody in; codes from an application are set up, and
// asked for beside the password from then on; the passkey is called otherwise, and removed. Played with a mouse in Spanish, where every page is checked, or with the
// keyboard alone in English.
//
// Usage: node signing.mjs BASE_URL FIRST_LINK mouse|keyboard, at an address with a name: passkeys are bound to one.

import { createHmac } from "node:crypto";
import { Scenario, launch } from "./browser.mjs";
import * as hands from "./hands.mjs";

const [base, link, by] = process.argv.slice(2);
const hand = hands[by];
if (!base || !link || !hand) {
  console.error("usage: node signing.mjs BASE_URL FIRST_LINK mouse|keyboard");
  process.exit(2);
}

const story = new Scenario(base, process.env.HABEAS_SHOTS);
const browser = await launch();
const language = hand === hands.mouse ? "es" : "en";
const password = "four quiet words in a row";

/** A code as an authenticator application shows it (RFC 6238), so many steps of 30 seconds from now. */
function codeOf(secret, ahead) {
  const bits = [...secret].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + ahead));
  const sum = createHmac("sha1", key).update(step).digest();
  return String((sum.readUInt32BE(sum.at(-1) & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

try {
  const page = await story.page(await browser.newContext({ locale: language === "es" ? "es-SV" : "en-GB", viewport: { width: 1280, height: 900 } }));
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
  const passkey = page.locator("form[data-passkey] button");
  const main = page.locator("main button").first();
  const go = (button, to) => Promise.all([page.waitForURL(to), hand.press(page, button)]);
  const fill = (name, text) => hand.fill(page, page.locator(`main [name=${name}]`).first(), text);
  const check = async (name) => {
    if (hand === hands.mouse) await story.check(page, `${name}-${language}`);
  };
  const signOut = async () => {
    await page.goto(base);
    await go(page.locator('form[action="/sign-out"] button'), /sign-in/);
  };

  await story.step("the first engineer comes in by the one-time link", async () => {
    await page.goto(link);
    await fill("name", "ana");
    await fill("fullName", "Ana Ruiz");
    await fill("password", password);
    await go(main, `${base}/`);
  });

  await story.step("they add a passkey", async () => {
    await go(page.locator('header a[href="/sessions"]'), `${base}/sessions`);
    await go(page.locator('main a[href="/second-factor"]'), `${base}/second-factor`);
    await check("passkey-add");
    await hand.fill(page, page.locator("form[data-passkey] [name=name]"), "teléfono de Ana");
    await hand.press(page, passkey);
    await page.getByRole("heading", { name: "teléfono de Ana" }).waitFor();
    const { credentials } = await cdp.send("WebAuthn.getCredentials", { authenticatorId });
    story.expect(credentials.length === 1, `one passkey on the device, got ${credentials.length}`);
  });

  await story.step("signed out, they come in with it and nothing else, to where they were going", async () => {
    await signOut();
    await page.goto(`${base}/sign-in?next=%2Fsessions`);
    await check("passkey-sign-in");
    await go(passkey, `${base}/sessions`);
  });

  await story.step("a session that is locked goes on after it", async () => {
    await go(page.locator('form[action="/sessions/lock"] button'), /unlock/);
    await page.goto(`${base}/sessions`);
    await page.waitForURL(/unlock/);
    await go(passkey, `${base}/sessions`);
  });

  await story.step("a device that does not recognise its holder lets nobody in", async () => {
    await signOut();
    await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
    await hand.press(page, passkey);
    const failed = page.locator("[data-failed]:not([hidden])");
    await failed.waitFor();
    story.expect(await failed.evaluate((e) => e === document.activeElement), "what failed to have the focus");
    await check("passkey-failed");
    story.expect(new URL(page.url()).pathname === "/sign-in", `the sign-in page still, got ${page.url()}`);
    await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: true });
  });

  await story.step("codes from an application are set up, and asked for beside the password from then on", async () => {
    await page.goto(`${base}/sign-in?next=%2Fsecond-factor`);
    await go(passkey, `${base}/second-factor`);
    const secret = (await page.locator("main code").first().innerText()).replaceAll(/\s/g, "");
    await fill("code", codeOf(secret, 0));
    await go(page.locator("form", { has: page.locator("[name=code]") }).getByRole("button"), /done=codes/);
    await signOut();
    await fill("name", "ana");
    await fill("password", password);
    await hand.press(page, main);
    await page.locator("main [name=code]").waitFor();
    story.expect(await page.locator("main [name=name]").inputValue() === "ana", "the name to be kept");
    await check("sign-in-code");
    for (const code of ["000000", codeOf(secret, 1)]) { // one code serves once: the next is that of the next half minute
      await fill("password", password);
      await fill("code", code);
      await hand.press(page, main);
      if (code === "000000") await page.locator(".govuk-error-summary:focus").waitFor();
    }
    await page.waitForURL(`${base}/`);
  });

  await story.step("they call the passkey otherwise, and remove it", async () => {
    await page.goto(`${base}/second-factor`);
    await hand.press(page, page.locator("article details summary"));
    await hand.fill(page, page.locator('article form[action$="/name"] [name=name]'), "teléfono viejo");
    await hand.press(page, page.locator('article form[action$="/name"] button'));
    await page.getByRole("heading", { name: "teléfono viejo" }).waitFor();
    await check("passkey-kept");
    await go(page.locator('article form[action$="/removal"] button'), /done=removed/);
    story.expect((await page.locator("main article").count()) === 0, "no passkey left on the page");
  });
} finally {
  await browser.close();
}
story.end();
