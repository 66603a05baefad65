package dev.aether.testkit;

import dev.aether.server.embedded.NatsServerScript;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Faults of an Aether on NATS, shared by all tests. */
final class FaultsOnNatsTest extends FaultsContract {
  @RegisterExtension
  private static final AetherExtension AETHER =
      AetherExtension.onNats(NatsServerScript.ask(Path.of("")));

  @Override
  AetherExtension aether() {
    return AETHER;
  }
}
