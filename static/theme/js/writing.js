// What is typed under a case is kept on the server, a moment after the last key and when the page is
// left; nothing of it stays in the browser. Without this module the words are kept after an error.
const PAUSE = 800; // ms
let timer = 0;

const keep = (form, leaving = false) => {
  clearTimeout(timer);
  timer = 0;
  const values = new URLSearchParams({
    csrfmiddlewaretoken: form.querySelector("[name=csrfmiddlewaretoken]").value,
    verb: form.querySelector("[name=verb]:checked")?.value ?? "",
    body: form.querySelector("[name=body]").value,
  });
  const told = form.querySelector(".composer-kept");
  fetch(form.dataset.keep, { method: "POST", body: values, credentials: "same-origin", keepalive: leaving })
    .then((answer) => {
      told.textContent = answer.ok && values.get("body").trim() ? told.dataset.done : "";
    })
    .catch(() => {
      told.textContent = "";
    });
};

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-keep]");
  if (!form || event.target.name !== "body") return;
  form.querySelector(".composer-kept").textContent = "";
  clearTimeout(timer);
  timer = setTimeout(() => keep(form), PAUSE);
});

// Sent: what follows would bring the words back.
document.addEventListener("submit", () => {
  clearTimeout(timer);
  timer = 0;
});

document.addEventListener("visibilitychange", () => {
  const form = document.querySelector("form[data-keep]");
  if (timer && form && document.visibilityState === "hidden") keep(form, true);
});
