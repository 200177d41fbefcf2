// What pages gain with JavaScript: times in the viewer's own zone, values of a chart under the pointer and by the arrow
// keys, and progress of a crawl as it happens. Every page works without this; nothing here fetches from elsewhere.

/* Times: the server writes them in the site's zone; the title keeps UTC. */

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

function local(iso, seconds) {
  const at = new Date(iso);
  const year = at.getFullYear() === new Date().getFullYear() ? {} : { year: "numeric" };
  const day = at.toLocaleDateString("en-GB", { weekday: "short", day: "numeric", month: "short", ...year });
  const second = seconds ? { second: "2-digit" } : {};
  const time = at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit", ...second, timeZoneName: "short" });
  return `${day.replace(",", "")}, ${time}`;
}

function localize(root) {
  if (!zone) return;
  for (const time of root.querySelectorAll("time[datetime]")) {
    // A day alone is a day of the site's zone, and stays one.
    const colons = time.textContent.split(":").length - 1;
    if (colons > 0) time.textContent = local(time.dateTime, colons > 1);
  }
}

/* Charts: the rows of the table behind one are its values. */

function values(table) {
  const heads = [...table.tHead.rows[0].cells].map((head) => head.textContent.trim());
  return [...table.tBodies[0].rows].map((row) => {
    const [from, to] = row.querySelectorAll("time");
    const told = [...row.cells].map((cell, i) => (cell.querySelector("time") ? "" : cell.textContent.trim() && `${heads[i]}: ${cell.textContent.trim()}`));
    const first = from.textContent, last = to.textContent;
    return {
      from: Date.parse(from.dateTime),
      to: Date.parse(to.dateTime),
      when: first === last ? first : `${first} to ${last}`,
      text: told.filter(Boolean).join(", "),
    };
  }).sort((a, b) => a.from - b.from);
}

function plot(svg, rows) {
  const box = svg.viewBox.baseVal;
  const [left, right, top, bottom] = (svg.dataset.plot || `0 ${box.width} 0 ${box.height}`).split(" ").map(Number);
  const from = Date.parse(svg.dataset.from) || rows[0].from;
  const to = Date.parse(svg.dataset.to) || Math.max(...rows.map((row) => row.to));
  return { left, right, top, bottom, from, to };
}

function readable(figure) {
  const table = document.querySelector(`[data-values="${figure.dataset.chart}"]`);
  const rows = table ? values(table) : [];
  if (!rows.length) return;
  const out = document.createElement("output");
  out.className = "readout";
  figure.insertBefore(out, figure.querySelector("figcaption"));
  figure.tabIndex = 0;
  figure.setAttribute("aria-label", "Chart. Arrow keys read its values.");
  let at = -1;

  const shown = () => [...figure.querySelectorAll("svg")].find((svg) => svg.getClientRects().length);
  function show(row) {
    const svg = shown(), p = plot(svg, rows);
    const middle = Math.min(Math.max((row.from + row.to) / 2, p.from), p.to);
    const x = p.left + ((p.right - p.left) * (middle - p.from)) / Math.max(p.to - p.from, 1);
    let line = svg.querySelector(".cursor");
    if (!line) {
      line = document.createElementNS("http://www.w3.org/2000/svg", "line");
      line.setAttribute("class", "cursor");
      svg.append(line);
    }
    for (const [name, value] of [["x1", x], ["x2", x], ["y1", p.top], ["y2", p.bottom]]) line.setAttribute(name, value);
    const when = document.createElement("b");
    when.textContent = row.when;
    out.replaceChildren(when, ` ${row.text}`);
  }
  function hide() {
    at = -1;
    out.replaceChildren();
    for (const line of figure.querySelectorAll(".cursor")) line.remove();
  }
  figure.addEventListener("pointermove", (event) => {
    const svg = shown();
    if (!svg) return;
    const p = plot(svg, rows), box = svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * svg.viewBox.baseVal.width;
    const time = p.from + ((x - p.left) / (p.right - p.left)) * (p.to - p.from);
    const away = (row) => Math.max(row.from - time, time - row.to, 0);
    at = rows.reduce((best, row, i) => (away(row) < away(rows[best]) ? i : best), 0);
    show(rows[at]);
  });
  figure.addEventListener("pointerleave", hide);
  figure.addEventListener("blur", hide);
  figure.addEventListener("keydown", (event) => {
    if (event.target !== figure) return;
    const last = rows.length - 1;
    const to = { ArrowLeft: at < 0 ? last : at - 1, ArrowRight: at + 1, Home: 0, End: last }[event.key];
    if (event.key === "Escape") return hide();
    if (to === undefined) return;
    event.preventDefault();
    at = Math.min(Math.max(to, 0), last);
    show(rows[at]);
  });
}

/* Crawls: the server tells how far one is. When it is over the page is loaded anew, as its results are everywhere. */

function follow(panel) {
  let source;
  const open = () => {
    source = new EventSource(panel.dataset.busy);
    source.addEventListener("progress", (event) => {
      const { text, done, total } = JSON.parse(event.data);
      const bar = panel.querySelector("progress");
      panel.querySelector("label").textContent = text;
      if (total > 0) {
        bar.max = total;
        bar.value = done;
      }
    });
    source.addEventListener("over", () => {
      source.close();
      location.reload();
    });
  };
  // A page that nobody looks at holds no connection.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) source.close();
    else open();
  });
  open();
}

localize(document);
document.querySelectorAll("figure[data-chart]").forEach(readable);
document.querySelectorAll("[data-busy]").forEach(follow);
