// Works off the proof of work of a form while its owner types. Where that cannot be done (no
// secure context, no worker, no network), the form goes without: the server has a way for those.
const LASTS = 15 * 60 * 1000; // ms; the server takes it for twenty minutes
const THREADS = Math.min(4, navigator.hardwareConcurrency || 2);

for (const field of document.querySelectorAll("input[data-work]")) prepare(field);

function prepare(field) {
  const form = field.form;
  const button = form.querySelector("button[type=submit]");
  const words = [...button.childNodes];
  let work = null;
  let sent = false;

  const start = () => {
    if (!work || Date.now() - work.since > LASTS) {
      work = { since: Date.now(), answer: obtain(field.dataset).catch(() => "") };
    }
    return work.answer;
  };

  form.addEventListener("focusin", start);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (sent) return;
    sent = true;
    const patience = setTimeout(() => {
      button.textContent = field.dataset.wait;
      button.setAttribute("aria-busy", "true");
    }, 150);
    field.value = await start();
    clearTimeout(patience);
    form.submit();
  });
  // Back from the answer: what was worked off is used up.
  window.addEventListener("pageshow", () => {
    work = null;
    sent = false;
    field.value = "";
    button.replaceChildren(...words);
    button.removeAttribute("aria-busy");
  });
}

async function obtain({ work, worker }) {
  if (!window.Worker || !window.crypto?.subtle) return "";
  const response = await fetch(work, { cache: "no-store", credentials: "same-origin" });
  if (!response.ok) return "";
  const challenge = await response.json();
  const solution = await solve(challenge, worker);
  return solution ? btoa(JSON.stringify({ challenge, solution })) : "";
}

// Each thread tries every THREADS-th number; the first to find it ends the others.
function solve(challenge, source) {
  return new Promise((resolve) => {
    let running = THREADS;
    const threads = Array.from({ length: THREADS }, () => new Worker(source));
    const end = (solution) => {
      threads.forEach((thread) => thread.terminate());
      resolve(solution);
    };
    threads.forEach((thread, number) => {
      const without = () => (running -= 1) || end(null);
      thread.onmessage = ({ data }) => (data?.derivedKey ? end(data) : without());
      thread.onerror = without;
      thread.postMessage({
        type: "work",
        challenge,
        counterMode: "uint32",
        counterStart: number,
        counterStep: THREADS,
      });
    });
  });
}
