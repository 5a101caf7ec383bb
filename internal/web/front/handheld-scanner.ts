// Reads QR and Code 128 from the camera's picture: by the browser's own reader, or by ZXing where the browser has none.

// By their own files, so that the readers of two sorts of code are brought along and not of twenty.
import BinaryBitmap from "@zxing/library/esm/core/BinaryBitmap.js";
import HybridBinarizer from "@zxing/library/esm/core/common/HybridBinarizer.js";
import Code128Reader from "@zxing/library/esm/core/oned/Code128Reader.js";
import QRCodeReader from "@zxing/library/esm/core/qrcode/QRCodeReader.js";
import RGBLuminanceSource from "@zxing/library/esm/core/RGBLuminanceSource.js";

/** How often a picture is looked at, in milliseconds. */
const EVERY = 120;
/** How many points a picture has at most across: more is slower, and no code of ours needs it. */
const WIDEST = 800;

interface Detector { detect(source: CanvasImageSource): Promise<{ rawValue: string }[]> }
interface Detecting { BarcodeDetector?: { new (options: { formats: string[] }): Detector; getSupportedFormats(): Promise<string[]> } }

type Look = (video: HTMLVideoElement) => Promise<string | undefined>;

const FORMATS = ["qr_code", "code_128"];

/** The browser's own reader, where it has one for both. */
async function own(): Promise<Look | undefined> {
  const { BarcodeDetector } = globalThis as Detecting;
  const formats = await BarcodeDetector?.getSupportedFormats() ?? [];
  if (!BarcodeDetector || !FORMATS.every((one) => formats.includes(one))) return undefined;
  const detector = new BarcodeDetector({ formats: FORMATS });
  return async (video) => (await detector.detect(video))[0]?.rawValue;
}

/** ZXing, on a picture in shades of grey. */
function zxing(): Look {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const readers = [new QRCodeReader(), new Code128Reader()];
  return async (video) => {
    const scale = Math.min(1, WIDEST / video.videoWidth);
    const width = Math.round(video.videoWidth * scale);
    const height = Math.round(video.videoHeight * scale);
    if (!context || width === 0) return undefined;
    canvas.width = width;
    canvas.height = height;
    context.drawImage(video, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    const grey = new Uint8ClampedArray(width * height);
    for (let i = 0; i < grey.length; i++) grey[i] = ((data[4 * i] ?? 0) + 2 * (data[4 * i + 1] ?? 0) + (data[4 * i + 2] ?? 0)) >> 2;
    for (const reader of readers) {
      try {
        return reader.decode(new BinaryBitmap(new HybridBinarizer(new RGBLuminanceSource(grey, width, height)))).getText();
      } catch {
        // no code of this sort in the picture: the next reader, or the next picture
      }
    }
    return undefined;
  };
}

/** Reads one code; undefined: it was given up. */
export async function read(video: HTMLVideoElement, until: AbortSignal): Promise<string | undefined> {
  const look = await own() ?? zxing();
  while (!until.aborted) {
    const text = (await look(video))?.trim();
    if (text) return text;
    await new Promise((resolve) => { setTimeout(resolve, EVERY); });
  }
  return undefined;
}
