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

/** Put a part of another page into this one; false where either lacks it. Whoever was on a button stays on it. */
export function swap(page, name) {
  const [old, fresh] = [all(document, name), all(page, name)];
  if (!old.length || old.length !== fresh.length) return false;
  old.forEach((part, number) => {
    const place = controls(part).indexOf(document.activeElement);
    const arrived = document.importNode(fresh[number], true);
    part.replaceWith(arrived);
    if (place >= 0) (controls(arrived)[place] ?? arrived.querySelector("button, a"))?.focus();
  });
  return true;
}

function all(page, name) {
  return [...page.querySelectorAll(`[data-part="${CSS.escape(name)}"]`)];
}

function controls(part) {
  return [...part.querySelectorAll("a[href], button, input, select, textarea")];
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
