<?php

declare(strict_types=1);

/** Verifies webhooks (Standard Webhooks 1.0.0). PHP 8.0 or newer; ed25519 needs its extension sodium. */
const WEBHOOK_TOLERANCE_S = 300;

/**
 * Whether this is signed with the secret (`whsec_…`, or a public key `whpk_…`), and not long ago.
 * The texts are the headers' values or null; `$body` is the raw bytes, `file_get_contents('php://input')`.
 */
function verify_webhook(
    string $secret,
    ?string $id,
    ?string $timestamp,
    ?string $signatures,
    string $body,
    ?int $now = null,
): bool {
    if ($id === null || $id === '' || $timestamp === null || $signatures === null) {
        return false;
    }
    if (preg_match('/\A[0-9]{1,12}\z/', $timestamp) !== 1) {
        return false;
    }
    if (abs(($now ?? time()) - (int) $timestamp) > WEBHOOK_TOLERANCE_S) {
        return false;
    }
    $signed = "$id.$timestamp.$body";
    $fits = str_starts_with($secret, 'whpk_')
        ? webhook_ed25519(substr($secret, strlen('whpk_')), $signed)
        : webhook_hmac(substr($secret, strlen('whsec_')), $signed);
    // While a secret is being replaced there are several; one that fits is enough.
    foreach (explode(' ', $signatures) as $signature) {
        if ($fits($signature)) {
            return true;
        }
    }
    return false;
}

function webhook_hmac(string $encoded, string $signed): Closure
{
    $key = base64_decode($encoded, true);
    if ($key === false || $key === '') {
        throw new InvalidArgumentException('not a secret, whsec_…');
    }
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', $signed, $key, true));
    return static fn (string $given): bool => hash_equals($expected, $given);
}

function webhook_ed25519(string $encoded, string $signed): Closure
{
    $key = base64_decode($encoded, true);
    if ($key === false || strlen($key) !== SODIUM_CRYPTO_SIGN_PUBLICKEYBYTES) {
        throw new InvalidArgumentException('not a public key, whpk_…');
    }
    return static function (string $given) use ($key, $signed): bool {
        if (!str_starts_with($given, 'v1a,')) {
            return false;
        }
        $signature = base64_decode(substr($given, strlen('v1a,')), true);
        return $signature !== false
            && strlen($signature) === SODIUM_CRYPTO_SIGN_BYTES
            && sodium_crypto_sign_verify_detached($signature, $signed, $key);
    };
}
