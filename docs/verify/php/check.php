<?php

declare(strict_types=1);

// Holds webhook.php to the test vectors: php check.php ../vectors.tsv

require __DIR__ . '/webhook.php';

$rows = file($argv[1], FILE_IGNORE_NEW_LINES) ?: throw new RuntimeException('no vectors');
foreach (array_slice($rows, 1) as $row) {
    [$name, $expected, $secret, $id, $timestamp, $signatures, $now, $body] = explode("\t", $row);
    $given = static fn (string $cell): ?string => $cell === '' ? null : $cell;
    $found = verify_webhook(
        $secret,
        $given($id),
        $given($timestamp),
        $given($signatures),
        (string) base64_decode($body, true),
        (int) $now,
    );
    echo ($found ? 'accept' : 'refuse'), "\t$expected\t$name\n";
}
