// What somebody types into a form marked with data-draft is kept in this browser until it is saved, and offered back
// after a lost connection, a reload or the back button. A visitor's is kept in the tab alone. Forms work without it.
"use strict";
(() => {
  const AGE = 7 * 24 * 3600 * 1000; // milliseconds an unfinished text is kept
  const MOST = 3; // of one form: the newest, and those that nobody has decided on
  const person = document.body.dataset.person ?? ""; // empty: a visitor
  const language = document.documentElement.lang.replace(/^en$/, "en-GB"); // days as they stand elsewhere on the site
  const prefix = `draft:${person}:`;

  function storage() {
    try { return person ? localStorage : sessionStorage; } catch { return null; } // switched off: nothing is kept
  }
  const store = storage();
  if (!store) return;

  const keys = (area) => Object.keys(area).filter((key) => key.startsWith("draft:"));
  function read(key) {
    try { return JSON.parse(store.getItem(key)) ?? []; } catch { return []; }
  }
  function write(key, drafts) {
    try {
      if (drafts.length) store.setItem(key, JSON.stringify(drafts.slice(0, MOST)));
      else store.removeItem(key);
    } catch { /* the browser's space is full: this one is not kept */ }
  }

  // Nobody finds what somebody else typed here, and nothing stays for long.
  function forgetOthers() {
    for (const key of keys(sessionStorage)) if (person) sessionStorage.removeItem(key);
    for (const key of keys(localStorage)) {
      if (person && !key.startsWith(prefix)) localStorage.removeItem(key);
    }
    for (const key of keys(store)) write(key, read(key).filter((draft) => Date.now() - draft.at < AGE));
  }

  let isOver = false; // signed out: what still waits to be kept is not
  function forgetAll() {
    isOver = true;
    for (const area of [localStorage, sessionStorage]) for (const key of keys(area)) area.removeItem(key);
  }

  // With what was typed goes which version of a text it was typed over (`seen`), so that the server can tell.
  const isTyped = (field) => field.name === "seen" || (field.name && !["hidden", "file", "password", "submit", "button"].includes(field.type));
  const isChosen = (field) => ["checkbox", "radio"].includes(field.type);

  function valuesOf(form) {
    const values = {};
    for (const field of form.elements) {
      if (!isTyped(field)) continue;
      values[field.name] ??= [];
      if (isChosen(field)) { if (field.checked) values[field.name].push(field.value); }
      else if (field.type === "select-multiple") values[field.name].push(...[...field.selectedOptions].map((one) => one.value));
      else values[field.name].push(field.value);
    }
    return values;
  }

  function fill(form, values) {
    for (const field of form.elements) {
      const kept = isTyped(field) ? values[field.name] : null;
      if (!kept) continue;
      const before = isChosen(field) ? field.checked : field.value;
      if (isChosen(field)) field.checked = kept.includes(field.value);
      else if (field.type === "select-multiple") for (const one of field.options) one.selected = kept.includes(one.value);
      else field.value = kept[0] ?? "";
      if (before !== (isChosen(field) ? field.checked : field.value)) field.closest("details")?.setAttribute("open", "");
    }
    form.querySelector("textarea")?.dispatchEvent(new Event("input", { bubbles: true }));
  }

  // Which draft of a form this tab has sent, until it is said to be saved.
  const sentKey = (name) => `sent:${prefix}${name}`;
  const sent = (name) => sessionStorage.getItem(sentKey(name));
  const isSent = (name) => (draft) => String(draft.at) === sent(name);
  function forgetSent(name) {
    write(prefix + name, read(prefix + name).filter((draft) => !isSent(name)(draft)));
    sessionStorage.removeItem(sentKey(name));
  }
  function forgetTrial(text) { // kept, and now in the form of a need
    write(`${prefix}try`, read(`${prefix}try`).filter((draft) => draft.values.text?.[0]?.trim() !== text.trim()));
  }

  const same = (one, other) => JSON.stringify({ ...one, seen: "" }) === JSON.stringify({ ...other, seen: "" });

  function watch(form) {
    if (form.dataset.watched) return;
    form.dataset.watched = "yes";
    const key = prefix + form.dataset.draft;
    const note = form.querySelector("[data-kept]");
    const started = valuesOf(form);
    const cameBack = document.querySelector(".error-summary") && read(key).find(isSent(form.dataset.draft));
    let own = cameBack || null; // the draft of this very page, or the one sent that has an error
    let waiting = 0;

    function keep() {
      clearTimeout(waiting);
      waiting = 0;
      if (isOver) return;
      const others = read(key).filter((draft) => draft.at !== own?.at);
      own = { at: own?.at ?? Date.now(), values: valuesOf(form) };
      write(key, [own, ...others]);
    }
    function offer() {
      const found = read(key).find((draft) => draft.at !== own?.at && !same(draft.values, started));
      note.hidden = !found;
      if (!found) return;
      form.closest("details")?.setAttribute("open", "");
      const when = new Date(found.at);
      note.querySelector("time").dateTime = when.toISOString();
      note.querySelector("time").textContent = when.toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });
      const text = form.querySelector("textarea");
      note.querySelector("q").textContent = (text && found.values[text.name]?.[0] || "…").slice(0, 120);
      note.dataset.kept = found.at;
    }
    function take(draft) {
      write(key, read(key).filter((one) => one.at !== draft.at));
      offer();
      (form.querySelector("textarea") ?? note).focus();
    }

    form.addEventListener("input", () => { waiting ||= setTimeout(keep, 400); });
    form.addEventListener("submit", () => {
      if (waiting) keep();
      try { sessionStorage.setItem(sentKey(form.dataset.draft), own?.at ?? ""); } catch { /* full: it stays */ }
    });
    addEventListener("pagehide", () => { if (waiting) keep(); });
    note.addEventListener("click", (event) => {
      const draft = read(key).find((one) => String(one.at) === note.dataset.kept);
      if (!draft || !event.target.closest("button")) return;
      if (event.target.closest("[data-restore]")) {
        fill(form, draft.values);
        keep();
      }
      take(draft);
    });
    if (form.dataset.draft === "need-new") forgetTrial(started.description?.[0] ?? "");
    offer();
  }

  const watchAll = () => document.querySelectorAll("form[data-draft]").forEach(watch);
  forgetOthers();
  for (const done of document.querySelectorAll("[data-saved]")) {
    if (done.dataset.saved === "account-erased") forgetAll();
    else forgetSent(done.dataset.saved);
  }
  document.addEventListener("submit", (event) => { if (event.target.matches("[data-forget]")) forgetAll(); });
  document.addEventListener("htmx:afterSettle", watchAll);
  addEventListener("pageshow", watchAll); // by then the browser has put back what it remembers itself
})();
