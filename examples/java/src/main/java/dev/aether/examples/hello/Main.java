package dev.aether.examples.hello;

import dev.aether.client.AetherClient;
import dev.aether.client.NewEvent;
import dev.aether.client.retry.JitterRetry;
import dev.aether.client.retry.RetryingSaver;
import java.util.List;

/** Saves a greeting and prints all greetings; {@code hello HOST:PORT}. */
public final class Main {
  /** Runs the example. */
  public static void main(String[] args) {
    if (args.length != 1 || args[0].startsWith("-")) {
      boolean help = args.length == 1 && (args[0].equals("--help") || args[0].equals("-h"));
      (help ? System.out : System.err).println("usage: examples/java/run hello HOST:PORT");
      System.exit(help ? 0 : 2);
    }
    try (AetherClient client = AetherClient.connect(args[0])) {
      RetryingSaver.of(client, new JitterRetry())
          .save("greeter", attempt -> List.of(NewEvent.json("Greeted", "{\"who\": \"world\"}")));
      client.events("greeter").forEach(e -> System.out.println(e.version() + " " + e.type()));
    }
  }
}
