// That time which is unknown was in fact down: the carrier kept the monitor out (methodology 1.8).

import { byId, fill, h } from "/static/dom.js";
import { entry, field, handIn, line, moment, paper, seconds } from "/static/form.js";
import { language, t } from "/static/words.js";

const WRONG = {
  unknown_outage: "link", cause_until: "until", unknown_document: "document", documents: "document",
};
let form = ""; // for which language it was drawn

const words = (name) => t(`page.unseen.${name}`);

// `done`: what was said waits for a second person.
export function draw(net, done) {
  if (form === language()) return;
  form = language();
  const send = async (value) => {
    const outage = `link:${value("link").value.trim()}@${seconds(value("start").value)}`;
    const documents = await handIn(net, value("document").files);
    await net.send(`/api/v1/causes/${encodeURIComponent(outage)}/say`, {
      cause: "carrier", until: seconds(value("until").value), why: value("why").value, documents,
    });
    await done();
  };
  fill(byId("unseen-form"),
    h("p", { class: "hint" }, words("hint")),
    entry(words("say"), [
      field(words("link"), line("link", { required: true })),
      field(words("start"), moment("start", { required: true })),
      field(words("until"), moment("until", { required: true })),
      field(t("page.causes.why"), line("why", { required: true, maxlength: "2000" })),
      field(t("page.overlays.form.document"), paper({ required: true })),
    ], send, WRONG));
}
