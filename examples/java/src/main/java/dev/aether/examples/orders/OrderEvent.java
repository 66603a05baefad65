package dev.aether.examples.orders;

/** What happens to an order. Amounts are cents. */
sealed interface OrderEvent {
  record OrderPlaced(String sku, int quantity, long amount) implements OrderEvent {}

  record OrderConfirmed() implements OrderEvent {}

  record OrderCancelled(String why) implements OrderEvent {}
}
