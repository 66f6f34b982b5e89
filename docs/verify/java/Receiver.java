import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;

/** A tiny receiver: {@code javac *.java && WEBHOOK_SECRET=whsec_… java Receiver 8000}. */
final class Receiver {
    private static final int MOST_BYTES = 16 * 1024 * 1024;
    private static final Pattern CHALLENGE = // do you want our events? Yours is a JSON library
        Pattern.compile("\"type\"\\s*:\\s*\"orderbus.verification\".*\"challenge\"\\s*:\\s*\"([^\"]+)\"", Pattern.DOTALL);
    private static final Set<String> SEEN = ConcurrentHashMap.newKeySet(); // yours is a table

    public static void main(String[] args) throws IOException {
        var server = HttpServer.create(new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0])), 0);
        server.setExecutor(Executors.newFixedThreadPool(8));
        server.createContext("/", Receiver::receive);
        server.start();
    }

    private static void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readNBytes(MOST_BYTES + 1);
            int status = body.length > MOST_BYTES ? 413 : answer(exchange, body);
            var asked = CHALLENGE.matcher(new String(body, StandardCharsets.UTF_8));
            byte[] yes = status == 204 && asked.find() ? asked.group(1).getBytes() : null;
            exchange.sendResponseHeaders(yes == null ? status : 200, yes == null ? -1 : yes.length);
            if (yes != null) exchange.getResponseBody().write(yes);
        }
    }

    private static int answer(HttpExchange exchange, byte[] body) {
        var headers = exchange.getRequestHeaders();
        String id = headers.getFirst("webhook-id"), at = headers.getFirst("webhook-timestamp");
        String signatures = headers.getFirst("webhook-signature"), secret = System.getenv("WEBHOOK_SECRET");
        if (!Webhook.verify(secret, id, at, signatures, body, Instant.now())) return 401;
        if (SEEN.add(id)) System.out.println(id + ", " + body.length + " bytes"); // or a queue
        return 204;
    }
}
