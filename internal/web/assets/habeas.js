// Keeps a page live, finds people as one types, and counts clocks on. Every page is whole
// without it.

const line = { cut: document.getElementById("line-cut"), ended: document.getElementById("line-ended") };
const serverAhead = Date.parse(document.body.dataset.now) - Date.now();

/** Puts the parts of a page in place that have changed. What had the focus keeps it. */
function put(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  for (const part of fresh.querySelectorAll("[data-part]")) {
    const old = document.getElementById(part.id);
    if (!old || old.isEqualNode(part)) continue;
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    const open = [...old.querySelectorAll("details")].map((d) => d.open);
    part.querySelectorAll("details").forEach((d, i) => { d.open = open[i] ?? d.open; });
    const scrolled = [...old.querySelectorAll(".scroll")].map((s) => s.scrollLeft);
    old.replaceWith(part);
    part.querySelectorAll(".scroll").forEach((s, i) => { s.scrollLeft = scrolled[i] ?? 0; });
    const address = focused?.getAttribute("href");
    if (address) part.querySelector(`a[href="${CSS.escape(address)}"]`)?.focus({ preventScroll: true });
  }
}

/** Follows the server's events. A line that is silent for too long is cut, even if nobody said so. */
function follow(address) {
  const silence = 30_000;
  let timer;
  let source;
  const heard = () => {
    line.cut.hidden = true;
    clearTimeout(timer);
    timer = setTimeout(cut, silence);
  };
  const cut = () => {
    line.cut.hidden = false;
    clearTimeout(timer);
    source.close();
    timer = setTimeout(listen, 3_000);
  };
  const listen = () => {
    source = new EventSource(address);
    source.addEventListener("part", (event) => { put(event.data); heard(); });
    source.addEventListener("signed-out", () => {
      source.close();
      clearTimeout(timer);
      line.cut.hidden = true;
      line.ended.hidden = false;
    });
    source.addEventListener("error", cut);
    clearTimeout(timer);
    timer = setTimeout(cut, silence);
  };
  listen();
}

/** Shows the people who match while one types; the newest answer wins. */
function findAsTyped(form) {
  const field = form.elements.namedItem("q");
  const place = document.getElementById("matches");
  let timer;
  let asking;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(async () => {
      asking?.abort();
      asking = new AbortController();
      const question = new URLSearchParams(new FormData(form));
      try {
        const answer = await fetch(`${form.dataset.matches}?${question}`, { signal: asking.signal });
        if (!answer.ok || answer.redirected) { form.submit(); return; }
        const found = new DOMParser().parseFromString(await answer.text(), "text/html");
        place.replaceChildren(...found.body.childNodes);
        history.replaceState(null, "", `${form.getAttribute("action")}?${question}`);
      } catch (fault) {
        if (fault.name !== "AbortError") form.submit();
      }
    }, 150);
  });
}

/** Writes how long ago an instant was, as the server does. */
function lasted(since) {
  const minutes = Math.max(Math.floor((Date.now() + serverAhead - Date.parse(since)) / 60_000), 0);
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor(minutes / 60) % 24;
  if (days > 0) return `${days.toLocaleString(document.documentElement.lang)} d ${hours} h`;
  return hours > 0 ? `${hours} h ${minutes % 60} min` : `${minutes} min`;
}

setInterval(() => {
  for (const clock of document.querySelectorAll("[data-since]")) {
    const text = lasted(clock.dataset.since);
    if (clock.textContent !== text) clock.textContent = text;
  }
}, 15_000);

if (document.body.dataset.stream) follow(document.body.dataset.stream);
const search = document.querySelector("form[data-matches]");
if (search) findAsTyped(search);
