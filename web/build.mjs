// Bundles the page's source into one HTML file: node build.mjs OUTPUT
// The report layer fills its placeholders, <!--lengthwise:NAME-->.
import * as esbuild from "esbuild";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const source = join(dirname(fileURLToPath(import.meta.url)), "src");

async function bundle(entry) {
  const result = await esbuild.build({
    entryPoints: [join(source, entry)],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    charset: "utf8",
    legalComments: "none",
    target: ["chrome110", "firefox110", "safari16"],
    logLevel: "warning",
  });
  return result.outputFiles[0].text.trimEnd();
}

// Inside <script>, "</script" would end it, and "<!--" would change how it is read.
function checkInline(text, tag) {
  for (const hostile of [`</${tag}`, "<!--"]) {
    if (text.toLowerCase().includes(hostile)) throw new Error(`the bundled <${tag}> holds ${hostile}`);
  }
  return text;
}

const output = process.argv[2];
if (!output) throw new Error("usage: node build.mjs OUTPUT");
const style = checkInline(await bundle("page.css"), "style");
const script = checkInline(await bundle("main.js"), "script");
const skeleton = await readFile(join(source, "page.html"), "utf8");
const page = skeleton.replace("/*build:style*/", () => style).replace("/*build:script*/", () => script);
await mkdir(dirname(output), { recursive: true });
// Two builds may share an output folder; a reader never sees half a page.
await writeFile(`${output}.part`, page);
await rename(`${output}.part`, output);
