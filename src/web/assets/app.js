// While a crawl runs, fetches the page again now and then and puts the fresh progress in place of the old. When the
// crawl is over, loads the page anew, as its results are everywhere on it. Every page works without this.
const EVERY_MS = 3000;

async function refresh() {
  if (document.hidden) return;
  const answer = await fetch(location.href, { credentials: "same-origin" });
  if (!answer.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!page.querySelector("[data-busy]")) return location.reload();
  for (const old of document.querySelectorAll("[data-live]")) {
    const fresh = page.getElementById(old.id);
    if (fresh) old.replaceWith(document.importNode(fresh, true));
  }
}

if (document.querySelector("[data-busy]")) setInterval(() => refresh().catch(() => {}), EVERY_MS);
