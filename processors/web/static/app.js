// What pages gain by a script; none of them needs it.
const tools = document.getElementById("tools");
const make = (name, fields) => Object.assign(document.createElement(name), fields);
const toolButton = (textContent, onclick) => make("button", { type: "button", className: "quiet", textContent, onclick });

// --- the time zone in which times are shown: UTC, local, or how long ago
const ZONES = ["UTC", "local", "relative"];
let zone = "UTC";
try { zone = ZONES.find((one) => one === localStorage.getItem("zone")) ?? zone; } catch { /* nothing is remembered */ }
const near = new Intl.RelativeTimeFormat("en", { style: "narrow" });
const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];
const day = { day: "numeric", month: "short" };
const clock = { hour: "2-digit", minute: "2-digit" };
const fine = { ...clock, second: "2-digit" };
// As fine as pictures say it (charts/clocks.py); whole times elsewhere.
const FORMS = { day, hour: { ...day, ...clock }, minute: clock, second: fine, milli: { ...fine, fractionalSecondDigits: 3 } };

function said(moment, as) {
  if (zone === "local") return moment.toLocaleString("sv-SE", FORMS[as] ?? { ...fine, year: "numeric", month: "2-digit", day: "2-digit" });
  const seconds = Math.round((moment - Date.now()) / 1000);
  const [unit, size] = UNITS.find(([, one]) => Math.abs(seconds) >= one) ?? UNITS.at(-1);
  return near.format(Math.trunc(seconds / size), unit);
}

function showTimes(within) {
  for (const time of within.querySelectorAll("time[datetime], text[data-time]")) {
    time.dataset.utc ??= time.textContent;
    // The ticks of an axis stand still: how long ago is nothing for them.
    const still = zone === "UTC" || (zone === "relative" && time.localName === "text");
    time.textContent = still ? time.dataset.utc : said(new Date(time.dataset.time || time.getAttribute("datetime")), time.dataset.as);
  }
}

function zoneSwitch() {
  const group = make("div", { className: "zones", role: "group", ariaLabel: "Times in" });
  const mark = () => {
    for (const one of group.children) one.ariaPressed = String(one.textContent === zone);
    showTimes(document);
  };
  group.append(...ZONES.map((name) => toolButton(name, () => {
    zone = name;
    try { localStorage.setItem("zone", name); } catch { /* it is forgotten, then */ }
    mark();
  })));
  tools.append(group);
  mark();
}

// --- commands to copy, and whatever else came later: dressed like the rest
function dress(within) {
  showTimes(within);
  for (const command of within.querySelectorAll("[data-copy]:not(:has(button))")) {
    const text = command.textContent;
    const button = toolButton("Copy", async () => {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    });
    button.ariaLabel = `Copy: ${text}`;
    command.append(button);
  }
}

// --- what changes while somebody looks: never what is selected, has the focus, or the pointer on it
let stream = document.getElementById("stream");
let waiting = {};

function busy(cell) {
  const chosen = getSelection();
  return cell.contains(document.activeElement) || cell.matches(":hover:has(a, svg)") || (!chosen.isCollapsed && chosen.containsNode(cell, true));
}

function put([name, content]) {
  const cell = document.getElementById(`live-${name}`);
  if (cell && busy(cell)) return true;
  if (!cell) return false;
  const open = [...cell.querySelectorAll("details")].map((one) => one.open);
  cell.innerHTML = content;
  cell.querySelectorAll("details").forEach((one, at) => { one.open = open[at] ?? false; });
  dress(cell);
  return false;
}

function liveSwitch() {
  const button = toolButton("", () => {
    const paused = button.ariaPressed !== "true";
    // Without its element htmx hangs up; with a new one, it calls again and hears everything.
    if (paused) {
      htmx.trigger(stream, "htmx:beforeCleanupElement");
      stream.remove();
    } else htmx.process(tools.appendChild(stream = stream.cloneNode()));
    mark(paused);
  });
  const mark = (paused) => {
    button.ariaPressed = String(paused);
    button.textContent = paused ? "Paused" : "Live";
  };
  Object.assign(button, { className: "quiet live", title: "Figures change as they do; press to pause, or to go on" });
  mark(false);
  tools.append(button);
}

document.addEventListener("htmx:sseBeforeMessage", (event) => {
  event.preventDefault();
  waiting = Object.fromEntries(Object.entries({ ...waiting, ...JSON.parse(event.detail.data) }).filter(put));
});
// --- a sign-in link: out of the address bar, into the form; sent at once in a frame
const link = document.querySelector("form[data-link]");
if (link && location.hash.length > 1) {
  link.elements.link.value = location.hash.slice(1);
  history.replaceState(null, "", location.pathname + location.search);
  if (window !== window.top) link.requestSubmit();
}

document.addEventListener("htmx:load", (event) => dress(event.target));
if (stream) liveSwitch();
zoneSwitch();
dress(document);
setInterval(() => { if (zone === "relative") showTimes(document); }, 10_000);
