package dev.aether.examples.hello;

import dev.aether.client.AetherClient;
import dev.aether.client.NewEvent;
import dev.aether.client.retry.JitterRetry;
import dev.aether.client.retry.RetryingSaver;
import java.util.List;

/** Saves a greeting and prints all there are; {@code hello HOST:PORT}. */
public final class Main {
  /** Runs it. */
  public static void main(String[] args) {
    try (AetherClient client = AetherClient.connect(args[0])) {
      RetryingSaver.of(client, new JitterRetry())
          .save("greeter", attempt -> List.of(NewEvent.json("Greeted", "{\"who\": \"world\"}")));
      client.events("greeter").forEach(e -> System.out.println(e.version() + " " + e.type()));
    }
  }
}
