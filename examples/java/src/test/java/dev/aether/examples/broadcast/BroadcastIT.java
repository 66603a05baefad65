package dev.aether.examples.broadcast;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.aether.examples.common.Servers;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
final class BroadcastIT {

  @Test
  void whatIsStoredComesAlsoAfterAnAbsenceAndWhatIsBroadcastToThoseThatListen() throws Exception {
    try (Servers servers = Servers.find(2)) {
      assertEquals(
          List.of(
              "stored PriceSet 101",
              "broadcast PriceSeen 101.5",
              "stored PriceSet 102",
              "broadcast PriceSeen 103.5"),
          new Broadcast(servers.endpoints(), System.out).run());
    }
  }
}
