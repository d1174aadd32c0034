// Prints what AsyncAPI's parser finds wrong with a document, a line each; the exit code says whether
// it is valid. Severity 0 is an error, 1 a warning.
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], "utf8"));
for (const { severity, path, message } of diagnostics) {
  if (severity <= 1) console.log(`${path.join(".")}: ${message}`);
}
console.log(document?.allMessages().length ?? 0, "messages");
process.exit(document && diagnostics.every(({ severity }) => severity > 1) ? 0 : 1);
