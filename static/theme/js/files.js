// A button of ours in front of the browser's file control, and the names of what was chosen. Files
// are sent ahead of their form, one by one and each tried again: on a bad line the page stays, with
// words and files in it, until all of it has arrived. Without this module they go with the form.
const TRIES = 3;
const PAUSE = 1500; // ms before another try

const named = (file) => {
  const chosen = document.createElement("span");
  chosen.className = "file";
  const name = document.createElement("span");
  name.textContent = file.name;
  const told = document.createElement("span");
  told.className = "caption";
  chosen.append(name, told);
  return chosen;
};

const ready = (pick) => {
  const input = pick.querySelector("input[type=file]");
  const names = document.createElement("p");
  names.className = "pick-names";
  names.setAttribute("role", "status");
  const lost = document.createElement("p");
  lost.className = "field-error pick-lost";
  lost.setAttribute("role", "alert");
  pick.before(names, lost);
  pick.classList.add("pick-ready");
  // What has arrived goes with the form whatever else is chosen now, so it stays in sight.
  const show = () => {
    const arrived = [...names.children].filter((chosen) => chosen.dataset.done);
    names.replaceChildren(...arrived, ...[...input.files].map(named));
  };
  input.addEventListener("change", show);
  show();
};

const look = (root) => {
  for (const pick of root.querySelectorAll("[data-pick]:not(.pick-ready)")) ready(pick);
};

// Resolves to the server's answer; rejects where there was none.
const put = (form, file, told) =>
  new Promise((resolve, reject) => {
    const values = new FormData();
    for (const name of ["csrfmiddlewaretoken", "kept"]) {
      for (const field of form.querySelectorAll(`input[name=${name}]`)) values.append(name, field.value);
    }
    values.set("upload", "1");
    values.set("files", file, file.name);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) told(Math.floor((100 * event.loaded) / event.total));
    });
    request.addEventListener("load", () => {
      if (request.response && request.status < 500) resolve(request.response);
      else reject(new Error(String(request.status)));
    });
    for (const name of ["error", "abort", "timeout"]) request.addEventListener(name, () => reject(new Error(name)));
    request.send(values);
  });

const insist = async (form, file, told) => {
  for (let again = TRIES; ; again -= 1) {
    try {
      return await put(form, file, told);
    } catch (lost) {
      if (again <= 1) throw lost;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }
};

// What is left of the choice once this file has been dealt with.
const without = (input, file) => {
  const left = new DataTransfer();
  for (const other of input.files) if (other !== file) left.items.add(other);
  input.files = left.files;
};

const sendAhead = async (form, pick, input) => {
  const lost = pick.previousElementSibling;
  const names = lost.previousElementSibling;
  lost.textContent = "";
  const waiting = [...names.children].filter((chosen) => !chosen.dataset.done);
  for (const [place, file] of [...input.files].entries()) {
    const chosen = waiting[place];
    const said = chosen.querySelector(".caption");
    try {
      const answer = await insist(form, file, (percent) => {
        said.textContent = `${pick.dataset.sending} ${percent}%`;
      });
      // One that is refused goes with the form: the page that follows says why, in its place.
      if (!answer.error) {
        said.textContent = "✓";
        const kept = document.createElement("input");
        kept.type = "hidden";
        kept.name = "kept";
        kept.value = answer.id;
        form.append(kept);
        chosen.dataset.done = "1";
        without(input, file);
      }
    } catch {
      said.textContent = "";
      lost.textContent = pick.dataset.lost;
      return false; // the others wait for a better line
    }
  }
  return true;
};

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const pick = form.querySelector("[data-pick].pick-ready");
  const input = pick?.querySelector("input[type=file]");
  if (event.defaultPrevented || !input?.files.length || form.dataset.sent || form.hasAttribute("hx-post")) return;
  event.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = "1";
  form.dataset.sent = (await sendAhead(form, pick, input)) ? "1" : "";
  delete form.dataset.busy;
  if (form.dataset.sent) form.requestSubmit(event.submitter);
});

look(document);
document.addEventListener("htmx:load", (event) => look(event.target.parentNode ?? document));
