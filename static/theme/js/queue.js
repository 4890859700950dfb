/* The queue while one works: its rows come again by themselves, and whoever reads keeps their place:
   the row in focus, the boxes ticked, what stands at the top of the list. */

const EVERY = 30_000;
const scroll = document.getElementById("queue-scroll");
const list = () => document.getElementById("queue-rows");

const ticked = () => [...document.querySelectorAll(".q-choose input:checked")];

const tellChosen = () => {
  const number = document.getElementById("queue-chosen");
  if (number) number.textContent = ticked().length;
};

/* What must stay where it is: the row in focus, else the open one, else the first in sight. */
const anchorOf = () => {
  const focused = document.activeElement?.closest?.("#queue-rows > li");
  const top = scroll.getBoundingClientRect().top;
  const seen = [...(list()?.children ?? [])].find((li) => li.getBoundingClientRect().bottom > top);
  return focused ?? list()?.querySelector("li:has([aria-current])") ?? seen;
};

const put = (old, fresh) => {
  const number = document.querySelector("#desk-case .case")?.dataset.number;
  const open = fresh.querySelector(`#row-${CSS.escape(number ?? "-")} .queue-row`);
  open?.setAttribute("aria-current", "true");
  const before = new Set([...old.children].map((li) => li.id));
  const chosen = new Set(ticked().map((box) => box.value));
  for (const box of fresh.querySelectorAll(".q-choose input")) box.checked = chosen.has(box.value);
  const focus = document.activeElement?.closest?.("#queue-rows > li")?.id;
  const tag = document.activeElement?.tagName;
  const anchor = anchorOf();
  const at = anchor?.getBoundingClientRect().top;
  old.replaceWith(fresh);
  window.htmx?.process(fresh);
  const again = anchor && document.getElementById(anchor.id);
  if (again) scroll.scrollTop += again.getBoundingClientRect().top - at;
  if (focus) document.querySelector(`#${CSS.escape(focus)} ${tag}`)?.focus({ preventScroll: true });
  tellChosen();
  return [...fresh.children].filter((li) => !before.has(li.id)).length;
};

/* What follows the rows: the ways to other pages, or that there is nothing. */
const putRest = (page) => {
  const [old, fresh] = [scroll, page].map((from) => from.querySelector(".queue-end"));
  if (old && fresh && !old.contains(document.activeElement)) old.replaceWith(fresh);
};

const again = async () => {
  if (document.hidden || document.querySelector("#queue-filter[open]")) return;
  let answer;
  try {
    answer = await fetch(scroll.dataset.again, { headers: { "X-Requested-With": "queue" }, redirect: "error" });
  } catch {
    return; // the next turn asks again
  }
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("queue-rows");
  const views = page.getElementById("desk-views");
  const shown = document.getElementById("desk-views");
  if (views && shown && !shown.contains(document.activeElement)) {
    const place = shown.scrollTop;
    shown.replaceWith(views);
    views.scrollTop = place;
  }
  const number = page.getElementById("queue-number");
  if (number) document.getElementById("queue-number")?.replaceWith(number);
  const old = list();
  let news = 0;
  if (old && fresh) {
    putRest(page);
    news = put(old, fresh);
  } else if (old || fresh) {
    // The last one is done, or the first one came.
    const beside = "#queue-number, #desk-views";
    scroll.replaceChildren(...[...page.body.children].filter((each) => !each.matches(beside)));
    window.htmx?.process(scroll);
    news = fresh?.children.length ?? 0;
  }
  const words = document.getElementById("queue-news");
  if (news) words.textContent = words.dataset.words.replace("@@", news);
};

const step = {
  x: () => {
    const li = document.activeElement?.closest?.("#queue-rows > li");
    const box = li?.querySelector(".q-choose input");
    if (box) {
      box.checked = !box.checked;
      tellChosen();
    } else {
      const choose = document.getElementById("queue-choose");
      const number = li?.id.replace("row-", "") ?? "";
      if (choose) window.location.assign(`${choose.href}&mark=${number}#row-${number}`);
    }
  },
  f: () => {
    const filter = document.getElementById("queue-filter");
    filter.open = true;
    document.getElementById("f-order").focus();
  },
  v: () => document.querySelector(".desk-view[aria-current], .desk-view")?.focus(),
  g: () => {
    scroll.scrollTop = 0;
    document.querySelector(".queue-row")?.focus();
  },
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (document.getElementById("keys").open) return;
  const typing = event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select");
  const act = step[event.key];
  if (typing || !act) return;
  event.preventDefault();
  act();
});

document.addEventListener("change", (event) => {
  if (event.target.closest(".q-choose")) tellChosen();
});

const marked = document.querySelector(".q-choose input:checked");
marked?.closest("li").querySelector(".queue-row").focus();
tellChosen();
window.setInterval(again, EVERY);
document.addEventListener("visibilitychange", again);
document.getElementById("queue-scroll").addEventListener("queue:again", again);
