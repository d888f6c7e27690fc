/** How far a job has come, and what can be done about it: cancel, retry, send anew. */

import { post, Problem } from "./api.js";
import { isOfJob, retryUnderCap, wayOut } from "./cost_cap.js";
import { fill, h, say, written } from "./dom.js";
import { percent, span, stageName, stateName } from "./format.js";
import { problemBlock } from "./problems.js";

/** A job that works or waits; `update(job)` keeps it true. */
export class ProgressPanel {
  #bar = h("progress", { max: 1, "aria-label": "Progress" });
  #share = h("strong", { class: "share" });
  #state = h("span", {});
  #left = h("span", { class: "fine" });
  #stages = h("ol", { class: "stages" });
  #why = h("div", {});

  constructor(job, store) {
    this.element = h(
      "section",
      { class: "card progress", "aria-label": "Progress" },
      h("div", { class: "progress-head" }, this.#share, h("div", {}, this.#state, this.#left)),
      this.#bar,
      this.#stages,
      this.#why,
      h("div", { class: "actions" }, actButton("Cancel", "quiet", job, "cancel", store)),
    );
    this.update(job);
  }

  update(job) {
    say(this.#share, percent(job.progress));
    this.#bar.value = job.progress;
    say(this.#state, job.stage && job.status === "running" ? stageName(job.stage) : stateName(job));
    say(this.#left, leftOf(job));
    if (this.#stages.children.length !== job.stages.length) {
      fill(this.#stages, job.stages.map(() => h("li", {}, h("span", {}), h("small", {}))));
    }
    job.stages.forEach((stage, index) => {
      const line = this.#stages.children[index];
      line.className = stage.status;
      say(line.firstChild, stageName(stage.name));
      const counted = stage.units > 1 ? `${stage.units_done} of ${stage.units}` : "";
      say(line.lastChild, counted || (stage.status === "done" ? "done" : ""));
    });
    const waits = job.status === "waiting" && job.error;
    if (waits ? this.#why.textContent === "" : this.#why.hasChildNodes()) {
      fill(this.#why, waits && errorBlock(job.error));
    }
  }
}

function leftOf(job) {
  if (job.status === "queued" && job.queue_position) {
    return job.queue_position === 1 ? "next in line" : `number ${job.queue_position} in line`;
  }
  // extrapolated with the time that it waits: of a job that does, it tells nothing
  return job.eta_seconds === null || job.status === "waiting" ? "" : `about ${span(job.eta_seconds)} left`;
}

function errorBlock(error) {
  const hint = wayOut(error);
  return h(
    "div",
    { class: "problem" },
    h("p", { class: "problem-what" }, error.message),
    hint && h("p", {}, written(hint)),
  );
}

/** A job that has failed or was cancelled; `onAnew` takes its request up again. */
export function endedPanel(job, store, onAnew) {
  const error = job.error ?? { message: "It was cancelled. What was finished is kept." };
  const anew = h("button", { type: "button", class: "quiet", on: { click: onAnew } }, "Change and send anew");
  return h(
    "section",
    { class: "card", "aria-label": "What happened" },
    errorBlock(error),
    isOfJob(error)
      ? retryUnderCap(job, store, anew)
      : h("div", { class: "actions" }, actButton("Try again", "main", job, "retry", store), anew),
  );
}

/** A button that posts an action on a job, and shows under itself what is wrong with it. */
function actButton(text, look, job, action, store) {
  const act = async (event) => {
    const button = event.currentTarget;
    button.disabled = true;
    try {
      store.put(await post(`/api/jobs/${job.id}/${action}`));
    } catch (error) {
      if (!(error instanceof Problem)) {
        throw error;
      }
      button.parentElement.querySelector(".problem")?.remove();
      button.after(problemBlock(error));
    } finally {
      button.disabled = false;
    }
  };
  return h("button", { type: "button", class: look, on: { click: act } }, text);
}
