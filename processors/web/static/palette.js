// Ctrl+K: pages, what can be done here, and finding; all of it from the keyboard.
const make = (name, fields) => Object.assign(document.createElement(name), fields);
const dialog = make("dialog", { ariaLabel: "Commands" });
dialog.innerHTML = `<input role="combobox" aria-expanded="true" aria-controls="found" aria-autocomplete="list"
    aria-label="What to do or to find" placeholder="A page, something to do, or what to find" autocomplete="off" spellcheck="false">
  <ul id="found" role="listbox" aria-label="Commands"></ul>
  <p class="dim"><kbd>↑</kbd> <kbd>↓</kbd> choose, <kbd>Enter</kbd> goes, <kbd>Esc</kbd> closes</p>`;
const [input, list] = dialog.children;
let shown = [];
let at = 0;

// What the page itself offers: its links, its forms, its switches.
function commands(text) {
  const pages = [...document.querySelectorAll("nav.side a")];
  const found = pages.map((link) => ({ label: `Go to ${link.textContent}`, run: () => link.click() }));
  for (const one of document.querySelectorAll("main form button, #tools button:not(.palette), thead a, .pager a, .command button")) {
    const label = `${one.closest("thead") ? "Sort by " : ""}${one.ariaLabel ?? one.textContent}`;
    found.push({ label: label.replace(/[↑↓]/, "").trim(), run: () => reach(one) });
  }
  const where = (one) => one.label.toLowerCase().indexOf(text.toLowerCase());
  const fitting = found.filter((one) => where(one) >= 0).sort((a, b) => Math.sign(where(a)) - Math.sign(where(b)));
  for (const link of text ? pages.filter((one) => one.dataset.find) : []) {
    const to = `${link.pathname}?${new URLSearchParams({ [link.dataset.find]: text })}`;
    fitting.push({ label: `Find “${text}” in ${link.textContent}`, run: () => location.assign(to) });
  }
  return fitting;
}

// A form with fields is gone to, not sent: somebody has to fill it in, or to mean it.
function reach(one) {
  one.closest("details")?.setAttribute("open", "");
  const field = one.form?.querySelector("input:not([type=hidden]), select, textarea");
  if (field) field.focus();
  else one.click();
}

function show() {
  shown = commands(input.value.trim());
  at = Math.max(0, Math.min(at, shown.length - 1));
  list.replaceChildren(...shown.map((one, place) => make("li", {
    id: `found-${place}`, role: "option", ariaSelected: String(place === at), textContent: one.label, onclick: () => go(place),
  })));
  input.setAttribute("aria-activedescendant", shown.length ? `found-${at}` : "");
  list.children[at]?.scrollIntoView({ block: "nearest" });
}

function go(place) {
  dialog.close();
  shown[place]?.run();
}

function toggle() {
  if (dialog.open) return dialog.close();
  input.value = "";
  at = 0;
  dialog.showModal();
  return show();
}

input.oninput = () => { at = 0; show(); };
dialog.onclick = (event) => { if (event.target === dialog) dialog.close(); };
dialog.onkeydown = (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step && event.key !== "Enter") return;
  event.preventDefault();
  if (!step) return go(at);
  at = (at + step + shown.length) % (shown.length || 1);
  return show();
};

if (document.querySelector("nav.side")) {
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    event.preventDefault();
    toggle();
  });
  document.body.append(dialog);
  const button = { className: "quiet palette", innerHTML: "Commands <kbd>Ctrl K</kbd>", onclick: toggle };
  document.getElementById("tools").prepend(make("button", button));
}
