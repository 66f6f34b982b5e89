import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.function.Predicate;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Verifies webhooks (Standard Webhooks 1.0.0). Java 17 or newer, nothing else. */
final class Webhook {
    private static final Duration TOLERANCE = Duration.ofMinutes(5);
    /** What stands before an ed25519 key, RFC 8410. */
    private static final byte[] ED25519 = HexFormat.of().parseHex("302a300506032b6570032100");

    private Webhook() {}

    /**
     * Whether this is signed with the secret ({@code whsec_…}, or a public key {@code whpk_…}), and not
     * long ago. The texts are the headers' values or null; {@code body} is the raw bytes as they came.
     */
    static boolean verify(
            String secret, String id, String timestamp, String signatures, byte[] body, Instant now) {
        if (id == null || id.isEmpty() || timestamp == null || signatures == null) return false;
        if (!timestamp.matches("[0-9]{1,12}")) return false;
        Instant at = Instant.ofEpochSecond(Long.parseLong(timestamp));
        if (Duration.between(at, now).abs().compareTo(TOLERANCE) > 0) return false;
        byte[] head = (id + "." + timestamp + ".").getBytes(StandardCharsets.UTF_8);
        try {
            Predicate<String> fits =
                    secret.startsWith("whpk_") ? ed25519(secret, head, body) : hmac(secret, head, body);
            // While a secret is being replaced there are several; one that fits is enough.
            return Arrays.stream(signatures.split(" ")).anyMatch(fits);
        } catch (GeneralSecurityException notAKey) {
            throw new IllegalArgumentException("not a secret and no public key", notAKey);
        }
    }

    private static Predicate<String> hmac(String secret, byte[] head, byte[] body)
            throws GeneralSecurityException {
        byte[] key = Base64.getDecoder().decode(secret.substring("whsec_".length()));
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        mac.update(head);
        byte[] expected =
                ("v1," + Base64.getEncoder().encodeToString(mac.doFinal(body)))
                        .getBytes(StandardCharsets.UTF_8);
        return given -> MessageDigest.isEqual(expected, given.getBytes(StandardCharsets.UTF_8));
    }

    private static Predicate<String> ed25519(String secret, byte[] head, byte[] body)
            throws GeneralSecurityException {
        byte[] key = Base64.getDecoder().decode(secret.substring("whpk_".length()));
        byte[] der = new byte[ED25519.length + key.length];
        System.arraycopy(ED25519, 0, der, 0, ED25519.length);
        System.arraycopy(key, 0, der, ED25519.length, key.length);
        var known = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(der));
        return given -> {
            if (!given.startsWith("v1a,")) return false;
            try {
                Signature signature = Signature.getInstance("Ed25519");
                signature.initVerify(known);
                signature.update(head);
                signature.update(body);
                return signature.verify(Base64.getDecoder().decode(given.substring("v1a,".length())));
            } catch (GeneralSecurityException | IllegalArgumentException notASignature) {
                return false;
            }
        };
    }
}
