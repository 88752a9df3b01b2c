"use strict";
// Line numbers, Ctrl+Enter, downloads and links. The page works without any of it.
const query = document.getElementById("query");
const numbers = document.getElementById("numbers");
const said = document.getElementById("said");
const share = document.getElementById("share");
const wrong = Number(query.dataset.line || 0);

function number() {
  const count = query.value.split("\n").length;
  numbers.replaceChildren();
  for (let line = 1; line <= count; line += 1) {
    const row = document.createElement("span");
    row.textContent = line + "\n";
    if (line === wrong) row.className = "wrong";
    numbers.append(row);
  }
  numbers.scrollTop = query.scrollTop;
}

function goTo(line, column) {
  const before = query.value.split("\n").slice(0, line - 1).join("\n").length;
  const position = (line > 1 ? before + 1 : 0) + column - 1;
  query.focus();
  query.setSelectionRange(position, position);
}

async function download() {
  const form = document.getElementById("form").value;
  said.textContent = "Running …";
  const body = new URLSearchParams({ query: query.value });
  const response = await fetch(query.form.action, { method: "POST", body, headers: { Accept: form } });
  if (!response.ok) {
    const problem = await response.json();
    said.textContent = problem.title + ": " + problem.detail;
    return;
  }
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = "result." + form.split(/[/+]/).pop().replace("tab-separated-values", "tsv").replace("turtle", "ttl");
  link.click();
  URL.revokeObjectURL(link.href);
  said.textContent = "Downloaded.";
}

// The address of the public endpoint with the query as it stands now; a query over an assessment has none.
function relink() {
  if (share) share.href = share.pathname + "?" + new URLSearchParams({ query: query.value });
}

async function copy() {
  await navigator.clipboard.writeText(share.href);
  said.textContent = "The link is copied.";
}

query.addEventListener("input", number);
query.addEventListener("input", relink);
query.addEventListener("scroll", () => { numbers.scrollTop = query.scrollTop; });
query.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    query.form.requestSubmit();
  }
});
document.getElementById("downloads").hidden = false;
document.getElementById("download").addEventListener("click", download);
if (share && navigator.clipboard) {
  document.getElementById("copy").hidden = false;
  document.getElementById("copy").addEventListener("click", copy);
}
number();
relink();
if (wrong) goTo(wrong, Number(query.dataset.column || 1));
