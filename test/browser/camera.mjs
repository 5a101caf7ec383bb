// A camera that sees what a printer has printed: a page of a PDF, as a video that the browser takes for its camera.

import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const DPI = 300;
const [WIDTH, HEIGHT] = [1280, 720];

/** Writes a video of a part of a PDF's first page, in millimetres from its upper left corner, and returns the browser's flags for it. */
export async function sees(pdf, [x, y, width, height], file) {
  const dots = (millimetres) => String(Math.round((millimetres * DPI) / 25.4));
  await writeFile(`${file}.pdf`, pdf);
  const { stdout } = await run("pdftoppm", ["-r", String(DPI), "-gray", "-f", "1", "-l", "1", "-x", dots(x), "-y", dots(y), "-W", dots(width), "-H", dots(height), `${file}.pdf`],
    { encoding: "buffer", maxBuffer: 1 << 26 });
  const picture = grey(stdout);
  const frame = Buffer.alloc((WIDTH * HEIGHT * 3) / 2, 128);
  frame.fill(235, 0, WIDTH * HEIGHT); // paper all around
  const [left, top] = [Math.max(Math.floor((WIDTH - picture.width) / 2), 0), Math.max(Math.floor((HEIGHT - picture.height) / 2), 0)];
  for (let row = 0; row < Math.min(picture.height, HEIGHT); row++) {
    for (let column = 0; column < Math.min(picture.width, WIDTH); column++) {
      frame[(top + row) * WIDTH + left + column] = 16 + Math.round((picture.points[row * picture.width + column] * 219) / 255);
    }
  }
  const one = Buffer.concat([Buffer.from("FRAME\n"), frame]);
  await writeFile(file, Buffer.concat([Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F10:1 Ip A1:1 C420jpeg\n`), one, one, one]));
  return ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", `--use-file-for-fake-video-capture=${file}`];
}

/** Reads a picture as pdftoppm writes it (PGM, one byte a point). */
function grey(bytes) {
  const head = /^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(bytes.subarray(0, 40).toString("latin1"));
  if (!head) throw new Error("pdftoppm wrote no picture");
  return { width: Number(head[1]), height: Number(head[2]), points: bytes.subarray(head[0].length) };
}
