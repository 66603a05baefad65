package dev.aether.examples.bank;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.aether.examples.common.Servers;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(400)
final class BankIT {

  @Test
  void theBooksAreRightThoughNodesAndNatsAndTheProcessManagerAreKilled() throws Exception {
    BankOptions options = new BankOptions();
    options.accounts = 50;
    options.transfers = 300;
    options.clients = 8;
    options.kills = 2;
    try (Servers servers = Servers.find(2)) {
      assertEquals(List.of(), new Bank(servers, options, System.out).run());
    }
  }
}
