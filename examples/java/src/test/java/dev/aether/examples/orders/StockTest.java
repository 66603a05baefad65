package dev.aether.examples.orders;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.aether.examples.orders.StockEvent.StockAdded;
import dev.aether.examples.orders.StockEvent.StockRefused;
import dev.aether.examples.orders.StockEvent.StockReleased;
import dev.aether.examples.orders.StockEvent.StockReserved;
import java.util.List;
import org.junit.jupiter.api.Test;

final class StockTest {

  @Test
  void whatIsReservedIsNoLongerFreeUntilItIsReleased() {
    Stock stock = after(new StockAdded(5), new StockReserved("a", 3, 10));
    assertEquals(List.of(new StockRefused("b", 3, 11)), stock.reserve("b", 3, 11));

    Stock released =
        after(new StockAdded(5), new StockReserved("a", 3, 10), new StockReleased("a", 3, 11));
    assertEquals(List.of(new StockReserved("b", 3, 12)), released.reserve("b", 3, 12));
  }

  @Test
  void whatWasRefusedStaysRefusedThoughThereIsMoreNow() {
    Stock stock = after(new StockRefused("a", 3, 10), new StockAdded(5));
    assertEquals(List.of(), stock.reserve("a", 3, 10));
  }

  @Test
  void whatIsAskedAgainHasNoEffect() {
    Stock stock =
        after(new StockAdded(5), new StockReserved("a", 3, 10), new StockReleased("a", 3, 11));
    assertEquals(List.of(), stock.reserve("a", 3, 10));
    assertEquals(List.of(), stock.release("a", 3, 11));
  }

  private static Stock after(StockEvent... events) {
    Stock stock = Stock.TYPE.initial();
    for (StockEvent event : events) {
      stock = Stock.TYPE.apply().apply(stock, event);
    }
    return stock;
  }
}
