// A preview while somebody writes: forms with data-preview have a button of that name and value ("do=preview"), which
// shows their part "preview" above them. This presses it for the writer after a pause, without leaving the page. What
// was chosen as a file stays in the browser until the form is sent.

import { find, load } from "./parts.js";

const PAUSE = 700; // milliseconds

export function start() {
  for (const form of document.querySelectorAll("form[data-preview]")) watch(form);
}

function watch(form) {
  let timer = 0;
  let asking = null;
  form.addEventListener("input", (event) => {
    if (!event.target.matches("textarea")) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      asking?.abort();
      asking = new AbortController();
      show(form, asking.signal);
    }, PAUSE);
  });
}

async function show(form, signal) {
  const [name, value] = form.dataset.preview.split("=");
  const typed = new FormData(form);
  for (const field of form.querySelectorAll("input[type=file]")) typed.delete(field.name);
  typed.set(name, value);
  const body = form.enctype === "multipart/form-data" ? typed : new URLSearchParams(typed);
  try {
    const { page } = await load(form.action, { method: "post", body, signal });
    const fresh = find(page, "preview");
    if (!fresh) return;
    const arrived = document.importNode(fresh, true);
    const old = find(document, "preview");
    if (old) old.replaceWith(arrived);
    else form.before(arrived);
  } catch {
    // Typing goes on; the next pause asks again.
  }
}
