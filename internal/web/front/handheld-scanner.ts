// Reads QR and Code 128 from the camera's picture, by the browser's own reader.

/** How often a picture is looked at, in milliseconds. */
const EVERY = 150;

interface Detector { detect(source: CanvasImageSource): Promise<{ rawValue: string }[]> }
interface Detecting { BarcodeDetector?: { new (options: { formats: string[] }): Detector } }

/** Reads one code; undefined: it was given up. Rejects where the browser has no reader. */
export async function read(video: HTMLVideoElement, until: AbortSignal): Promise<string | undefined> {
  const { BarcodeDetector } = globalThis as Detecting;
  if (!BarcodeDetector) throw new Error("the browser reads no codes");
  const detector = new BarcodeDetector({ formats: ["qr_code", "code_128"] });
  while (!until.aborted) {
    const [code] = await detector.detect(video);
    if (code) return code.rawValue.trim();
    await new Promise((resolve) => { setTimeout(resolve, EVERY); });
  }
  return undefined;
}
