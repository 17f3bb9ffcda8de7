"use strict";
// Tells the page that waits for this login that it may go on (see public/entry/routes.py), and presses the one button of a link that signs in.
const done = document.querySelector("[data-signed-in]");
if (done) {
  const word = { plait: "signed-in", person: done.dataset.signedIn };
  for (const waiting of [window.opener, window.parent]) {
    if (waiting && waiting !== window) waiting.postMessage(word, location.origin);
  }
  if (window.opener) window.close();
}
const go = document.querySelector("form[data-go]");
if (go) go.requestSubmit();
