/* The desk by keyboard, and the queue's mark after htmx has opened a case. Without this module
   everything is a link or a form. */

const rows = () => [...document.querySelectorAll(".queue-row")];
// After the last row come the ways to other pages.
const stops = () => [...document.querySelectorAll(".queue-row, .queue-end a")];
const focusable = "input, textarea, select, [contenteditable]";

const step = (by) => {
  const all = stops();
  if (!all.length) return;
  const at = all.findIndex((row) => row === document.activeElement);
  const from = at >= 0 ? at : all.findIndex((row) => row.hasAttribute("aria-current"));
  const next = from < 0 ? 0 : Math.min(Math.max(from + by, 0), all.length - 1);
  all[next].focus();
  all[next].scrollIntoView({ block: "nearest" });
};

const write = (value) => {
  const way = document.querySelector(`#composer [name="verb"][value^="${value}"]`);
  if (!way) return;
  way.checked = true;
  document.getElementById("body").focus();
};

const openAssign = () => {
  const details = document.getElementById("assign");
  if (!details) return;
  details.open = true;
  document.getElementById("assignee").focus();
};

document.addEventListener("click", (event) => {
  if (!event.target.closest('a[href="#assign"]')) return;
  event.preventDefault();
  openAssign();
});

const openKeys = () => document.getElementById("keys").showModal();

/* What was opened to be filled in, and has the focus, is folded up again. */
const foldUp = () => {
  const open = document.activeElement?.closest("#queue-filter[open], #assign[open]");
  if (open) open.open = false;
};

const backToQueue = () => {
  foldUp();
  const row = document.querySelector(".queue-row[aria-current]") ?? rows()[0];
  row?.focus();
};

const keys = {
  j: () => step(1),
  k: () => step(-1),
  r: () => write("reply"),
  n: () => write("add_note"),
  a: openAssign,
  "/": () => document.getElementById("desk-q").focus(),
  "?": openKeys,
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (document.getElementById("keys").open) return;
  if (event.key === "Escape") {
    backToQueue();
    return;
  }
  if (event.target.closest(focusable) && event.target.type !== "radio") return;
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

const mark = () => {
  const number = document.querySelector("#desk-case .case")?.dataset.number;
  for (const row of rows()) {
    if (row.parentElement.id === `row-${number}`) row.setAttribute("aria-current", "true");
    else row.removeAttribute("aria-current");
  }
};

/* The newest words stay in sight, also when the form under them grows. */
const lastWord = () => {
  const talk = document.getElementById("talk");
  if (talk) talk.scrollTop = talk.scrollHeight;
};

document.addEventListener("change", (event) => {
  if (event.target.matches('#composer [name="verb"]')) lastWord();
});

/* The clock stands open where there is room for it and nobody has folded it away. */
const roomy = window.matchMedia("(min-width: 1400px) and (min-height: 860px)");
const unfoldClock = () => {
  const clock = document.querySelector("#desk-case .clock");
  if (!clock) return;
  const wish = sessionStorage.getItem("clock");
  clock.open = wish ? wish === "open" : roomy.matches && "short" in clock.dataset;
  clock.querySelector("summary").addEventListener("click", () => {
    sessionStorage.setItem("clock", clock.open ? "folded" : "open");
  });
};

/* The case's row as it is now, where the list beside it shows that case. */
const renewRow = () => {
  const row = document.getElementById("case-row")?.content.firstElementChild;
  const shown = row && document.getElementById(row.id);
  if (!shown) return;
  shown.replaceWith(row);
  htmx.process(row);
};

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "desk-case") return;
  renewRow();
  mark();
  unfoldClock();
  lastWord();
  const errors = document.getElementById("composer-errors");
  const wished = document.querySelector("#desk-case :is([aria-invalid], [autofocus])");
  if (errors) document.getElementById("body").focus();
  else if (wished) wished.focus();
  else if (window.matchMedia("(max-width: 1023.98px)").matches) {
    window.scrollTo(0, 0);
    document.getElementById("case-title")?.focus();
  }
});

/* Back from a case to the list: to the row from which it was opened. What is remembered is the
   row's number, in the history's own entry and nowhere else. htmx, which keeps no pages here, would
   ask for the page anew too, but write over that entry. */
const goBack = (event) => {
  if (!event.state?.htmx) return;
  event.stopImmediatePropagation();
  const number = document.querySelector("#desk-case .case")?.dataset.number;
  window.history.replaceState({ htmx: true, row: number }, "");
  window.location.reload();
};
window.addEventListener("popstate", goBack, { capture: true });

const backFrom = window.history.state?.row;
if (backFrom && !document.querySelector(".queue-row[aria-current]")) {
  const row = document.querySelector(`#row-${CSS.escape(backFrom)} .queue-row`);
  row?.scrollIntoView({ block: "center" });
  row?.focus({ preventScroll: true });
}

document.getElementById("keys-open").addEventListener("click", openKeys);
document.documentElement.classList.add("js");
document.getElementById("queue-keys").hidden = false;
unfoldClock();
lastWord();
document.querySelector(".queue-row[aria-current]")?.scrollIntoView({ block: "nearest" });
document
  .querySelector(".desk-views [aria-current]")
  ?.scrollIntoView({ block: "nearest", inline: "center" });
