// The first engineer of a new service adds a passkey, signs in with it, and unlocks a session with it; an authenticator that
// does not recognise its holder lets nobody in.
//
// Usage: node passkeys.mjs BASE_URL FIRST_LINK, at an address with a name: passkeys are bound to one.

import { Scenario, launch } from "./browser.mjs";

const [base, link] = process.argv.slice(2);
if (!base || !link) {
  console.error("usage: node passkeys.mjs BASE_URL FIRST_LINK");
  process.exit(2);
}

const story = new Scenario(base, process.env.HABEAS_SHOTS);
const browser = await launch();

try {
  const page = await story.page(await browser.newContext({ locale: "es-SV", viewport: { width: 1280, height: 900 } }));
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  });
  const passkey = page.locator("form[data-passkey] button");

  await story.step("the first engineer comes in by the one-time link", async () => {
    await page.goto(link);
    await page.locator("[name=name]").fill("ana");
    await page.locator("[name=fullName]").fill("Ana Ruiz");
    await page.locator("[name=password]").fill("four quiet words in a row");
    await Promise.all([page.waitForURL(`${base}/`), page.locator("main button").first().click()]);
  });

  await story.step("they add a passkey", async () => {
    await page.goto(`${base}/sessions`);
    await page.locator('main a[href="/second-factor"]').click();
    await page.waitForURL(`${base}/second-factor`);
    await story.check(page, "passkey-add-es");
    await page.locator("form[data-passkey] [name=name]").fill("teléfono de Ana");
    await passkey.click();
    await page.getByRole("heading", { name: "teléfono de Ana" }).waitFor();
    const { credentials } = await cdp.send("WebAuthn.getCredentials", { authenticatorId });
    story.expect(credentials.length === 1, `one passkey on the device, got ${credentials.length}`);
  });

  await story.step("signed out, they come in with it and nothing else, to where they were going", async () => {
    await page.goto(base);
    await page.locator('form[action="/sign-out"] button').click();
    await page.waitForURL(/sign-in/);
    await page.goto(`${base}/sign-in?next=%2Fsessions`);
    await story.check(page, "passkey-sign-in-es");
    await Promise.all([page.waitForURL(`${base}/sessions`), passkey.click()]);
  });

  await story.step("a session that is locked goes on after it", async () => {
    await page.locator('form[action="/sessions/lock"] button').click();
    await page.goto(`${base}/sessions`);
    await page.waitForURL(/unlock/);
    await Promise.all([page.waitForURL(`${base}/sessions`), passkey.click()]);
  });

  await story.step("they call it otherwise, and remove it by the keyboard alone", async () => {
    await page.goto(`${base}/second-factor`);
    await page.locator("article details summary").focus();
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Control+a");
    await page.keyboard.type("teléfono viejo");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "teléfono viejo" }).waitFor();
    await story.check(page, "passkey-kept-es");
    await page.getByRole("button", { name: "Quitar teléfono viejo" }).focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/done=removed/);
    story.expect((await page.locator("main article").count()) === 0, "no passkey left on the page");
  });

  await story.step("a device that does not recognise its holder lets nobody in", async () => {
    await page.goto(base);
    await page.locator('form[action="/sign-out"] button').click();
    await page.waitForURL(/sign-in/);
    await cdp.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
    await passkey.click();
    await page.locator("[data-failed]:not([hidden])").waitFor();
    await story.check(page, "passkey-failed-es");
    story.expect(new URL(page.url()).pathname === "/sign-in", `the sign-in page still, got ${page.url()}`);
  });
} finally {
  await browser.close();
}
story.end();
