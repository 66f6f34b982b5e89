import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;

/** A tiny receiver: {@code javac *.java && WEBHOOK_SECRET=whsec_… java Receiver 8000}. */
final class Receiver {
    private static final int MOST_BYTES = 16 * 1024 * 1024;
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
            exchange.sendResponseHeaders(body.length > MOST_BYTES ? 413 : answer(exchange, body), -1);
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
