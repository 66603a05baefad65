package dev.aether.testkit;

import org.junit.jupiter.api.extension.RegisterExtension;

/** Faults of an Aether in memory, a new one for each test. */
final class FaultsInMemoryTest extends FaultsContract {
  @RegisterExtension private final AetherExtension aether = AetherExtension.inMemory();

  @Override
  AetherExtension aether() {
    return aether;
  }
}
