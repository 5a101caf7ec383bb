// Reading a code with the camera, where there is one; a scanner that types needs none of this. What reads the codes is loaded
// when it is first asked for.

import { at } from "./page";
import { say } from "./words";
import { notice } from "./page";

/** Starts the buttons that read a code into a field, where a camera can be had at all. */
export function startScanning(): void {
  const can = navigator.mediaDevices !== undefined && "getUserMedia" in navigator.mediaDevices;
  for (const one of document.querySelectorAll<HTMLButtonElement>("[data-scan-into]")) {
    one.hidden = !can;
    one.addEventListener("click", () => { void scanInto(at<HTMLInputElement>(one.dataset.scanInto ?? "")); });
  }
}

interface Reader {
  read(video: HTMLVideoElement, until: AbortSignal): Promise<string | undefined>;
}

async function scanInto(field: HTMLInputElement): Promise<void> {
  const box = at<HTMLDialogElement>("hh-camera");
  const video = at<HTMLVideoElement>("hh-video");
  const stop = new AbortController();
  let stream: MediaStream | undefined;
  box.addEventListener("close", () => stop.abort(), { once: true });
  box.showModal();
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    video.srcObject = stream;
    await video.play();
    const reader = await import(document.body.dataset.scanner ?? "") as Reader;
    const text = await reader.read(video, stop.signal);
    if (text === undefined) return;
    const last = field instanceof HTMLTextAreaElement && field.value.trim() !== "";
    field.value = last ? `${field.value.trim()}\n${text}` : text;
    field.focus();
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
  } catch {
    notice(say("scan.no-camera"), "wrong");
  } finally {
    for (const track of stream?.getTracks() ?? []) track.stop();
    video.srcObject = null;
    box.close();
  }
}
