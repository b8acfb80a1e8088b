// What makes the pages handier. Everything works without it.
"use strict";

// Theme: the button turns to the other one and remembers it.
function dark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-theme-switch]")) return;
  const theme = dark() ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  try { localStorage.setItem("theme", theme); } catch { /* not kept in this browser */ }
});

// An open menu closes when one clicks elsewhere or presses Escape.
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// On phones filters are folded away unless one is set, and tabs and pages begin at the one that is shown.
const narrow = matchMedia("(max-width: 700px)").matches;
if (narrow) {
  const asked = new URLSearchParams(location.search);
  for (const fold of document.querySelectorAll("details[data-fold]")) {
    const fields = [...fold.querySelectorAll("select, input:not([type=hidden])")];
    fold.open = fields.some((field) => asked.get(field.name));
  }
  for (const shown of document.querySelectorAll(".tabs [aria-current], .site-nav [aria-current]")) {
    const list = shown.parentElement;
    list.scrollLeft = shown.offsetLeft - list.offsetLeft - (list.clientWidth - shown.offsetWidth) / 2;
  }
}

// Evidence: pointing at one side lights the same number on the other.
function light(target, on) {
  const mark = target.closest?.("[data-pair]");
  if (!mark) return;
  for (const twin of document.querySelectorAll(`[data-pair="${mark.dataset.pair}"]`)) {
    twin.classList.toggle("is-lit", on);
  }
}
for (const [name, on] of [["mouseover", true], ["focusin", true], ["mouseout", false], ["focusout", false]]) {
  document.addEventListener(name, (event) => light(event.target, on));
}

// A list of rows moved through with j and k; keys of the page's own are on its links and buttons (data-key).
function rows() { return [...document.querySelectorAll(".rows.is-keyed > li")]; }
function current() { return document.querySelector(".rows.is-keyed > li.is-current"); }

function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(current());
  const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
  current()?.classList.remove("is-current");
  next.classList.add("is-current");
  next.querySelector("a").focus();
}

document.addEventListener("focusin", (event) => {
  const row = event.target.closest?.(".rows.is-keyed > li");
  if (!row || row === current()) return;
  current()?.classList.remove("is-current");
  row.classList.add("is-current");
});

function press(key) {
  const place = current() ?? (rows().length ? null : document); // of a list nothing before a row is chosen
  const target = place?.querySelector(`[data-key="${key}"]`);
  if (!target) return false;
  if (target.tagName === "SUMMARY") {
    target.parentElement.open = true;
    (target.parentElement.querySelector("input:not([type=hidden]), select, textarea") ?? target).focus();
  } else target.click();
  return true;
}

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter" && event.target.closest("a, button, summary")) return; // it does what it always does
  const help = document.getElementById("keys");
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "?" && help) { help.open = !help.open; help.querySelector("summary").focus(); }
  else if (!press(event.key)) return;
  event.preventDefault();
});

// A word of the other side goes to the end of the text, where writing goes on.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-say]");
  const box = button?.form?.querySelector("textarea.box");
  if (!box) return;
  event.preventDefault();
  box.value = `${box.value.trimEnd()} ${button.value}`.trimStart();
  box.focus();
  box.setSelectionRange(box.value.length, box.value.length);
  box.dispatchEvent(new Event("input", { bubbles: true }));
});

// Where htmx has no answer to show, the form is sent as if there were no script: the browser then says why.
for (const lost of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(lost, (event) => {
    const form = event.detail.elt;
    if (form instanceof HTMLFormElement) HTMLFormElement.prototype.submit.call(form);
  });
}

// Suggestions that take the place of the page are where reading goes on.
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.detail.elt.id === "main") document.getElementById("answer")?.focus({ preventScroll: true });
});

// What a visitor has added since the suggestions were made is kept, too.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-keeps]")) return;
  const typed = document.getElementById("id_text").value;
  if (typed.trim()) event.target.elements.text.value = typed;
});

// A link to a closed part of the page opens it.
function openTarget() {
  const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
  if (target instanceof HTMLDetailsElement) {
    target.open = true;
    target.querySelector("input:not([type=hidden]), select, textarea, summary")?.focus();
  }
}
addEventListener("hashchange", openTarget);
openTarget();

// A form on its way is not sent again, by a second tap: not before the page is shown anew, or the answer got lost.
const sentAt = new Map();
addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.getAttribute("method")?.toLowerCase() !== "post") return;
  if (Date.now() - (sentAt.get(form) ?? 0) < 15_000) event.preventDefault();
  else sentAt.set(form, Date.now());
});
addEventListener("pageshow", () => sentAt.clear());
