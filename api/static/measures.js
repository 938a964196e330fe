// What the checks of a service measured that people on duty ask for: how old a backup is, how good a path.

import { bytes, duration, milliseconds, percent, t } from "/static/words.js";

const GRADES = { 4: "A", 3: "B", 2: "C", 1: "D" };

// Metric, sentence, how its value is written; in the order in which they are read.
const SHOWN = [
  ["extranet_backup_age_seconds", "page.measure.age", duration],
  ["extranet_backup_rpo_seconds", "page.measure.rpo", duration],
  ["extranet_backup_size_bytes", "page.measure.size", bytes],
  ["extranet_backup_took_seconds", "page.measure.took", duration],
  ["extranet_backup_sets", "page.measure.sets", String],
  ["extranet_replication_lag_seconds", "page.measure.lag", duration],
  ["extranet_replication_rpo_seconds", "page.measure.rpo", duration],
  ["extranet_path_rating", "page.measure.rating", (grade) => GRADES[grade] ?? "–"],
  ["extranet_path_loss_ratio", "page.measure.loss", (ratio) => percent(ratio, 2)],
  ["extranet_path_jitter_seconds", "page.measure.jitter", milliseconds],
  ["extranet_path_delay_seconds", "page.measure.delay", milliseconds],
  ["extranet_path_mos", "page.measure.mos", (mos) => mos.toFixed(1)],
];

// One text; "" where a check measured none of it.
export function measures(values) {
  const told = SHOWN.filter(([name]) => (values[name] ?? null) !== null);
  return told.map(([name, code, write]) => `${t(code)} ${write(values[name])}`).join(" · ");
}
