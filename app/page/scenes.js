/** The storyboard as a strip of pictures, and mending a scene: noted first, then made. */

import { OnceOnly, post, Problem, send } from "./api.js";
import { textOf } from "./check.js";
import { announce, fill, freshId, h } from "./dom.js";
import { keepDraft, readDraft } from "./drafts.js";
import { clock, count } from "./format.js";
import { kindOptions } from "./kinds.js";
import { showPicture } from "./media.js";
import { clearProblems, forgetAsMended, problemBlock, showProblem } from "./problems.js";

export class Scenes {
  #video;
  #script;
  #board;
  #hooks;
  #chosen = 0;
  #noted;
  #strip;
  #panel = h("div", { class: "scene-panel" });
  #bar = h("div", { class: "revision-bar", hidden: true });
  #once = new OnceOnly();

  /**
   * `seek(seconds)` shows a moment of the video, `onRevision(job)` gets the job that makes the
   * next revision; pictures are kept in `cache` and asked for until `signal` aborts.
   */
  constructor({ video, script, board, signal, cache, seek, onRevision }) {
    this.#video = video;
    this.#script = script;
    this.#board = board;
    this.#hooks = { seek, onRevision };
    this.#noted = readDraft(this.#notes, {});
    this.#strip = h(
      "ol",
      { class: "strip", "aria-label": "Storyboard" },
      board.scenes.map((scene, number) => this.#frame(scene, number, signal, cache)),
    );
    this.element = h(
      "section",
      { "aria-labelledby": "scenes-title" },
      h("h2", { id: "scenes-title" }, "Storyboard"),
      this.#strip,
      this.#panel,
      this.#bar,
    );
    this.#choose(0);
    this.#tellNoted();
  }

  get #notes() {
    return `noted.${this.#video.id}.${this.#video.revision}`;
  }

  #draft(number) {
    return `scene.${this.#video.id}.${this.#video.revision}.${number}`;
  }

  #frame(scene, number, signal, cache) {
    const picture = h("img", { alt: "" });
    picture.style.setProperty("--ratio", `${this.#video.width} / ${this.#video.height}`);
    const { id, revision } = this.#video;
    // the revision isn't sent (it's behind a #): it keeps pictures of two revisions apart
    showPicture(picture, `/api/videos/${id}/scenes/${number}/preview.jpg#${revision}`, {
      signal,
      cache,
    });
    const choose = () => {
      this.#choose(number);
      this.#strip.children[number].scrollIntoView({ block: "nearest", inline: "nearest" });
      this.#hooks.seek(this.#startOf(number));
    };
    const label = `Scene ${number + 1}: ${textOf(this.#script.scenes[number])}`;
    return h(
      "li",
      {},
      h(
        "button",
        { type: "button", "aria-label": label, on: { click: choose } },
        picture,
        h("span", { class: "when" }, clock(this.#startOf(number))),
      ),
    );
  }

  /** When a scene begins, in seconds. */
  #startOf(number) {
    const frames = this.#board.scenes.slice(0, number).reduce((sum, one) => sum + one.frames, 0);
    return frames / this.#board.fps;
  }

  #choose(number) {
    this.#chosen = number;
    [...this.#strip.children].forEach((item, index) => {
      item.firstChild.setAttribute("aria-pressed", String(index === number));
    });
    const board = this.#board.scenes[number];
    const kinds = [...new Set(board.shots.map((shot) => shot.content?.kind ?? shot.backdrop.type))];
    const why = [...new Set(board.shots.map((shot) => shot.chosen_because))].filter(Boolean);
    fill(
      this.#panel,
      h("h3", {}, `Scene ${number + 1}`),
      h(
        "p",
        { class: "fine" },
        `${(board.frames / this.#board.fps).toFixed(1)} s · ${kinds.join(", ")}`,
        why.length > 0 && ` – ${why.join("; ")}`,
      ),
      this.#editor(number),
    );
  }

  // -- mending one scene -------------------------------------------------------------------

  #editor(number) {
    const scene = this.#script.scenes[number];
    const before = {
      text: textOf(scene),
      heading: scene.heading ?? "",
      kind: scene.kind ?? "",
    };
    const current = { ...before, ...this.#noted[number], ...readDraft(this.#draft(number), {}) };
    const ids = { text: freshId("text"), heading: freshId("heading"), kind: freshId("kind") };
    const text = h("textarea", { id: ids.text, rows: 3, value: current.text });
    const heading = h("input", {
      id: ids.heading,
      maxlength: 80,
      placeholder: this.#board.scenes[number].heading ?? "Automatic",
      value: current.heading,
    });
    const kind = h("select", { id: ids.kind }, kindOptions(current.kind));
    const field = (name, label, control) =>
      h(
        "div",
        { class: "field", "data-pointer": `/${name} /scenes/${number}/${name}` },
        h("label", { for: ids[name] }, label),
        control,
      );
    const keep = h("button", { type: "submit", class: "quiet" }, "Note the correction");
    const form = h(
      "form",
      { class: "scene-form", novalidate: true },
      h("div", { class: "problems" }),
      field("text", "Words", text),
      h("div", { class: "pair" }, field("heading", "Heading", heading), field("kind", "Picture", kind)),
      h("div", { class: "actions" }, keep),
    );
    const values = () => ({ text: text.value, heading: heading.value, kind: kind.value });
    const known = { ...before, ...this.#noted[number] };
    const changed = () => {
      const now = Object.entries(values());
      // an empty heading or kind can't be sent: it means "as it is"
      return Object.fromEntries(
        now.filter(([name, value]) => value !== known[name] && (value || name === "text")),
      );
    };
    const ready = () => (keep.disabled = Object.keys(changed()).length === 0);
    form.addEventListener("input", () => {
      keepDraft(this.#draft(number), values());
      ready();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#note(form, number, changed());
    });
    forgetAsMended(form);
    ready();
    return form;
  }

  async #note(form, number, edit) {
    clearProblems(form);
    try {
      const path = `/api/videos/${this.#video.id}/scenes/${number}`;
      const answer = await (await send("PATCH", path, { body: edit })).json();
      this.#noted = Object.fromEntries(
        Object.entries(answer.scenes).map(([scene, noted]) => [scene, given(noted)]),
      );
      keepDraft(this.#draft(number), null);
      keepDraft(this.#notes, this.#noted);
      this.#tellNoted();
      if (this.#chosen === number) {
        this.#choose(number);
      }
      announce(`The correction of scene ${number + 1} is noted.`);
    } catch (error) {
      if (!(error instanceof Problem)) {
        throw error;
      }
      showProblem(form, error);
    }
  }

  // -- making the revision -----------------------------------------------------------------

  #tellNoted() {
    const numbers = Object.keys(this.#noted).map(Number);
    [...this.#strip.children].forEach((item, index) => {
      item.classList.toggle("noted", numbers.includes(index));
    });
    this.#bar.hidden = numbers.length === 0;
    const make = h("button", { type: "button", class: "main" }, "Make the revision");
    make.addEventListener("click", () => this.#revise(make));
    const which = numbers.map((number) => number + 1).join(", ");
    fill(
      this.#bar,
      h(
        "p",
        {},
        h("strong", {}, `${count(numbers.length, "correction")} noted`),
        h("span", { class: "fine" }, `Scene ${which}. Only what changed is spoken and rendered again.`),
      ),
      make,
    );
  }

  async #revise(button) {
    button.disabled = true;
    try {
      const path = `/api/videos/${this.#video.id}/revisions`;
      const job = await post(path, {}, { headers: this.#once.headers({}) });
      this.#once.settled();
      keepDraft(this.#notes, null);
      announce("The revision is being made.");
      this.#hooks.onRevision(job);
    } catch (error) {
      if (!(error instanceof Problem)) {
        throw error;
      }
      this.#bar.querySelector(".problem")?.remove();
      this.#bar.append(problemBlock(error));
    } finally {
      button.disabled = false;
    }
  }
}

/** Of a noted correction what was given: the rest stays as it is. */
function given(edit) {
  return Object.fromEntries(Object.entries(edit).filter(([, value]) => value !== null));
}
