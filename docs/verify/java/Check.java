import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;

/** Holds Webhook.java to the test vectors: {@code javac *.java && java Check ../vectors.tsv}. */
final class Check {
    public static void main(String[] args) throws Exception {
        var rows = Files.readAllLines(Path.of(args[0]));
        for (String row : rows.subList(1, rows.size())) {
            String[] cells = row.split("\t", -1);
            Instant now = Instant.ofEpochSecond(Long.parseLong(cells[6]));
            byte[] body = Base64.getDecoder().decode(cells[7]);
            boolean found = Webhook.verify(cells[2], given(cells[3]), given(cells[4]), given(cells[5]), body, now);
            System.out.println((found ? "accept" : "refuse") + "\t" + cells[1] + "\t" + cells[0]);
        }
    }

    private static String given(String cell) {
        return cell.isEmpty() ? null : cell;
    }
}
