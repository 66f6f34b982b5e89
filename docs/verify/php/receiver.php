<?php

declare(strict_types=1);

// A tiny receiver: WEBHOOK_SECRET=whsec_… php -S 127.0.0.1:8000 receiver.php

require __DIR__ . '/webhook.php';

if ($_SERVER['REQUEST_METHOD'] !== 'POST') {
    http_response_code(405);
    return;
}
$body = (string) file_get_contents('php://input'); // the server's post_max_size bounds it
$id = $_SERVER['HTTP_WEBHOOK_ID'] ?? null;
$good = verify_webhook(
    (string) getenv('WEBHOOK_SECRET'),
    $id,
    $_SERVER['HTTP_WEBHOOK_TIMESTAMP'] ?? null,
    $_SERVER['HTTP_WEBHOOK_SIGNATURE'] ?? null,
    $body,
);
if (!$good) {
    http_response_code(401);
    return;
}
if (str_starts_with($_SERVER['CONTENT_TYPE'] ?? '', 'application/json')) {
    $event = json_decode($body, true, 512, JSON_THROW_ON_ERROR);
    if ($event['type'] === 'orderbus.verification') { // do you want our events?
        echo $event['data']['challenge'];
        return;
    }
    // Every event comes at least once: look $id up in a table of the last days, and only if it is new …
    error_log("{$event['type']} {$event['order_id']}"); // … put it into a queue
}
http_response_code(204);
