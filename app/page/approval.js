/** A job that waits for approval: what there is to look at, corrections, yes or no. */

import { get, post, Problem } from "./api.js";
import { textOf } from "./check.js";
import { announce, confirmed, fill, freshId, h } from "./dom.js";
import { keepDraft, readDraft } from "./drafts.js";
import { blobAddress } from "./media.js";
import { clearProblems, forgetAsMended, problemBlock, showProblem } from "./problems.js";

const ASKS = {
  script: "Read the script. What you change here is what will be said.",
  narration: "Listen to the narration. What you change here is spoken again.",
  package: "Watch the video below. Its scenes can be corrected in a revision, once it’s approved.",
};

export class ApprovalPanel {
  #job;
  #store;
  #signal;
  #form = h("form", { novalidate: true });
  #before = null;

  constructor(job, store, signal) {
    this.#job = job;
    this.#store = store;
    this.#signal = signal;
    this.element = h(
      "section",
      { class: "card approval", "aria-labelledby": "approval-title" },
      h("h2", { id: "approval-title" }, "Your approval"),
      h("p", {}, ASKS[job.approval.after]),
      this.#form,
    );
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#approve();
    });
    this.#form.addEventListener("input", () => keepDraft(this.#draft, this.#values()));
    forgetAsMended(this.#form);
    this.#load();
  }

  get #draft() {
    return `approval.${this.#job.id}.${this.#job.approval.after}`;
  }

  async #load() {
    const { id, video_id: videoId, approval } = this.#job;
    const isMade = approval.after === "package"; // its words can't be corrected here any more
    const path = isMade ? `/api/videos/${videoId}/metadata` : `/api/jobs/${id}/script`;
    try {
      const about = await get(path, { signal: this.#signal });
      this.#before = {
        title: about.title,
        description: about.description ?? "",
        tags: about.tags.join(", "),
        scenes: isMade ? [] : about.scenes.map(textOf),
      };
      this.#show({ ...this.#before, ...readDraft(this.#draft, {}) });
    } catch (error) {
      if (error instanceof Problem) {
        fill(this.#form, problemBlock(error));
      } else if (error.name !== "AbortError") {
        throw error;
      }
    }
  }

  #show(values) {
    const field = (name, label, control, note) =>
      h(
        "div",
        { class: "field", "data-pointer": `/${name}` },
        h("label", { for: control.id }, label),
        control,
        note && h("p", { class: "note" }, note),
      );
    const named = (name, tag, more) =>
      h(tag, { id: freshId(name), name, value: values[name], ...more });
    fill(
      this.#form,
      h("div", { class: "problems" }),
      field("title", "Title", named("title", "input", { maxlength: 100 })),
      this.#before.scenes.length > 0 &&
        h(
          "ol",
          { class: "scene-rows" },
          this.#before.scenes.map((text, n) => this.#scene(values.scenes[n] ?? text, n)),
        ),
      h(
        "details",
        { class: "options-box" },
        h("summary", {}, "Description and tags"),
        field(
          "description",
          "Description",
          named("description", "textarea", { rows: 5 }),
          this.#before.description ? null : "Empty: written from the script.",
        ),
        field("tags", "Tags", named("tags", "input", {}), "Separated by commas."),
      ),
      h(
        "div",
        { class: "actions" },
        h("button", { type: "submit", class: "main" }, "Approve"),
        h("button", { type: "button", class: "quiet", on: { click: () => this.#reject() } }, "Reject"),
      ),
    );
  }

  #scene(text, number) {
    const id = freshId("scene-text");
    const words = h("textarea", { id, name: "scene", rows: 3, value: text });
    return h(
      "li",
      {},
      h(
        "div",
        { class: "field", "data-pointer": `/scenes/${number}` },
        h("label", { for: id }, `Scene ${number + 1}`),
        words,
      ),
      this.#job.approval.after === "script" ? null : this.#voice(number),
    );
  }

  /** A player for what is spoken in a scene; fetched when it's asked for. */
  #voice(number) {
    const listen = async (event) => {
      const button = event.currentTarget;
      try {
        const path = `/api/jobs/${this.#job.id}/scenes/${number}/narration`;
        const address = await blobAddress(path, { signal: this.#signal });
        const label = `Narration of scene ${number + 1}`;
        const player = h("audio", { controls: true, src: address, "aria-label": label });
        button.replaceWith(player);
        player.focus();
        await player.play();
      } catch (error) {
        if (!(error instanceof Problem)) {
          throw error;
        }
        button.after(problemBlock(error));
      }
    };
    const label = `Listen to scene ${number + 1}`;
    return h("button", { type: "button", class: "quiet", on: { click: listen } }, label);
  }

  #values() {
    const form = this.#form;
    return {
      title: form.title.value,
      description: form.description.value,
      tags: form.tags.value,
      scenes: [...form.querySelectorAll('[name="scene"]')].map((field) => field.value),
    };
  }

  /** What was changed, and nothing else. */
  #edits() {
    const before = this.#before;
    const now = this.#values();
    const edits = {};
    if (now.title !== before.title) edits.title = now.title;
    if (now.description !== before.description) edits.description = now.description;
    if (now.tags !== before.tags) {
      edits.tags = now.tags.split(",").map((tag) => tag.trim()).filter(Boolean);
    }
    const scenes = now.scenes
      .map((text, number) => [number, { text }])
      .filter(([number, { text }]) => text !== before.scenes[number]);
    if (scenes.length > 0) edits.scenes = Object.fromEntries(scenes);
    return edits;
  }

  #approve() {
    return this.#decide("approve", this.#edits(), "Approved. It goes on.");
  }

  async #reject() {
    const { yes, reason } = await confirmed({
      title: "Reject it?",
      text: "The job ends here. What was made so far isn’t published.",
      action: "Reject",
      reason: "Why? (if you like)",
    });
    if (yes) {
      await this.#decide("reject", reason ? { reason } : {}, "Rejected.");
    }
  }

  async #decide(decision, body, told) {
    const buttons = [...this.#form.querySelectorAll(".actions button")];
    buttons.forEach((button) => (button.disabled = true));
    clearProblems(this.#form);
    try {
      const job = await post(`/api/jobs/${this.#job.id}/${decision}`, body);
      keepDraft(this.#draft, null);
      announce(told);
      this.#store.put(job);
    } catch (error) {
      if (!(error instanceof Problem)) {
        throw error;
      }
      showProblem(this.#form, error);
    } finally {
      buttons.forEach((button) => (button.disabled = false));
    }
  }
}
