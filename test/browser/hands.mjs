// The hands of whoever uses a page: with a mouse, or with the keyboard alone. A story played with both shows that nobody needs
// the one or the other.

/** A mouse that points at what is meant, and a keyboard to type with. */
export const mouse = {
  name: "mouse",
  fill: (page, field, text) => field.fill(text),
  type: (page, field, text) => field.pressSequentially(text, { delay: 20 }),
  select: (page, field, value) => field.selectOption(value),
  choose: (page, field) => field.check({ force: true }), // the box that is seen is drawn over the one that is checked
  press: (page, button) => button.click(),
  attach: (page, field, file) => field.setInputFiles(file),
};

/** How many stops of the Tab key a page may have before what is meant. */
const stops = 400;

/** Why nobody sees that an element has the focus (WCAG 2.4.7 and 2.4.11); "" where it is seen. Runs in the page. */
function unseen(e) {
  const tick = e.matches("[type=radio], [type=checkbox]") && e.labels?.[0]; // the box that is seen is drawn by its label
  const box = (tick || e).getClientRects()[0];
  if (!box || box.bottom <= 0 || box.top >= innerHeight) return "the focus is outside the window";
  const middle = document.elementFromPoint(box.left + box.width / 2, Math.min(Math.max((box.top + box.bottom) / 2, 1), innerHeight - 1));
  if (!middle || !(e.contains(middle) || middle.contains(e) || (tick && tick.contains(middle)))) return "something lies over what has the focus";
  const marked = (style) => (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
  return marked(getComputedStyle(e)) || (tick && marked(getComputedStyle(tick, "::before"))) ? "" : "nothing shows where the focus is";
}

/** Moves the focus with the Tab key, as somebody does who sees where it is, until it is on what is meant, which may be put in place
 * anew meanwhile. */
async function reach(page, target) {
  await target.waitFor({ state: "attached", timeout: 15_000 });
  for (let i = 0; i < stops; i++) {
    const here = await target.evaluate((e) => {
      const on = document.activeElement;
      if (e === on) return "here";
      return e.type === "radio" && on?.type === "radio" && on.name === e.name && on.form === e.form ? "group" : "elsewhere";
    });
    if (here === "here") {
      const hidden = await target.evaluate(unseen);
      if (hidden) throw new Error(`${hidden}: ${target}`);
      return;
    }
    await page.keyboard.press(here === "group" ? "ArrowDown" : "Tab");
  }
  throw new Error(`the Tab key does not reach ${target}`);
}

/** The keyboard alone. */
export const keyboard = {
  name: "keyboard",
  async fill(page, field, text) {
    await reach(page, field);
    await page.keyboard.press("Control+A");
    await page.keyboard.insertText(text);
  },
  async type(page, field, text) {
    await reach(page, field);
    await page.keyboard.press("Control+A");
    await page.keyboard.type(text, { delay: 20 });
  },
  async select(page, field, value) {
    await reach(page, field);
    const last = await field.evaluate((e) => e.options.length);
    await page.keyboard.press("Home");
    for (let i = 0; i < last && (await field.inputValue()) !== value; i++) await page.keyboard.press("ArrowDown");
    if ((await field.inputValue()) !== value) throw new Error(`the arrow keys do not reach ${value}`);
  },
  async choose(page, field) {
    await reach(page, field);
    if (!(await field.isChecked())) await page.keyboard.press("Space");
  },
  async press(page, button) {
    await reach(page, button);
    await page.keyboard.press("Enter");
  },
  async attach(page, field, file) {
    // Choosers are caught for as long as the page lives: one that opens while catching is being switched on again is lost.
    if (page.listenerCount("filechooser") === 0) page.on("filechooser", () => {});
    await reach(page, field);
    const opened = page.waitForEvent("filechooser");
    await page.keyboard.press("Enter");
    await (await opened).setFiles(file);
  },
};

/** Signs an official in, and waits for the page that they were going to. */
export async function signIn(page, hand, base, { name, password, next = "/" }) {
  await page.goto(`${base}/sign-in?next=${encodeURIComponent(next)}`);
  await hand.fill(page, page.locator("[name=name]"), name);
  await hand.fill(page, page.locator("[name=password]"), password);
  await Promise.all([page.waitForURL(`${base}${next}`), hand.press(page, page.locator("main button").first())]);
}
