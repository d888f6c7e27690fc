/** Scenes as a list to write in: added, removed, moved. */

import { announce, fill, freshId, h } from "./dom.js";
import { kindOptions } from "./kinds.js";

export class SceneRows {
  #list;
  #add = document.getElementById("add-scene");
  #most = Infinity;
  #onChange;

  constructor(list, onChange) {
    this.#list = list;
    this.#onChange = onChange;
    this.#add.addEventListener("click", () => this.add());
    list.addEventListener("click", (event) => {
      const button = event.target.closest("button[data-act]");
      if (button) {
        this.#act(button.dataset.act, button.closest("li"));
      }
    });
  }

  /** The scenes as the API takes them. */
  values() {
    return [...this.#list.children].map((row) => {
      const { text, heading, kind } = fieldsOf(row);
      const scene = { ...row.untouched, text: text.value };
      if (heading.value.trim()) scene.heading = heading.value.trim();
      if (kind.value) scene.kind = kind.value;
      return scene;
    });
  }

  fill(scenes) {
    fill(this.#list, scenes.map(rowOf));
    this.#number();
  }

  /** Let there be no more than `most` of them. */
  limit(most) {
    this.#most = most;
    this.#number();
  }

  add() {
    this.#list.append(rowOf({}));
    this.#number();
    fieldsOf(this.#list.lastElementChild).text.focus();
    this.#onChange();
  }

  #act(act, row) {
    const place = [...this.#list.children].indexOf(row) + 1;
    if (act === "remove") {
      const next = row.nextElementSibling ?? row.previousElementSibling;
      row.remove();
      if (next) {
        fieldsOf(next).text.focus();
      } else {
        this.add();
      }
      announce(`Scene ${place} removed.`);
    } else if (act === "up") {
      row.previousElementSibling?.before(row);
    } else {
      row.nextElementSibling?.after(row);
    }
    this.#number();
    if (act !== "remove") {
      row.querySelector(`[data-act="${act}"]:not(:disabled), [data-act]:not(:disabled)`)?.focus();
      announce(`Scene ${place} is now number ${[...this.#list.children].indexOf(row) + 1}.`);
    }
    this.#onChange();
  }

  /** Numbers, pointers and what can't be done follow the order. */
  #number() {
    const rows = [...this.#list.children];
    this.#add.disabled = rows.length >= this.#most;
    rows.forEach((row, index) => {
      row.querySelector("h3").textContent = `Scene ${index + 1}`;
      for (const field of row.querySelectorAll("[data-field]")) {
        field.dataset.pointer = `/scenes/${index}/${field.dataset.field}`;
      }
      row.querySelector('[data-act="up"]').disabled = index === 0;
      row.querySelector('[data-act="down"]').disabled = index === rows.length - 1;
      for (const button of row.querySelectorAll("[data-act]")) {
        button.setAttribute("aria-label", `${button.title} scene ${index + 1}`);
      }
    });
  }
}

function fieldsOf(row) {
  const [text, heading, kind] = row.querySelectorAll("textarea, input, select");
  return { text, heading, kind };
}

function rowOf(scene) {
  const [text, heading, kind] = ["text", "heading", "kind"].map(freshId);
  const act = (name, title, sign) =>
    h("button", { type: "button", class: "plain small", "data-act": name, title }, sign);
  const row = h(
    "li",
    {},
    h(
      "div",
      { class: "row-head" },
      h("h3", {}),
      act("up", "Move up", "↑"),
      act("down", "Move down", "↓"),
      act("remove", "Remove", "×"),
    ),
    h(
      "div",
      { class: "field", "data-field": "text", "data-blank": "Write what is said, or remove the scene." },
      h("label", { for: text, class: "unseen" }, "Words"),
      h("textarea", { id: text, rows: 2, placeholder: "What is said", value: scene.text }),
    ),
    h(
      "div",
      { class: "pair" },
      h(
        "div",
        { class: "field", "data-field": "heading" },
        h("label", { for: heading }, "Heading"),
        h("input", { id: heading, maxlength: 80, placeholder: "Automatic", value: scene.heading }),
      ),
      h(
        "div",
        { class: "field", "data-field": "kind" },
        h("label", { for: kind }, "Picture"),
        h("select", { id: kind }, kindOptions(scene.kind)),
      ),
    ),
  );
  row.untouched = untouched(scene);
  return row;
}

/** What an earlier request gave its scene and this page has no field for. */
function untouched({ search_terms: terms, media, pause_after_ms: pause }) {
  const kept = {};
  if (terms?.length) kept.search_terms = terms;
  if (media) kept.media = media;
  if (pause !== null && pause !== undefined) kept.pause_after_ms = pause;
  return kept;
}
