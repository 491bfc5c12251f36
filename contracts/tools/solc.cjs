#!/usr/bin/env node
// The npm compiler behind the two options of the native one that py-solc-x, forge and slither use, so that the same
// build works where no native solc can be had. `--base-path` and `--allow-paths` are accepted and not needed: callers
// put every source into the standard JSON.
"use strict";

const fs = require("node:fs");
const path = require("node:path");
const solc = require(path.join(__dirname, "..", "node_modules", "solc"));

if (process.argv.includes("--version")) {
  // forge wants the platform of a native build in the version; the compiled code does not depend on it.
  const version = solc.version().replace(/\.Emscripten.*$/, ".Linux.g++");
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${version}\n`);
} else if (process.argv.includes("--standard-json")) {
  process.stdout.write(solc.compile(fs.readFileSync(0, "utf8")));
} else {
  process.stderr.write("usage: solc.cjs --version | --standard-json < input.json\n");
  process.exitCode = 2;
}
