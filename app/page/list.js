/** Everything that was asked for, newest first, as it goes on. */

import { fill, h, say } from "./dom.js";
import { ago, clock, isFinal, nameOf, percent, stateName } from "./format.js";
import { showPicture } from "./media.js";

const AGES_MS = 30_000;

export class List {
  #store;
  #place = document.getElementById("list");
  #rows = new Map();
  #signal;
  #open = null;

  constructor(store, signal) {
    this.#store = store;
    this.#signal = signal;
    store.addEventListener("change", () => this.#update(), { signal });
    const ages = setInterval(() => this.#update(), AGES_MS);
    signal.addEventListener("abort", () => clearInterval(ages));
    fill(this.#place);
  }

  /** Mark the production that is on the stage; null for none. */
  open(jobId) {
    this.#open = jobId;
    this.#update();
  }

  #update() {
    const productions = this.#store.productions();
    const shown = productions.map((job) => {
      if (!this.#rows.has(job.video_id)) {
        this.#rows.set(job.video_id, new Row());
      }
      const row = this.#rows.get(job.video_id);
      const isOpen = this.#store.job(this.#open)?.video_id === job.video_id;
      row.update(job, this.#store.video(job.video_id), isOpen, this.#signal);
      return row.element;
    });
    const place = this.#place;
    // moved only where the order changed: what has the focus keeps it
    shown.forEach((element, index) => {
      if (place.children[index] !== element) {
        place.insertBefore(element, place.children[index] ?? null);
      }
    });
    while (place.children.length > shown.length) {
      place.lastElementChild.remove();
    }
    document.getElementById("list-empty").hidden = shown.length > 0;
    document.getElementById("more").hidden = !this.#store.hasMore;
  }
}

class Row {
  #picture = h("img", { alt: "", width: 80, height: 45 });
  #title = h("span", { class: "row-title" });
  #state = h("span", { class: "fine" });
  #bar = h("progress", { max: 1, "aria-label": "Progress" });
  #link = h(
    "a",
    {},
    h("span", { class: "thumb" }, this.#picture),
    h("span", { class: "row-text" }, this.#title, this.#state, this.#bar),
  );
  #pictured = "";
  element = h("li", {}, this.#link);

  update(job, video, isOpen, signal) {
    const works = !isFinal(job);
    this.#link.href = `#/jobs/${job.id}`;
    isOpen
      ? this.#link.setAttribute("aria-current", "page")
      : this.#link.removeAttribute("aria-current");
    say(this.#title, video?.title ?? nameOf(job));
    const facts = [
      works && job.status === "running" ? percent(job.progress) : stateName(job),
      job.status === "succeeded" && job.result && clock(job.result.duration),
      video?.draft && "draft",
      ago(job.created_at),
    ];
    say(this.#state, facts.filter(Boolean).join(" · "));
    this.element.className = works ? `works ${job.waiting_for ?? ""}` : job.status;
    this.#bar.hidden = !works;
    this.#bar.value = job.progress;
    if (video && this.#pictured !== `${video.id} ${video.revision}`) {
      this.#pictured = `${video.id} ${video.revision}`;
      showPicture(this.#picture, video.urls.thumbnail, { signal });
    }
  }
}
