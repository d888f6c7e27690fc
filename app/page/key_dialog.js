/** Asking for the key: when the server wants one, or when somebody wants another. */

import { currentKey, useKey } from "./api.js";
import { fill } from "./dom.js";
import { problemBlock } from "./problems.js";

export class KeyDialog {
  #dialog = document.getElementById("key-dialog");
  #form = document.getElementById("key-form");
  #button = document.getElementById("key-button");
  #forget = document.getElementById("forget-key");

  /** `onChange` hears of every other key, and of none. */
  constructor(onChange) {
    this.#button.addEventListener("click", () => this.ask());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      const key = this.#form.key.value.trim();
      if (!key) {
        this.#form.key.focus();
        return;
      }
      this.#take(key, onChange);
    });
    this.#forget.addEventListener("click", () => this.#take(null, onChange));
    this.#tell();
  }

  /** Open it, with what the server said if it refused. */
  ask(problem = null) {
    const refused = problem !== null && currentKey() !== null;
    fill(this.#form.querySelector(".problems"), refused && problemBlock(problem));
    this.#forget.hidden = currentKey() === null;
    this.#button.hidden = false;
    if (!this.#dialog.open) {
      this.#dialog.showModal();
    }
    this.#form.key.focus();
  }

  #take(key, onChange) {
    useKey(key);
    this.#form.reset();
    this.#dialog.close();
    this.#tell();
    onChange();
  }

  #tell() {
    this.#button.hidden = currentKey() === null;
    this.#button.textContent = "Key";
  }
}
