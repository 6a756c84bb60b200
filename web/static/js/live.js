// What happens while a page is open: how many notifications are new stands beside the link to them, and a thread says
// that answers have come. One event stream for the window that is looked at; none for those in the background, since
// browsers open only six connections to a host.

import { load, say, swap } from "./parts.js";

const AGAIN_AFTER = 60_000; // milliseconds

export function start() {
  const address = document.body.dataset.live;
  if (!address || !("EventSource" in window)) return;
  let source = null;
  let waiting = 0;
  const listen = () => {
    clearTimeout(waiting);
    if (document.hidden) {
      source?.close();
      source = null;
      return;
    }
    if (source && source.readyState !== EventSource.CLOSED) return;
    source = new EventSource(address);
    source.addEventListener("news", (event) => count(Number(event.data)));
    source.addEventListener("answers", offer);
    source.addEventListener("error", () => {
      if (source?.readyState === EventSource.CLOSED) waiting = setTimeout(listen, AGAIN_AFTER);
    });
  };
  document.addEventListener("visibilitychange", listen);
  addEventListener("pagehide", () => source?.close());
  addEventListener("pageshow", (event) => event.persisted && listen());
  listen();
}

/** So many notifications are new. */
function count(number) {
  const link = document.querySelector('.site-nav a[href="/notifications"]');
  if (!link) return;
  let badge = link.querySelector(".count");
  if (!number) return void badge?.remove();
  if (!badge) {
    badge = document.createElement("span");
    badge.className = "count";
    link.append(" ", badge);
  }
  badge.textContent = number > 99 ? "99+" : number;
  badge.title = say("News", { n: number });
}

let arrived = 0;

/** Answers have come: offer them, and move nothing under the eyes of somebody who reads or writes. */
function offer() {
  const part = document.querySelector('[data-part="answers"]');
  if (!part) return;
  arrived += 1;
  let button = document.querySelector("button.arrived");
  if (!button) {
    const place = document.createElement("p");
    place.setAttribute("role", "status");
    button = document.createElement("button");
    button.type = "button";
    button.className = "button quiet arrived";
    button.addEventListener("click", show);
    place.append(button);
    part.after(place);
  }
  button.textContent = say("Answers", { n: arrived });
}

async function show() {
  const { ok, page } = await load(location.href);
  if (!ok || !swap(page, "answers")) return void location.reload();
  arrived = 0;
  document.querySelector("button.arrived")?.parentElement.remove();
}
