package dev.aether.examples.orders;

/**
 * What happens to the stock of an article. A refusal is stored, too: asked again, the stock must
 * not think better of it.
 */
sealed interface StockEvent {
  /**
   * The position of the commit that made the process manager ask; 0: it did not. It asks in the
   * log's order.
   */
  default long askedAt() {
    return 0;
  }

  record StockAdded(int quantity) implements StockEvent {}

  record StockReserved(String order, int quantity, long askedAt) implements StockEvent {}

  record StockRefused(String order, int quantity, long askedAt) implements StockEvent {}

  record StockReleased(String order, int quantity, long askedAt) implements StockEvent {}
}
