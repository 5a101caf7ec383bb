// What a page does besides being read: it stays live, counts its clocks on, and asks the server for a part of itself where
// the markup says so (hx- attributes). Every page is whole without it.

import { startClocks } from "./clocks";
import { startComponents } from "./components";
import { startParts } from "./parts";
import { follow } from "./line";
import { startPasskeys } from "./passkeys";
import { startUploads } from "./uploads";

startParts();
startComponents();
startClocks();
startUploads();
startPasskeys();
const stream = document.body.dataset.stream;
if (stream) follow(stream);
