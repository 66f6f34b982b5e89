// What pages gain by a script; none of them needs it.

// --- the time zone in which times are shown: UTC, local, or how long ago
const ZONES = ["UTC", "local", "relative"];
const remembered = () => {
  try { return localStorage.getItem("zone"); } catch { return null; }
};
let zone = ZONES.includes(remembered()) ? remembered() : "UTC";
const local = new Intl.DateTimeFormat("sv-SE", { dateStyle: "short", timeStyle: "medium" });
const near = new Intl.RelativeTimeFormat("en", { style: "narrow", numeric: "always" });
const UNITS = [["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

function ago(moment) {
  const seconds = Math.round((moment - Date.now()) / 1000);
  const [unit, size] = UNITS.find(([, one]) => Math.abs(seconds) >= one) ?? UNITS.at(-1);
  return near.format(Math.trunc(seconds / size), unit);
}

function showTimes(within = document) {
  for (const time of within.querySelectorAll("time[data-time]")) {
    const moment = new Date(time.dateTime);
    time.textContent = zone === "UTC" ? time.title : zone === "local" ? local.format(moment) : ago(moment);
  }
}

function zoneSwitch(place) {
  const group = document.createElement("div");
  group.className = "zones";
  group.role = "group";
  group.ariaLabel = "Times in";
  const buttons = ZONES.map((name) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    button.textContent = name;
    button.onclick = () => {
      zone = name;
      try { localStorage.setItem("zone", name); } catch { /* it is forgotten, then */ }
      mark();
    };
    return button;
  });
  const mark = () => {
    buttons.forEach((one) => { one.ariaPressed = String(one.textContent === zone); });
    showTimes();
  };
  group.append(...buttons);
  place.append(group);
  mark();
}

// --- commands to copy
function copyButtons(within = document) {
  for (const command of within.querySelectorAll("[data-copy]:not(:has(button))")) {
    const text = command.textContent;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "Copy";
    button.ariaLabel = `Copy: ${text}`;
    button.onclick = async () => {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 1500);
    };
    command.append(button);
  }
}

// --- what came later: times in the chosen zone, commands with their button
function dress(within) {
  showTimes(within);
  copyButtons(within);
}

zoneSwitch(document.getElementById("tools"));
dress(document);
document.addEventListener("htmx:load", (event) => dress(event.target));
setInterval(() => { if (zone === "relative") showTimes(); }, 10_000);
