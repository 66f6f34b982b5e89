// Holds webhook.mjs to the test vectors: node check.mjs ../vectors.tsv

import { readFileSync } from "node:fs";
import { verify } from "./webhook.mjs";

const rows = readFileSync(process.argv[2], "ascii").trimEnd().split("\n").slice(1);
for (const row of rows) {
  const [name, expected, secret, id, timestamp, signature, now, body] = row.split("\t");
  const headers = {};
  if (id) headers["webhook-id"] = id;
  if (timestamp) headers["webhook-timestamp"] = timestamp;
  if (signature) headers["webhook-signature"] = signature;
  const found = verify(secret, headers, Buffer.from(body, "base64"), Number(now));
  console.log([found ? "accept" : "refuse", expected, name].join("\t"));
}
