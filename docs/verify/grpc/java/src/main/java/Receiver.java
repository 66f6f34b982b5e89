import io.cloudevents.v1.proto.CloudEvent;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import orderbus.v1.EventReceiverGrpc;
import orderbus.v1.Receipt;

/** A tiny receiver of gRPC: {@code WEBHOOK_SECRET=whsec_… java -cp … Receiver 50051}. */
final class Receiver extends EventReceiverGrpc.EventReceiverImplBase implements ServerInterceptor {
    private static final Context.Key<Metadata> METADATA = Context.key("metadata");
    private static final Pattern CHALLENGE = Pattern.compile("\"challenge\"\\s*:\\s*\"([^\"]+)\""); // yours: JSON
    private static final Set<String> SEEN = ConcurrentHashMap.newKeySet(); // yours is a table

    public static void main(String[] args) throws Exception {
        var at = new InetSocketAddress("127.0.0.1", Integer.parseInt(args[0]));
        var receiver = new Receiver();
        NettyServerBuilder.forAddress(at).addService(receiver).intercept(receiver).build().start().awaitTermination();
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata metadata, ServerCallHandler<Q, A> next) {
        return Contexts.interceptCall(Context.current().withValue(METADATA, metadata), call, metadata, next);
    }

    @Override
    public void deliver(CloudEvent event, StreamObserver<Receipt> answer) {
        String id = given("webhook-id"), at = given("webhook-timestamp"), signatures = given("webhook-signature");
        byte[] body = event.getBinaryData().toByteArray();
        if (!Webhook.verify(System.getenv("WEBHOOK_SECRET"), id, at, signatures, body, Instant.now())) {
            answer.onError(Status.UNAUTHENTICATED.withDescription("not signed by our secret").asRuntimeException());
            return;
        }
        var receipt = Receipt.newBuilder().setOutcome(Receipt.Outcome.ACCEPTED);
        if (event.getType().equals("orderbus.verification")) { // do you want our events?
            var asked = CHALLENGE.matcher(event.getBinaryData().toStringUtf8());
            if (asked.find()) receipt.setDetail(asked.group(1));
        } else if (SEEN.add(id)) { // every event comes at least once
            System.out.println(event.getType() + " " + event.getAttributesOrThrow("subject").getCeString()); // or a queue
        }
        answer.onNext(receipt.build());
        answer.onCompleted();
    }

    private static String given(String name) {
        return METADATA.get().get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
    }
}
