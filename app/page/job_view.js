/** One production on the stage: its job as it goes on, and its video once there is one. */

import { Problem } from "./api.js";
import { ApprovalPanel } from "./approval.js";
import { announce, fill, h, say } from "./dom.js";
import { ago, isFinal, nameOf, stateName } from "./format.js";
import { problemBlock } from "./problems.js";
import { endedPanel, ProgressPanel } from "./progress.js";
import { warningList } from "./rights.js";
import { topicLine } from "./topic_match.js";
import { showVideo } from "./video_view.js";

export class JobView {
  #id;
  #store;
  #hooks;
  #title = h("h1", {});
  #meta = h("p", { class: "facts" });
  #topic = h("div", {});
  #warnings = h("div", {});
  #stateSlot = h("div", {});
  #videoSlot = h("div", { class: "video-slot" });
  #closing = new AbortController();
  #showing = null; // ends what the video slot shows
  #panel = null;
  #shownState = "";
  #shownVideo = "";

  /** `hooks`: onJob(job) opens another job, onAnew(request) takes one up, onDeleted(). */
  constructor(id, store, place, hooks) {
    this.#id = id;
    this.#store = store;
    this.#hooks = hooks;
    fill(
      place,
      h("a", { href: "#/videos", class: "back" }, "All videos"),
      h("header", { class: "work-head" }, this.#title, this.#meta, this.#topic),
      this.#stateSlot,
      this.#warnings,
      this.#videoSlot,
    );
    store.addEventListener("change", this.#onChange);
    this.#open();
  }

  close() {
    this.#store.removeEventListener("change", this.#onChange);
    this.#closing.abort();
    this.#showing?.abort();
  }

  #onChange = (event) => {
    if (event.detail === this.#id || event.detail === null) {
      this.#update();
    }
  };

  async #open() {
    try {
      if (!this.#store.job(this.#id)) {
        await this.#store.loadJob(this.#id);
      }
    } catch (error) {
      if (error instanceof Problem) {
        fill(this.#stateSlot, problemBlock(error));
        return;
      }
      if (error.name === "AbortError") {
        return;
      }
      throw error;
    }
    this.#update();
  }

  #update() {
    const job = this.#store.job(this.#id);
    if (!job || this.#closing.signal.aborted) {
      return;
    }
    const name = this.#store.video(job.video_id)?.title ?? nameOf(job);
    say(this.#title, name);
    document.title = isFinal(job) ? `${name} – faceless` : `${Math.round(job.progress * 100)} % ${name}`;
    say(this.#meta, [stateName(job), job.request.aspect_ratio, ago(job.created_at)].join(" · "));
    if (job.topic_match && !this.#topic.hasChildNodes()) {
      const anew = (topic) => this.#hooks.onAnew({ ...job.request, topic });
      fill(this.#topic, topicLine(job.topic_match, anew));
    }
    this.#showState(job);
    if (!isFinal(job) && !this.#warnings.hasChildNodes()) {
      fill(this.#warnings, warningList(job.warnings));
    }
    this.#showVideo(job);
  }

  #showState(job) {
    const after = job.approval?.after ?? "";
    const state = isFinal(job) ? job.status : `${job.waiting_for === "approval"} ${after}`;
    if (state === this.#shownState) {
      this.#panel?.update?.(job);
      return;
    }
    if (job.status === "succeeded" && this.#shownState) {
      announce("The video is ready.");
    }
    this.#shownState = state;
    this.#panel = null;
    if (job.status === "succeeded") {
      fill(this.#stateSlot);
      fill(this.#warnings); // the video tells them
    } else if (isFinal(job)) {
      fill(this.#stateSlot, endedPanel(job, this.#store, () => this.#hooks.onAnew(job.request)));
    } else {
      this.#panel =
        job.waiting_for === "approval" && job.status === "waiting"
          ? new ApprovalPanel(job, this.#store, this.#closing.signal)
          : new ProgressPanel(job, this.#store);
      fill(this.#stateSlot, this.#panel.element);
    }
  }

  /** The video of this job; while a revision is made, that of the one before. */
  async #showVideo(job) {
    const waits = job.approval?.after === "package" && job.waiting_for === "approval";
    const wanted = `${isFinal(job) ? job.status : waits} ${job.revision}`;
    const mayBe = job.status === "succeeded" || waits || job.revision > 1;
    if (wanted === this.#shownVideo) {
      return;
    }
    this.#shownVideo = wanted;
    this.#showing?.abort();
    this.#showing = new AbortController();
    const { signal } = this.#showing;
    try {
      const video = mayBe ? await this.#store.loadVideo(job.video_id) : null;
      if (signal.aborted) {
        return;
      }
      if (video === null) {
        fill(this.#videoSlot); // such as one that was rejected
        return;
      }
      await showVideo(this.#videoSlot, video, job.warnings, signal, {
        onRevision: this.#hooks.onJob,
        onDeleted: () => {
          this.#store.dropVideo(video.id);
          this.#hooks.onDeleted();
        },
      });
    } catch (error) {
      if (error instanceof Problem) {
        fill(this.#videoSlot, problemBlock(error));
      } else if (error.name !== "AbortError") {
        throw error;
      }
    }
  }
}
