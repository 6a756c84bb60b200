// Times are told as the clocks go where something happens. Whose own clock shows another hour reads that beside it.

import { say } from "./parts.js";

export function start() {
  document.querySelectorAll("[data-zoned]").forEach(tell);
  // What is put in place later is told as well.
  new MutationObserver((changes) => {
    for (const node of changes.flatMap((change) => [...change.addedNodes])) {
      if (node instanceof Element) node.querySelectorAll("[data-zoned]").forEach(tell);
    }
  }).observe(document.body, { childList: true, subtree: true });
}

function tell(span) {
  const times = [...span.querySelectorAll("time")].map((each) => each.dateTime);
  if (!times.length || times.every((each) => hour(new Date(each)) === each.slice(0, 16))) return;
  const [first, last] = [times[0], times.at(-1)].map((each) => new Date(each));
  const [own, lasts] = [first, last].map((each) => hour(each).slice(0, 10));
  const dated = own !== times[0].slice(0, 10) || own !== lasts;
  const form = { hour: "2-digit", minute: "2-digit", ...(dated && { weekday: "short", day: "numeric", month: "short" }) };
  const language = document.documentElement.lang === "en" ? "en-GB" : document.documentElement.lang; // as the node does
  const told = new Intl.DateTimeFormat(language, { ...form, hourCycle: "h23" });
  const note = document.createElement("span");
  note.className = "muted small own-time";
  note.textContent = say("Clock", { time: times.length > 1 ? told.formatRange(first, last) : told.format(first) });
  span.append(" ", note);
}

/** Day, hour and minute on the reader's clock, as the node writes them. */
function hour(at) {
  const two = (number) => String(number).padStart(2, "0");
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join("-");
  return `${day}T${two(at.getHours())}:${two(at.getMinutes())}`;
}
