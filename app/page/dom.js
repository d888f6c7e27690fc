/**
 * Elements, made without markup: text only ever becomes text, so that a title or a script from
 * anywhere is shown as it was written. The page's policy forbids the other way (Trusted Types).
 */

/**
 * Make an element. `on` takes listeners by event; null, undefined and false leave an attribute
 * out, true sets it empty. Children are nodes, strings, or nothing.
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) {
        element.addEventListener(event, listener);
      }
    } else if (name === "value") {
      element.value = value ?? "";
    } else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  element.append(...present(children));
  return element;
}

/** Children that are there; lists among them are taken apart. */
function present(children) {
  return children.flat().filter((child) => child !== null && child !== undefined && child !== false);
}

/** Put children in place of whatever an element holds. */
export function fill(element, ...children) {
  element.replaceChildren(...present(children));
}

/** Change an element's text, and nothing if it's the same: readers aloud stay quiet. */
export function say(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

/**
 * A link to another site, or plain text where the address is none of the web's: what a source
 * calls its address comes from elsewhere, and `javascript:` is an address too.
 */
export function outward(address, text) {
  if (!/^https?:\/\//i.test(address ?? "")) {
    return h("span", {}, text);
  }
  return h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, text);
}

/** The API's words, where names stand between backticks. */
export function written(text) {
  return text.split("`").map((part, index) => (index % 2 === 1 ? h("code", {}, part) : part));
}

let made = 0;

/** An id that no other element has. */
export function freshId(stem) {
  made += 1;
  return `${stem}-${made}`;
}

/** Tell whoever can't see the page what has happened. */
export function announce(text) {
  document.getElementById("announcements").textContent = text;
}

/** Ask before something that can't be undone; answers whether to do it, and the reason given. */
export function confirmed({ title, text, action, reason = null }) {
  const field = h("textarea", { id: "confirm-reason", rows: 3, maxlength: 500 });
  const dialog = h(
    "dialog",
    { class: "confirm", "aria-labelledby": "confirm-title" },
    h(
      "form",
      { method: "dialog" },
      h("h2", { id: "confirm-title" }, title),
      h("p", {}, text),
      reason && h("div", { class: "field" }, h("label", { for: "confirm-reason" }, reason), field),
      h(
        "div",
        { class: "actions" },
        h("button", { class: "quiet", value: "no", autofocus: reason === null }, "Keep it"),
        h("button", { class: "danger", value: "yes" }, action),
      ),
    ),
  );
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve({ yes: dialog.returnValue === "yes", reason: field.value.trim() });
    });
  });
}
