// Buttons that show at once what they do: forms with data-act, which name the parts that change by them (without a
// name, the part around them). The form is sent as the browser would; what comes back is put in place of the parts.
// Where the node refuses, the button is as it was before, and the reader is told what the node says.

import { complaint, find, load, say, swap, tell } from "./parts.js";

export function start() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !form.matches("form[data-act]")) return;
    event.preventDefault();
    if (form.getAttribute("aria-busy") !== "true") act(form, event.submitter);
  });
}

async function act(form, button) {
  const around = form.closest("[data-part]")?.dataset.part;
  const names = form.dataset.act ? form.dataset.act.split(" ") : [around].filter(Boolean);
  const undo = pretend(form, button);
  try {
    const body = new URLSearchParams(new FormData(form, button));
    const answer = await load(form.action, { method: "post", body });
    if (new URL(answer.url).pathname === "/sign-in") return void location.assign(answer.url);
    if (!answer.ok) {
      undo();
      tell(complaint(answer.page) || say("Failed"));
    } else if (!names.length || !names.map((name) => swap(answer.page, name)).every(Boolean)) {
      location.assign(answer.url);
    } else {
      confirm(answer.page);
    }
  } catch {
    undo();
    tell(say("Failed"));
  }
}

/** What the node says of it stands at the head of the page; whoever has that out of sight is told where she is. */
function confirm(page) {
  swap(page, "notice");
  const place = find(document, "notice");
  const sentence = place?.textContent.trim();
  if (sentence && place.getBoundingClientRect().bottom <= 0) tell(sentence);
}

/** Show the button as if the node had agreed; the answer is a function that takes it back. */
function pretend(form, button) {
  const before = [...form.querySelectorAll("button")].map((each) => [each, each.classList.contains("on")]);
  for (const [each, wasOn] of before) each.classList.toggle("on", each === button ? !wasOn : false);
  form.setAttribute("aria-busy", "true");
  return () => {
    for (const [each, wasOn] of before) each.classList.toggle("on", wasOn);
    form.removeAttribute("aria-busy");
  };
}
