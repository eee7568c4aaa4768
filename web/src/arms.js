// The arms of a measurement: their names, colours and rows for plotting.

// Colours keep a contrast of 3:1 with a white and with a near-black page, and differ in lightness too.
export const kArms = [
  { key: "truncated", title: "Truncated", color: "#2a78c2", dash: [1, 0],
    what: "the same documents, cut at each length" },
  { key: "natural", title: "Natural", color: "#d2691e", dash: [1, 0], bars: true,
    what: "different documents, grouped by their own length" },
  { key: "static", title: "Static, truncated", color: "#2a78c2", dash: [5, 3],
    what: "mean of the input word embeddings of the truncated tokens: no attention" },
  { key: "static_natural", title: "Static, natural", color: "#d2691e", dash: [5, 3], bars: true,
    what: "mean of the input word embeddings of the natural arm's tokens" },
];

export function armsOf(report) {
  return kArms.filter((arm) => report.arms[arm.key]);
}

// One document is like nothing and spread over nothing.
export function drawn(bucket) {
  return bucket.count > 1;
}

// One row a bucket and arm: {arm, length, value, low, high, bucket, count}. `value` picks an interval or a number.
export function curveRows(report, arms, value) {
  return arms.flatMap((arm) => report.arms[arm.key].buckets.flatMap((bucket) => {
    const picked = value(bucket);
    const interval = picked !== null && typeof picked === "object" ? picked : { estimate: picked, low: null, high: null };
    if (!drawn(bucket) || interval.estimate === null) return [];
    return [{ arm: arm.title, bars: arm.bars === true, length: bucket.length, value: interval.estimate, low: interval.low, high: interval.high,
      bucket: bucket.from === bucket.to ? `${bucket.from} tokens` : `${bucket.from} to ${bucket.to} tokens`,
      count: bucket.count }];
  }));
}

// Scale of colour and dash for the arms shown.
export function armColor(arms) {
  return { field: "arm", type: "nominal", legend: null,
    scale: { domain: arms.map((arm) => arm.title), range: arms.map((arm) => arm.color) } };
}

export function armDash(arms) {
  return { field: "arm", type: "nominal", legend: null,
    scale: { domain: arms.map((arm) => arm.title), range: arms.map((arm) => arm.dash) } };
}
