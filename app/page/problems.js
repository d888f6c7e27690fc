/** The API's problems in its own words: at the field that each names, else above the form. */

import { announce, fill, freshId, h, written } from "./dom.js";

/** A problem as a block of its own, with what to do about it. */
export function problemBlock(problem, ...more) {
  return h(
    "div",
    { class: "problem", role: "alert" },
    h("p", { class: "problem-what" }, problem.message),
    problem.hint && h("p", {}, written(problem.hint)),
    problem.requestId && h("p", { class: "fine" }, `Request ${problem.requestId}`),
    more,
  );
}

/**
 * Show a problem in a form. Fields are elements with `data-pointer`, the JSON pointer they stand
 * for; one may stand for several (separated by spaces), and for everything below them. What no
 * field stands for comes above, in the form's `.problems`.
 */
export function showProblem(form, problem) {
  clearProblems(form);
  const homeless = [];
  const blank = new Set(problem.errors.filter(isBlank).map(({ pointer }) => pointer));
  for (const error of problem.errors) {
    if (blank.has(error.pointer) && !isBlank(error)) {
      continue; // that nothing is too short needn't be told
    }
    const field = fieldFor(form, error.pointer);
    if (field) {
      mark(field, error, error.code === "topic_not_found" ? problem.suggestions : []);
      field.closest("details")?.setAttribute("open", "");
    } else {
      homeless.push(error);
    }
  }
  const first = form.querySelector(".wrong");
  if (homeless.length > 0 || !first) {
    fill(form.querySelector(".problems"), summary(problem, homeless));
  }
  if (first) {
    controlOf(first)?.focus();
    announce(problem.message);
  } else {
    form.querySelector(".problems").scrollIntoView({ block: "nearest" });
  }
}

function isBlank({ code }) {
  return code === "blank";
}

/** Take away everything that `showProblem` has shown. */
export function clearProblems(form) {
  fill(form.querySelector(".problems"));
  form.querySelectorAll("[data-pointer]").forEach(unmark);
}

/** Take a field's error away as soon as somebody mends it. */
export function forgetAsMended(form) {
  form.addEventListener("input", (event) => {
    const field = event.target.closest("[data-pointer]");
    if (field) {
      unmark(field);
    }
  });
}

function summary(problem, homeless) {
  if (homeless.length === 0) {
    return problemBlock(problem);
  }
  const lines = homeless.map((error) =>
    h("li", {}, written(`${error.pointer} ${error.message} ${error.hint}`.trim())),
  );
  return h("div", { class: "problem", role: "alert" }, h("ul", {}, lines));
}

/** The visible field for a pointer: the one that stands for the longest part of it. */
function fieldFor(form, pointer) {
  let best = null;
  let longest = -1;
  for (const field of form.querySelectorAll("[data-pointer]")) {
    for (const stands of field.dataset.pointer.split(" ")) {
      const fits = pointer === stands || pointer.startsWith(`${stands}/`);
      if (fits && stands.length > longest && !field.closest("[hidden]")) {
        best = field;
        longest = stands.length;
      }
    }
  }
  return best;
}

function controlOf(field) {
  return field.querySelector("input, textarea, select, button");
}

function mark(field, error, suggestions) {
  const control = controlOf(field);
  let place = field.querySelector(":scope > .error");
  if (!place) {
    place = h("p", { class: "error", id: freshId("error") });
    const note = field.querySelector(":scope > .note");
    note ? note.before(place) : field.append(place);
  }
  field.classList.add("wrong");
  // a field may have several: each on a line of its own
  const wanted = isBlank(error) && field.dataset.blank; // what can't be left out here
  const told = wanted || `${sentence(error.message)} ${error.hint}`.trim();
  place.append(h("span", {}, written(told)));
  if (suggestions.length > 0 && !place.querySelector("button")) {
    place.append(
      h("span", { class: "suggestions" }, suggestions.map((text) => suggestion(text, control))),
    );
  }
  control?.setAttribute("aria-invalid", "true");
  control?.setAttribute("aria-errormessage", place.id);
  describe(control, place.id, true);
}

/** "must be at least 15" reads better with a capital and a full stop. */
function sentence(message) {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function suggestion(text, control) {
  const take = () => {
    control.value = text;
    control.dispatchEvent(new Event("input", { bubbles: true }));
    control.focus();
  };
  return h("button", { type: "button", class: "chip", on: { click: take } }, text);
}

function unmark(field) {
  const place = field.querySelector(":scope > .error");
  if (!place) {
    return;
  }
  const control = controlOf(field);
  field.classList.remove("wrong");
  control?.removeAttribute("aria-invalid");
  control?.removeAttribute("aria-errormessage");
  describe(control, place.id, false);
  place.remove();
}

function describe(control, id, present) {
  const ids = (control?.getAttribute("aria-describedby") ?? "").split(" ").filter(Boolean);
  const others = ids.filter((other) => other !== id);
  const all = present ? [id, ...others] : others;
  all.length > 0
    ? control?.setAttribute("aria-describedby", all.join(" "))
    : control?.removeAttribute("aria-describedby");
}
