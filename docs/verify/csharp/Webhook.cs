using System.Globalization;
using System.Security.Cryptography;
using System.Text;

/// <summary>Verifies webhooks (Standard Webhooks 1.0.0). .NET 8 or newer, nothing else.</summary>
public static class Webhook
{
    private const long ToleranceSeconds = 300;

    /// <summary>
    /// Whether this is signed with the secret (<c>whsec_…</c>), and not long ago. The texts are the
    /// headers' values or null; <paramref name="body"/> is the raw bytes as they came.
    /// </summary>
    public static bool Verify(
        string secret, string? id, string? timestamp, string? signatures, byte[] body, DateTimeOffset now)
    {
        if (string.IsNullOrEmpty(id) || timestamp is null || signatures is null) return false;
        if (timestamp.Length > 12) return false;
        if (!long.TryParse(timestamp, NumberStyles.None, CultureInfo.InvariantCulture, out long at)) return false;
        if (Math.Abs(now.ToUnixTimeSeconds() - at) > ToleranceSeconds) return false;

        byte[] key = Convert.FromBase64String(secret["whsec_".Length..]);
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hmac.AppendData(Encoding.UTF8.GetBytes($"{id}.{timestamp}."));
        hmac.AppendData(body);
        byte[] expected = Encoding.UTF8.GetBytes("v1," + Convert.ToBase64String(hmac.GetHashAndReset()));

        // While a secret is being replaced there are several; one that fits is enough.
        foreach (string signature in signatures.Split(' '))
        {
            if (CryptographicOperations.FixedTimeEquals(expected, Encoding.UTF8.GetBytes(signature))) return true;
        }
        return false;
    }
}
