using System.Globalization;

/// <summary>Holds Webhook.cs to the test vectors: <c>dotnet run -- check ../vectors.tsv</c></summary>
public static class Check
{
    public static void Run(string vectors)
    {
        foreach (string row in File.ReadLines(vectors).Skip(1))
        {
            string[] cells = row.Split('\t');
            if (!cells[2].StartsWith("whsec_", StringComparison.Ordinal)) continue; // .NET has no ed25519
            string? Given(int at) => cells[at].Length == 0 ? null : cells[at];
            var now = DateTimeOffset.FromUnixTimeSeconds(long.Parse(cells[6], CultureInfo.InvariantCulture));
            byte[] body = Convert.FromBase64String(cells[7]);
            bool found = Webhook.Verify(cells[2], Given(3), Given(4), Given(5), body, now);
            Console.WriteLine($"{(found ? "accept" : "refuse")}\t{cells[1]}\t{cells[0]}");
        }
    }
}
