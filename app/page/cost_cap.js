/** Trying a job again that would have cost more than it may. */

import { post, Problem } from "./api.js";
import { numberIn } from "./brief.js";
import { freshId, h } from "./dom.js";
import { clearProblems, forgetAsMended, showProblem } from "./problems.js";

const CODE = "cost_cap_reached";
const RAISED =
  "Let it cost more and try again: it goes on where it stopped, and what was paid isn’t paid again.";
const OF_THE_MONTH =
  "Have the server’s cap of the month (MONTHLY_COST_CAP) raised, or wait for the next month, and " +
  "try again: what was paid isn’t paid again.";

/** What to do about an error, in this page's words where the API's speak of requests. */
export function wayOut(error) {
  if (error.code !== CODE) {
    return error.hint;
  }
  return isOfJob(error) ? RAISED : OF_THE_MONTH;
}

/** Whether a job failed at a cap of its own, so that a higher one lets it go on. */
export function isOfJob(error) {
  return error.code === CODE && error.hint.includes("`max_cost`"); // that of the month has no say
}

/** A form that tries a job again under another cap; `more` stands beside its button. */
export function retryUnderCap(job, store, more) {
  const id = freshId("max-cost");
  const cap = h("input", { id, inputmode: "decimal", autocomplete: "off", "aria-describedby": `${id}-note` });
  const again = h("button", { type: "submit", class: "main" }, "Try again");
  const form = h(
    "form",
    { class: "retry", novalidate: true },
    h("div", { class: "problems" }),
    h(
      "div",
      { class: "field", "data-pointer": "/max_cost" },
      h("label", { for: id }, "At most, in US dollars"),
      cap,
      h("p", { class: "note", id: `${id}-note` }, noteOn(job.request.max_cost)),
    ),
    h("div", { class: "actions" }, again, more),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (again.disabled) {
      return; // by Enter, while the first one is under way
    }
    again.disabled = true;
    clearProblems(form);
    const body = cap.value.trim() === "" ? undefined : { max_cost: numberIn(cap.value) };
    try {
      store.put(await post(`/api/jobs/${job.id}/retry`, body));
    } catch (error) {
      if (!(error instanceof Problem)) {
        throw error;
      }
      showProblem(form, error);
    } finally {
      again.disabled = false;
    }
  });
  forgetAsMended(form);
  return form;
}

function noteOn(before) {
  const as = typeof before === "number" ? `$${before} as before` : "as before";
  return `In all, with what it has cost already. Empty: ${as}.`;
}
