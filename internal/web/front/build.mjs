// Builds what the pages need beside their HTML into ../assets/dist, from where the program embeds it: one style sheet,
// the scripts, the typeface, the mark, the icons, and the notices that the licences of others ask for. Text is kept compressed too,
// so that the server never compresses while somebody waits.

import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { constants, deflateSync, gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "..", "node_modules");
const out = join(here, "..", "assets", "dist");

/** The most that the scripts of a page may weigh, in bytes as the browser reads them. */
const SCRIPT_LIMIT = 150 * 1024;

/** Empties the folder, but for the file that keeps it in the repository. */
async function empty() {
  await mkdir(out, { recursive: true });
  for (const name of await readdir(out)) {
    if (name !== "README.md") await rm(join(out, name), { recursive: true });
  }
}

/** The scripts: that of the pages, that of the handheld with what it loads when it is asked for, and its service worker. */
async function scripts() {
  for (const name of ["habeas", "handheld", "handheld-scanner", "handheld-worker"]) await script(name);
}

async function script(name) {
  const built = await esbuild.build({
    entryPoints: [join(here, `${name}.ts`)],
    bundle: true,
    minify: true,
    format: "esm",
    target: ["es2020"],
    legalComments: "none",
    write: false,
    logLevel: "warning",
  });
  const [script] = built.outputFiles;
  if (script.contents.length > SCRIPT_LIMIT) {
    throw new Error(`the script ${name} has ${script.contents.length} bytes, at most ${SCRIPT_LIMIT} are allowed`);
  }
  await writeFile(join(out, `${name}.js`), script.contents);
}

async function styles() {
  const built = sass.compile(join(here, "habeas.scss"), {
    loadPaths: [join(here, "..")], // as the Ministry of Justice's sources expect
    style: "compressed",
    quietDeps: true,
  });
  await writeFile(join(out, "habeas.css"), built.css);
}

/** The typeface, its two subsets: Latin, and the letters of other languages written in Latin. */
async function typeface() {
  for (const face of ["next", "mono"]) {
    for (const subset of ["latin", "latin-ext"]) {
      const name = `atkinson-hyperlegible-${face}-${subset}-wght-normal.woff2`;
      await cp(join(modules, "@fontsource-variable", `atkinson-hyperlegible-${face}`, "files", name), join(out, name));
    }
  }
}

/** The pictures under which the handheld is installed: an H on our ground, drawn here, at the sizes that telephones ask for. */
async function icons() {
  for (const size of [192, 512]) await writeFile(join(out, `icon-${size}.png`), icon(size));
}

/** Draws the icon as a PNG of three colours a point. The letter stands inside the part that a round mask leaves. */
function icon(size) {
  const [ground, letter] = [[0x12, 0x32, 0x4f], [0xff, 0xff, 0xff]];
  const inLetter = (x, y) => y > 0.28 && y < 0.72 && ((x > 0.3 && x < 0.42) || (x > 0.58 && x < 0.7) || (x > 0.3 && x < 0.7 && y > 0.445 && y < 0.555));
  const rows = [];
  for (let y = 0; y < size; y++) {
    rows.push(0); // no filter
    for (let x = 0; x < size; x++) rows.push(...(inLetter(x / size, y / size) ? letter : ground));
  }
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
    const head = Buffer.alloc(4);
    const tail = Buffer.alloc(4);
    head.writeUInt32BE(data.length);
    tail.writeUInt32BE(sumOf(body));
    return Buffer.concat([head, body, tail]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), chunk("IHDR", header), chunk("IDAT", deflateSync(Buffer.from(rows), { level: 9 })), chunk("IEND", Buffer.alloc(0))]);
}

/** CRC-32 as PNG wants it (ISO 3309). */
function sumOf(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return (sum ^ 0xffffffff) >>> 0;
}

/** Whose work is in what we serve, and on what terms. */
async function notices() {
  const texts = ["What these pages are built from, and the terms of those who made it.\n"];
  for (const [name, holder] of [
    ["govuk-frontend", "Copyright (c) Crown Copyright (Government Digital Service)"],
    ["@ministryofjustice/frontend", "Copyright (c) Crown Copyright (Ministry of Justice)"],
    ["htmx.org"],
    ["@zxing/library"],
    ["ts-custom-error"], // in it
    ["@fontsource-variable/atkinson-hyperlegible-next"],
    ["@fontsource-variable/atkinson-hyperlegible-mono"],
  ]) {
    const { version, license } = JSON.parse(await readFile(join(modules, name, "package.json"), "utf8"));
    // Two of them say their licence in their package and do not bring its text.
    const text = holder ? `${holder}\n\n${await readFile(join(here, "mit.txt"), "utf8")}` : await readFile(join(modules, name, "LICENSE"), "utf8");
    texts.push(`${name} ${version} (${license})\n\n${text.trim()}\n`);
  }
  await writeFile(join(out, "licences.txt"), texts.join(`\n${"-".repeat(72)}\n\n`));
}

async function compress() {
  for (const name of await readdir(out)) {
    if (!/\.(css|js|svg|txt)$/.test(name)) continue;
    const packed = gzipSync(await readFile(join(out, name)), { level: constants.Z_BEST_COMPRESSION });
    await writeFile(join(out, `${name}.gz`), packed);
  }
}

await empty();
await Promise.all([scripts(), styles(), typeface(), notices(), icons(), cp(join(here, "habeas.svg"), join(out, "habeas.svg"))]);
await compress();
