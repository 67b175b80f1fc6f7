import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import globals from "globals";

// Every rule is on, but these. Formatting is Prettier's business, types are tsc's.
export default defineConfig([
  globalIgnores(["build/", "dist/"]),
  js.configs.all,
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      // On, but not as strict as by default.
      camelcase: ["error", { properties: "never", allow: ["^[a-z]+(_[a-z]+)+$"] }], // JSON's fields
      "func-style": ["error", "declaration", { allowArrowFunctions: true }],
      "max-lines": ["error", 400],
      "no-unused-vars": ["error", { argsIgnorePattern: "^_" }], // what nobody reads
      // What matters comes first, and then what it uses.
      "no-use-before-define": ["error", { functions: false, classes: false, variables: false }],
      "no-void": ["error", { allowAsStatement: true }], // marks a promise nobody waits for
      "one-var": ["error", "never"], // one declaration, one line

      // Off.
      "capitalized-comments": "off", // a comment after code is part of a sentence
      "consistent-return": "off", // tsc has noImplicitReturns, and knows what returns `undefined`
      curly: "off", // a guard needs no braces
      "dot-notation": "off", // tsc wants brackets for the keys of an index signature
      "func-names": "off", // a default export has the name of its file
      "id-length": "off", // in a one-line callback, a letter is enough
      "init-declarations": "off", // tsc sees what is read before it is assigned
      "max-classes-per-file": "off", // an error lives beside what throws it
      "max-lines-per-function": "off", // a component is one closure over its elements
      "max-params": "off", // four arguments can be plainer than an object of four
      "max-statements": "off", // a function is as long as its task
      "no-await-in-loop": "off", // measurements and answers come one after another
      "no-bitwise": "off", // token parts are bit fields
      "no-continue": "off", // it saves a level of indentation
      "no-empty-function": "off", // a callback may have nothing to do
      "no-inline-comments": "off", // a type cast is a comment
      "no-magic-numbers": "off", // 0, 1 and 2 need no names
      "no-misleading-character-class": "off", // glyphs.js has a class of combining characters
      "no-negated-condition": "off", // the ordinary case comes first
      "no-plusplus": "off", // counters count
      "no-ternary": "off", // clearer than a variable that is set twice
      "no-undefined": "off", // under exactOptionalPropertyTypes it is a value to be written
      "prefer-destructuring": "off", // `const first = list[0]` is as clear
      "require-atomic-updates": "off", // it takes every use after an await for a race
      "require-await": "off", // an async method turns what it throws into a rejection
      "sort-imports": "off", // from packages to neighbours
      "sort-keys": "off", // keys go from the important to the detail
    },
  },
  { files: ["web/**"], rules: { "no-undef": "off" } }, // tsc knows what a page and a worker have
  { files: ["web/engine/protocol.js"], rules: { "max-lines": "off" } }, // generated
  { files: ["bench/page/**"], languageOptions: { globals: globals.worker } },
  { files: ["**/*.mjs", "tests/js/**"], languageOptions: { globals: globals.node } },
  { files: ["tests/npm/project/**"], languageOptions: { globals: globals.browser } },
]);
