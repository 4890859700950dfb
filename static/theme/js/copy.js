// One press copies what stands in a field beside the button.
for (const copy of document.querySelectorAll("[data-copy]")) {
  const input = copy.querySelector("input");
  const button = copy.querySelector("button");
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(input.value);
    button.querySelector("span").textContent = button.dataset.done;
  });
}
