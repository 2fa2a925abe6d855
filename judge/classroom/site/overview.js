
"use strict";
// Marks from the best to the worst, then those that say nothing.
const MARKS = "PXCFwnB-";

function key(cell, kind) {
  const text = cell.textContent.trim();
  if (kind === "mark") return MARKS.indexOf(text);
  if (kind === "number") return cell.dataset.v === undefined ? NaN : Number(cell.dataset.v);
  return text;
}

function compare(left, right) {
  if (typeof left === "string") return left.localeCompare(right, undefined, { numeric: true });
  return left - right;
}

// Cells without a number stay last, whichever way the others go.
function sort(table, head, column) {
  const down = head.getAttribute("aria-sort") === "ascending";
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row) => ({ row, key: key(row.cells[column], head.dataset.kind) }));
  const none = (one) => Number.isNaN(one.key);
  rows.sort((a, b) => none(a) - none(b) || (none(a) ? 0 : compare(a.key, b.key) * (down ? -1 : 1)));
  body.append(...rows.map((one) => one.row));
  for (const other of head.parentElement.cells) other.setAttribute("aria-sort", "none");
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
}

for (const table of document.querySelectorAll("table.sortable")) {
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    head.querySelector("button").addEventListener("click", () => sort(table, head, column));
  });
}

const wanted = document.getElementById("wanted");
const found = document.getElementById("found");

function filter() {
  const text = wanted.value.trim().toLowerCase();
  let shown = 0;
  let all = 0;
  for (const row of document.querySelectorAll("table.people > tbody > tr")) {
    row.hidden = !row.cells[0].textContent.toLowerCase().includes(text);
    all += 1;
    shown += row.hidden ? 0 : 1;
  }
  found.textContent = text ? `${shown} of ${all} rows shown` : "";
}

wanted.addEventListener("input", filter);
// A browser that goes back to the page keeps what was typed.
filter();
