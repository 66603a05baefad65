package dev.aether.examples.orders;

/**
 * Events of the stock of an article. Refusals are stored, too, because a repeated request must get
 * the same decision.
 */
sealed interface StockEvent {
  /**
   * Position of the commit that caused the process manager's request; 0 if there was none. Requests
   * come in the order of the log.
   */
  default long askedAt() {
    return 0;
  }

  record StockAdded(int quantity) implements StockEvent {}

  record StockReserved(String order, int quantity, long askedAt) implements StockEvent {}

  record StockRefused(String order, int quantity, long askedAt) implements StockEvent {}

  record StockReleased(String order, int quantity, long askedAt) implements StockEvent {}
}
