package dev.aether.examples.orders;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.aether.examples.common.Servers;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(240)
final class OrdersIT {

  @Test
  void eachStepOfEachOrderHappensOnceThoughTheProcessManagerIsKilled() throws Exception {
    OrdersOptions options = new OrdersOptions();
    options.orders = 30;
    options.kills = 2;
    try (Servers servers = Servers.find(1)) {
      Outcome outcome = new Orders(servers, options, System.out).run();

      assertEquals(List.of(), outcome.problems());
      assertEquals(options.orders, outcome.stories().size());
    }
  }
}
