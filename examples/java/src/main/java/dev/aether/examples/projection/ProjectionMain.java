package dev.aether.examples.projection;

import dev.aether.client.AetherClient;
import dev.aether.client.SubscribeOptions;
import dev.aether.client.Subscription;
import dev.aether.examples.common.Servers;
import java.util.List;

/** Runs the projection in a separate process until it is killed. */
public final class ProjectionMain {
  private ProjectionMain() {}

  /** Arguments: endpoints joined by commas, namespace, the read model's file. */
  public static void main(String[] args) throws Exception {
    Servers servers = Servers.of(List.of(args[0].split(",")));
    try (SalesProjection projection = new SalesProjection(args[2]);
        AetherClient client = servers.client(args[1]).build();
        Subscription subscription =
            client.subscribe(
                SubscribeOptions.builder(projection.start())
                    .eventType(SalesProjection.SALE)
                    .build(),
                projection)) {
      subscription.ended().get();
    }
  }
}
