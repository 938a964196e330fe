// What the page takes from an assessment: strings as the api wrote them, nothing rounded here.

export function figure(document) {
  return {
    percent: document.availability_percent ?? null,
    coverage: document.coverage_percent ?? null,
    status: document.status ?? "",
    provisional: document.provisional === true,
    down: document.seconds?.DOWN ?? null,
    unscored: document.not_scored?.length ?? 0,
  };
}
