package dev.aether.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.aether.client.AetherClient;
import dev.aether.client.AetherException;
import dev.aether.client.Durability;
import dev.aether.client.ExpectedVersion;
import dev.aether.client.NewEvent;
import dev.aether.client.Saved;
import dev.aether.server.embedded.NatsServerScript;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
final class TestNatsTest {
  private static final NewEvent PLACED = NewEvent.json("OrderPlaced", "{}");

  @RegisterExtension
  private static final AetherExtension AETHER =
      AetherExtension.onNats(NatsServerScript.ask(Path.of("")));

  private final AetherClient client = AETHER.client();

  @Test
  void whatIsStoredIsOnDiskAndOutlivesARestart() {
    Saved saved = client.save("restarted", ExpectedVersion.exactly(0), PLACED);
    assertEquals(new Durability(1, Durability.Sync.ALWAYS), saved.durability());

    AETHER.nats().restart();

    assertEquals(2, client.save("restarted", ExpectedVersion.exactly(1), PLACED).lastVersion());
  }

  @Test
  void aSaveThatCanWaitIsStoredWhenNatsIsBack() {
    Saved unused = client.save("waiting", ExpectedVersion.exactly(0), PLACED);
    AETHER.nats().refuseConnections();
    CompletableFuture<Saved> saving =
        client.async().save("waiting", ExpectedVersion.exactly(1), PLACED);
    try (AetherClient hasty = AETHER.clientBuilder().deadline(Duration.ofMillis(300)).build()) {
      assertThrows(AetherException.class, () -> hasty.latestVersion("waiting"));
    }
    assertFalse(saving.isDone());

    AETHER.nats().acceptConnections();

    assertEquals(2, saving.join().lastVersion());
  }
}
