// Numbers as the page prints them. Null is a dash everywhere.

const kMinus = "\u2212";
export const kDash = "\u2013";

export function number(value, digits = 3) {
  if (value === null || value === undefined) return kDash;
  if (Math.abs(value) < 1e-12) value = 0;
  const text = Math.abs(value) >= 1e5 || (value !== 0 && Math.abs(value) < 0.5 * 10 ** -digits)
    ? value.toExponential(1)
    : value.toFixed(digits);
  return text.replace(/-/g, kMinus);
}

// The same without a power of ten: for shares and the ends of a scale.
export function fixed(value, digits = 2) {
  return value === null || value === undefined ? kDash : value.toFixed(digits).replace(/^-/, kMinus);
}

export function signed(value, digits = 3) {
  if (value === null || value === undefined) return kDash;
  return (value > 0 ? "+" : "") + number(value, digits);
}

export function integer(value) {
  return value === null || value === undefined ? kDash : Math.round(value).toLocaleString("en");
}

export function percent(value) {
  return value === null || value === undefined ? kDash : `${number(Math.round(100 * value), 0)} %`;
}

// "[low, high]", or nothing where there is no interval.
export function range(interval, format = number, digits = 3) {
  if (!interval || interval.low === null || interval.high === null) return "";
  return `[${format(interval.low, digits)}, ${format(interval.high, digits)}]`;
}

export function withRange(interval, format = number, digits = 3) {
  if (!interval) return kDash;
  return `${format(interval.estimate, digits)} ${range(interval, format, digits)}`.trim();
}

// A bucket's lengths: "64", "33\u201364".
export function lengths(bucket) {
  return bucket.from === bucket.to ? String(bucket.from) : `${bucket.from}\u2013${bucket.to}`;
}
