// Reads a bank's message in the browser, by the same rules as the server (receipts/bank_message.py).
const form = document.getElementById("paste");
const rules = JSON.parse(form.dataset.rules);
const said = document.getElementById("paste_said");
const lookup = document.getElementById("lookup");

export function read(message, today = new Date()) {
  const plain = message.slice(0, 600).normalize("NFKC").replace(/\s/g, "");
  const found = {
    card_tail: first("tail", plain),
    amount: first("amount", plain).replaceAll(",", ""),
    time: first("time", plain).replace(/[时点]/, ":"),
    merchant_name: first("merchant", plain),
    date: dayOf(plain, today),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value));
}

function first(field, plain) {
  for (const rule of rules[field]) {
    const match = new RegExp(rule, "i").exec(plain);
    if (match) return match[1];
  }
  return "";
}

function dayOf(plain, today) {
  for (const rule of rules.day) {
    const match = new RegExp(rule).exec(plain);
    if (match) return lastSuch(match.slice(1, 4), today);
  }
  for (const [word, days] of Object.entries(rules.near)) {
    if (plain.toLowerCase().includes(word)) {
      return iso(new Date(today.getFullYear(), today.getMonth(), today.getDate() - days));
    }
  }
  return "";
}

// The last day that is so called and not to come.
function lastSuch([year, month, day], today) {
  const years = year ? [+year] : [today.getFullYear(), today.getFullYear() - 1];
  const months = month ? [+month] : [today.getMonth() + 1, ((today.getMonth() + 11) % 12) + 1];
  for (const ofYear of years) {
    for (const ofMonth of months) {
      const found = new Date(ofYear, ofMonth - 1, +day);
      if (found.getMonth() === ofMonth - 1 && found.getDate() === +day && found <= today) {
        return iso(found);
      }
    }
  }
  return "";
}

function iso(day) {
  const two = (number) => String(number).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

function fill(found) {
  for (const [name, value] of Object.entries(found)) {
    if (name === "date") {
      const near = lookup.querySelector(`[name=date][value="${value}"]`);
      (near ?? lookup.querySelector("#id_date_other")).checked = true;
      lookup.querySelector("#id_other_date").value = value;
    } else {
      lookup.querySelector(`[name=${name}]`).value = value;
    }
  }
  if (found.merchant_name) lookup.querySelector(".fold").open = true;
}

function title(name) {
  if (name === "date") return lookup.querySelector("[for=id_other_date]").textContent;
  if (name === "time") return lookup.querySelector(".when legend").lastChild.textContent;
  return lookup.querySelector(`[for=id_${name}]`).firstChild.textContent;
}

function tell(found) {
  const understood = found.card_tail || found.amount;
  said.classList.toggle("paste-wrong", !understood);
  const joined = (names) => [...new Set(names.map(title))].join(said.dataset.and);
  const asked = ["card_tail", "date", "time", "amount"];
  const missing = asked.filter((name) => !found[name]);
  const lines = [`${said.dataset.filled}${joined([...asked, "merchant_name"].filter((n) => found[n]))}`];
  if (missing.length) lines.push(`${said.dataset.missing}${joined(missing)}`);
  said.textContent = understood ? lines.join(" ") : said.dataset.none;
  return understood;
}

function take(event) {
  event?.preventDefault();
  const text = form.elements.message.value;
  // A whole card number stays where it is: the server's rule says so too.
  const found = read(text.replace(/[0-9](?:[ -]?[0-9]){12,18}/g, "*"));
  if (!tell(found)) return;
  fill(found);
  form.elements.message.value = "";
  form.querySelector("details").open = false;
  lookup.querySelector("[type=submit]").focus({ preventScroll: true });
}

form.addEventListener("submit", take);
form.elements.message.addEventListener("paste", () => setTimeout(take));
form.querySelector("details").addEventListener("toggle", (event) => {
  if (event.target.open) form.elements.message.focus();
});
