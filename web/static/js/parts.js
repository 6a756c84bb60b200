// Parts of a page: an element with data-part="NAME" can be replaced by the part of that name in another answer of the
// node. The node draws, scripts only put in place; so what is shown with script is what is shown without.

const QUIET_AFTER = 6000; // milliseconds

/** The page behind an address, parsed and not shown: {ok, url, page}. Throws where nothing was answered. */
export async function load(address, options = {}) {
  const answer = await fetch(address, { credentials: "same-origin", headers: { Accept: "text/html" }, ...options });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return { ok: answer.ok, url: answer.url, page };
}

/** The part of this name in a document, or null. */
export function find(page, name) {
  return page.querySelector(`[data-part="${CSS.escape(name)}"]`);
}

/** Put a part of another page into this one; false where either lacks it. Whoever was in it stays where she was. */
export function swap(page, name) {
  const [old, fresh] = [all(document, name), all(page, name)];
  if (!old.length || old.length !== fresh.length) return false;
  old.forEach((part, number) => {
    const was = part.contains(document.activeElement) ? document.activeElement : null;
    const place = was ? controls(part).indexOf(was) : -1;
    const arrived = document.importNode(fresh[number], true);
    part.replaceWith(arrived);
    if (was) stay(arrived, was, place);
  });
  return true;
}

function all(page, name) {
  return [...page.querySelectorAll(`[data-part="${CSS.escape(name)}"]`)];
}

/** The keyboard goes to what does the same: it leads there, or says the same, or stands there; else to the part. */
function stay(part, was, place) {
  const found = controls(part);
  const same = found.filter((each) => leads(each) === leads(was));
  const twin = same.find((each) => each.name === was.name && each.value === was.value) ?? same[0];
  const next = twin ?? found.find((each) => each.textContent === was.textContent) ?? found[place] ?? part;
  if (next === part) part.tabIndex = -1;
  next.focus();
}

function leads(control) {
  return control.form?.action ?? control.href;
}

function controls(part) {
  const all = part.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary");
  return [...all].filter((each) => each.checkVisibility() && !each.disabled);
}

/** What a page of an error says, in the language of the reader; empty for other pages. */
export function complaint(page) {
  const places = ["main [role=alert]", "main h1 ~ p", "main p", "main h1"];
  return places.map((place) => page.querySelector(place)?.textContent.trim()).find(Boolean) ?? "";
}

/** Say a sentence to everybody, readers of screens included, and take it away after a while. */
export function tell(sentence) {
  let place = document.querySelector(".told");
  if (!place) {
    place = document.createElement("div");
    place.className = "told";
    place.setAttribute("role", "status");
    document.body.append(place);
  }
  const line = document.createElement("p");
  line.className = "notice info";
  line.textContent = sentence;
  place.replaceChildren(line);
  setTimeout(() => line.remove(), QUIET_AFTER);
}

/** A sentence of the page for scripts, with its values: data-say-NAME on the body. */
export function say(name, values = {}) {
  const sentence = document.body.dataset[`say${name}`] ?? "";
  return Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), sentence);
}
