package dev.aether.examples.retries;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.aether.client.AetherClient;
import dev.aether.examples.common.Servers;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class RetriesIT {
  private static final int WANTED = Contest.WRITERS * Contest.SAVES_EACH;

  @Test
  void underEachPatternASaveIsStoredOnceOrToldNotToBe() throws Exception {
    try (Servers servers = Servers.find(1);
        AetherClient client = servers.client(Servers.newNamespace("retries")).build()) {
      Map<String, Contest.Result> results = new Retries(client, System.out).run();

      results.forEach(
          (pattern, result) -> assertEquals(WANTED, result.saved() + result.notSaved(), pattern));
      assertEquals(WANTED, Objects.requireNonNull(results.get("BackgroundSaver")).saved());
      assertEquals(
          results.values().stream().mapToLong(Contest.Result::saved).sum(),
          client.latestVersion(Retries.ACTOR));
    }
  }
}
