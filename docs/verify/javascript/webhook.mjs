// Verifies webhooks (Standard Webhooks 1.0.0). Node 18 or newer, nothing else.

import { createHmac, createPublicKey, timingSafeEqual, verify as isSignedBy } from "node:crypto";

const TOLERANCE_S = 300;
const ED25519 = Buffer.from("302a300506032b6570032100", "hex"); // what stands before a key, RFC 8410

/**
 * Whether this is signed with the secret (`whsec_…`, or a public key `whpk_…`), and not long ago.
 * `headers` has lower-case names; `body` is a Buffer with the raw bytes as they came.
 */
export function verify(secret, headers, body, now = Date.now() / 1000) {
  const id = headers["webhook-id"] ?? "";
  const timestamp = headers["webhook-timestamp"] ?? "";
  const signatures = headers["webhook-signature"] ?? "";
  if (id === "" || !/^[0-9]{1,12}$/.test(timestamp)) return false;
  if (Math.abs(now - Number(timestamp)) > TOLERANCE_S) return false;
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]);
  const fits = secret.startsWith("whpk_") ? ed25519(secret, signed) : hmac(secret, signed);
  // While a secret is being replaced there are several; one that fits is enough.
  return signatures.split(" ").some(fits);
}

function hmac(secret, signed) {
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const expected = Buffer.from("v1," + createHmac("sha256", key).update(signed).digest("base64"));
  return (text) => {
    const given = Buffer.from(text);
    return given.length === expected.length && timingSafeEqual(given, expected);
  };
}

function ed25519(secret, signed) {
  const der = Buffer.concat([ED25519, Buffer.from(secret.slice("whpk_".length), "base64")]);
  const key = createPublicKey({ key: der, format: "der", type: "spki" });
  return (text) => {
    const signature = Buffer.from(text.slice("v1a,".length), "base64");
    const whole = text === "v1a," + signature.toString("base64"); // Node decodes anything
    return whole && isSignedBy(null, signed, key, signature);
  };
}
