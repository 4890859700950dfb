// A button of ours in front of the browser's file control, and the names of what was chosen.
const ready = (pick) => {
  const input = pick.querySelector("input[type=file]");
  const names = document.createElement("p");
  names.className = "pick-names";
  names.setAttribute("role", "status");
  pick.before(names);
  pick.classList.add("pick-ready");
  const show = () => {
    names.replaceChildren(
      ...[...input.files].map((file) => {
        const chosen = document.createElement("span");
        chosen.className = "file";
        const name = document.createElement("span");
        name.textContent = file.name;
        chosen.append(name);
        return chosen;
      }),
    );
  };
  input.addEventListener("change", show);
  show();
};

const look = (root) => {
  for (const pick of root.querySelectorAll("[data-pick]:not(.pick-ready)")) ready(pick);
};

look(document);
document.addEventListener("htmx:load", (event) => look(event.target.parentNode ?? document));
