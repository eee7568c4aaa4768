// How the length that a model is run at is called beside the one that its folder names.

export function limitName({ in_force: inForce, sentence_transformers: named }) {
  return inForce === named ? "length in force" : "model\u2019s own length limit";
}
