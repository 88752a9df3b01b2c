"use strict";
// Colours and completion for the query, by Yasqe. The names to choose from are those that the dataset's description
// (VoID) counts, asked of this endpoint. Without it the field stays as it is.
(function () {
  const field = document.getElementById("query");
  if (!window.Yasqe || !field) return;
  const COUNTED = `PREFIX void: <http://rdfs.org/ns/void#>
    SELECT ?term { GRAPH <https://w3id.org/warrant/graph/void> {
      <https://w3id.org/warrant/dataset> void:PARTPartition [ void:PART ?term ; void:NUMBER ?n ] } } ORDER BY DESC(?n)`;
  const NUMBERS = { property: "triples", class: "entities" };

  async function counted(kind) {
    const query = COUNTED.replaceAll("PART", kind).replace("NUMBER", NUMBERS[kind]);
    const body = new URLSearchParams({ query });
    const response = await fetch("/sparql", { method: "POST", body, headers: { Accept: "application/sparql-results+json" } });
    if (!response.ok) return [];
    return (await response.json()).results.bindings.map((row) => row.term.value);
  }

  for (const kind of ["property", "class"]) {
    const change = { name: "dataset-" + kind, bulk: true, get: () => counted(kind), persistenceId: null };
    window.Yasqe.forkAutocompleter(kind, change, false);
  }
  const place = document.createElement("div");
  place.id = "coloured";
  field.closest(".lines").before(place);
  field.closest(".lines").hidden = true;
  const editor = new window.Yasqe(place, {
    value: field.value,
    requestConfig: { endpoint: field.form.action },
    autocompleters: ["dataset-property", "dataset-class", "variables"],
    showQueryButton: false,
    createShareableLink: null,
    consumeShareLink: null,
    persistenceId: null,
    resizeable: false,
    editorHeight: "22rem",
    extraKeys: {
      "Ctrl-Space": (it) => it.autocomplete(),
      "Ctrl-Enter": () => field.form.requestSubmit(),
      "Cmd-Enter": () => field.form.requestSubmit(),
      Tab: false,
      "Shift-Tab": false,
    },
  });
  const input = editor.getInputField();
  input.id = "query-coloured";
  input.setAttribute("aria-describedby", field.getAttribute("aria-describedby"));
  document.querySelector('label[for="query"]').htmlFor = input.id;
  editor.on("change", () => {
    field.value = editor.getValue();
    field.dispatchEvent(new Event("input"));
  });
  const line = Number(field.dataset.line || 0);
  if (line) editor.setCursor({ line: line - 1, ch: Number(field.dataset.column || 1) - 1 });
})();
