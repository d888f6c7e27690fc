/** The choice of a voice, and hearing it before it is chosen. */

import { get, Problem } from "./api.js";
import { fill, h, say } from "./dom.js";
import { blobAddress } from "./media.js";

export class Voices {
  #select = document.getElementById("voice");
  #button = document.getElementById("listen");
  #voices = [];
  #sound = null; // what plays just now

  /** `onProblem` gets what is wrong with a sample. */
  constructor(onProblem) {
    this.#button.addEventListener("click", () => this.#listen(onProblem));
    this.#select.addEventListener("change", () => this.#stop());
  }

  /** Offer the voices of this server; `chosen` is the id of the one that was chosen before. */
  async offer(chosen) {
    this.#voices = (await get("/api/voices")).items;
    const named = (voice) => h("option", { value: voice.id }, `${voice.name} (${voice.language})`);
    fill(this.#select, this.#select.firstElementChild, this.#voices.map(named));
    this.choose(chosen);
    this.#button.hidden = this.#voices.length === 0;
  }

  /** Choose a voice by its id; one that isn't here is the default. */
  choose(id) {
    this.#select.value = this.#voices.some((voice) => voice.id === id) ? id : "";
  }

  async #listen(onProblem) {
    if (this.#sound) {
      this.#stop();
      return;
    }
    const id = this.#select.value;
    const voice = this.#voices.find((one) => one.id === id) ?? this.#voices[0];
    const sound = new Audio();
    this.#sound = sound;
    say(this.#button, "Preparing…"); // the first time the server has to speak it
    this.#button.setAttribute("aria-busy", "true");
    try {
      const address = await blobAddress(voice.sample_url);
      sound.addEventListener("emptied", () => URL.revokeObjectURL(address));
      if (this.#sound !== sound) {
        return; // it was stopped before it began
      }
      sound.src = address;
      sound.addEventListener("ended", () => this.#stop());
      say(this.#button, "Stop");
      await sound.play();
    } catch (error) {
      this.#stop();
      if (error instanceof Problem) {
        onProblem(error);
      } else if (error.name !== "AbortError") {
        throw error;
      }
    } finally {
      this.#button.removeAttribute("aria-busy");
    }
  }

  #stop() {
    this.#sound?.pause();
    this.#sound = null;
    say(this.#button, "Listen");
  }
}
