/** The form that asks for a video: its draft, its check, and sending it once. */

import { get, OnceOnly, post, Problem } from "./api.js";
import { showCheck } from "./check.js";
import { keepDraft, readDraft } from "./drafts.js";
import { announce, fill, h } from "./dom.js";
import { blobAddress } from "./media.js";
import { clearProblems, forgetAsMended, showProblem } from "./problems.js";
import { SceneRows } from "./scene_rows.js";

const DRAFT = "compose";
const SOURCES = ["topic", "script", "scenes"];

export class Composer {
  #form = document.getElementById("compose");
  #result = document.getElementById("check-result");
  #scenes;
  #source = "topic";
  #once = new OnceOnly();
  #voices = [];
  #busy = false;

  /** `onJob` gets each job that was accepted. */
  constructor(onJob) {
    this.onJob = onJob;
    this.#scenes = new SceneRows(document.getElementById("scene-rows"), () => this.#keep());
    document.getElementById("add-scene").addEventListener("click", () => this.#scenes.add());
    document.getElementById("check-first").addEventListener("click", () => this.#check());
    document.getElementById("listen").addEventListener("click", () => this.#listen());
    this.#form.voice.addEventListener("change", () => this.#offerSample());
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#make();
    });
    this.#form.addEventListener("input", () => this.#keep());
    forgetAsMended(this.#form);
    this.#bindTabs();
    this.#fill(readDraft(DRAFT, {}));
  }

  /** Offer what this server has: voices and palettes. */
  async offer() {
    const [voices, palettes] = await Promise.all([get("/api/voices"), get("/api/palettes")]);
    this.#voices = voices.items;
    const chosen = readDraft(DRAFT, {});
    const named = (voice) => h("option", { value: voice.id }, `${voice.name} (${voice.language})`);
    fill(
      this.#form.voice,
      h("option", { value: "" }, "The default"),
      this.#voices.map(named),
    );
    this.#form.voice.value = this.#voices.some((v) => v.id === chosen.voice) ? chosen.voice : "";
    const place = document.getElementById("palettes");
    fill(place, place.firstElementChild, palettes.items.map(swatch));
    this.#choosePalette(chosen.palette);
    this.#offerSample();
    this.#sayOptions();
    await this.#offerMoods();
  }

  /** Moods of this server's music, over those that come with it. */
  async #offerMoods() {
    const { moods } = await get("/api/music");
    const all = [...moods, "none"];
    fill(document.getElementById("moods"), all.map((value) => h("option", { value })));
    document.getElementById("mood-note").textContent = `${moods.join(", ")}, or none.`;
  }

  /** Take a job's request up again, to be changed and sent anew. */
  takeUp(request) {
    const { voice, music, brand, captions } = request;
    this.#fill({
      source: request.scenes ? "scenes" : request.topic === null ? "script" : "topic",
      topic: request.topic,
      script: request.script ?? request.source_text,
      condense: request.source_text !== null,
      scenes: request.scenes ?? [],
      title: request.title,
      aspect_ratio: request.aspect_ratio,
      duration: request.duration,
      voice: voice.id,
      palette: brand.palette,
      mood: music.mood,
      captions: captions.enabled ? captions.style : "off",
      pause_after: request.pause_after,
    });
    this.#keep();
  }

  // -- what is in the form -----------------------------------------------------------------

  #values() {
    const form = this.#form;
    return {
      source: this.#source,
      topic: form.topic.value,
      script: form.script.value,
      condense: form.condense.checked,
      scenes: this.#scenes.values(),
      title: form.title.value,
      aspect_ratio: form.aspect_ratio.value,
      duration: form.duration.value,
      voice: form.voice.value,
      palette: form.palette.value,
      mood: form.mood.value,
      captions: form.captions.value,
      pause_after: form.pause_after.value,
    };
  }

  #fill(values) {
    const form = this.#form;
    for (const name of ["topic", "script", "title", "duration", "mood", "captions", "voice"]) {
      form[name].value = values[name] ?? "";
    }
    form.pause_after.value = values.pause_after ?? "";
    form.condense.checked = values.condense ?? false;
    form.aspect_ratio.value = values.aspect_ratio ?? "9:16";
    this.#choosePalette(values.palette);
    this.#scenes.fill(values.scenes?.length ? values.scenes : [{}, {}]);
    this.#choose(SOURCES.includes(values.source) ? values.source : "topic");
    this.#sayOptions();
  }

  #choosePalette(name) {
    const all = [...this.#form.querySelectorAll('[name="palette"]')];
    (all.find((radio) => radio.value === (name ?? "")) ?? all[0]).checked = true;
  }

  #keep() {
    keepDraft(DRAFT, this.#values());
    this.#sayOptions();
  }

  /** The closed options, in a few words. */
  #sayOptions() {
    const { title, voice, palette, mood, captions } = this.#values();
    const said = [title && "own title", voice && "own voice", palette, mood, captions];
    const text = said.filter(Boolean).join(" · ") || "Automatic";
    document.getElementById("options-said").textContent = text;
  }

  /** The request as the API takes it: nothing in it that was left to chance. */
  #brief() {
    const values = this.#values();
    const brief = { aspect_ratio: values.aspect_ratio };
    if (values.source === "scenes") {
      brief.scenes = values.scenes;
    } else if (values.source === "script") {
      brief[values.condense ? "source_text" : "script"] = values.script;
    } else {
      brief.topic = values.topic.trim();
    }
    const { title, duration, voice, palette, mood, captions, pause_after } = values;
    if (title.trim()) brief.title = title.trim();
    // what is no number goes as it is: the API says best what is wrong with it
    if (duration.trim()) brief.duration = Number(duration) || duration.trim();
    if (voice) brief.voice = { id: voice };
    if (palette) brief.brand = { palette };
    if (mood.trim()) brief.music = { mood: mood.trim() };
    if (captions) brief.captions = captions === "off" ? { enabled: false } : { style: captions };
    if (pause_after) brief.pause_after = pause_after;
    return brief;
  }

  // -- sending it --------------------------------------------------------------------------

  #make() {
    return this.#busily("Making it…", async () => {
      const brief = this.#brief();
      const job = await post("/api/generate", brief, { headers: this.#once.headers(brief) });
      this.#once.settled();
      this.#fill({ ...this.#values(), topic: "", script: "", scenes: [], title: "" });
      this.#keep();
      fill(this.#result);
      announce("Accepted. The video is being made.");
      this.onJob(job);
    });
  }

  #check() {
    return this.#busily(null, async () => {
      fill(this.#result, h("p", { class: "fine" }, "Looking at it…"));
      try {
        showCheck(this.#result, await post("/api/generate?dry_run=true", this.#brief()));
      } catch (error) {
        fill(this.#result);
        throw error;
      }
    });
  }

  /** Run one of the two at a time, and show what is wrong where it is wrong. */
  async #busily(label, act) {
    if (this.#busy) {
      return;
    }
    const submit = this.#form.querySelector('[type="submit"]');
    const usual = submit.textContent;
    this.#busy = true;
    this.#form.setAttribute("aria-busy", "true");
    submit.textContent = label ?? usual;
    clearProblems(this.#form);
    try {
      await act();
    } catch (error) {
      if (!(error instanceof Problem)) {
        throw error;
      }
      showProblem(this.#form, error);
    } finally {
      this.#busy = false;
      this.#form.removeAttribute("aria-busy");
      submit.textContent = usual;
    }
  }

  // -- voices ------------------------------------------------------------------------------

  #sample() {
    const id = this.#form.voice.value;
    const voice = id ? this.#voices.find((one) => one.id === id) : this.#voices[0];
    return voice?.sample_url;
  }

  #offerSample() {
    document.getElementById("listen").hidden = !this.#sample();
  }

  async #listen() {
    try {
      const sound = new Audio(await blobAddress(this.#sample()));
      sound.addEventListener("ended", () => URL.revokeObjectURL(sound.src));
      await sound.play();
    } catch (error) {
      if (!(error instanceof Problem)) {
        throw error;
      }
      showProblem(this.#form, error);
    }
  }

  // -- tabs --------------------------------------------------------------------------------

  #bindTabs() {
    const tabs = [...this.#form.querySelectorAll('[role="tab"]')];
    for (const [index, tab] of tabs.entries()) {
      tab.addEventListener("click", () => {
        this.#choose(tab.dataset.source);
        clearProblems(this.#form);
        this.#keep();
      });
      tab.addEventListener("keydown", (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (step) {
          const next = tabs[(index + step + tabs.length) % tabs.length];
          next.focus();
          next.click();
        }
      });
    }
  }

  #choose(source) {
    this.#source = source;
    for (const name of SOURCES) {
      const tab = document.getElementById(`tab-${name}`);
      tab.setAttribute("aria-selected", String(name === source));
      tab.tabIndex = name === source ? 0 : -1;
      document.getElementById(`panel-${name}`).hidden = name !== source;
    }
  }
}

/** A palette to choose, in its own colours. */
function swatch(palette) {
  const colours = h("span", { class: "swatch", title: palette.name }, h("b", {}, "Aa"));
  colours.style.setProperty("--ground", palette.ground);
  colours.style.setProperty("--ground-to", palette.ground_to);
  colours.style.setProperty("--of-ink", palette.ink);
  colours.style.setProperty("--of-accent", palette.accent);
  return h(
    "label",
    {},
    h("input", {
      type: "radio",
      name: "palette",
      value: palette.name,
      "aria-label": palette.name,
    }),
    colours,
  );
}
