/** Presets: starting from one, keeping the form's choices as one, forgetting one. */

import { get, Problem, send } from "./api.js";
import { announce, confirmed, fill, h, say } from "./dom.js";
import { clearProblems, showProblem } from "./problems.js";

export class Presets {
  #place = document.getElementById("presets");
  #select = document.getElementById("preset");
  #form = document.getElementById("preset-form"); // of the name and its buttons, elsewhere
  #name = document.getElementById("preset-name");
  #save = document.getElementById("save-preset");
  #remove = document.getElementById("remove-preset");
  #home;
  #choices;
  #known = new Map();

  /**
   * `home` is the form whose fields problems are shown at, `choices()` answers what it has to be
   * kept; `onChosen(request, name)` gets the preset to start from.
   */
  constructor({ home, choices, onChosen }) {
    this.#home = home;
    this.#choices = choices;
    this.#select.addEventListener("change", () => {
      const preset = this.#known.get(this.#select.value);
      onChosen(preset?.request ?? {}, preset?.name ?? "");
      this.choose(preset?.name);
    });
    this.#name.addEventListener("input", () => this.#tell());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#keep(onChosen);
    });
    this.#remove.addEventListener("click", () => this.#forget());
  }

  /** Offer the presets that there are; `chosen` is the name of the one begun with. */
  async offer(chosen) {
    const before = this.#name.value;
    const { items } = await get("/api/presets");
    this.#known = new Map(items.map((preset) => [preset.name, preset]));
    const option = ({ name }) => h("option", { value: name }, name);
    fill(this.#select, this.#select.firstElementChild, items.map(option));
    this.#place.hidden = items.length === 0;
    const typed = this.#name.value;
    this.choose(chosen);
    if (typed !== before) {
      this.#name.value = typed; // somebody was quicker than the list
      this.#tell();
    }
  }

  /** Tell which preset the form was begun with; one that isn't there is none. */
  choose(name) {
    const chosen = this.#known.has(name) ? name : "";
    this.#select.value = chosen;
    this.#name.value = chosen;
    this.#tell();
  }

  /** Names are lower-case words joined by hyphens; whatever else is wrong the API says. */
  get #wanted() {
    return this.#name.value.trim().toLowerCase().replace(/\s+/g, "-");
  }

  #tell() {
    const isKnown = this.#known.has(this.#wanted);
    say(this.#save, isKnown ? "Replace it" : "Save");
    this.#save.disabled = this.#wanted === "";
    this.#remove.hidden = !isKnown;
  }

  #keep(onChosen) {
    const name = this.#wanted;
    return this.#told(async () => {
      const path = `/api/presets/${encodeURIComponent(name)}`;
      const answer = await send("PUT", path, { body: this.#choices() });
      const preset = await answer.json();
      await this.offer(preset.name);
      onChosen(preset.request, preset.name);
      announce(`The preset ${preset.name} is kept.`);
    });
  }

  async #forget() {
    const name = this.#wanted;
    const { yes } = await confirmed({
      title: `Delete the preset ${name}?`,
      text: "What was made with it stays, and so does what is in the form.",
      action: "Delete it",
    });
    if (yes) {
      await this.#told(async () => {
        await send("DELETE", `/api/presets/${name}`);
        await this.offer("");
        announce(`The preset ${name} is deleted.`);
      });
    }
  }

  async #told(act) {
    clearProblems(this.#home);
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Problem)) {
        throw error;
      }
      showProblem(this.#home, error);
    }
  }
}
