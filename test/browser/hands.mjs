// The hands of whoever uses a page: with a mouse, or with the keyboard alone. A story played with both shows that nobody needs
// the one or the other.

/** A mouse that points at what is meant, and a keyboard to type with. */
export const mouse = {
  name: "mouse",
  fill: (page, field, text) => field.fill(text),
  select: (page, field, value) => field.selectOption(value),
  choose: (page, field) => field.check({ force: true }), // the box that is seen is drawn over the one that is checked
  press: (page, button) => button.click(),
  attach: (page, field, file) => field.setInputFiles(file),
};

/** How many stops of the Tab key a page may have before what is meant. */
const stops = 400;

/** Moves the focus with the Tab key, as somebody does who sees where it is, until it is on what is meant. */
async function reach(page, target) {
  const element = await target.elementHandle({ timeout: 15_000 });
  for (let i = 0; i < stops; i++) {
    const here = await element.evaluate((e) => {
      const on = document.activeElement;
      if (e === on) return "here";
      return e.type === "radio" && on?.type === "radio" && on.name === e.name && on.form === e.form ? "group" : "elsewhere";
    });
    if (here === "here") {
      const seen = await element.evaluate((e) => {
        const box = (e.labels?.[0] ?? e).getBoundingClientRect();
        return box.bottom > 0 && box.top < innerHeight;
      });
      if (!seen) throw new Error("the focus is where nobody sees it");
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
