// A tiny receiver: WEBHOOK_SECRET=whsec_… node receiver.mjs 8000

import { createServer } from "node:http";
import { verify } from "./webhook.mjs";

const secret = process.env.WEBHOOK_SECRET;
if (!secret) throw new Error("WEBHOOK_SECRET is not set");
const MOST_BYTES = 16 * 1024 * 1024;
const seen = new Set(); // yours is a table of the last days

const server = createServer(async (request, response) => {
  const answer = (status, text) => response.writeHead(status).end(text);
  if (request.method !== "POST") return answer(405);
  const parts = [];
  let size = 0;
  try {
    for await (const part of request) {
      size += part.length;
      if (size > MOST_BYTES) return answer(413);
      parts.push(part);
    }
  } catch {
    return; // hung up
  }
  const body = Buffer.concat(parts);
  if (!verify(secret, request.headers, body)) return answer(401);
  const isJson = request.headers["content-type"]?.startsWith("application/json");
  const event = isJson ? JSON.parse(body) : {};
  // Do you want our events?
  if (event.type === "orderbus.verification") return answer(200, event.data.challenge);
  const id = request.headers["webhook-id"];
  if (!seen.has(id)) {
    seen.add(id); // every event comes at least once
    console.log(event.type, event.order_id); // or a queue
  }
  answer(204);
});
server.listen(Number(process.argv[2]), "127.0.0.1");
