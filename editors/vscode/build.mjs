// Bundles the extension, and its tests, which run without VS Code.
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const common = {
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  logLevel: "warning",
};

rmSync("dist", { recursive: true, force: true });
rmSync("dist-test", { recursive: true, force: true });
const { metafile } = await build({
  ...common,
  entryPoints: ["src/extension.ts"],
  external: ["vscode"],
  minify: true,
  legalComments: "none",
  metafile: true,
  outdir: "dist",
});
writeFileSync("dist/third-party.txt", licences(Object.keys(metafile.inputs)));
copyFileSync("../../schemas/dispatch.schema.json", "dist/dispatch.schema.json");
await build({
  ...common,
  entryPoints: ["test/session.ts"],
  sourcemap: "inline",
  outdir: "dist-test",
});

/** The licences of all packages whose files are in the bundle. */
function licences(files) {
  const packages = files.map((file) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]);
  return [...new Set(packages.filter(Boolean))].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
    const file = readdirSync(folder).find((one) => /^licen[sc]e/i.test(one));
    if (file === undefined) {
      throw new Error(`${name} has no licence that can be shipped with it`);
    }
    return `${name} ${version} (${license})\n\n${readFileSync(`${folder}/${file}`, "utf8").trim()}\n`;
  }).join(`\n${"-".repeat(80)}\n\n`);
}
