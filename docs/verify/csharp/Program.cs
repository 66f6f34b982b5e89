// A tiny receiver: WEBHOOK_SECRET=whsec_… dotnet run -- --urls http://127.0.0.1:8000
using System.Collections.Concurrent;
using System.Text.Json;

if (args is ["check", var vectors])
{
    Check.Run(vectors);
    return;
}

string secret = Environment.GetEnvironmentVariable("WEBHOOK_SECRET")
    ?? throw new InvalidOperationException("WEBHOOK_SECRET is not set");
var seen = new ConcurrentDictionary<string, bool>(); // yours is a table of the last days

var builder = WebApplication.CreateBuilder(args);
builder.WebHost.ConfigureKestrel(options => options.Limits.MaxRequestBodySize = 16 * 1024 * 1024);
var app = builder.Build();
app.MapPost("/{**path}", async (HttpRequest request) =>
{
    using var body = new MemoryStream();
    await request.Body.CopyToAsync(body);
    string? id = request.Headers["webhook-id"];
    bool good = Webhook.Verify(
        secret,
        id,
        request.Headers["webhook-timestamp"],
        request.Headers["webhook-signature"],
        body.ToArray(),
        DateTimeOffset.UtcNow);
    if (!good) return Results.Unauthorized();
    if (request.ContentType?.StartsWith("application/json") == true)
    {
        using var told = JsonDocument.Parse(body.ToArray());
        if (told.RootElement.GetProperty("type").GetString() == "orderbus.verification")
        {
            return Results.Text(told.RootElement.GetProperty("data").GetProperty("challenge").GetString());
        }
    }
    if (seen.TryAdd(id!, true)) // every event comes at least once
    {
        Console.WriteLine($"{id}, {body.Length} bytes"); // or a queue
    }
    return Results.NoContent();
});
app.Run();
