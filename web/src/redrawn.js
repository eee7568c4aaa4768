// Blocks that are drawn again.
import { element } from "./dom.js";

// A block that is drawn again whenever one of its choices changes.
export function redrawn(state, render) {
  const block = element("div", { class: "maps" });
  let turn = 0;
  const update = async () => {
    const mine = ++turn;
    const { nodes, drawings } = render(state);
    block.replaceChildren(...nodes);
    for (const drawing of drawings) if (mine === turn) await drawing();
  };
  return { block, update };
}
