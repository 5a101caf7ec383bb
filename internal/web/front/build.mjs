// Builds what the pages need beside their HTML into ../assets/dist, from where the program embeds it: one style sheet,
// one script, the typeface, the mark, and the notices that the licences of others ask for. Text is kept compressed too,
// so that the server never compresses while somebody waits.

import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { constants, gzipSync } from "node:zlib";
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

async function scripts() {
  const built = await esbuild.build({
    entryPoints: [join(here, "habeas.ts")],
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
    throw new Error(`the script has ${script.contents.length} bytes, at most ${SCRIPT_LIMIT} are allowed`);
  }
  await writeFile(join(out, "habeas.js"), script.contents);
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

/** Whose work is in what we serve, and on what terms. */
async function notices() {
  const texts = ["What these pages are built from, and the terms of those who made it.\n"];
  for (const [name, holder] of [
    ["govuk-frontend", "Copyright (c) Crown Copyright (Government Digital Service)"],
    ["@ministryofjustice/frontend", "Copyright (c) Crown Copyright (Ministry of Justice)"],
    ["htmx.org"],
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
await Promise.all([scripts(), styles(), typeface(), notices(), cp(join(here, "habeas.svg"), join(out, "habeas.svg"))]);
await compress();
