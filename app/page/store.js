/**
 * What the page knows of jobs and videos. Everything that learns something of one puts it here;
 * whoever shows one listens for "change".
 */

import { get, Problem } from "./api.js";
import { isFinal } from "./format.js";
import { follow, wait } from "./sse.js";

const PAGE = 50;
const REFRESH_MS = 300;
const TOO_MANY = 429;
const REFUSED_MS = 15_000;
/* a stream that was refused, since too many are open, is asked for again after that */

export class Store extends EventTarget {
  #jobs = new Map();
  #videos = new Map();
  #stale = new Map();
  #next = null;
  #signal;

  constructor(signal) {
    super();
    this.#signal = signal;
  }

  /** Learn of the latest jobs and videos. Throws the Problem of jobs that can't be read. */
  async load() {
    // jobs first: where a key is needed, one refusal is enough
    const page = await get(`/api/jobs?limit=${PAGE}`, { signal: this.#signal });
    this.#next ??= page.next;
    await this.#loadVideos(`/api/videos?limit=${PAGE}`);
    page.items.forEach((job) => this.put(job, { quietly: true }));
    this.#changed(null);
  }

  async #loadVideos(path) {
    try {
      const page = await get(path, { signal: this.#signal });
      page.items.forEach((video) => this.#videos.set(video.id, video));
    } catch (error) {
      if (!(error instanceof Problem)) {
        throw error;
      }
      // a key that reads no videos still follows jobs; they are named by what was asked for
    }
  }

  get hasMore() {
    return this.#next !== null;
  }

  /** Learn of earlier jobs. */
  async more() {
    const page = await get(`/api/jobs?limit=${PAGE}&cursor=${encodeURIComponent(this.#next)}`, {
      signal: this.#signal,
    });
    this.#next = page.next;
    page.items.forEach((job) => this.put(job, { quietly: true }));
    this.#changed(null);
  }

  job(id) {
    return this.#jobs.get(id);
  }

  video(id) {
    return this.#videos.get(id);
  }

  /** The latest job of each video, newest first; those of deleted videos are left out. */
  productions() {
    const latest = new Map();
    for (const job of this.#jobs.values()) {
      const other = latest.get(job.video_id);
      if (!other || other.revision < job.revision) {
        latest.set(job.video_id, job);
      }
    }
    return [...latest.values()]
      .filter((job) => job.status !== "succeeded" || job.result !== null)
      .sort((a, b) => (a.created_at < b.created_at ? 1 : -1));
  }

  /** Note a job as the server has it. */
  put(job, { quietly = false } = {}) {
    const before = this.#jobs.get(job.id);
    const finished = before && !isFinal(before) && job.status === "succeeded";
    this.#jobs.set(job.id, job);
    if (finished) {
      this.loadVideo(job.video_id);
    }
    if (!quietly) {
      this.#changed(job.id);
    }
  }

  /** Ask for one job. */
  async loadJob(id) {
    const job = await get(`/api/jobs/${id}`, { signal: this.#signal });
    this.put(job);
    return job;
  }

  /** Ask for one video; null if there is none. */
  async loadVideo(id) {
    try {
      const video = await get(`/api/videos/${id}`, { signal: this.#signal });
      this.#videos.set(id, video);
      this.#changed(null);
      return video;
    } catch (error) {
      if (error instanceof Problem && error.status === 404) {
        return null;
      }
      throw error;
    }
  }

  /** Forget a video that was deleted. */
  dropVideo(id) {
    this.#videos.delete(id);
    for (const [jobId, job] of this.#jobs) {
      if (job.video_id === id) {
        this.#jobs.delete(jobId);
      }
    }
    this.#changed(null);
  }

  #apply(type, { job_id: id, progress }) {
    const known = this.#jobs.get(id);
    if (known && type === "progress") {
      this.put({ ...known, progress: Math.max(known.progress, progress) });
    }
    this.#refreshSoon(id); // for what events don't carry: stages, time left, errors
  }

  #refreshSoon(id) {
    if (this.#stale.has(id)) {
      return;
    }
    const timer = setTimeout(async () => {
      this.#stale.delete(id);
      try {
        await this.loadJob(id);
      } catch (error) {
        if (!(error instanceof Problem) && error.name !== "AbortError") {
          throw error;
        }
        // the next event, or the stream's next beginning, brings it up to date
      }
    }, REFRESH_MS);
    this.#stale.set(id, timer);
    this.#signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  }

  /** Keep up with all jobs, by the account's stream. */
  async keepUp() {
    while (!this.#signal.aborted) {
      try {
        await follow("/api/events", {
          signal: this.#signal,
          onEvent: (type, data) => {
            if (type === "hello" || type === "reset") {
              this.#lookAgain(); // for what happened before it began, or isn't told any more
            } else {
              this.#apply(type, data);
            }
          },
        });
      } catch (error) {
        if (!(error instanceof Problem)) {
          throw error;
        }
        if (error.status !== TOO_MANY) {
          return; // a key that may not follow: another one starts everything anew
        }
      }
      await wait(REFUSED_MS, this.#signal);
      await this.#lookAgain();
    }
  }

  async #lookAgain() {
    const open = [...this.#jobs.values()].filter((job) => !isFinal(job));
    try {
      await this.load();
      open.forEach((job) => this.#refreshSoon(job.id)); // some may be on a later page
    } catch (error) {
      if (!(error instanceof Problem) && error.name !== "AbortError") {
        throw error;
      }
      // a server that is down for a moment: the stream's next beginning looks again
    }
  }

  #changed(id) {
    this.dispatchEvent(new CustomEvent("change", { detail: id }));
  }
}
