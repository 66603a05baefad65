package dev.aether.testkit;

import org.junit.jupiter.api.extension.RegisterExtension;

/** Faults of an Aether on NATS, one for all tests. */
final class FaultsOnNatsTest extends FaultsContract {
  @RegisterExtension
  private static final AetherExtension AETHER =
      AetherExtension.onNats(NatsOfTheRepository.binary());

  @Override
  AetherExtension aether() {
    return AETHER;
  }
}
